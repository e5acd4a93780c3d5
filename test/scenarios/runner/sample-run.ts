// Results of runs that never took place: what the reporters and commands make of them depends on
// nothing else.

import { scenarioHash } from '../../../scenarios/runner/resolve.ts';
import type { RunScenario } from '../../../scenarios/runner/run-result.ts';
import type { Engine, Shell } from '../../../scenarios/runner/shell.ts';
import { seededChoices } from '../../../sim/choice.ts';
import type { Judgement, Verdict } from '../../../sim/property.ts';
import type { Entry } from '../../../sim/record.ts';
import { sampleNames } from './sample.ts';

const base = {
  schema: 'stormcell-verdict/1',
  scenario: 'sample',
  scenarioHash: `9b1e44c0${'0'.repeat(56)}`,
  seed: '1',
  version: '0.1.0',
  fingerprint: '00112233445566ff',
  simulatedNs: 31_500_000_000,
  eventCount: 104_322,
  exercised: { 'map.applied': 7, 'message.dropped': 31, 'read.ok': 16_800, 'write.ok': 7_200 },
  coverage: {
    faults: ['crash', 'partition'],
    machines: [
      {
        machine: 'host',
        states: [
          { state: 'recovering', byFault: {}, elsewhere: 1, none: 6 },
          { state: 'serving', byFault: { crash: 2, partition: 1 }, elsewhere: 0, none: 7 },
        ],
        transitions: [{ from: 'recovering', to: 'serving', byFault: {}, elsewhere: 0, none: 7 }],
      },
    ],
  },
  reasons: [],
  slice: [],
  replay: 'npx stormcell replay .stormcell/sample/1-9b1e44c0',
} as const;

function judged(
  id: string,
  mode: Judgement['mode'],
  status: Judgement['status'] = 'held',
): Judgement {
  return { id, mode, status, evaluatedCount: status === 'not exercised' ? 0 : 12, violation: null };
}

export const heldVerdict: Verdict = {
  ...base,
  status: 'held',
  exit: 0,
  properties: [
    judged('no-lost-acked-write', 'always'),
    judged('all-operations-settle', 'eventually'),
    judged('re-mirrored', 'sometimes'),
  ],
  thresholds: [
    {
      metric: 'write.latency.p99',
      expected: 'below 40ms (no-fault)',
      observed: '11800us',
      status: 'held',
    },
  ],
  faults: [
    {
      faultId: 0,
      fault: 'crash',
      targets: ['host-2', 'host-5'],
      params: {},
      startNs: 8e9,
      endNs: 14e9,
    },
  ],
};

export const violatedVerdict: Verdict = {
  ...heldVerdict,
  status: 'violated',
  exit: 1,
  properties: [
    {
      ...judged('no-lost-acked-write', 'always', 'violated'),
      violation: {
        property: 'no-lost-acked-write',
        atNs: 19_482_113_000,
        event: '00000000000000aa',
        eventIndex: 104_322,
        what: "vol-1 block 4096: write w#118 by 'client-1' was acknowledged, then read as w#97",
        expected: 'w#118, acknowledged at 12.004 s',
        observed: 'w#97',
      },
    },
    judged('all-operations-settle', 'eventually', 'not exercised'),
  ],
  slice: [
    {
      index: 1,
      atNs: 12_001_000_000,
      actor: 'client-1',
      text: 'client-1 → host-2  write',
      suspicious: false,
    },
    {
      index: 2,
      atNs: 12_002_000_000,
      actor: 'host-5',
      text: 'append dropped: partition az-b',
      suspicious: true,
    },
    { index: 3, atNs: 19_482_113_000, actor: 'client-2', text: 'read → w#97', suspicious: false },
  ],
  faults: [
    ...heldVerdict.faults,
    {
      faultId: 1,
      fault: 'partition',
      targets: [],
      params: { groups: [['az-c'], ['az-a', 'az-b']], oneWay: false },
      startNs: 20e9,
      endNs: null,
    },
  ],
};

export const inconclusiveVerdict: Verdict = {
  ...heldVerdict,
  status: 'inconclusive',
  exit: 3,
  properties: [
    judged('no-lost-acked-write', 'always'),
    judged('all-operations-settle', 'eventually'),
    judged('re-mirrored', 'sometimes', 'not exercised'),
  ],
  reasons: ['re-mirrored: never reached'],
};

/** What a run leaves. */
export const sampleEntries: readonly Entry[] = [0, 1, 2].map((index) => ({
  kind: 'mark',
  index,
  atNs: index * 1000,
  actor: 'host-1',
  id: `000000000000000${index}`,
  cause: null,
  previous: null,
  name: 'map.applied',
  facts: { index },
}));

/** An engine that answers each seed with the verdict a test wants of it. */
export function fakeEngine(verdictOf: (seed: string, call: number) => Verdict): Engine {
  let callCount = 0;
  const runScenario: RunScenario = (scenario, { seed, level }) => {
    const used = seed ?? scenario.seed ?? '';
    const verdict = {
      ...verdictOf(used, callCount++),
      scenario: scenario.name,
      seed: used,
      scenarioHash: scenarioHash(scenario, sampleNames.faults),
    };
    const { scenarioHash: hash, version } = verdict;
    return {
      header: {
        schema: 'stormcell-record/1',
        scenario: scenario.name,
        scenarioHash: hash,
        seed: used,
        version,
      },
      verdict,
      entries: level === 'full' ? sampleEntries : [],
    };
  };
  const chart = { name: 'latency', title: 'Latency', vegaLite: { mark: 'line' }, svg: '<svg/>' };
  return {
    names: sampleNames,
    charts: { latency: { summary: 'Latency' } },
    runScenario,
    renderRuleTable: async (rules) =>
      rules.length === 0 ? null : { ...chart, name: 'rule-table', png: new Uint8Array([137, 80]) },
    renderReport: async () => ({
      html: '<p>report</p>\n',
      charts: [{ ...chart, png: new Uint8Array([137, 80]) }],
    }),
    choicesOf: seededChoices,
  };
}

/** A terminal that remembers what was written to it. */
export interface FakeShell extends Shell {
  readonly outText: () => string;
  readonly errText: () => string;
}

export function fakeShell(engine: Engine, signals: readonly (130 | 143 | null)[] = []): FakeShell {
  let outText = '';
  let errText = '';
  let clockMs = 0;
  let askedCount = 0;
  return {
    out: (text) => {
      outText += text;
    },
    err: (text) => {
      errText += text;
    },
    isTty: false,
    plain: false,
    nowMs: () => {
      clockMs += 250;
      return clockMs;
    },
    interrupted: async () => signals[askedCount++] ?? null,
    meta: { node: 'v20.0.0', platform: 'test-x64' },
    loadEngine: async () => engine,
    outText: () => outText,
    errText: () => errText,
  };
}
