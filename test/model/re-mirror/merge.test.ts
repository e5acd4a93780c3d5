import { describe, expect, it } from 'vitest';
import { properties } from '../../../model/index.ts';
import { type Entry, Judge, nsPerMs } from '../../../sim/index.ts';
import { complaints, judge, marks } from '../../support/block-store.ts';
import { returningHost } from '../../support/mutant-hunts.ts';

function isBack(facts: unknown): boolean {
  return (facts as { readonly back?: boolean }).back === true;
}

describe('a host that comes back while its copies are made anew', () => {
  const world = returningHost({ seed: '2' });

  it('is brought up to date by what changed, which is less than what there is', () => {
    const started = marks(world, 'copy.started').map(({ facts }) => facts);
    const merges = started.filter(({ mode }) => mode === 'merge');
    expect(merges.length).toBeGreaterThan(1);
    expect(started.length).toBeGreaterThan(merges.length);
    expect(marks(world, 'slot.reopened').length).toBeGreaterThanOrEqual(merges.length);
    const sum = (of: 'blocks' | 'heldBlocks') =>
      merges.reduce((total, facts) => total + (facts[of] as number), 0);
    expect(sum('blocks')).toBeLessThan(0.9 * sum('heldBlocks'));
  });

  it('holds every acknowledged write before the map names it again, and no property breaks', () => {
    expect(complaints(world)).toEqual([]);
    expect(judge(world).get('copied-before-switch')?.status).toBe('held');
  });

  it('has its cell admit that as any other copy, and is noticed where it does not', () => {
    const isAdmitted = (entry: Entry) =>
      entry.kind === 'mark' && entry.name === 'copy.admitted' && isBack(entry.facts);
    expect(world.entries.filter(isAdmitted).length).toBeGreaterThan(1);
    const judging = new Judge([properties['re-mirror-load-bounded']]);
    for (const entry of world.entries) if (!isAdmitted(entry)) judging.observe(entry);
    const [judgement] = judging.end(world.now, false);
    expect(judgement?.violation?.expected).toBe('one that a cell has admitted');
  });

  it('breaks nothing over 6 seeds, and where the host or the client dies in a merge', () => {
    for (let seed = 2; seed <= 7; seed++) {
      const other = returningHost({ seed: String(seed) }, (planned) => {
        planned.scheduleFault({
          kind: 'crash',
          atNs: 0,
          trigger: {
            steps: [{ on: 'mark', name: 'slot.reopened', nth: seed }],
            delayNs: (seed % 3) * nsPerMs,
            times: 1,
            optional: true,
          },
          forNs: 300 * nsPerMs,
          target: seed % 2 === 0 ? 'client-1' : 'there',
          params: {},
        });
      });
      expect({ seed, complaints: complaints(other) }).toEqual({ seed, complaints: [] });
    }
  });
});
