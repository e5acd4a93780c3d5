// Two layers keep a snapshot that is taken in the wrong cell out of the chain: cells guard what
// they take, the authority checks what it publishes. What breaks without one, and without both.
import { describe, expect, it } from 'vitest';
import { type MutantId, properties } from '../../../model/index.ts';
import { LineageCore } from '../../../model/lineage/core.ts';
import { type ProtocolMutantId, withMutants } from '../../../model/lineage/mutants.ts';
import { Judge, searchStates } from '../../../sim/index.ts';
import { lateRouters } from '../../support/driver-hunts.ts';

const judged = [
  'lineage-one-authority',
  'lineage-published-once',
  'lineage-not-lost',
  'lineage-right-cell',
  'lineage-one-head',
  'lineage-chain',
  'snapshots-answered',
] as const;
const seeds = ['1', '2', '3'] as const;

/** A judge of all of these at once: none ends the run of the others. */
class Judges extends Judge {
  readonly each = judged.map((id) => new Judge([properties[id]]));

  constructor() {
    super([properties['snapshots-answered']]);
  }

  override observe(entry: Parameters<Judge['observe']>[0]): ReturnType<Judge['observe']> {
    for (const one of this.each) one.observe(entry);
    return super.observe(entry);
  }
}

/** By property: in how many of the seeds it did not hold. */
function brokenCounts(mutants: readonly MutantId[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const seed of seeds) {
    const judge = new Judges();
    const world = lateRouters({ seed, mutants, judge });
    for (const [at, one] of judge.each.entries()) {
      const [judgement] = one.end(world.now, false);
      if (judgement!.status === 'held') continue;
      counts.set(judged[at]!, (counts.get(judged[at]!) ?? 0) + 1);
    }
  }
  return Object.fromEntries(counts);
}

describe('in a run with routers that are late', { timeout: 120_000 }, () => {
  it('nothing breaks with both layers', () => {
    expect(brokenCounts([])).toEqual({});
  });

  it('cells without guards take what is never published: the chain holds', () => {
    expect(brokenCounts(['no-cell-guards'])).toEqual({ 'lineage-right-cell': 3 });
  });

  it('an authority without checks publishes what the new owner lacks', () => {
    const counts = brokenCounts(['no-publish-check']);
    expect(counts).toMatchObject({ 'lineage-right-cell': 3, 'lineage-one-head': 3 });
    expect(counts).not.toHaveProperty('lineage-not-lost');
  });

  it('without both the chain forks on every seed, and requests end no more', () => {
    expect(brokenCounts(['no-cell-guards', 'no-publish-check'])).toMatchObject({
      'lineage-right-cell': 3,
      'lineage-one-head': 3,
      'lineage-chain': 3,
      'snapshots-answered': 3,
    });
  });
});

describe('in every state of the protocol core', () => {
  const search = (ids: readonly ProtocolMutantId[]) => {
    const options = withMutants({ requests: ['r1', 'r2'], moveMax: 1 }, ids);
    return searchStates(new LineageCore(options), { stateMax: 500_000 });
  };

  it.each([
    { without: [], stateCount: 175_270 },
    { without: ['no-cell-guards'], stateCount: 266_760 },
    { without: ['publish-behind-any'], stateCount: 175_270 },
    { without: ['no-cell-guards', 'publish-behind-any'], stateCount: 266_760 },
  ] as const)('is safe without $without: $stateCount states', ({ without, stateCount }) => {
    const result = search(without);
    expect(result).toMatchObject({ stateCount, complete: true, violation: null, stuck: null });
  });

  it.each([
    { without: ['publish-unowned'] },
    { without: ['no-publish-check'] },
    { without: ['no-cell-guards', 'no-publish-check'] },
  ] as const)('is not without $without', ({ without }) => {
    const { violation } = search(without);
    expect(violation?.what).toContain('lineage-one-head');
    expect(violation?.path.steps).toHaveLength(9);
  });
});
