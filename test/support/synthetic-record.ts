// A made-up run with everything a report shows: operations, faults, crashes, modes, gauges and a
// violation. It draws from its own small generator, so that the same options give the same record.
import { type FaultCoverage, FaultCoverageFold } from '../../sim/fault-coverage.ts';
import type { Judgement, Verdict } from '../../sim/property.ts';
import type { Entry, RecordHeader } from '../../sim/record.ts';

export interface SyntheticOptions {
  /** Client operations, each with its invocation; default 3000. */
  readonly opCount?: number;
  /** Put into names, ids and parameters, to see whether it is escaped. */
  readonly poison?: string;
  /** Whether the run holds every property; default false. */
  readonly held?: boolean;
}

export interface SyntheticRun {
  readonly header: RecordHeader;
  readonly verdict: Verdict;
  readonly entries: readonly Entry[];
  readonly scenarioText: string;
}

type Body = Entry extends infer E
  ? E extends Entry
    ? Omit<E, 'index' | 'id' | 'cause' | 'previous'>
    : never
  : never;

const sec = 1_000_000_000;
const endNs = 60 * sec;
const violationNs = 47.25 * sec;

/** A run of 60 simulated seconds over two zones with three faults. */
export function syntheticRun(options: SyntheticOptions = {}): SyntheticRun {
  const poison = options.poison ?? '';
  const below = generator(20_201);
  const bodies: Body[] = [
    ...operations(options.opCount ?? 3_000, below, poison),
    ...modes(below, poison),
    ...gaugeSamples(below),
    ...faultEdges(poison),
  ];
  bodies.sort((a, b) => a.atNs - b.atNs);
  const entries = bodies.map((body, index) => withIdentity(body, index));
  const scenario = `zone-b-outage${poison}`;
  const hashes = { scenarioHash: '9b1e44c0a7d2f316', seed: '1337', version: '0.1.0' };
  return {
    header: { schema: 'stormcell-record/1', scenario, ...hashes },
    verdict: verdict(scenario, hashes, entries, poison, options.held ?? false),
    entries,
    scenarioText: scenarioText(scenario),
  };
}

function generator(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 4_294_967_296) * n);
  };
}

function withIdentity(body: Body, index: number): Entry {
  const id = index.toString(16).padStart(16, '0');
  const previous = index === 0 ? null : (index - 1).toString(16).padStart(16, '0');
  return { ...body, index, id, cause: null, previous } as Entry;
}

const faultSpans = [
  {
    fault: 'partition',
    targets: ['az-b'],
    startNs: 12 * sec,
    endNs: 20 * sec,
    params: { groups: [['az-b'], ['az-a', 'az-c']] },
  },
  {
    fault: 'crash',
    targets: ['host-3'],
    startNs: 14 * sec,
    endNs: 18 * sec,
    params: { loses: 'unsynced' },
  },
  {
    fault: 'slow-disk',
    targets: ['host-1'],
    startNs: 34 * sec,
    endNs: 44 * sec,
    params: { factor: 20 },
  },
] as const;

function faultEdges(poison: string): Body[] {
  return faultSpans.flatMap((span, faultId) => {
    const shared = {
      kind: 'fault',
      actor: 'nemesis',
      faultId,
      fault: span.fault + poison,
    } as const;
    const rest = {
      targets: span.targets.map((t) => t + poison),
      params: { ...span.params, note: poison },
    };
    return [
      { ...shared, ...rest, phase: 'start', atNs: span.startNs },
      { ...shared, ...rest, phase: 'end', atNs: span.endNs },
    ] as const;
  });
}

const kinds = [
  { name: 'read', share: 65, baseNs: 180_000 },
  { name: 'write', share: 30, baseNs: 420_000 },
  { name: 'flush', share: 5, baseNs: 1_900_000 },
] as const;

