import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type MutantId, mutants, properties } from '../../../model/index.ts';

const rows = readFileSync('model/properties/README.md', 'utf8')
  .split('\n')
  .filter((line) => /^\| [A-Z]{3}-\d\d \|/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, id = '', , judgedBy = '', wrong = '']) => ({ id, judgedBy, wrong }));

const namesIn = (cell: string) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name!);
const counts = { MAP: 28, BLK: 14, LIN: 24, SYS: 6 } as const;

describe('the table of what is judged', () => {
  it('has each statement of the design once, in order', () => {
    const ids = Object.entries(counts).flatMap(([letters, count]) =>
      Array.from({ length: count }, (_, i) => `${letters}-${String(i + 1).padStart(2, '0')}`),
    );
    expect(rows.map(({ id }) => id)).toEqual(ids);
  });

  it.each(rows)('names properties and wrong variants that exist ($id)', (row) => {
    if (!row.id.startsWith('SYS')) {
      for (const name of namesIn(row.judgedBy)) expect(Object.keys(properties)).toContain(name);
    }
    for (const name of namesIn(row.wrong)) expect(Object.keys(mutants)).toContain(name);
  });

  it.each(rows)('names wrong variants that die of a property beside them ($id)', (row) => {
    const judgedBy = namesIn(row.judgedBy);
    for (const name of namesIn(row.wrong)) {
      const killedBy: readonly string[] = mutants[name as MutantId].killedBy;
      expect(
        killedBy.some((property) => judgedBy.includes(property)),
        name,
      ).toBe(true);
    }
  });
});
