// Moves in trouble: who drives them sleeps or is cut off, and hears of it all too late. Where wrong
// variants of drivers and of cells show themselves.
import type { MutantId } from '../../model/index.ts';
import { nsPerMs, nsPerSec, type ScheduledFault, type World } from '../../sim/index.ts';
import { type ClusterChoice, plan, runAndSettle } from './block-store.ts';
import { movedWorld } from './moved-volumes.ts';
import { lineageSpec } from './snapshot-stories.ts';

const untilNs = 12 * nsPerSec;

/** A fault that begins when somebody leaves a mark for the first time. */
function planAtMark(
  world: World,
  mark: string,
  fault: {
    readonly kind: string;
    readonly target: string;
    readonly forMs: number;
    readonly params?: ScheduledFault['params'];
    readonly nth?: number;
  },
): void {
  const { kind, target, forMs, params = {}, nth = 1 } = fault;
  const trigger = { steps: [{ on: 'mark', name: mark, nth }], delayNs: 0, times: 1 } as const;
  world.scheduleFault({ kind, atNs: 0, trigger, forNs: forMs * nsPerMs, target, params });
}

const there: readonly (readonly [number, string])[] = [[2, 'cell-2']];
const cut = { inbound: true, outbound: true };

// The target is cut off as soon as the source is sealed.
function darkTarget(choice: ClusterChoice): World {
  const world = movedWorld({
    clients: [],
    untilNs,
    moves: there,
    snapshotsEverySec: 0.5,
    ...choice,
  });
  const target = 'role=host cell=cell-2';
  planAtMark(world, 'volume-move.sealed', { kind: 'isolate', target, forMs: 4_000, params: cut });
  runAndSettle(world, untilNs);
  return world;
}

// The source is cut off while the target imports.
function darkSource(choice: ClusterChoice): World {
  const world = movedWorld({
    clients: [],
    untilNs,
    moves: there,
    snapshotsEverySec: 0.5,
    ...choice,
  });
  const target = 'role=host cell=cell-1';
  planAtMark(world, 'move.started', { kind: 'isolate', target, forMs: 3_000, params: cut, nth: 2 });
  runAndSettle(world, untilNs);
  return world;
}

// The source is cut off when it has to be told to retire, and the volume goes on to a third cell.
function darkRetired(choice: ClusterChoice): World {
  const moves = [...there, [4, 'cell-3'], [6, 'cell-1']] as const;
  const world = movedWorld({ clients: [], untilNs: 8 * nsPerSec, moves, cellCount: 3, ...choice });
  const target = 'role=host cell=cell-1';
  const mark = 'volume-move.committed';
  planAtMark(world, mark, { kind: 'isolate', target, forMs: 5_000, params: cut });
  runAndSettle(world, 8 * nsPerSec, 12 * nsPerSec);
  return world;
}

// There and back, while snapshots are wanted ten times in a second over slow lines.
function slowRouters(choice: ClusterChoice): World {
  const moves = [2, 4, 6, 8].map((atSec, n) => [atSec, n % 2 === 0 ? 'cell-2' : 'cell-1'] as const);
  const world = movedWorld({ clients: [], untilNs, moves, snapshotsEverySec: 0.1, ...choice });
  const params = { by: 100 * nsPerMs };
  plan(world, { kind: 'message-delay', target: 'role=router', atMs: 1_000, forMs: 9_000, params });
  runAndSettle(world, untilNs);
  return world;
}

// There and back, while snapshots are wanted ten times in a second and routers hear and are heard
// late: a cell is not any more what they saw when it takes, nor the owner when they publish.
export function lateRouters(choice: ClusterChoice): World {
  const world = lateRoutersOf(choice);
  runAndSettle(world, 6 * nsPerSec, 5 * nsPerSec);
  return world;
}

function lateRoutersOf(choice: ClusterChoice): World {
  const moves = [...there, [4, 'cell-1']] as const;
  const shape = { clients: [], untilNs: 6 * nsPerSec, moves, snapshotsEverySec: 0.1 };
  const world = movedWorld({ ...shape, ...choice });
  const params = { by: 100 * nsPerMs };
  plan(world, { kind: 'message-delay', target: 'role=router', atMs: 1_000, forMs: 5_000, params });
  return world;
}

