// Prints every benchmark: rates and ratios, each ratio against a baseline of the same run. `npm run
// bench` runs all; `npm run bench -- world disk` only those. It judges nothing: machines differ.
import { benchDisk } from './disk.ts';
import { benchMachine } from './machine.ts';
import { benchQueue } from './queue.ts';
import type { BenchRow } from './row.ts';
import { benchWorld } from './world.ts';

const benches: Readonly<Record<string, () => BenchRow[]>> = {
  world: benchWorld,
  machine: benchMachine,
  queue: benchQueue,
  disk: benchDisk,
};

const wanted = process.argv.slice(2);
for (const name of wanted.length === 0 ? Object.keys(benches) : wanted) {
  const bench = benches[name];
  if (bench === undefined) {
    const known = Object.keys(benches).join(', ');
    process.stderr.write(`unknown benchmark '${name}', expected one of ${known}\n`);
    process.exitCode = 2;
    continue;
  }
  process.stdout.write(`${name}\n`);
  for (const row of bench()) process.stdout.write(`  ${lineOf(row)}\n`);
}

function lineOf({ name, value, unit, target, held }: BenchRow): string {
  const figure = value.toPrecision(3).padStart(9);
  const aim =
    target === undefined ? '' : `  (aim ${target}: ${held === true ? 'reached' : 'missed'})`;
  return `${name.padEnd(58)}${figure} ${unit}${aim}`;
}
