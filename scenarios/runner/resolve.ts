// A scenario for one seed, with nothing left to chance or to defaults, and its text: the same bytes
// every time, and read back, the same run.

import { createHash } from 'node:crypto';
import {
  Document,
  isCollection,
  isMap,
  isPair,
  isSeq,
  visit,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import type { ChoiceSource, Ns } from '../../sim/index.ts';
import { archiveInput, restoredFromInput } from './archive.ts';
import { authorityInput } from './authority-options.ts';
import { budgetLineNames, budgetLines, lineText } from './budget-lines.ts';
import { canonicalJson } from './canonical-json.ts';
import { drawFaults } from './draw.ts';
import { lineageInput } from './lineage.ts';
import { limitInput } from './metrics.ts';
import { policiesInput } from './policies.ts';
import type {
  DeclaredFault,
  LatencySpec,
  Scenario,
  ScenarioNetwork,
  Threshold,
} from './scenario.ts';
import { type ScenarioInput, scenarioFormat } from './schema.ts';
import { periodInput, triggerInput } from './triggers.ts';
import { quantityText, rangeText } from './units.ts';
import type { NamedFault } from './vocabulary.ts';
import { drawWeather } from './weather.ts';

type Client = Scenario['cluster']['clients'][number];
type FaultTable = Readonly<Record<string, Pick<NamedFault, 'params'>>>;

/**
 * The scenario of this seed: every declared chance drawn into the schedule. Resolving again changes
 * nothing. `aim` adds faults to those that are there before there is weather.
 */
export function resolveScenario(
  scenario: Scenario,
  options: {
    readonly seed: string;
    readonly choices: ChoiceSource;
    readonly aim?: (fixed: readonly DeclaredFault[]) => readonly DeclaredFault[];
  },
): Scenario {
  const drawn = drawFaults(scenario.randomFaults, options.choices);
  const planned = [...scenario.faults, ...drawn];
  const fixed = [...planned, ...(options.aim?.(planned) ?? [])];
  const storms = drawWeather(scenario, fixed, options.choices);
  const faults = [...fixed, ...storms].sort((a, b) => a.atNs - b.atNs);
  const { weather: _, ...rest } = scenario;
  return { ...rest, seed: options.seed, faults, randomFaults: [] };
}

/** The canonical text of a resolved scenario. */
export function scenarioText(scenario: Scenario, faults: FaultTable): string {
  const document = new Document(inputOf(scenario, faults), { aliasDuplicateObjects: false });
  visit(document, {
    // One line for each host, volume, workload and fault: what people compare stays on one line.
    Collection(_key, node, path) {
      if (isOneLine(node, path.filter(isCollection))) node.flow = true;
    },
  });
  return document.toString({ lineWidth: 0, flowCollectionPadding: true });
}

function isOneLine(node: YAMLMap | YAMLSeq, around: readonly (YAMLMap | YAMLSeq)[]): boolean {
  const holdsMaps = node.items.some((item) => isMap(isPair(item) ? item.value : item));
  if (isSeq(node)) return !holdsMaps && around.length > 1;
  const isItem = isSeq(around.at(-1));
  return isItem ? !holdsMaps : around.some((outer) => isSeq(outer));
}

/**
 * What names a resolved scenario: the SHA-256 of its text, in which a trace counts by its bytes,
 * not its path, and a device by its numbers.
 */
export function scenarioHash(scenario: Scenario, faults: FaultTable): string {
  const traces = Object.entries(scenario.traces).map(
    ([client, trace]) => [client, { ...trace, path: 'trace' }] as const,
  );
  const { profiles: _, ...rest } = scenario;
  const text = scenarioText({ ...rest, traces: Object.fromEntries(traces) }, faults);
  const hash = createHash('sha256').update(text, 'utf8');
  return hash.update(deviceText(scenario.cluster.devices), 'utf8').digest('hex');
}

const deviceTexts = new WeakMap<Scenario['cluster']['devices'], string>();

/** The numbers of devices, whatever their prose says. Every run of a scenario asks for the same. */
function deviceText(devices: Scenario['cluster']['devices']): string {
  const known = deviceTexts.get(devices);
  if (known !== undefined) return known;
  const plain: unknown = JSON.parse(
    JSON.stringify(devices, (key, value: unknown) => {
      if (key === 'summary' || key === 'assumedShare') return undefined;
      return value === Number.POSITIVE_INFINITY ? 'infinite' : value;
    }),
  );
  const text = canonicalJson(plain);
  deviceTexts.set(devices, text);
  return text;
}

function inputOf(scenario: Scenario, table: FaultTable): ScenarioInput {
  const { cluster, expect } = scenario;
  const properties = (listed: readonly { readonly property: string }[]) =>
    listed.length === 0 ? undefined : listed.map(({ property }) => property);
  return without<ScenarioInput>({
    version: scenarioFormat,
    scenario: scenario.name,
    summary: scenario.summary,
    why: scenario.why,
    seed: scenario.seed,
    duration: time(scenario.durationNs),
    settle: time(scenario.settleNs),
    mutants: cluster.mutants.length === 0 ? undefined : [...cluster.mutants],
    devices: scenario.profiles === undefined ? undefined : profilesInput(scenario.profiles),
    topology: {
      zones: [...cluster.zones],
      cells: [...cluster.cells],
      hosts: cluster.hosts.map(({ id, zone, cell, device, slotCount }) => ({
        id,
        zone,
        cell,
        device,
        slots: slotCount,
      })),
      volumes: cluster.volumes.map(({ id, sizeBytes, rangeBytes, replicas, ...kept }) => ({
        id,
        size: quantityText('size', sizeBytes),
        rangeSize: quantityText('size', rangeBytes),
        replicas,
        ...(kept.cells === undefined ? {} : { cells: [...kept.cells] }),
        ...(kept.replication === undefined ? {} : { replication: kept.replication }),
        ...(kept.degraded === undefined ? {} : { degraded: kept.degraded }),
        ...(kept.durability === undefined ? {} : { durability: kept.durability }),
        ...restoredFromInput(kept),
      })),
      authority: authorityInput(cluster.authority),
      ...policiesInput(cluster),
    },
    network: networkInput(scenario.network),
    clocks: { skew: quantityText('ppm', scenario.clockSkewPpm) },
    clients: cluster.clients.map((client) => clientInput(client, scenario)),
    lineage: lineageInput(cluster),
    archive: archiveInput(cluster),
    faults: without({
      schedule: scenario.faults.map((fault) => faultInput(fault, table)),
      calm: scenario.calmNs === undefined ? undefined : time(scenario.calmNs),
    }) as ScenarioInput['faults'],
    survives: scenario.survives === undefined ? undefined : budgetInput(scenario.survives),
    heal: scenario.core === undefined ? undefined : { core: [...scenario.core] },
    expect: without({
      always: properties(expect.always),
      eventually: properties(expect.eventually),
      sometimes: properties(expect.sometimes),
      violates: properties(expect.violates),
      thresholds:
        expect.thresholds.length === 0 ? undefined : expect.thresholds.map(thresholdInput),
    }) as ScenarioInput['expect'],
  });
}

function profilesInput(
  profiles: NonNullable<Scenario['profiles']>,
): NonNullable<ScenarioInput['devices']> {
  const written = Object.entries(profiles).map(([name, { path, sha256 }]) => {
    return [name, { profile: path, sha256 }] as const;
  });
  return Object.fromEntries(written);
}

function budgetInput(budget: NonNullable<Scenario['survives']>): Record<string, unknown> {
  const named = budgetLineNames.filter((name) => budget[name] !== undefined);
  return Object.fromEntries(
    named.map((name) => {
      const limit = budget[name]!;
      return [name, budgetLines[name].measure === 'count' ? limit : lineText(name, limit)];
    }),
  );
}

function networkInput(network: ScenarioNetwork): ScenarioInput['network'] {
  return {
    latency: {
      sameZone: latencyInput(network.sameZone),
      crossZone: latencyInput(network.crossZone),
    },
    bandwidth: quantityText('bandwidth', network.bandwidthBitsPerSec),
    drop: quantityText('share', network.dropShare),
    duplicate: quantityText('share', network.duplicateShare),
    reorder: quantityText('share', network.reorderShare),
  };
}

function latencyInput(latency: LatencySpec): string | { p50: string; p99: string } {
  return latency.kind === 'uniform'
    ? rangeText('duration', { min: latency.minNs, max: latency.maxNs })
    : { p50: time(latency.p50Ns), p99: time(latency.p99Ns) };
}

function clientInput(client: Client, scenario: Scenario): ScenarioInput['clients'][number] {
  return without<ScenarioInput['clients'][number]>({
    id: client.id,
    zone: client.zone,
    ...(client.volumes.length === 1
      ? { volume: client.volumes[0] }
      : { volumes: [...client.volumes] }),
    timeout: time(client.timeoutNs),
    suspect: time(client.suspectNs),
    ...optionsInput(client),
    attach: client.attachAtNs === undefined ? undefined : time(client.attachAtNs),
    detach: client.detachAtNs === undefined ? undefined : time(client.detachAtNs),
    force: client.force,
    afterFenced: client.afterFenced,
    onLeaseLost: client.onLeaseLost,
    refresh: client.refreshNs === undefined ? undefined : time(client.refreshNs),
    cacheRanges: client.cacheRangeMax,
    workload: workloadInput(client, scenario),
  });
}

/** What a client does differently from most. */
function optionsInput({ requestIdsRestartAfter = 0 }: Client) {
  return requestIdsRestartAfter > 0 ? { requestIdsRestartAfter } : {};
}

function workloadInput(
  { id, workload }: Client,
  scenario: Scenario,
): ScenarioInput['clients'][number]['workload'] {
  if (workload.kind === 'trace') {
    const { path, sha256, format } = scenario.traces[id]!;
    const { speed, repeat } = workload;
    return { trace: path, format, sha256, speed, repeat };
  }
  const { readShare, keys } = workload;
  const pattern = readShare === 1 ? 'randread' : readShare === 0 ? 'randwrite' : 'randrw';
  return {
    pattern,
    ...(pattern === 'randrw' ? { readPct: Math.round(readShare * 100) } : {}),
    size: rangeText('size', { min: workload.blocksMin * 4096, max: workload.blocksMax * 4096 }),
    rate: quantityText('rate', workload.ratePerSec),
    keys: keys.kind === 'uniform' ? 'uniform' : { zipf: keys.exponent },
    flushEvery: workload.flushEvery,
    ...(workload.discardShare === undefined
      ? {}
      : { discardPct: Math.round(workload.discardShare * 100) }),
  };
}

function faultInput(fault: Scenario['faults'][number], table: FaultTable): Record<string, unknown> {
  const params = Object.entries(fault.params).map(([key, value]) => {
    const kind = table[fault.kind]!.params[key]!.kind;
    switch (kind) {
      case 'boolean':
      case 'groups':
      case 'count':
      case 'text':
        return [key, value] as const;
      default:
        return [key, quantityText(kind, value as number)] as const;
    }
  });
  return without({
    at: fault.trigger === undefined ? time(fault.atNs) : undefined,
    again: fault.period === undefined ? undefined : periodInput(fault.period),
    when: fault.trigger === undefined ? undefined : triggerInput(fault.trigger, fault.atNs),
    for: fault.forNs === undefined ? undefined : time(fault.forNs),
    kind: fault.kind,
    target: fault.target,
    ...Object.fromEntries(params),
  });
}

function thresholdInput(
  threshold: Threshold,
): NonNullable<ScenarioInput['expect']['thresholds']>[number] {
  const { metric, comparison, limit, unit, when } = threshold;
  return { metric, [comparison]: limitInput(unit, limit), when };
}

function time(ns: Ns): string {
  return quantityText('duration', ns);
}

/** Without the keys that have no value. */
function without<T extends object>(value: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined)) as T;
}
