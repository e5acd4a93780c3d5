// Small clusters, random storms and the judging of their record, for tests of the block store.
import {
  buildCluster,
  type ClientSpec,
  type ClusterSpec,
  type HostSpec,
  type MutantId,
  properties,
  type VolumeSpec,
} from '../../model/index.ts';
import { deviceSpecs } from '../../scenarios/runner/device/catalog.ts';
import {
  createWorld,
  type Entry,
  Judge,
  type Judgement,
  type MarkEntry,
  nsPerMs,
  nsPerSec,
  type ScheduledFault,
  type StreamTable,
  streamTable,
  type World,
} from '../../sim/index.ts';

const zones = ['az-a', 'az-b', 'az-c'] as const;
export const mebibyte = 1_048_576;

/** What judges a world while it runs: a `Judge`, or several as one. */
export type RunningJudge = Pick<Judge, 'observe' | 'firstViolation' | 'pending'>;

/** What a test varies of a cluster of six hosts in three zones. */
export interface ClusterChoice {
  readonly seed: string;
  readonly clients?: readonly ClientSpec[];
  readonly volumeCount?: number;
  readonly replicas?: number;
  readonly replication?: VolumeSpec['replication'];
  readonly degraded?: VolumeSpec['degraded'];
  readonly durability?: VolumeSpec['durability'];
  readonly device?: string;
  readonly authorityDevice?: string;
  readonly authority?: Partial<ClusterSpec['authority']>;
  readonly mutants?: readonly MutantId[];
  readonly untilNs?: number;
  readonly hosts?: readonly HostSpec[];
  readonly slotCount?: number;
  /** Judges the world while it runs; nothing is recorded then. */
  readonly judge?: RunningJudge;
  /** More of the spec, as it is. */
  readonly more?: Partial<ClusterSpec>;
}

/** A client with mixed reads and writes. */
export function clientSpec(id: string, volume: string, more: Partial<ClientSpec> = {}): ClientSpec {
  return {
    id,
    zone: 'az-a',
    volumes: [volume],
    timeoutNs: 5 * nsPerSec,
    suspectNs: nsPerSec,
    workload: {
      kind: 'pattern',
      readShare: 0.5,
      blocksMin: 1,
      blocksMax: 8,
      ratePerSec: 100,
      keys: { kind: 'zipf', exponent: 0.9 },
      flushEvery: 50,
    },
    ...more,
  };
}

/** A cluster spec with defaults for all that the test does not care about. */
export function clusterSpec(choice: ClusterChoice): ClusterSpec {
  const { device = 'nvme-plp', authorityDevice = 'nvme-plp' } = choice;
  const { slotCount = 32, volumeCount = 1 } = choice;
  const hosts = Array.from({ length: 6 }, (_, i) => ({
    id: `host-${i + 1}`,
    zone: zones[i % zones.length]!,
    cell: 'cell-1',
    device,
    slotCount,
  }));
  const all = choice.hosts ?? hosts;
  return {
    zones,
    cells: ['cell-1'],
    hosts: all,
    authority: { zone: 'az-c', device: authorityDevice, ...choice.authority },
    devices: deviceSpecs([...new Set([authorityDevice, ...all.map((host) => host.device)])]),
    volumes: Array.from({ length: volumeCount }, (_, i) => ({
      id: `vol-${i + 1}`,
      sizeBytes: 8 * mebibyte,
      rangeBytes: mebibyte,
      replicas: choice.replicas ?? 2,
      ...(choice.replication === undefined ? {} : { replication: choice.replication }),
      ...(choice.degraded === undefined ? {} : { degraded: choice.degraded }),
      ...(choice.durability === undefined ? {} : { durability: choice.durability }),
    })),
    clients: choice.clients ?? [clientSpec('client-1', 'vol-1')],
    mutants: choice.mutants ?? [],
    workloadUntilNs: choice.untilNs ?? 10 * nsPerSec,
    ...choice.more,
  };
}

/** A world with that cluster, recording everything, or judging all the while. */
export function clusterWorld(choice: ClusterChoice): World {
  const { seed, judge: judging } = choice;
  const world = createWorld({ seed, level: judging === undefined ? 'full' : 'hash' });
  buildCluster(world, clusterSpec(choice));
  if (judging !== undefined) {
    world.watch((entry) => judging.observe(entry));
    judges.set(world, judging);
  }
  return world;
}

/** Judges of worlds that are judged while they run. */
const judges = new WeakMap<World, RunningJudge>();

/** Plans a fault; times in ms. */
export function plan(
  world: World,
  fault: {
    readonly kind: string;
    readonly atMs: number;
    readonly forMs?: number;
    readonly target?: string;
    readonly params?: ScheduledFault['params'];
  },
): void {
  const { kind, atMs, forMs, target, params = {} } = fault;
  world.scheduleFault({
    kind,
    atNs: atMs * nsPerMs,
    ...(forMs === undefined ? {} : { forNs: forMs * nsPerMs }),
    ...(target === undefined ? {} : { target }),
    params,
  });
}

