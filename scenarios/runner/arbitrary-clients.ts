// Clients for property-based tests: who holds which volume, for how long, and what is asked of it.
import fc from 'fast-check';
import type { ClientSpec, WorkloadSpec } from '../../model/index.ts';
import { nsPerMs } from '../../sim/index.ts';

/** Volumes that drawn clients share, in order; most clusters have the first alone. */
export const volumeIds = ['vol-1', 'vol-2', 'vol-3'] as const;

/** One of them. */
export type VolumeId = (typeof volumeIds)[number];

/** Clients, and the volumes that they name. */
export interface DrawnClients {
  readonly volumes: readonly VolumeId[];
  readonly clients: readonly ClientSpec[];
  /** What a client is like that is yet to come. */
  readonly nextHabits: Habits;
}

type Shared = Omit<DrawnClients, 'nextHabits'>;

/** What is drawn once for a client. */
type Habits = Omit<ClientSpec, 'id' | 'zone' | 'volumes'>;

interface Draw {
  readonly habits: Habits;
  readonly others: Habits;
  /** When a volume changes hands, if it does. */
  readonly turnNs: number;
  /** How long it is nobody's in between, at least. */
  readonly gapNs: number;
}

/**
 * How volumes are shared out, the plain way first. Whoever takes a volume last keeps it: lost
 * copies are restored by holders, and a volume without one waits for the next.
 */
const sharings: readonly ((draw: Draw) => Shared)[] = [
  ({ habits }) => ({ volumes: ['vol-1'], clients: [first(['vol-1'], habits)] }),
  ({ habits }) => ({ volumes: ['vol-1', 'vol-2'], clients: [first(['vol-1', 'vol-2'], habits)] }),
  ({ habits, others }) => ({
    volumes: ['vol-1', 'vol-2'],
    clients: [first(['vol-1'], habits), second(['vol-2'], others)],
  }),
  handOver,
  takeOver,
  takeBack,
];

/** Clients of one volume or two; some share one, each in its turn. */
export function arbitraryClients(durationMs: number): fc.Arbitrary<DrawnClients> {
  return fc
    .record({
      share: fc.constantFrom(...sharings),
      habits: arbitraryHabits(),
      others: arbitraryHabits(),
      turnNs: fc.integer({ min: 1, max: durationMs }).map((ms) => ms * nsPerMs),
      gapNs: fc.constantFrom(0, 1, 300).map((ms) => ms * nsPerMs),
    })
    .map(({ share, ...draw }) => ({ ...share(draw), nextHabits: draw.others }));
}

/** The same clients, and one more for those of the volumes that are not theirs. */
export function withVolumes(drawn: DrawnClients, volumes: readonly VolumeId[]): DrawnClients {
  const more = volumes.filter((id) => !drawn.volumes.includes(id));
  if (more.length === 0) return drawn;
  const id = `client-${drawn.clients.length + 1}`;
  const next: ClientSpec = { id, zone: 'az-b', volumes: more, ...drawn.nextHabits };
  return { ...drawn, volumes: [...drawn.volumes, ...more], clients: [...drawn.clients, next] };
}

// One lets go, and the next takes the volume, by force in case that the first one is dead by then.
function handOver({ habits, others, turnNs, gapNs }: Draw): Shared {
  return {
    volumes: ['vol-1'],
    clients: [
      first(['vol-1'], { ...habits, detachAtNs: turnNs }),
      second(['vol-1'], { ...others, attachAtNs: turnNs + gapNs }),
    ],
  };
}

function takeOver({ habits, others, turnNs }: Draw): Shared {
  return {
    volumes: ['vol-1'],
    clients: [
      first(['vol-1'], { ...habits, afterFenced: 'stop' }),
      second(['vol-1'], { ...others, attachAtNs: turnNs }),
    ],
  };
}

function takeBack({ habits, others, turnNs }: Draw): Shared {
  return {
    volumes: ['vol-1'],
    clients: [
      first(['vol-1'], { ...habits, afterFenced: 'reattach' }),
      second(['vol-1'], { ...others, attachAtNs: turnNs, afterFenced: 'stop' }),
    ],
  };
}

function first(volumes: readonly VolumeId[], habits: Habits): ClientSpec {
  return { id: 'client-1', zone: 'az-a', volumes, ...habits };
}

function second(volumes: readonly VolumeId[], habits: Habits): ClientSpec {
  return { id: 'client-2', zone: 'az-b', volumes, ...habits };
}

function arbitraryHabits(): fc.Arbitrary<Habits> {
  const patience = fc.record({
    workload: arbitraryWorkload(),
    timeoutNs: fc.constantFrom(2000, 500, 5000).map((ms) => ms * nsPerMs),
    suspectNs: fc.constantFrom(300, 300, 1000, 3000).map((ms) => ms * nsPerMs),
    requestIdsRestartAfter: fc.constantFrom(0, 1, 3),
  });
  const care = fc.record(
    {
      onLeaseLost: fc.constant('stop' as const),
      refreshNs: fc.constantFrom(500, 2000).map((ms) => ms * nsPerMs),
      cacheRangeMax: fc.constantFrom(3, 1),
    },
    { requiredKeys: [] },
  );
  const plainOrCareful = fc.oneof({ withCrossShrink: true }, fc.constant({}), care);
  return fc.tuple(patience, plainOrCareful).map(([usual, more]) => ({ ...usual, ...more }));
}

type PatternSpec = Extract<WorkloadSpec, { kind: 'pattern' }>;

function arbitraryWorkload(): fc.Arbitrary<WorkloadSpec> {
  return fc
    .record({
      readShare: fc.constantFrom(0, 0.3, 0.7),
      blocksMax: fc.integer({ min: 1, max: 8 }),
      ratePerSec: fc.constantFrom(20, 100, 400),
      isZipf: fc.boolean(),
      stores: fc.constantFrom<Pick<PatternSpec, 'flushEvery' | 'discardShare'>>(
        { flushEvery: 0 },
        { flushEvery: 10 },
        { flushEvery: 0, discardShare: 0.3 },
        { flushEvery: 10, discardShare: 0.3 },
      ),
    })
    .map(({ readShare, blocksMax, ratePerSec, isZipf, stores }) => ({
      kind: 'pattern',
      readShare,
      blocksMin: 1,
      blocksMax,
      ratePerSec,
      keys: isZipf ? { kind: 'zipf', exponent: 1 } : { kind: 'uniform' },
      ...stores,
    }));
}
