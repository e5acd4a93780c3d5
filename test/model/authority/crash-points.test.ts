import { describe, expect, it } from 'vitest';
import type { MutantId } from '../../../model/index.ts';
import { type ChoiceSource, nsPerMs, type World } from '../../../sim/index.ts';
import {
  authorityWorld,
  crashChoices,
  cutStateOf,
  type Effects,
  endStory,
  isStoryEnded,
} from '../../support/authority-story.ts';
import { complaints, judge } from '../../support/block-store.ts';
import { someWays } from '../../support/enumerated-choices.ts';

/** A power loss after so many effects of a step of the authority. */
interface Point {
  /** The world before that step. */
  readonly before: World;
  readonly cutAfter: number;
  readonly name: string;
}

/** What a power loss of the history itself follows, once each: recoveries are full of points. */
const interruptions = ['mark log.flushed', 'mark checkpoint.started', 'mark checkpoint.finished'];

/** Every point of a history, in order. */
function pointsOf(mutants: readonly MutantId[] = []): readonly Point[] {
  const world = authorityWorld({ mutants });
  const points: Point[] = [];
  let interruptedCount = 0;
  while (!isStoryEnded(world)) {
    const before = world.fork();
    const stepCount = stepCountOf(world);
    world.step();
    // A start has no effect but its first read, which the end of the step stands for.
    if (stepCount === 0 || stepCountOf(world) <= stepCount) continue;
    const { effects } = cutStateOf(world);
    for (let cutAfter = 0; cutAfter <= effects.length; cutAfter++) {
      points.push({ before, cutAfter, name: nameOf(effects, cutAfter) });
    }
    const next = interruptions[interruptedCount];
    if (next === undefined || !effects.includes(next)) continue;
    interruptedCount += 1;
    world.crash('authority', { power: true });
    world.restart('authority');
  }
  return points;
}

function stepCountOf(world: World): number {
  return world.actor('authority').alive ? cutStateOf(world).stepCount : 0;
}

function nameOf(effects: Effects, cutAfter: number): string {
  const last = effects[cutAfter - 1];
  const next = effects[cutAfter];
  if (next === undefined) return 'after a step';
  const isDecision = (name: string | undefined) => /map\.(applied|refused)$/.test(name ?? '');
  if (next.startsWith('io ')) return `before ${next.slice(3)}`;
  if (next === 'send receipt') return 'before a receipt';
  if (isDecision(last) && isDecision(next)) return 'between two decisions';
  if (isDecision(next)) return 'after the receipts, before a decision';
  if (isDecision(last) && next.startsWith('send')) return 'after the decisions, before the answer';
  return 'elsewhere in a step';
}

/** Loses power there, comes back, and lets the story end; `choices` decide what the disk keeps. */
function crashAt(point: Point, choices: ChoiceSource, alsoClient = false): World {
  const world = point.before.fork({ choices: crashChoices(choices) });
  if (point.cutAfter > 0) {
    cutStateOf(world).cutAfter = point.cutAfter;
    world.step();
  }
  if (world.actor('authority').alive) {
    world.crash('authority', { power: true });
    if (alsoClient) world.crash('client-1', { power: true });
    world.runUntil(world.now + 0.1 * nsPerMs);
    world.restart('authority');
    if (alsoClient) world.restart('client-1');
  }
  endStory(world);
  return world;
}

function troubleOf(world: World): readonly string[] {
  return isStoryEnded(world) ? complaints(world) : ['the story did not end'];
}

/** What the disk may keep is tried in so many ways at each point; most points have fewer. */
const wayMax = 32;

describe('a map authority that loses power', () => {
  const points = pointsOf();
  const namedCounts = new Map<string, number>();
  for (const { name } of points) namedCounts.set(name, (namedCounts.get(name) ?? 0) + 1);

  it('stops at twenty named points: in batches, checkpoints and recoveries', () => {
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
      'before open flush',
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

  it('breaks no promise at any point, whatever the disk keeps', { timeout: 120_000 }, () => {
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

  it('breaks none when its client dies at the same instant', { timeout: 120_000 }, () => {
    for (const point of points) {
      const { results } = someWays(1, (choices) => crashAt(point, choices, true));
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
  ] as const)('is caught at one of them (%s)', { timeout: 120_000 }, (mutant, property) => {
    const caught = pointsOf([mutant]).some((point) =>
      someWays(wayMax, (choices) => crashAt(point, choices)).results.some(
        (world) => judge(world).get(property)?.status === 'violated',
      ),
    );
    expect(caught).toBe(true);
  });
});
