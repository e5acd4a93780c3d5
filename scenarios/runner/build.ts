// From a checked file to the plain data that runs. Nothing here can fail: what could was refused
// before.

import type { FaultParam, FaultParams } from '../../sim/index.ts';
import { clusterOf } from './build-cluster.ts';
import { buildWeather } from './build-weather.ts';
import { candidatesOf } from './candidates.ts';
import type { LoadedDevices } from './device/scenario-devices.ts';
import type { ValuePath } from './document.ts';
import { metricsOf, readLimit } from './metrics.ts';
import type { SourcePosition } from './problems.ts';
import type {
  DeclaredFault,
  Expectation,
  LatencySpec,
  RandomFault,
  RandomParam,
  Scenario,
  Threshold,
} from './scenario.ts';
import type { ScenarioText } from './schema.ts';
import type { FaultText } from './schema-faults.ts';
import type { LoadedTrace } from './trace-files.ts';
import { periodOf, triggerOf } from './triggers.ts';
import type { Range } from './units.ts';
import type { Vocabulary } from './vocabulary.ts';

/** A checked file and what belongs to it. */
export interface BuildInput {
  readonly text: ScenarioText;
  readonly names: Vocabulary;
  readonly traces: ReadonlyMap<string, LoadedTrace>;
  readonly devices: LoadedDevices;
  placeOf(path: ValuePath): SourcePosition;
}

/** Makes the scenario. */
export function buildScenario(input: BuildInput): Scenario {
  const { text, traces, devices, placeOf } = input;
  const expected = (
    mode: 'always' | 'eventually' | 'sometimes' | 'violates',
  ): readonly Expectation[] =>
    (text.expect[mode] ?? []).map((property, index) => ({
      property,
      source: placeOf(['expect', mode, index]),
    }));
  return {
    name: text.scenario,
    summary: text.summary,
    ...(text.why === undefined ? {} : { why: text.why }),
    ...(text.seed === undefined ? {} : { seed: text.seed }),
    durationNs: text.duration,
    settleNs: text.settle,
    cluster: clusterOf(input),
    network: {
      sameZone: latencyOf(text.network.latency.sameZone),
      crossZone: latencyOf(text.network.latency.crossZone),
      bandwidthBitsPerSec: text.network.bandwidth,
      dropShare: text.network.drop,
      duplicateShare: text.network.duplicate,
      reorderShare: text.network.reorder,
    },
    clockSkewPpm: text.clocks.skew,
    faults: (text.faults.schedule ?? [])
      .map((fault, index) => scheduledOf(fault, input, ['faults', 'schedule', index]))
      .sort((a, b) => a.atNs - b.atNs),
    randomFaults: (text.faults.random ?? []).map((fault, index) =>
      randomOf(fault, input, ['faults', 'random', index]),
    ),
    ...buildWeather(input, (selector) => candidatesOf(selector, input)),
    expect: {
      always: expected('always'),
      eventually: expected('eventually'),
      sometimes: expected('sometimes'),
      violates: expected('violates'),
      thresholds: (text.expect.thresholds ?? []).map((threshold, index) =>
        thresholdOf(threshold, input.names, placeOf(['expect', 'thresholds', index])),
      ),
    },
    traces: Object.fromEntries([...traces].map(([client, trace]) => [client, trace.reference])),
    ...(Object.keys(devices.profiles).length === 0 ? {} : { profiles: devices.profiles }),
  };
}

function latencyOf(latency: ScenarioText['network']['latency']['sameZone']): LatencySpec {
  return 'p50' in latency
    ? { kind: 'lognormal', p50Ns: latency.p50, p99Ns: latency.p99 }
    : { kind: 'uniform', minNs: latency.min, maxNs: latency.max };
}

function scheduledOf(
  fault: FaultText,
  { names, placeOf }: BuildInput,
  path: ValuePath,
): DeclaredFault {
  const params: Record<string, FaultParams[string]> = {};
  for (const [key, param] of Object.entries(names.faults[fault.kind]!.params)) {
    // The schema read the value, or the table has a default: a required parameter is never absent.
    params[key] = (fault[key] ?? param.default) as FaultParams[string];
  }
  return {
    kind: fault.kind,
    atNs: fault.at ?? fault.when?.from ?? 0,
    ...(fault.when === undefined ? {} : { trigger: triggerOf(fault.when) }),
    ...(fault.again === undefined ? {} : { period: periodOf(fault.again) }),
    ...(fault.for === undefined ? {} : { forNs: fault.for as number }),
    ...(fault.target === undefined ? {} : { target: fault.target as string }),
    params,
    source: placeOf(path),
  };
}

function randomOf(fault: FaultText, input: BuildInput, path: ValuePath): RandomFault {
  const { text, names, placeOf } = input;
  const params: Record<string, RandomParam> = {};
  for (const [key, param] of Object.entries(names.faults[fault.kind]!.params)) {
    params[key] = randomParamOf(param, fault[key], text);
  }
  const written = fault.target === undefined ? [] : [fault.target].flat();
  return {
    kind: fault.kind,
    count: fault.count as Range,
    atNs: fault.between as Range,
    ...(fault.for === undefined ? {} : { forNs: fault.for as Range }),
    targets: [...new Set(written.flatMap((selector) => candidatesOf(selector, input)))],
    params,
    source: placeOf(path),
  };
}

/** What a parameter is drawn from: the schema has read what was written. */
function randomParamOf(param: FaultParam, written: unknown, text: ScenarioText): RandomParam {
  const oneOf = (values: readonly FaultParams[string][]) => ({ kind: 'one of', values }) as const;
  if (written === undefined) return oneOf([param.default!]);
  switch (param.kind) {
    case 'boolean':
      return oneOf(written === 'any' ? [false, true] : [written as boolean]);
    case 'groups':
      return oneOf(written === 'zones' ? oneZoneOut(text) : [written as FaultParams[string]]);
    case 'count':
    case 'text':
      return oneOf(written as readonly (number | string)[]);
    default:
      return { kind: 'range', measure: param.kind, range: written as Range };
  }
}

/** Each zone against all the others. */
function oneZoneOut(text: ScenarioText): readonly FaultParams[string][] {
  const { zones } = text.topology;
  return zones.map((zone) => [[zone], zones.filter((other) => other !== zone)]);
}

function thresholdOf(
  threshold: NonNullable<ScenarioText['expect']['thresholds']>[number],
  names: Vocabulary,
  source: SourcePosition,
): Threshold {
  const { metric, above, below } = threshold;
  const known = metricsOf(names.measures).get(metric)!;
  const reading = readLimit(known.unit, (above ?? below)!);
  return {
    metric,
    ...known,
    comparison: above === undefined ? 'below' : 'above',
    limit: reading.ok ? reading.value : 0,
    when: threshold.when as Threshold['when'],
    source,
  };
}
