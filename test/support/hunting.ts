// Hunts for known wrong variants: from twenty seeds each, until the first property has noticed that
// has to; the others share these runs, each until it has noticed once.
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
function noticedOnFile(
  mutant: MutantId,
  seed: number,
  watched: readonly PropertyId[],
): readonly PropertyId[] {
  const { shownBy } = mutants[mutant];
  const reading = readScenario(`scenarios/${shownBy}.yaml`);
  if (!reading.ok) throw new Error(reading.problems.map(({ message }) => message).join('\n'));
  return watched.filter((property) => {
    const wrong = withMutant(reading.value, mutant, property);
    const { verdict } = runScenario(wrong, { level: 'hash', seed: String(seed) });
    return verdict.properties.some((judgement) => judgement.id === property && isNotice(judgement));
  });
}

function isNotice({ status }: Judgement): boolean {
  return status === 'violated' || status === 'stalled';
}

/** Which of some properties notice a variant in its world of this seed. */
function noticedBy(
  mutant: MutantId,
  seed: number,
  watched: readonly PropertyId[],
): readonly PropertyId[] {
  if (isOnFile(mutant)) return noticedOnFile(mutant, seed, watched);
  const judges = watched.map((property) => new Judge([properties[property]]));
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
  return watched.filter((_, i) => judges[i]!.end(now, isCut).some(isNotice));
}

/**
 * For each seed that a hunt starts from: how many runs it takes until the first property has
 * noticed; and the properties that never did. Hunts share their runs.
 */
function huntOf(mutant: MutantId): {
  readonly counts: readonly number[];
  readonly blind: readonly PropertyId[];
} {
  const [first, ...others] = mutants[mutant].killedBy;
  const blind = new Set<PropertyId>(others);
  // By seed, from 1 on without a gap: whether the first property noticed.
  const runs: boolean[] = [];
  const isKilled = (seed: number): boolean => {
    if (runs.length < seed) {
      const by = noticedBy(mutant, seed, [first, ...blind]);
      for (const id of by) blind.delete(id);
      runs.push(by.includes(first));
    }
    return runs[seed - 1]!;
  };
  const counts = Array.from({ length: startCount }, (_, i) => {
    for (let count = 1; count <= runMax; count++) if (isKilled(i + count)) return count;
    return Number.POSITIVE_INFINITY;
  });
  while (blind.size > 0 && runs.length < runMax) isKilled(runs.length + 1);
  return { counts, blind: [...blind] };
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
        const { counts, blind } = huntOf(mutant);
        rows.push(`${mutant}: median ${medianOf(counts)} of ${counts.join(' ')}`);
        expect(Math.max(...counts), `${mutant} lived through ${runMax} runs`).toBeLessThan(
          runMax + 1,
        );
        expect(blind).toEqual([]);
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
