// The figures that model/lineage/README.md tells of the exhaustive search, to be held to it.
import { readFileSync } from 'node:fs';

const rows = readFileSync('model/lineage/README.md', 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map((cells) => cells.slice(1, -1));

/** The columns behind a name that begins one row of a table; commas in numbers are left out. */
export function toldOf(name: string): readonly string[] {
  const found = rows.filter(([first]) => first === name);
  if (found.length !== 1) throw new Error(`${found.length} rows of '${name}'`);
  return found[0]!.slice(1).map((cell) => cell.replace(/(?<=\d),(?=\d{3})/g, ''));
}
