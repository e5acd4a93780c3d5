import { describe, expect, it } from 'vitest';
import type { VolumeChange } from '../../../model/lineage/volume-change.ts';
import type {
  CellLeaseGranted,
  LineageMessage,
  Route,
  VolumeChanged,
} from '../../../model/messages/lineage.ts';
import { isMark, type MarkFacts } from '../../../model/properties/marks.ts';
import { nsPerMs, type World } from '../../../sim/index.ts';
import {
  type AuthorityStory,
  authorityWorld,
  endStory,
  type StoryRequest,
} from '../../support/authority-story.ts';
import { complaints, marks } from '../../support/block-store.ts';
import {
  crashAt,
  mutePointsOf,
  type Point,
  pointsOf,
  troubleOf,
} from '../../support/crash-points.ts';
import { someWays, wayOfTurn } from '../../support/enumerated-choices.ts';

const volume = 'vol-1';
const r1 = { request: 'r1', cell: 'x', epoch: 1 };
const r2 = { request: 'r2', cell: 'y', epoch: 2 };
const changes: readonly VolumeChange[] = [
  { kind: 'publish', snapshot: r1, parent: null },
  { kind: 'open', target: 'y', lastMove: 0 },
  { kind: 'give-up', request: 'r3' },
  { kind: 'imported', move: 1 },
  { kind: 'commit', move: 1, isForced: false },
  { kind: 'fix-hint', active: 'y' },
  { kind: 'publish', snapshot: r2, parent: r1 },
  { kind: 'clear', move: 1 },
  { kind: 'quarantine', reason: 'held', epoch: 2, lastMove: 1 },
];

// A change and two questions are on their way together: changes keep their order.
function inTurn(all: readonly VolumeChange[]): readonly StoryRequest[] {
  return all.flatMap((change, index): readonly StoryRequest[] => [
    { type: 'volume.change', volume, reqId: 3 * index, change },
    { type: 'route.read', volume, reqId: 3 * index + 1 },
    { type: 'route.read', volume, reqId: 3 * index + 2 },
  ]);
}

const story: AuthorityStory = { cell: 'x', requests: inTurn(changes) };
const moved = {
  owner: 'y',
  epoch: 2,
  ownerSince: 2,
  move: null,
  lastMove: 1,
  chain: [r1, r2],
  tombstones: ['r3'],
  deleted: [],
  quarantine: 'held',
};

function tell(world: World, message: LineageMessage): void {
  world.send('authority', message);
}

function answersOf<T extends LineageMessage>(world: World, type: T['type']): readonly T[] {
  return world.entries.flatMap((entry) =>
    entry.kind === 'message' && entry.type === type ? [entry.message as T] : [],
  );
}

/** What the authority has recorded, by the index of its log; it never says two things of one. */
function recorded(world: World): ReadonlyMap<number, MarkFacts['lineage.recorded']> {
  const places = new Map<number, MarkFacts['lineage.recorded']>();
  for (const entry of world.entries) {
    if (!isMark(entry, 'lineage.recorded')) continue;
    const { logIndex } = entry.facts;
    expect(places.get(logIndex) ?? entry.facts).toEqual(entry.facts);
    places.set(logIndex, entry.facts);
  }
  return places;
}

function newestOf(world: World): MarkFacts['lineage.recorded']['record'] | undefined {
  const places = recorded(world);
  return places.get(Math.max(...places.keys()))?.record;
}

/** What cells and hosts would have to answer for: in these worlds there are none. */
const ofCells = /^(lineage-one-head|lineage-converged|moved-data-complete|moved-copies-home):/;
const ofTaking = /that its cell has not taken$/;

function ofAuthority(lines: readonly string[]): readonly string[] {
  return lines.filter((line) => !ofCells.test(line) && !ofTaking.test(line));
}