// A volume is put in quarantine while routers are heard late: what they had read before says
// nothing of it.
function heldVolume(choice: ClusterChoice): World {
  const hold = { volume: 'vol-1', fromNs: 2 * nsPerSec, untilNs: 4 * nsPerSec };
  const lineage = { operator: { everyNs: nsPerSec / 2, holds: [hold] } };
  const shape = { clients: [], untilNs: 5 * nsPerSec, moves: [], snapshotsEverySec: 0.1 };
  const world = movedWorld({ ...shape, lineage, ...choice });
  const params = { by: 100 * nsPerMs };
  plan(world, { kind: 'message-delay', target: 'role=router', atMs: 1_000, forMs: 4_000, params });
  runAndSettle(world, 5 * nsPerSec, 5 * nsPerSec);
  return world;
}

// There and back; routers do not reach two hosts of the cell that the volume moves to, and have its
// answer much later than that of the other.
function skewedAnswers(choice: ClusterChoice): World {
  const moves = [...there, [5, 'cell-1']] as const;
  const lineage = lineageSpec({ everyNs: 60 * nsPerMs });
  const { snapshots } = lineage;
  const world = movedWorld({
    clients: [],
    untilNs: 8 * nsPerSec,
    moves,
    lineage: { snapshots },
    ...choice,
  });
  for (const [atMs, hosts] of [
    [1_000, ['host-4', 'host-5']],
    [4_000, ['host-1', 'host-2']],
  ] as const) {
    const params = { groups: [['role=router'], [...hosts]], oneWay: false };
    plan(world, { kind: 'partition', atMs, forMs: 3_000, params });
  }
  runAndSettle(world, 8 * nsPerSec, 6 * nsPerSec);
  return world;
}

// A move is given up, for its target is cut off, and nobody wants it any more; snapshots that were
// taken before are still to be published.
function abortedMove(choice: ClusterChoice): World {
  const moves = [...there, [4, 'cell-1']] as const;
  const asking = lineageSpec({ everyNs: 100 * nsPerMs, count: 20 });
  const lineage = { snapshots: asking.snapshots };
  const world = movedWorld({ clients: [], untilNs: 6 * nsPerSec, moves, lineage, ...choice });
  const params = { by: 100 * nsPerMs };
  plan(world, { kind: 'message-delay', target: 'role=router', atMs: 500, forMs: 5_000, params });
  const target = 'role=host cell=cell-2';
  planAtMark(world, 'move.started', { kind: 'isolate', target, forMs: 3_500, params: cut, nth: 2 });
  runAndSettle(world, 6 * nsPerSec, 6 * nsPerSec);
  return world;
}

// What is sent to a target once it is decided on arrives when the volume has gone back.
function lateDecision(choice: ClusterChoice): World {
  const moves = [
    [2, 'cell-2'],
    [5, 'cell-1'],
  ] as const;
  const lineage = { moverCount: 2 };
  const world = movedWorld({ clients: [], untilNs: 11 * nsPerSec, moves, lineage, ...choice });
  planAtMark(world, 'volume-move.committed', {
    kind: 'message-delay',
    target: 'role=host cell=cell-2',
    forMs: 700,
    params: { by: 6_000 * nsPerMs },
  });
  runAndSettle(world, 11 * nsPerSec);
  return world;
}

/** Worlds in which wrong variants of drivers and of cells show themselves. */
export const driverHunts = {
  'unseal-unreachable': darkTarget,
  'activate-unreachable': darkSource,
  'clear-unclosed': darkRetired,
  'certificate-twice': lateDecision,
  'take-in-any-state': slowRouters,
  'publish-in-same-epoch': abortedMove,
  'picks-first': skewedAnswers,
  'quarantines-at-once': skewedAnswers,
  'publish-unowned': lateRouters,
  'no-publish-check': lateRouters,
  'quarantine-ignored': heldVolume,
} as const satisfies Partial<Record<MutantId, (choice: ClusterChoice) => World>>;
