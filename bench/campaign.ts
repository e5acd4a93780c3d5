// Many drawn clusters under drawn faults, more than a test suite has time for: `npm run campaign --
// 2000 7` runs 2,000 draws of seed 7. Prints what each property came to; a draw that breaks one is
// written out as a scenario file, and the exit code is 1.
import { mkdirSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { arbitraryScenario } from '../scenarios/runner/arbitraries.ts';
import { runScenario, type Scenario, scenarioText } from '../scenarios/runner/index.ts';
import type { Verdict } from '../sim/index.ts';

const directory = '.stormcell/campaign';

interface Tally {
  evaluatedCount: number;
  drawCount: number;
  brokenCount: number;
}

const [countText = '200', seedText = '1'] = process.argv.slice(2);
const drawCount = Number(countText);
const seed = Number(seedText);
if (!Number.isSafeInteger(drawCount) || drawCount < 1 || !Number.isSafeInteger(seed)) {
  process.stderr.write(
    `expected a count of draws and a seed, found '${countText}' '${seedText}'\n`,
  );
  process.exit(2);
}

const tallies = new Map<string, Tally>();
let brokenCount = 0;
const startedMs = performance.now();
fc.sample(arbitraryScenario(), { seed, numRuns: drawCount }).forEach(take);
const seconds = (performance.now() - startedMs) / 1000;
process.stdout.write(
  `${drawCount} draws of seed ${seed} in ${seconds.toFixed(0)} s, ${brokenCount} broken\n`,
);
for (const [id, { evaluatedCount, drawCount: draws, brokenCount: broken }] of tallies) {
  const times = `${String(evaluatedCount).padStart(10)} times`;
  const figures = `${times} in ${String(draws).padStart(6)} draws`;
  process.stdout.write(`  ${id.padEnd(34)}${figures}${broken > 0 ? `, ${broken} broken` : ''}\n`);
}
if (brokenCount > 0) process.exitCode = 1;

function take(scenario: Scenario, index: number): void {
  const broken = brokenBy(scenario);
  if (broken.length === 0) return;
  brokenCount += 1;
  mkdirSync(directory, { recursive: true });
  const file = `${directory}/seed-${seed}-draw-${index}.yaml`;
  writeFileSync(file, scenarioText(scenario));
  process.stdout.write(`${file}\n${broken.map((line) => `  ${line}\n`).join('')}`);
}

// A run that throws is a bug like any other: it is kept, and the campaign goes on.
function brokenBy(scenario: Scenario): readonly string[] {
  try {
    return tallied(runScenario(scenario, { level: 'hash' }).verdict);
  } catch (error) {
    return [String(error).split('\n')[0] ?? ''];
  }
}

function tallied({ properties }: Verdict): readonly string[] {
  const broken: string[] = [];
  for (const { id, status, evaluatedCount, violation } of properties) {
    const isBroken = status === 'violated' || status === 'stalled';
    const tally = tallies.get(id) ?? { evaluatedCount: 0, drawCount: 0, brokenCount: 0 };
    tally.evaluatedCount += evaluatedCount;
    if (evaluatedCount > 0) tally.drawCount += 1;
    if (isBroken) tally.brokenCount += 1;
    tallies.set(id, tally);
    if (isBroken) broken.push(`${id} ${status}${violation ? `: ${violation.what}` : ''}`);
  }
  return broken;
}