function operations(opCount: number, below: (n: number) => number, poison: string): Body[] {
  const bodies: Body[] = [];
  for (let opId = 0; opId < opCount; opId += 1) {
    const atNs = Math.floor((opId / opCount) * (endNs - 0.5 * sec)) + below(1_000_000);
    const draw = below(100);
    const kind = draw < 65 ? kinds[0] : draw < 95 ? kinds[1] : kinds[2];
    const actor = `client-${1 + below(3)}${poison}`;
    const name = kind.name + poison;
    let lasted = kind.baseNs + below(kind.baseNs);
    if (below(100) < 4) lasted *= 2 + below(12);
    let phase: 'ok' | 'fail' | 'info' = 'ok';
    if (atNs > 12 * sec && atNs < 20 * sec) {
      lasted *= below(10) < 4 ? 40 + below(260) : 2;
      phase = below(100) < 14 ? 'info' : below(100) < 8 ? 'fail' : 'ok';
    } else if (atNs > 34 * sec && atNs < 44 * sec) {
      lasted *= below(10) < 3 ? 20 : 1 + below(3);
    }
    bodies.push({ kind: 'op', atNs, actor, phase: 'invoke', opId, name, value: null });
    if (below(400) === 0) continue;
    bodies.push({ kind: 'op', atNs: atNs + lasted, actor, phase, opId, name, value: null });
  }
  return bodies;
}

function modes(below: (n: number) => number, poison: string): Body[] {
  const bodies: Body[] = [];
  for (let host = 1; host <= 5; host += 1) {
    const actor = `host-${host}${poison}`;
    const born = {
      kind: 'start',
      actor,
      behavior: `host${poison}`,
      node: actor,
      labels: { role: 'host' },
    } as const;
    bodies.push({ ...born, atNs: 0, incarnation: 0 });
    bodies.push({ kind: 'state', actor, atNs: 0, state: 'recovering' });
    bodies.push({ kind: 'state', actor, atNs: sec + below(sec), state: 'serving' });
    if (host !== 3) continue;
    bodies.push({ kind: 'stop', actor, atNs: 14 * sec, reason: 'crash' });
    bodies.push({ ...born, atNs: 18 * sec, incarnation: 1 });
    bodies.push({ kind: 'state', actor, atNs: 18 * sec, state: 'recovering' });
    bodies.push({ kind: 'state', actor, atNs: 23 * sec, state: 'serving' });
  }
  for (let cell = 1; cell <= 3; cell += 1) {
    const actor = `cell-${cell}${poison}`;
    bodies.push({
      kind: 'start',
      actor,
      atNs: 0,
      behavior: `cell${poison}`,
      node: `host-${cell}${poison}`,
      incarnation: 0,
      labels: {},
    });
    bodies.push({ kind: 'state', actor, atNs: 0, state: 'idle' });
    bodies.push({ kind: 'state', actor, atNs: 2 * sec + below(sec), state: 'primary' });
    if (cell === 1) continue;
    bodies.push({ kind: 'state', actor, atNs: 12.5 * sec + cell * sec, state: 'lease lost' });
    bodies.push({ kind: 'state', actor, atNs: 17.5 * sec + cell * sec, state: 're-mirroring' });
    bodies.push({ kind: 'state', actor, atNs: 26 * sec + cell * sec, state: 'primary' });
  }
  return bodies;
}

function gaugeSamples(below: (n: number) => number): Body[] {
  const bodies: Body[] = [];
  for (let step = 1; step < 240; step += 1) {
    const atNs = step * 0.25 * sec;
    const slow = atNs > 34 * sec && atNs < 44 * sec;
    for (const actor of ['host-1', 'host-2']) {
      const value = below(6) + (slow && actor === 'host-1' ? 24 + below(10) : 0);
      bodies.push({ kind: 'gauge', actor, atNs, name: 'queue depth', value });
    }
    const backlog = Math.max(0, 900 - Math.abs(atNs / sec - 21) * 110);
    bodies.push({
      kind: 'gauge',
      actor: 'cell-2',
      atNs,
      name: 're-mirror backlog (MiB)',
      value: backlog,
    });
  }
  return bodies;
}

function judgements(poison: string, held: boolean): Judgement[] {
  const held1 = { status: 'held', violation: null } as const;
  const violation = {
    property: `no-lost-acked-write${poison}`,
    atNs: violationNs,
    event: '00000000000003e8',
    eventIndex: 1000,
    what: `vol-1 block 4096: write w#118 was acknowledged, later read as w#97${poison}`,
    expected: 'w#118 (acknowledged at 12.004 s)',
    observed: `w#97${poison}`,
  };
  return [
    held
      ? { id: violation.property, mode: 'always', evaluatedCount: 1_964, ...held1 }
      : {
          id: violation.property,
          mode: 'always',
          evaluatedCount: 1_964,
          status: 'violated',
          violation,
        },
    { id: 'single-writer-per-epoch', mode: 'always', evaluatedCount: 12_480, ...held1 },
    { id: 'replicas-converge', mode: 'eventually', evaluatedCount: 1, ...held1 },
    { id: 'lease-fenced', mode: 'sometimes', evaluatedCount: 3, ...held1 },
    held
      ? { id: 'stale-map-rejected', mode: 'sometimes', evaluatedCount: 2, ...held1 }
      : {
          id: 'stale-map-rejected',
          mode: 'sometimes',
          evaluatedCount: 0,
          status: 'not exercised',
          violation: null,
        },
  ];
}

