// Volumes that are moved in the middle of trouble: worlds in which wrong variants of movers, of who
// else drives moves and of the authority show themselves.
import type { MutantId } from '../../model/index.ts';
import { nsPerSec, type ScheduledFault, type World } from '../../sim/index.ts';
import { type ClusterChoice, runAndSettle } from './block-store.ts';
import { movedWorld } from './moved-volumes.ts';

const untilNs = 10 * nsPerSec;
type Story = (choice: ClusterChoice) => World;

/** A fault that begins when something is marked for the nth time. */
export function upon(
  mark: string,
  nth: number,
  fault: {
    readonly kind: string;
    readonly target?: string;
    readonly forSec: number;
    readonly params?: ScheduledFault['params'];
  },
): ScheduledFault {
  const { kind, target, forSec, params = {} } = fault;
  return {
    kind,
    atNs: 0,
    trigger: { steps: [{ on: 'mark', name: mark, nth }], delayNs: 0, times: 1 },
    forNs: forSec * nsPerSec,
    ...(target === undefined ? {} : { target }),
    params,
  };
}

// There and back, with snapshots all the while.
function thereAndBack(choice: ClusterChoice): World {
  const world = movedWorld({
    untilNs,
    ...choice,
    moves: [
      [2, 'cell-2'],
      [6, 'cell-1'],
    ],
    snapshotsEverySec: 0.5,
  });
  runAndSettle(world, untilNs);
  return world;
}

// The mover dies while it imports, and when it is back the volume is wanted where it was.
export function turnedBack(choice: ClusterChoice): World {
  const world = movedWorld({
    untilNs,
    ...choice,
    moves: [
      [2, 'cell-2'],
      [4, 'cell-1'],
    ],
  });
  world.scheduleFault(upon('move.finished', 3, { kind: 'crash', target: 'mover-1', forSec: 3 }));
  runAndSettle(world, untilNs);
  return world;
}

// The data is over, and from then on the mover does not reach the source: routers do, and have
// snapshots taken there under its lease; but they do not reach the target.
export function hiddenSource(choice: ClusterChoice): World {
  const world = movedWorld({
    untilNs: 2 * untilNs,
    ...choice,
    moves: [[2, 'cell-2']],
    lineage: { cellLeaseNs: 10 * nsPerSec },
    snapshotsEverySec: 5,
  });
  for (const groups of [
    [['mover-1'], ['cell=cell-1 role=host']],
    [['role=router'], ['cell=cell-2 role=host']],
  ]) {
    const cut = { kind: 'partition', forSec: 8, params: { groups, oneWay: false } };
    world.scheduleFault(upon('volume-move.imported', 1, cut));
  }
  runAndSettle(world, 2 * untilNs);
  return world;
}

// A move is over when its merits are rolled back: what is new is to be where the volume was.
function rolledBackLate(choice: ClusterChoice): World {
  const lineage = { rollBacks: [{ volume: 'vol-1', atNs: 6 * nsPerSec }] };
  const moves = [[2, 'cell-2']] as const;
  const world = movedWorld({ untilNs, clients: [], ...choice, moves, lineage });
  runAndSettle(world, untilNs);
  return world;
}

/** By variant: the world that it is hunted in. */
export const moveHunts = {
  'commit-unsealed': thereAndBack,
  'unseal-undecided': thereAndBack,
  'activate-on-seal': thereAndBack,
  'import-unfinished': thereAndBack,
  'copies-left-behind': turnedBack,
  'take-over-without-lease': hiddenSource,
  'roll-back-overturns': rolledBackLate,
} as const satisfies Partial<Record<MutantId, Story>>;
