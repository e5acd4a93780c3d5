// Faults for property-based tests, drawn from the table of faults: a kind that is added there is
// drawn here, unless it is named below with the reason why not.
import fc from 'fast-check';
import {
  archiveNodes,
  authorityMembers,
  type ClusterSpec,
  cellId,
  lineageNodes,
} from '../../model/index.ts';
import {
  type FaultKind,
  type FaultParam,
  type FaultParams,
  type FaultTrigger,
  faults,
  type Ns,
  nsPerMs,
  nsPerUs,
  storageFaults,
  type TriggerStep,
} from '../../sim/index.ts';
import type { DeclaredFault } from './scenario.ts';

/** Where drawn parts say they come from: no file declares them. */
export const drawn = { file: 'drawn', line: 1, column: 1 };

const lies = 'a device that answers with other contents than it was given';
const gone = 'no store of two copies outlives what both of them lost';

/** Kinds that are not drawn, and why: the store does not promise to outlive them, or has none. */
export const undrawnKinds: Readonly<Record<string, string>> = {
  wipe: gone,
  'bit-rot': gone,
  'die-failure': gone,
  'disk-reset': gone,
  'latent-sector-error': gone,
  'lying-flush': gone,
  'phantom-write': lies,
  'misdirected-write': lies,
  'misdirected-read': lies,
  'stale-read': lies,
  'capacity-lie': lies,
  'fault-point': 'the code of the store asks for no such point',
};

/** Values for each kind of parameter, mild ones first: fast-check shrinks towards them. */
const values = {
  duration: [20, 1, 300].map((ms) => ms * nsPerMs),
  share: [0.05, 0.3, 0.8, 1],
  // What is queued in the first act has to come through in the second.
  factor: [5, 100, 300],
  ppm: [-500_000, 2_000_000],
  count: [1, 3],
} as const satisfies Readonly<Record<string, FaultParams[string][]>>;

/** Where a kind takes fewer values, or others. */
const ownValues: Readonly<Record<string, Readonly<Record<string, FaultParams[string][]>>>> = {
  // Unnoticed, contents change: no checksum of the store covers its messages.
  'message-corruption': { undetected: [false], share: [0.05, 0.3, 0.8] },
  'message-loss': { share: [0.05, 0.3, 0.8] },
  'clock-step': { by: [10, -10, 2000, -2000].map((ms) => ms * nsPerMs) },
  'clock-strobe': { by: [10, -10, 2000, -2000].map((ms) => ms * nsPerMs) },
  'slow-node': { stopped: [0.1, 0.5, 0.9] },
  // Each life of a client is a session, and a volume has 511 of them.
  'crash-loop': { up: [20, 300].map((ms) => ms * nsPerMs) },
};

/** How long faults last: a few messages long, as long as patience, and most of a run. */
const lastingMs = [1, 20, 300, 1000, 2500] as const;

/** A fault anywhere in the first act, at a time or at an event; some last until all is healed. */
export function arbitraryFault(
  cluster: ClusterSpec,
  durationMs: number,
): fc.Arbitrary<DeclaredFault> {
  const times = fc.record({
    atNs: fc.integer({ min: 0, max: durationMs - 1 }).map((ms) => ms * nsPerMs),
    forNs: fc.option(
      fc.constantFrom(...lastingMs).map((ms) => Math.min(ms, durationMs) * nsPerMs),
      { nil: undefined, freq: 4 },
    ),
    trigger: fc.option(arbitraryTrigger(cluster), { nil: undefined, freq: 2 }),
  });
  const kinds: readonly (readonly [string, FaultKind])[] = Object.entries(faults);
  const drawnKinds = kinds.filter(([kind]) => !Object.hasOwn(undrawnKinds, kind));
  return fc
    .tuple(times, fc.oneof(...drawnKinds.map(([kind, of]) => arbitraryKind(kind, of, cluster))))
    .map(([{ atNs, forNs, trigger }, fault]) => ({
      ...fault,
      atNs,
      ...lasting({ atNs, forNs }, durationMs),
      ...(trigger === undefined ? {} : { trigger }),
      source: drawn,
    }));
}

/** How long a fault lasts: one that would outlast the first act ends when all is healed. */
export function lasting(
  { atNs, forNs }: { readonly atNs: Ns; readonly forNs: Ns | undefined },
  durationMs: number,
): Pick<DeclaredFault, 'forNs'> {
  return forNs === undefined || atNs + forNs > durationMs * nsPerMs ? {} : { forNs };
}

function arbitraryKind(
  kind: string,
  { needsTarget, targetCountMin = 1, params }: FaultKind,
  cluster: ClusterSpec,
): fc.Arbitrary<Pick<DeclaredFault, 'kind' | 'target' | 'params'>> {
  const hosts = cluster.hosts.map(({ id }) => id);
  // Every host of a zone without its disk at once is two faults too many for two copies.
  const authorities = authoritiesOf(cluster);
  const clients = cluster.clients.map(({ id }) => id);
  const cells = cluster.cells.map(cellId);
  const targets = Object.hasOwn(storageFaults, kind)
    ? [...hosts, ...authorities]
    : [...hosts, ...authorities, ...cells, ...clients, ...cluster.zones, ...snapshotNodes(cluster)];
  const target = targetCountMin > 1 ? fc.constant('any') : fc.constantFrom(...targets);
  const drawnParams = arbitraryParams(kind, params, cluster);
  if (!needsTarget) return fc.record({ kind: fc.constant(kind), params: drawnParams });
  return fc.record({ kind: fc.constant(kind), target, params: drawnParams });
}