const slice = [
  {
    index: 611,
    atNs: 12_001_310_000,
    actor: 'client-1',
    text: 'client-1 -> cell-2  write w#118 block 4096',
    suspicious: false,
  },
  {
    index: 612,
    atNs: 12_002_020_000,
    actor: 'cell-2',
    text: 'cell-2 -x host-3  append w#118, dropped: partition az-b',
    suspicious: true,
  },
  {
    index: 618,
    atNs: 12_004_100_000,
    actor: 'client-1',
    text: 'cell-2 -> client-1  ok w#118, 1 of 2 copies',
    suspicious: false,
  },
  {
    index: 700,
    atNs: 14_000_000_000,
    actor: 'nemesis',
    text: 'crash host-3, unsynced blocks lost',
    suspicious: true,
  },
  {
    index: 998,
    atNs: 47_249_870_000,
    actor: 'cell-2',
    text: 'client-2 -> cell-2  read block 4096',
    suspicious: false,
  },
  {
    index: 1000,
    atNs: 47_250_000_000,
    actor: 'client-2',
    text: 'cell-2 -> client-2  read ok w#97',
    suspicious: false,
  },
] as const;

function verdict(
  scenario: string,
  hashes: { scenarioHash: string; seed: string; version: string },
  entries: readonly Entry[],
  poison: string,
  held: boolean,
): Verdict {
  return {
    schema: 'stormcell-verdict/1',
    status: held ? 'held' : 'violated',
    exit: held ? 0 : 1,
    scenario,
    ...hashes,
    fingerprint: 'c0ffee1234567890abcdef1234567890',
    simulatedNs: endNs,
    eventCount: entries.length,
    properties: judgements(poison, held),
    thresholds: [
      {
        metric: 'write.latency.p99 (no fault)',
        expected: 'below 40 ms',
        observed: '11.8 ms',
        status: 'held',
      },
      {
        metric: `iops.min${poison}`,
        expected: 'above 300',
        observed: held ? '412' : '212',
        status: held ? 'held' : 'broken',
      },
    ],
    faults: faultSpans.map((span, faultId) => ({
      faultId,
      fault: span.fault + poison,
      targets: span.targets.map((target) => target + poison),
      params: { ...span.params, ...(poison === '' ? {} : { note: poison }) },
      startNs: span.startNs,
      endNs: span.endNs,
    })),
    exercised: {
      'flush.ok': 148,
      'lease.lost': 2,
      'map.applied': 9,
      'message.dropped': 214,
      [`read.ok${poison}`]: 1_901,
      'torn-tail.dropped': 0,
      'write.info': 21,
      'write.ok': 868,
    },
    coverage: coverageOf(entries),
    reasons: held ? [] : [`stale-map-rejected was never reached${poison}`],
    slice: held ? [] : slice.map((line) => ({ ...line, text: line.text + poison })),
    replay: `npx stormcell replay .stormcell/zone-b-outage/1337-9b1e44c0/repro.yaml${poison}`,
  };
}

function coverageOf(entries: readonly Entry[]): FaultCoverage {
  const fold = new FaultCoverageFold(['clock-skew']);
  for (const entry of entries) fold.observe(entry);
  return fold.coverage();
}

function scenarioText(scenario: string): string {
  return `version: 1
scenario: ${scenario}
seed: 1337
duration: 60s
settle: 30s
topology:
  zones: [az-a, az-b, az-c]
  hosts: { count: 5, spread: zones }
faults:
  schedule:
    - { at: 12s, for: 8s, kind: partition, groups: [[az-b], [az-a, az-c]] }
    - { at: 14s, for: 4s, kind: crash, target: host-3, loses: unsynced }
    - { at: 34s, for: 10s, kind: slow-disk, target: host-1, factor: 20 }
`;
}
