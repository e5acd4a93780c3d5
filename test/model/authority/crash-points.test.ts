import { describe, expect, it } from 'vitest';
import { judge } from '../../support/block-store.ts';
import { alsoClient, crashAt, pointsOf, troubleOf } from '../../support/crash-points.ts';
import { someWays } from '../../support/enumerated-choices.ts';

/** What the disk may keep is tried in so many ways at each point; most points have fewer. */
const wayMax = 32;

describe('a map authority that loses power', () => {
  const points = pointsOf();
  const namedCounts = new Map<string, number>();
  for (const { name } of points) namedCounts.set(name, (namedCounts.get(name) ?? 0) + 1);

  it('stops at nineteen named points: in batches, checkpoints and recoveries', () => {
    expect([...namedCounts.keys()].sort()).toEqual([
      'after a step',
      'after the decisions, before the answer',
      'after the receipts, before a decision',
      'before a receipt',
      'before append flush',
      'before append read-back',
      'before append write',
      'before checkpoint flush',
      'before checkpoint read-back',
      'before checkpoint write',
      'before open checkpoint',
      'before open log',
      'before open superblock',
      'before save flush',
      'before save read-back',
      'before save write 0',
      'before save write 1',
      'between two decisions',
      'elsewhere in a step',
    ]);
    expect(points.length).toBeGreaterThan(150);
  });

  it('breaks no promise at any point, whatever the disk keeps', () => {
    let runCount = 0;
    let wholeCount = 0;
    for (const point of points) {
      const { results, isComplete } = someWays(wayMax, (choices) => crashAt(point, choices));
      wholeCount += isComplete ? 1 : 0;
      for (const world of results) {
        runCount += 1;
        const { name } = point;
        expect({ name, runCount, trouble: troubleOf(world) }).toEqual({
          name,
          runCount,
          trouble: [],
        });
      }
    }
    expect(runCount).toBeGreaterThan(points.length);
    expect(wholeCount / points.length).toBeGreaterThan(0.7);
  });

  it('breaks none when its client dies at the same instant', () => {
    for (const point of points) {
      const { results } = someWays(1, (choices) => crashAt(point, choices, alsoClient));
      expect({ name: point.name, trouble: results.flatMap(troubleOf) }).toEqual({
        name: point.name,
        trouble: [],
      });
    }
  });
});

describe('a wrong map authority that loses power at every point', () => {
  it.each([
    ['receipt-before-flush', 'receipt-implies-durable'],
    ['torn-batch-applied', 'recovery-equivalence'],
    ['checkpoint-forgets-requests', 'recovery-equivalence'],
    ['volatile-map', 'receipt-implies-durable'],
  ] as const)('is caught at one of them (%s)', (mutant, property) => {
    const caught = pointsOf({ mutants: [mutant] }).some((point) =>
      someWays(wayMax, (choices) => crashAt(point, choices)).results.some(
        (world) => judge(world).get(property)?.status === 'violated',
      ),
    );
    expect(caught).toBe(true);
  });
});
