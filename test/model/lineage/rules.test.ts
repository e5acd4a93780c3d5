import { describe, expect, it } from 'vitest';
import { observations, ruleFor, ruleTable } from '../../../model/lineage/rules.ts';

describe('the rule table', () => {
  it('has a rule for each of the 49 pairs, each under its own name', () => {
    const names = observations.flatMap((a) => observations.map((b) => ruleFor([a, b]).name));
    expect(new Set(names).size).toBe(49);
    for (const row of observations) expect(ruleTable[row]).toHaveLength(7);
  });

  it('says the same whichever cell is named first, but for the hint', () => {
    for (const a of observations) {
      for (const b of observations) {
        const one = ruleFor([a, b]);
        const other = ruleFor([b, a]);
        const { ifNewer, drive, reRead, retry, notFound } = one;
        expect(other).toMatchObject({ ifNewer, drive, reRead, retry, notFound });
        const mirrored = one.taker === null ? null : 3 - one.taker;
        expect(other.taker).toBe(mirrored);
        // The hint is wrong where the alternate takes, and only there.
        expect(one.fixHint).toBe(one.taker === 2);
      }
    }
  });

  it('takes only in a cell that was seen authoritative', () => {
    for (const a of observations) {
      for (const b of observations) {
        const { taker } = ruleFor([a, b]);
        if (taker === null) continue;
        expect(['active', 'migrating']).toContain(taker === 1 ? a : b);
      }
    }
  });

  it('never lets a volume be called absent but where neither cell has it', () => {
    const absent = observations.flatMap((a) =>
      observations.filter((b) => ruleFor([a, b]).notFound).map((b) => `${a}/${b}`),
    );
    expect(absent).toEqual(['not-found/not-found']);
  });
});
