// A small vocabulary and a small scenario: tests of the reader depend on its rules, not on what the
// tables of the model happen to hold.
import type { FileReader } from '../../../scenarios/runner/files.ts';
import { problemText } from '../../../scenarios/runner/problems.ts';
import { readScenarioText } from '../../../scenarios/runner/read-scenario.ts';
import type { Scenario } from '../../../scenarios/runner/scenario.ts';
import { traceFormats } from '../../../scenarios/runner/traces.ts';
import type { NamedDevice, Vocabulary } from '../../../scenarios/runner/vocabulary.ts';
import type { DeviceSpec } from '../../../sim/disk/device-spec.ts';
import { matchesSelector, parseSelector } from '../../../sim/selector.ts';

const tookNs = { baseNs: 20_000, perBlockNs: 0 };
const cost = { link: { baseNs: 0, perBlockNs: 0 }, service: tookNs, busy: tookNs };
const table = {
  summary: 'a sample',
  hwDepth: 32,
  channelCount: 8,
  cache: 'protected',
  cacheBlockCountMax: 0,
  crashPolicy: 'all',
  ops: { read: cost, write: cost, forcedWrite: cost },
  flush: tookNs,
} as const;

/** A device of fixed times that holds 1 GiB. */
function sampleDevice(id: string): NamedDevice {
  const spec: DeviceSpec = {
    id,
    summary: 'a sample',
    host: {
      queueCount: 1,
      submitNs: 0,
      ioSectorCountMax: 2_560,
      nomerges: 0,
      scheduler: { kind: 'none' },
    },
    front: {
      hwDepth: 32,
      commandNs: 0,
      linkBytesPerSec: Number.POSITIVE_INFINITY,
      metadataNs: 1_000,
    },
    guarantees: { isVolatile: false, cacheBlockCountMax: 0, crashPolicy: 'all' },
    medium: { kind: 'table', profile: table },
  };
  const sources = { spec: 0, measured: 0, fit: 0, assumed: 1, default: 0 };
  const known = { spec, kind: 'table', aliases: [], blockCount: 262_144 } as const;
  return { summary: 'a sample', profile: () => ({ ...known, sources, validation: [] }) };
}

export const sampleNames: Vocabulary = {
  devices: { 'nvme-plp': sampleDevice('nvme-plp'), 'hdd-7200': sampleDevice('hdd-7200') },
  faults: {
    crash: { summary: 'a process dies', needsTarget: true, params: {} },
    partition: {
      summary: 'a cut',
      needsTarget: false,
      params: {
        groups: { kind: 'groups', summary: 'sides' },
        oneWay: { kind: 'boolean', summary: 'one direction', default: false },
      },
    },
    'slow-disk': {
      summary: 'slow',
      needsTarget: true,
      params: { factor: { kind: 'factor', summary: 'times as long' } },
    },
    'message-loss': {
      summary: 'loss',
      needsTarget: true,
      params: { share: { kind: 'share', summary: 'share lost' } },
    },
    'clock-skew': {
      summary: 'skew',
      needsTarget: true,
      params: { by: { kind: 'ppm', summary: 'rate error', range: { min: -1e6, max: 1e6 } } },
    },
  },
  roles: { 'primary-of': { summary: 'the head of a chain' } },
  properties: {
    'no-lost-acked-write': { mode: 'always', summary: 'acknowledged writes are read back' },
    'single-writer': { mode: 'always', summary: 'one writer' },
    'all-operations-settle': { mode: 'eventually', summary: 'all end' },
    're-mirrored': { mode: 'sometimes', summary: 'a replica was replaced' },
  },
  measures: {
    'volume.stuck.max': { unit: 'duration', summary: 'longest stuck window' },
    'copies.per-host.max': { unit: 'count', summary: 'copies of a host at once' },
  },
  mutants: {
    'receipt-before-flush': {
      summary: 'answers too early',
      killedBy: ['no-lost-acked-write'],
      shownBy: 'sample',
    },
  },
  versions: { previous: { summary: 'the release before' } },
  machines: {
    lamp: {
      summary: 'on and off',
      diagram: () => 'stateDiagram-v2\n',
      config: () => ({ id: 'lamp' }),
    },
  },
  modes: ['serving', 'recovering.reading', 'recovering.flushing'],
  marks: { a: 'something', 'map.applied': 'a change', 'receipt.sent': 'a receipt went out' },
  messages: { 'copy-to': 'a copy', notify: 'a notification', receipt: 'its receipt' },
  workloads: { pattern: { summary: 'random requests' } },
  traceFormats,
  select(text, nodes) {
    const selector = parseSelector(text);
    if (selector.kind === 'problem') return { ok: false, message: selector.message };
    const matching = nodes.filter((node) => matchesSelector(selector, node.id, node.labels));
    return { ok: true, ids: matching.map((node) => node.id) };
  },
};

export const sampleText = `version: 1
scenario: sample
summary: A zone loses power; nothing acknowledged is lost.
seed: 1
duration: 30s
settle: 10s
topology:
  zones: [az-a, az-b, az-c]
  hosts: { count: 6, device: nvme-plp, slots: 64 }
  cells: [cell-1, cell-2]
  volumes:
    - { id: vol-1, size: 64MiB, rangeSize: 4MiB, replicas: 2 }
  authority: { zone: az-c, device: nvme-plp }
network:
  latency: { sameZone: 100us..250us, crossZone: { p50: 400us, p99: 1ms } }
  bandwidth: 10Gbit/s
  drop: 0.01%
clocks: { skew: 50ppm }
clients:
  - id: client-1
    zone: az-a
    volume: vol-1
    timeout: 5s
    suspect: 3s
    workload: { pattern: randrw, readPct: 70, size: 4KiB..16KiB, rate: 800/s, keys: { zipf: 0.99 } }
faults:
  schedule:
    - { at: 20s, for: 5s, kind: partition, groups: [[az-c], [az-a, az-b]] }
    - { at: 8s, for: 6s, kind: crash, target: zone=az-b role=host }
expect:
  always: [no-lost-acked-write]
  eventually: [all-operations-settle]
  sometimes: [re-mirrored]
  thresholds:
    - { metric: write.latency.p99, below: 40ms, when: no-fault }
`;

export const sampleFile = 'scenarios/sample.yaml';

/** Files of a test, by path. */
function filesOf(texts: Readonly<Record<string, string>>): FileReader {
  return {
    readText: (file) =>
      texts[file] === undefined
        ? { ok: false, reason: 'no such file' }
        : { ok: true, text: texts[file] },
  };
}

export function readSample(text: string, files: Readonly<Record<string, string>> = {}) {
  return readScenarioText(text, sampleFile, { names: sampleNames, files: filesOf(files) });
}

/** The scenario of a text that is expected to be right. */
export function sampleScenario(
  text = sampleText,
  files: Readonly<Record<string, string>> = {},
): Scenario {
  const reading = readSample(text, files);
  if (!reading.ok) throw new Error(reading.problems.map(problemText).join('\n'));
  return reading.value;
}

/** The sample with one text replaced: what a test is about stands in the test. */
export function changed(from: string, to: string, text = sampleText): string {
  if (!text.includes(from)) throw new Error(`the sample has no '${from}'`);
  return text.replace(from, to);
}