// Who is answered was told the truth: the record has what the change wanted.
function endsAsWanted(world: World): void {
  expect(ofAuthority(troubleOf(world))).toEqual([]);
  expect(newestOf(world)).toEqual(moved);
  const asked = answersOf<VolumeChanged>(world, 'volume.changed');
  expect(asked.at(-1)?.known?.record).toEqual(moved);
}

describe('the place of a volume', () => {
  it('is changed by the log alone, and everybody is told what it is now', () => {
    const world = authorityWorld(story);
    expect(endStory(world)).toBe(true);
    endsAsWanted(world);
    expect(answersOf<VolumeChanged>(world, 'volume.changed').every((one) => one.applied)).toBe(
      true,
    );
    expect([...recorded(world).values()].map(({ change }) => change)).toEqual([null, ...changes]);
    const { routing } = answersOf<VolumeChanged>(world, 'volume.changed').at(-1)!.known!;
    expect(routing.active).toEqual({ cell: 'y', merit: 2 });
    const routes = answersOf<Route>(world, 'route').map(({ known }) => known?.record.epoch);
    expect(routes).toEqual([...routes].sort());
    expect(new Set(routes)).toEqual(new Set([1, 2]));
  });

  it('is nobody’s where the volume is in no one cell', () => {
    const requests = inTurn(changes.slice(0, 1));
    const world = authorityWorld({ requests });
    expect(endStory(world)).toBe(true);
    expect(marks(world, 'lineage.recorded')).toEqual([]);
    for (const type of ['route', 'volume.changed'] as const) {
      const told = answersOf<Route | VolumeChanged>(world, type);
      expect(told.length).toBeGreaterThan(0);
      expect(told.every(({ known }) => known === null)).toBe(true);
    }
  });

  it('is the same after a power loss at any point', () => {
    const points = pointsOf(story);
    expect(points.length).toBeGreaterThan(100);
    for (const point of points) {
      const { results } = someWays(4, (choices) => crashAt(point, choices));
      for (const world of results) endsAsWanted(world);
    }
  });

  it('survives in checkpoints, however many snapshots there are', () => {
    const snapshots = Array.from({ length: 120 }, (_, index) => ({
      request: `snapshot of requester-1, number ${index}`,
      cell: 'x',
      epoch: 1,
    }));
    const all = snapshots.flatMap((snapshot, index): readonly VolumeChange[] => [
      { kind: 'publish', snapshot, parent: snapshots[index - 1] ?? null },
      { kind: 'give-up', request: `given up, number ${index}` },
      { kind: 'delete', snapshot },
    ]);
    const move: readonly VolumeChange[] = [
      { kind: 'open', target: 'y', lastMove: 0 },
      { kind: 'imported', move: 1 },
      { kind: 'commit', move: 1, isForced: false },
    ];
    const world = authorityWorld({ ...story, requests: inTurn([...all, ...move]) });
    expect(endStory(world)).toBe(true);
    const before = newestOf(world)!;
    expect(before.chain).toHaveLength(120);
    expect(before.deleted).toHaveLength(120);
    expect(before.move?.decidedChain).toHaveLength(120);
    expect(marks(world, 'checkpoint.finished').length).toBeGreaterThan(20);
    world.crash('authority', { power: true });
    world.restart('authority');
    world.runUntil(world.now + 100 * nsPerMs);
    // Nobody is there who would say that they want anything deleted.
    const others = complaints(world).filter((line) => !/^lineage-not-lost:/.test(line));
    expect(ofAuthority(others)).toEqual([]);
    tell(world, { type: 'route.read', volume, reqId: 9 });
    world.runUntil(world.now + nsPerMs);
    expect(answersOf<Route>(world, 'route').at(-1)?.known?.record).toEqual(before);
  });
});