/** Nodes that take part in snapshots and moves, and keep their contents. */
function snapshotNodes({ lineage, archive, zones }: ClusterSpec): readonly string[] {
  const nodes = [
    ...(lineage === undefined ? [] : lineageNodes(lineage, zones)),
    ...(archive === undefined ? [] : archiveNodes(archive)),
  ];
  return nodes.map(({ id }) => id);
}

function authoritiesOf({ authority, zones }: ClusterSpec): readonly string[] {
  return authorityMembers(authority, zones).map(({ id }) => id);
}

function arbitraryParams(
  kind: string,
  params: Readonly<Record<string, FaultParam>>,
  cluster: ClusterSpec,
): fc.Arbitrary<FaultParams> {
  const entries = Object.entries(params).map(([key, param]) => {
    const own = ownValues[kind]?.[key];
    return [key, fc.constantFrom(...(own ?? valuesOf(param, cluster)))] as const;
  });
  const all: fc.Arbitrary<FaultParams> = fc.record(Object.fromEntries(entries));
  // Of several switches one is on: with all of them off there would be no fault.
  const switches = Object.keys(params).filter((key) => params[key]?.kind === 'boolean');
  return switches.length < 2
    ? all
    : all.filter((drawnOnes) => switches.some((key) => drawnOnes[key] === true));
}

function valuesOf(
  { kind, default: usual, groupCountMin = 2 }: FaultParam,
  cluster: ClusterSpec,
): readonly FaultParams[string][] {
  switch (kind) {
    case 'boolean':
      return [true, false];
    case 'text':
      return usual === undefined ? [] : [usual];
    case 'groups':
      return groupCountMin > 2 ? bridgesOf(cluster) : sidesOf(cluster);
    default:
      return values[kind];
  }
}

/** One zone, or one host, against the others; or only two hosts against each other. */
function sidesOf(cluster: ClusterSpec): readonly FaultParams[string][] {
  const { zones, hosts } = cluster;
  const others = (id: string) =>
    [...authoritiesOf(cluster), ...hosts.map((host) => host.id)].filter((one) => one !== id);
  return [
    ...zones.map((zone) => [[zone], zones.filter((other) => other !== zone)]),
    ...hosts.map(({ id }) => [[id], others(id)]),
    ...hosts.slice(1).map(({ id }, index) => [[hosts[index]!.id], [id]]),
  ];
}

/** The authority, or a host, between two that do not hear each other. */
function bridgesOf(cluster: ClusterSpec): readonly FaultParams[string][] {
  const [first, second] = cluster.hosts.map(({ id }) => id) as [string, string];
  const authorities = authoritiesOf(cluster);
  return [
    [[first], authorities, [second]],
    [['client-1'], [...authorities, first], [second]],
    [['client-1'], [first], [...authorities, second]],
  ];
}

/** Events of every run, from the first second on; a leader only where there are members. */
const steps: readonly Omit<TriggerStep, 'nth'>[] = [
  { on: 'state', name: 'serving' },
  { on: 'state', name: 'leader' },
  { on: 'state', name: 'recovering', actor: 'role=host' },
  { on: 'mark', name: 'write.accepted' },
  { on: 'mark', name: 'receipt.sent' },
  { on: 'mark', name: 'log.submitted' },
  { on: 'message', name: 'write' },
  { on: 'message', name: 'map.portion' },
  { on: 'message', name: 'heartbeat' },
  { on: 'io.submitted', name: 'write', actor: 'role=host' },
  { on: 'io.completed', name: 'write', actor: 'role=host' },
  { on: 'io.submitted', name: 'flush', actor: 'role=authority' },
  { on: 'io.completed', name: 'flush', actor: 'role=authority' },
];

/** Events of runs with moves, and with snapshots that have contents. */
const moveSteps: typeof steps = [
  { on: 'mark', name: 'volume-move.opened' },
  { on: 'mark', name: 'volume-move.imported' },
  { on: 'mark', name: 'volume-move.sealed' },
  { on: 'mark', name: 'volume-move.committed' },
  { on: 'mark', name: 'volume-move.activated' },
  { on: 'mark', name: 'control.accepted' },
];
const archiveSteps: typeof steps = [
  { on: 'mark', name: 'cut.held' },
  { on: 'mark', name: 'cut.taken' },
  { on: 'mark', name: 'snapshot.registered' },
  { on: 'mark', name: 'snapshot.sealed' },
  { on: 'mark', name: 'snapshot.completed' },
  { on: 'mark', name: 'snapshot.deleted' },
];

function stepsOf({ lineage, archive }: ClusterSpec): typeof steps {
  return [
    ...steps,
    ...(lineage === undefined ? [] : moveSteps),
    ...(archive === undefined ? [] : archiveSteps),
  ];
}

/** One event or two in a row, among the first of their kind; it strikes twice at the most. */
function arbitraryTrigger(cluster: ClusterSpec): fc.Arbitrary<FaultTrigger> {
  const step = fc
    .tuple(fc.constantFrom(...stepsOf(cluster)), fc.integer({ min: 1, max: 5 }))
    .map(([one, nth]): TriggerStep => ({ ...one, nth }));
  return fc.record({
    steps: fc.array(step, { minLength: 1, maxLength: 2 }),
    delayNs: fc.constantFrom(0, 20 * nsPerUs, 3 * nsPerMs),
    times: fc.constantFrom(1, 2),
  });
}
