// Hunts for known wrong variants: from twenty seeds each, until the property notices that has to.
import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type MutantId, mutants, properties } from '../../model/index.ts';
import { withMutant } from '../../scenarios/runner/commands/mutants.ts';
import { readScenario, runScenario } from '../../scenarios/runner/index.ts';
import { Judge } from '../../sim/index.ts';
import { huntedOnFile, hunts } from './mutant-hunts.ts';

const startCount = 20;
const runMax = 200;

function isOnFile(mutant: MutantId): mutant is (typeof huntedOnFile)[number] {
  return huntedOnFile.some((one) => one === mutant);
}

/** Whether the property that must notice a variant does, in the scenario that shows it. */
function isKilledOnFile(mutant: MutantId, seed: number): boolean {
  const { shownBy, killedBy } = mutants[mutant];
  const reading = readScenario(`scenarios/${shownBy}.yaml`);
  if (!reading.ok) throw new Error(reading.problems.map(({ message }) => message).join('\n'));
  const wrong = withMutant(reading.value, mutant, killedBy);
  const { verdict } = runScenario(wrong, { level: 'hash', seed: String(seed) });
  return verdict.properties.some(
    ({ id, status }) => id === killedBy && (status === 'violated' || status === 'stalled'),
  );
}

/** Whether the property that must notice a variant does, in its world of this seed. */
function isKilled(mutant: MutantId, seed: number): boolean {
  if (isOnFile(mutant)) return isKilledOnFile(mutant, seed);
  // The world runs on until its clients have read back what they wrote.
  const watched = [properties[mutants[mutant].killedBy], properties['written-blocks-verified']];
  const judging = new Judge(watched);
  const world = hunts[mutant]({ seed: String(seed), mutants: [mutant], judge: judging });
  const [judgement] = judging.end(world.now, judging.firstViolation !== null);
  return judgement!.status === 'violated' || judgement!.status === 'stalled';
}

/** For each seed that a hunt starts from: how many runs it takes until the variant is killed. */
function runCounts(mutant: MutantId): readonly number[] {
  const counts: number[] = [];
  let killedSeed = 0;
  for (let start = 1; start <= startCount; start++) {
    // Hunts that start before the same kill share its runs.
    for (let seed = Math.max(killedSeed + 1, start); killedSeed < start; seed++) {
      if (seed >= start + runMax) return [...counts, Number.POSITIVE_INFINITY];
      if (isKilled(mutant, seed)) killedSeed = seed;
    }
    counts.push(killedSeed - start + 1);
  }
  return counts;
}

function medianOf(counts: readonly number[]): number {
  return [...counts].sort((a, b) => a - b)[Math.floor(counts.length / 2)]!;
}

/** Hunts each of them down, and prints how many runs that took. */
export function huntDown(ids: readonly MutantId[]): void {
  describe('each known wrong variant', () => {
    const rows: string[] = [];

    test.each(ids)(
      'is killed by its property, whatever the seed that a hunt starts from (%s)',
      (mutant) => {
        const counts = runCounts(mutant);
        rows.push(`${mutant}: median ${medianOf(counts)} of ${counts.join(' ')}`);
        expect(Math.max(...counts), `${mutant} lived through ${runMax} runs`).toBeLessThan(
          runMax + 1,
        );
        expect(counts).toHaveLength(startCount);
      },
    );

    test.each(ids)('is shown by a scenario that ships (%s)', (id) => {
      expect(existsSync(`scenarios/${mutants[id].shownBy}.yaml`)).toBe(true);
    });

    test('took so many runs', () => {
      const told = rows.join('\n');
      console.info(`runs until killed, from ${startCount} starting seeds each:\n${told}`);
      expect(rows).toHaveLength(ids.length);
    });
  });
}
