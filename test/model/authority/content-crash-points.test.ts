import { describe, expect, it } from 'vitest';
import { nsPerMs, type World } from '../../../sim/index.ts';
import { complaints, judge } from '../../support/block-store.ts';
import { contentHistory, firstClient, freshClient } from '../../support/content-story.ts';
import { type Blow, crashAt, type Point, pointsIn } from '../../support/crash-points.ts';
import { wayOfTurn } from '../../support/enumerated-choices.ts';

/** Longer than the other members wait for one. */
const longNs = 100 * nsPerMs;
const takenOver: Blow = { dies: [firstClient], starts: [freshClient] };
const restarted: Blow = { dies: [firstClient], starts: [firstClient] };

/** How often a property was evaluated, over all worlds that a test has judged. */
class Tally {
  readonly #counts = new Map<string, number>();

  add(world: World): void {
    for (const { id, evaluatedCount } of judge(world).values()) {
      this.#counts.set(id, this.of(id) + evaluatedCount);
    }
  }

  of(id: string): number {
    return this.#counts.get(id) ?? 0;
  }
}

function losesNothing(points: readonly Point[], blowOf: (turn: number) => Blow): void {
  const tally = new Tally();
  for (const [turn, point] of points.entries()) {
    const world = crashAt(point, wayOfTurn(turn), blowOf(turn));
    const { name, role } = point;
    expect({ turn, name, role, trouble: complaints(world) }).toEqual({
      turn,
      name,
      role,
      trouble: [],
    });
    if (turn % 10 === 0) tally.add(world);
  }
  // Contents were read back, copies had moved, and the map was told to clients that began anew.
  for (const id of ['no-lost-acked-write', 're-mirrored', 'cached-entry-was-stored']) {
    expect({ id, isTried: tally.of(id) > points.length / 10 }).toEqual({ id, isTried: true });
  }
  if ((blowOf(0).dies ?? []).length === 0) return;
  expect(tally.of('map-independent-of-clients')).toBeGreaterThan(points.length / 20);
}

function namesOf(points: readonly Point[]): readonly string[] {
  return [...new Set(points.map(({ role, name }) => `${role} ${name}`))];
}

/** Of a disk, a receipt, a decision or an answer; not just somewhere between messages. */
function isNamed({ name }: Point): boolean {
  return name !== 'after a step' && name !== 'elsewhere in a step';
}

describe('contents and map over a map authority that loses power', () => {
  const points = pointsIn(contentHistory());

  it('stops in batches, checkpoints, recoveries and decisions', () => {
    expect(points.length).toBeGreaterThan(250);
    const names = namesOf(points);
    for (const name of [
      'before append write',
      'before append read-back',
      'before append flush',
      'before a receipt',
      'after the receipts, before a decision',
      'between two decisions',
      'after the decisions, before the answer',
      'before checkpoint write',
      'before checkpoint flush',
      // The superblock that names a checkpoint gives up what was before it in the log.
      'before save write 0',
      'before save write 1',
      'before save flush',
      'before open superblock',
      'before open checkpoint',
      'before open log',
    ]) {
      expect(names).toContain(`single ${name}`);
    }
  });

  it('are all there when it comes back (its disk keeps nothing, all or some, in turn)', () => {
    losesNothing(points, () => ({}));
  });

  it('are all there for a client that begins anew with it', () => {
    losesNothing(points, (turn) => (turn % 2 === 0 ? takenOver : restarted));
  });
});

describe('contents and map over a map authority of three of which one loses power', () => {
  const points = pointsIn(contentHistory({ memberCount: 3 }));
  const named = points.filter(isNamed);
  // Most others are heartbeats and their answers.
  const others = points.filter((point) => !isNamed(point));
  const some = others.filter(({ role }, i) => i % (role === 'follower' ? 8 : 3) === 0);

  it('stops leaders, followers, candidates and those that recover', () => {
    expect(points.length).toBeGreaterThan(1_000);
    const names = namesOf(points);
    for (const name of [
      'leader before append write',
      'leader before append flush',
      'leader before a receipt',
      'leader after the receipts, before a decision',
      'leader between two decisions',
      'leader after the decisions, before the answer',
      'leader before checkpoint write',
      'leader before save write 0',
      'candidate before save flush',
      'follower before append flush',
      'follower before save flush',
      'recovering before open checkpoint',
      'recovering before open log',
    ]) {
      expect(names).toContain(name);
    }
  });

  it('are all there under the next leader (its disk keeps nothing, all or some, in turn)', () => {
    losesNothing([...named, ...some], (turn) => (turn % 4 === 0 ? {} : { forNs: longNs }));
  });

  it('are all there for a client that begins anew with it', () => {
    losesNothing(named, (turn) => ({
      ...(turn % 2 === 0 ? takenOver : restarted),
      ...(turn % 4 < 2 ? {} : { forNs: longNs }),
    }));
  });
});

describe('contents and map over a client that dies alone', () => {
  it.each([1, 3])('are all there for the next one (members=%i)', (count) => {
    const { history, worlds } = beforeSteps(count);
    const turns = worlds.filter((_, i) => i % count === 0);
    for (const [turn, before] of turns.entries()) {
      const world = before.fork();
      world.crash(firstClient, { power: true });
      world.restart(turn % 2 === 0 ? freshClient : firstClient);
      history.settle(world);
      expect({ turn, atNs: before.now, trouble: complaints(world) }).toEqual({
        turn,
        atNs: before.now,
        trouble: [],
      });
    }
    expect(turns.length).toBeGreaterThan(60);
  });
});

/** The worlds before each step of the authority that did something. */
function beforeSteps(memberCount: number) {
  const history = contentHistory({ memberCount });
  const worlds = [
    ...new Set(
      pointsIn(history)
        .filter(isNamed)
        .map(({ before }) => before),
    ),
  ];
  return { history, worlds };
}

describe('a wrong system is caught at one of the points', () => {
  it.each([
    [1, 'receipt-before-flush', 'receipt-implies-durable'],
    [1, 'volatile-map', 'map-independent-of-clients'],
    [1, 'acks-on-shrunk-config', 'no-lost-acked-write'],
    [3, 'moves-known-to-clients-only', 'map-independent-of-clients'],
    [3, 'cut-over-without-catch-up', 'no-lost-acked-write'],
  ] as const)('with %i members (%s by %s)', (memberCount, mutant, property) => {
    const points = pointsIn(contentHistory({ memberCount, mutants: [mutant] }));
    const isCaught = points.some((point, turn) => {
      if (turn % 9 !== 0) return false;
      const blow = turn % 2 === 0 ? {} : takenOver;
      const world = crashAt(point, wayOfTurn(turn / 9), { forNs: longNs, ...blow });
      return judge(world).get(property)?.status === 'violated';
    });
    expect(isCaught).toBe(true);
  });
});
