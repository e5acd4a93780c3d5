// Cells in trouble: rivals, bad networks, and power losses at every point of a command.
import { describe, expect, it } from 'vitest';
import type { MutantId } from '../../../../model/index.ts';
import type { CellCommand } from '../../../../model/lineage/cell-record.ts';
import { type ChoiceSource, nsPerMs, nsPerSec, type World } from '../../../../sim/index.ts';
import { marks, plan } from '../../../support/block-store.ts';
import {
  answersOf,
  type CellStory,
  cellWorld,
  hostsOf,
  type PlannedAsk,
  troubleOf,
} from '../../../support/cell-story.ts';
import { everyWay } from '../../../support/enumerated-choices.ts';

const take = (request: string): CellCommand => ({ kind: 'take', request, epoch: 1 });
const takes = (name: string, count: number, everyMs: number): readonly PlannedAsk[] =>
  Array.from({ length: count }, (_, at) => ({
    atMs: 100 + at * everyMs,
    member: at,
    command: take(`${name}${at}`),
    againMs: 300,
  }));

/** Each request has exactly one snapshot in the lineage that was read last. */
function isWhole(world: World, names: readonly string[], requestCount: number): boolean {
  const last = answersOf(world).at(-1);
  const requests = last?.lineage.map(({ request }) => request) ?? [];
  const wanted = names.flatMap((name) =>
    Array.from({ length: requestCount }, (_, at) => `${name}${at}`),
  );
  return [...requests].sort().join() === wanted.sort().join();
}

describe('the members of a cell in trouble', () => {
  it('take what two rivals ask for at once, each once', () => {
    for (const seed of ['1', '2', '3']) {
      const last = { atMs: 8_000, command: null, againMs: 300 };
      const world = cellWorld({
        seed,
        memberCount: 5,
        asks: [...takes('a', 20, 10), last],
        otherAsks: takes('b', 20, 10),
      });
      world.runUntil(12 * nsPerSec);
      expect(troubleOf(world)).toEqual([]);
      expect(isWhole(world, ['a', 'b'], 20)).toBe(true);
    }
  });

  it('answer many who ask at once by few rounds', () => {
    const asks = Array.from({ length: 60 }, (_, at) => ({ atMs: 100, member: at, command: null }));
    const world = cellWorld({ asks, otherAsks: takes('b', 5, 1) });
    world.runUntil(2 * nsPerSec);
    expect(troubleOf(world)).toEqual([]);
    const answers = answersOf(world);
    expect(answers.filter((record) => record != null)).toHaveLength(60);
    // One for each take, and for each member one that was under way and one for all who waited.
    expect(marks(world, 'record.proposed').length).toBeLessThan(20);
  });

  it('lose nothing in a network that loses, repeats and reorders, while hosts come and go', () => {
    for (const seed of ['1', '2', '3', '4']) {
      const last = { atMs: 20_000, command: null, againMs: 300 };
      const device = 'nvme-consumer';
      const world = cellWorld({ seed, device, asks: [...takes('a', 30, 200), last] });
      const forMs = 15_000;
      for (const kind of ['message-loss', 'message-duplication', 'message-reordering']) {
        plan(world, { kind, atMs: 0, forMs, target: 'role=host', params: { share: 0.3 } });
      }
      for (let k = 0; k < 12; k++) {
        const target = `host-${1 + ((k + Number(seed)) % 3)}`;
        plan(world, { kind: 'power-loss', atMs: 500 + 900 * k, forMs: 700, target });
      }
      world.runUntil(25 * nsPerSec);
      expect(troubleOf(world)).toEqual([]);
      expect(isWhole(world, ['a'], 30)).toBe(true);
    }
  });

  it('take nothing without a lease', () => {
    const asks = [{ atMs: 100, command: take('r1') }];
    const world = cellWorld({ leaseNs: 0, asks });
    world.runUntil(3 * nsPerSec);
    expect(answersOf(world)).toMatchObject([{ state: 'active', lineage: [] }]);
  });

  it('take nothing while the authority is away and the lease is over', () => {
    const asks = [100, 900, 2_000].map((atMs, at) => ({ atMs, command: take(`r${at}`) }));
    const world = cellWorld({ leaseNs: nsPerSec, asks });
    plan(world, { kind: 'crash', atMs: 500, forMs: 9_000, target: 'authority' });
    world.runUntil(5 * nsPerSec);
    expect(answersOf(world).map((record) => record?.lineage.length)).toEqual([1, 2, 2]);
  });
});

/** Two rivals, and one who reads in between and at the end. */
const duel: CellStory = {
  device: 'nvme-consumer',
  asks: [
    { atMs: 10, member: 0, command: take('a0'), againMs: 400 },
    { atMs: 14, member: 1, command: null, againMs: 400 },
    { atMs: 1_500, member: 2, command: null, againMs: 400 },
  ],
  otherAsks: [{ atMs: 11, member: 2, command: take('b0'), againMs: 400 }],
};
const duelNs = 30 * nsPerMs;
const endNs = 3 * nsPerSec;

interface Crash {
  readonly before: World;
  readonly hosts: readonly string[];
}

/** Before each step of a story, who may lose power there. */
function pointsOf(story: CellStory, victims: readonly (readonly string[])[]): readonly Crash[] {
  const world = cellWorld(story);
  const points: Crash[] = [];
  while (world.now < duelNs) {
    const before = world.fork();
    for (const hosts of victims) points.push({ before, hosts });
    world.step();
  }
  return points;
}

/** Asks about what a power loss leaves; what rivals wait differs from time to time. */
function crashChoices(inner: ChoiceSource, drawnCount = 0): ChoiceSource {
  let count = drawnCount;
  return {
    get madeCount() {
      return inner.madeCount;
    },
    choose(kind, n, key) {
      if (kind === 'disk.crash') return inner.choose(kind, n, key);
      return kind === 'ballot.back-off' ? Math.floor((count++ * 0.618 * n) % n) : 0;
    },
    copy: () => crashChoices(inner.copy(), count),
  };
}

function crashAt({ before, hosts }: Crash, choices: ChoiceSource): World {
  const world = before.fork({ choices: crashChoices(choices) });
  for (const host of hosts) world.crash(host, { power: true });
  world.runUntil(world.now + nsPerMs);
  for (const host of hosts) world.restart(host);
  world.runUntil(endNs);
  return world;
}

/** How many of all the ways that a crash can go lose something, and what tells. */
function troubles(mutants: readonly MutantId[]) {
  const story = { ...duel, mutants };
  const all = hostsOf(3);
  const victims = [...all.map((host) => [host]), all];
  const found = new Set<string>();
  let wayCount = 0;
  for (const point of pointsOf(story, victims)) {
    const ended = everyWay((choices) => crashAt(point, choices));
    for (const world of ended) {
      wayCount += 1;
      for (const id of troubleOf(world)) found.add(id);
      if (!isWhole(world, ['a', 'b'], 1)) found.add('lineage');
    }
  }
  return { found: [...found], wayCount };
}

describe('a power loss at every point of two rival commands', () => {
  it('loses nothing', () => {
    const { found, wayCount } = troubles([]);
    expect(found).toEqual([]);
    expect(wayCount).toBeGreaterThan(100);
  });
});