describe('the place of a volume that members keep together', () => {
  const ofMembers = { ...story, memberCount: 3 };
  // Longer than the others wait for it: another one leads when it comes back.
  const how = { forNs: 60 * nsPerMs };

  it.each([
    ['dies', pointsOf(ofMembers).filter(({ role }, i) => role === 'leader' && i % 3 === 0)],
    ['dies unheard', mutePointsOf(ofMembers)],
  ] as const)('is the same when a leader %s at any point', (_how, points) => {
    expect(points.length).toBeGreaterThan(20);
    const leaders = new Set<string>();
    for (const [turn, point] of (points as readonly Point[]).entries()) {
      const world = crashAt(point, wayOfTurn(turn), how);
      endsAsWanted(world);
      for (const { actor } of marks(world, 'leader.began')) leaders.add(actor);
    }
    expect(leaders.size).toBeGreaterThan(1);
  });
});

describe('the lease of a cell', () => {
  const leaseNs = 50 * nsPerMs;
  const ask = (cell: string) => ({ type: 'cell-lease.ask', volume, cell, sentNs: 7 }) as const;
  const commit: VolumeChange = { kind: 'commit', move: 1, isForced: true };
  const open: VolumeChange = { kind: 'open', target: 'y', lastMove: 0 };
  let reqId = 0;

  function begun(): World {
    const world = authorityWorld({ cell: 'x', requests: [] });
    world.runUntil(5 * nsPerMs);
    changed(world, open);
    changed(world, { kind: 'imported', move: 1 });
    // What it cannot know of from before its beginning has run out.
    world.runUntil(200 * nsPerMs);
    return world;
  }

  function granted(world: World, cell: string): CellLeaseGranted {
    tell(world, ask(cell));
    world.runUntil(world.now + nsPerMs);
    return answersOf<CellLeaseGranted>(world, 'cell-lease.granted').at(-1)!;
  }

  function changed(world: World, change: VolumeChange): VolumeChanged {
    tell(world, { type: 'volume.change', volume, reqId: ++reqId, change });
    world.runUntil(world.now + nsPerMs);
    const answer = answersOf<VolumeChanged>(world, 'volume.changed').at(-1)!;
    expect(answer.reqId).toBe(reqId);
    return answer;
  }

  it('is the owner’s alone, and begins when it asked', () => {
    const world = begun();
    expect(granted(world, 'y')).toMatchObject({ leaseNs: 0, sentNs: 7 });
    expect(granted(world, 'x')).toMatchObject({ leaseNs, sentNs: 7 });
  });

  it('keeps it from being overruled until it has run out, with a margin', () => {
    const world = begun();
    granted(world, 'x');
    const grantedNs = world.now;
    expect(changed(world, commit).applied).toBe(false);
    world.runUntil(grantedNs + leaseNs);
    expect(changed(world, commit).applied).toBe(false);
    world.runUntil(grantedNs + 1.25 * leaseNs + nsPerMs);
    expect(changed(world, commit).applied).toBe(true);
    expect(granted(world, 'x').leaseNs).toBe(0);
    expect(granted(world, 'y').leaseNs).toBe(leaseNs);
  });

  it('begins for nobody while the log is written that overrules it', () => {
    const world = begun();
    tell(world, { type: 'volume.change', volume, reqId: ++reqId, change: commit });
    tell(world, ask('x'));
    world.runUntil(world.now + nsPerMs);
    expect(answersOf<VolumeChanged>(world, 'volume.changed').at(-1)?.applied).toBe(true);
    expect(answersOf<CellLeaseGranted>(world, 'cell-lease.granted').at(-1)?.leaseNs).toBe(0);
  });

  it('is taken for one that has just begun when the authority comes back', () => {
    const world = begun();
    world.crash('authority', { power: true });
    world.restart('authority');
    world.runUntil(world.now + 5 * nsPerMs);
    expect(changed(world, commit).applied).toBe(false);
    world.runUntil(world.now + 1.25 * leaseNs);
    expect(changed(world, commit).applied).toBe(true);
  });

  it('does not matter to a move whose source is sealed', () => {
    const world = begun();
    granted(world, 'x');
    expect(changed(world, { ...commit, isForced: false }).applied).toBe(true);
  });
});
