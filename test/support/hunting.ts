// Hunts for known wrong variants: from twenty seeds each, until every property has noticed that has
// to. One run is judged by all of them.
import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type MutantId, mutants, properties } from '../../model/index.ts';
import type { PropertyId } from '../../model/invariants.ts';
import { withMutant } from '../../scenarios/runner/commands/mutants.ts';
import { readScenario, runScenario } from '../../scenarios/runner/index.ts';
import { Judge, type Judgement } from '../../sim/index.ts';
import type { RunningJudge } from './block-store.ts';
import { huntedOnFile, hunts } from './mutant-hunts.ts';

const startCount = 20;
const runMax = 200;

function isOnFile(mutant: MutantId): mutant is (typeof huntedOnFile)[number] {
  return huntedOnFile.some((one) => one === mutant);
}

/** Which properties notice a variant in the scenario that shows it. */
function noticedOnFile(mutant: MutantId, seed: number): readonly PropertyId[] {
  const { shownBy, killedBy } = mutants[mutant];
  const reading = readScenario(`scenarios/${shownBy}.yaml`);
  if (!reading.ok) throw new Error(reading.problems.map(({ message }) => message).join('\n'));
  return killedBy.filter((property) => {
    const wrong = withMutant(reading.value, mutant, property);
    const { verdict } = runScenario(wrong, { level: 'hash', seed: String(seed) });
    return verdict.properties.some((judgement) => judgement.id === property && isNotice(judgement));
  });
}

function isNotice({ status }: Judgement): boolean {
  return status === 'violated' || status === 'stalled';
}

/** Which properties notice a variant in its world of this seed. */
function noticedBy(mutant: MutantId, seed: number): readonly PropertyId[] {
  if (isOnFile(mutant)) return noticedOnFile(mutant, seed);
  const { killedBy } = mutants[mutant];
  const judges = killedBy.map((property) => new Judge([properties[property]]));
  // The world runs on until its clients have read back what they wrote.
  const settling = new Judge([properties['written-blocks-verified']]);
  const judge: RunningJudge = {
    observe: (entry) => {
      for (const one of judges) one.observe(entry);
      settling.observe(entry);
    },
    // Until all of them have noticed.
    get firstViolation() {
      const found = judges.map((one) => one.firstViolation);
      return found.includes(null) ? null : found[0]!;
    },
    pending: () => [...judges, settling].flatMap((one) => one.pending()),
  };
  const { now } = hunts[mutant]({ seed: String(seed), mutants: [mutant], judge });
  const isCut = judge.firstViolation !== null;
  return killedBy.filter((_, i) => judges[i]!.end(now, isCut).some(isNotice));
}

/**
 * For each seed that a hunt starts from: how many runs it takes until every property has noticed.
 * Hunts share their runs.
 */
function runCounts(mutant: MutantId): readonly number[] {
  const runs = new Map<number, readonly PropertyId[]>();
  const noticed = (seed: number): readonly PropertyId[] => {
    const by = runs.get(seed) ?? noticedBy(mutant, seed);
    runs.set(seed, by);
    return by;
  };
  return Array.from({ length: startCount }, (_, i) => {
    const living = new Set<PropertyId>(mutants[mutant].killedBy);
    for (let count = 1; count <= runMax; count++) {
      for (const id of noticed(i + count)) living.delete(id);
      if (living.size === 0) return count;
    }
    return Number.POSITIVE_INFINITY;
  });
}

function medianOf(counts: readonly number[]): number {
  return [...counts].sort((a, b) => a - b)[Math.floor(counts.length / 2)]!;
}

/** Hunts each of them down, and prints how many runs that took. */
export function huntDown(ids: readonly MutantId[]): void {
  describe('each known wrong variant', () => {
    const rows: string[] = [];

    test.each(ids)(
      'is killed by each of its properties, whatever the seed that a hunt starts from (%s)',
      (mutant) => {
        const counts = runCounts(mutant);
        rows.push(`${mutant}: median ${medianOf(counts)} of ${counts.join(' ')}`);
        expect(Math.max(...counts), `${mutant} lived through ${runMax} runs`).toBeLessThan(
          runMax + 1,
        );
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