/** Runs the first act, heals, and lets the world settle; a violation ends what is judged. */
export function runAndSettle(world: World, untilNs: number, settleNs = 40 * nsPerSec): void {
  const judging = judges.get(world);
  const isOver = () => judging !== undefined && judging.firstViolation !== null;
  if (!world.runUntil(untilNs, isOver)) return;
  world.heal();
  for (let atNs = untilNs; atNs < untilNs + settleNs; ) {
    atNs = judging === undefined ? untilNs + settleNs : atNs + nsPerSec;
    if (!world.runUntil(atNs, isOver)) return;
    if (judging?.pending().length === 0) return;
  }
}

/** All properties of the block store, judged over what was recorded. */
export function judge(world: World): ReadonlyMap<string, Judgement> {
  const all = new Judge(Object.values(properties));
  for (const entry of world.entries) all.observe(entry);
  return new Map(all.end(world.now, false).map((judgement) => [judgement.id, judgement]));
}

/**
 * What was violated or never settled, a line each. Hosts ask about idle slots after half a minute:
 * stories end before, so that garbage is judged on scenario files.
 */
export function complaints(world: World): readonly string[] {
  const lines: string[] = [];
  for (const { id, status, violation } of judge(world).values()) {
    if (status === 'violated') lines.push(`${id}: ${violation?.what}`);
    else if (status === 'stalled' && id !== 'garbage-bounded') lines.push(`${id}: stalled`);
  }
  return lines;
}

/** The marks of one name. */
export function marks(world: World, name: string): readonly MarkEntry[] {
  return world.entries.filter((entry): entry is MarkEntry => isMark(entry, name));
}

function isMark(entry: Entry, name: string): entry is MarkEntry {
  return entry.kind === 'mark' && entry.name === name;
}

/** How many operations of a name ended so. */
export function opCount(world: World, name: string, phase: string): number {
  return world.entries.filter((e) => e.kind === 'op' && e.name === name && e.phase === phase)
    .length;
}

const stormKinds = [
  'crash',
  'power-loss',
  'pause',
  'isolate',
  'partition',
  'message-loss',
  'message-duplication',
  'message-reordering',
  'message-delay',
  'slow-disk',
  'clock-skew',
] as const;
const stormTargets = [
  'role=host zone=az-a',
  'zone=az-b',
  'role=host zone=az-c',
  'host-1',
  'host-2',
  'host-3',
  'host-4',
  'host-5',
  'host-6',
  'authority',
  'client-1',
  'cell-1',
] as const;

/** Targets of storms over a map authority of three members: they are struck most. */
export const memberTargets: readonly string[] = [
  ...['authority-1', 'authority-2', 'authority-3', 'leader-of authority', 'leader-of authority'],
  ...stormTargets.filter((target) => target !== 'authority'),
];

/** Plans random faults of all kinds in the first act; the same seed, the same storm. */
export function planStorm(
  world: World,
  seed: string,
  untilMs: number,
  targets: readonly string[] = stormTargets,
): void {
  const streams = streamTable(`storm ${seed}`);
  const count = 3 + streams.below('count', 8);
  for (let i = 0; i < count; i++) {
    const kind = stormKinds[streams.below('kind', stormKinds.length)]!;
    const atMs = 1_000 + streams.below('at', untilMs - 1_000);
    const forMs = 100 + streams.below('for', 6_000);
    if (kind === 'partition') {
      const side = streams.below('side', zones.length);
      const groups = [[`zone=${zones[side]}`], [`zone=${zones[(side + 1) % zones.length]}`]];
      plan(world, { kind, atMs, forMs, params: { groups, oneWay: streams.below('way', 2) === 1 } });
      continue;
    }
    const target = targets[streams.below('target', targets.length)]!;
    plan(world, { kind, atMs, forMs, target, params: stormParams(kind, streams) });
  }
}

function stormParams(
  kind: (typeof stormKinds)[number],
  streams: StreamTable,
): ScheduledFault['params'] {
  const pick = (values: readonly number[]) => values[streams.below('param', values.length)]!;
  switch (kind) {
    case 'message-loss':
    case 'message-duplication':
    case 'message-reordering':
      return { share: pick([0.05, 0.3, 0.6]) };
    case 'message-delay':
      return { by: (1 + streams.below('delay', 800)) * nsPerMs };
    case 'slow-disk':
      return { factor: pick([5, 20, 100]) };
    case 'clock-skew':
      return { by: pick([100_000, -100_000, 1_000_000, -200_000]) };
    case 'isolate': {
      const way = streams.below('way', 3);
      return { inbound: way !== 1, outbound: way !== 2 };
    }
    default:
      return {};
  }
}
