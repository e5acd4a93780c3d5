// What several parts of a scenario must agree on. Each check looks at one question and refuses at
// the place in the file that has to change. They run only on files whose shape is right.
import { checkArchive, checkRestores } from './checks-archive.ts';
import { checkAuthority } from './checks-authority.ts';
import { checkFaults } from './checks-faults.ts';
import { checkLineage } from './checks-lineage.ts';
import { checkTriggers } from './checks-trigger.ts';
import { checkVersions } from './checks-versions.ts';
import { checkWeather } from './checks-weather.ts';
import type { ValuePath } from './document.ts';
import { metricsOf, readLimit } from './metrics.ts';
import type { ScenarioText } from './schema.ts';
import { blockBytes, patterns, volumesOf } from './schema-clients.ts';
import { unknownName } from './suggest.ts';
import { cellsOf, hostsOf, nodesOf, reservedIds } from './topology.ts';
import { quantityText } from './units.ts';
import type { Vocabulary } from './vocabulary.ts';

/** Says that the value at `path` cannot stay; a text after `; ` is what to do. */
export type Refuse = (path: ValuePath, message: string) => void;

/** What a check is given. */
export interface CheckInput {
  readonly text: ScenarioText;
  readonly names: Vocabulary;
  readonly refuse: Refuse;
}

/** More requests than this in one run are a slip of the keyboard. */
const requestCountMax = 20_000_000;

/** Every check, in the order of the file. */
const checks: readonly ((input: CheckInput) => void)[] = [
  checkIds,
  checkPlaces,
  checkVolumes,
  checkSpace,
  checkAuthority,
  checkNetwork,
  checkClients,
  checkLineage,
  checkArchive,
  checkRestores,
  checkFaults,
  checkVersions,
  checkTriggers,
  checkWeather,
  checkExpectations,
  checkViolates,
  checkThresholds,
];

/** Runs every check. */
export function checkScenario(input: CheckInput): void {
  for (const check of checks) check(input);
}

function checkIds({ text, refuse }: CheckInput): void {
  const seen = new Set<string>();
  const born = (noun: string, id: string, path: ValuePath) => {
    if (reservedIds.includes(id))
      refuse(path, `'${id}' is a reserved word, expected another ${noun} id`);
    else if (seen.has(id))
      refuse(path, `id '${id}' is given twice; every id is unique in a scenario`);
    seen.add(id);
  };
  const { topology } = text;
  for (const [index, zone] of topology.zones.entries())
    born('zone', zone, ['topology', 'zones', index]);
  for (const [index, cell] of cellsOf(topology).entries())
    born('cell', cell, ['topology', 'cells', index]);
  const listed = Array.isArray(topology.hosts);
  for (const [index, host] of hostsOf(topology).entries()) {
    born('host', host.id, listed ? ['topology', 'hosts', index, 'id'] : ['topology', 'hosts']);
  }
  for (const [index, volume] of topology.volumes.entries()) {
    born('volume', volume.id, ['topology', 'volumes', index, 'id']);
  }
  for (const [index, client] of text.clients.entries())
    born('client', client.id, ['clients', index, 'id']);
  if (text.lineage === undefined) return;
  for (const [index, { id }] of text.lineage.snapshots.entries())
    born('requester', id, ['lineage', 'snapshots', index, 'id']);
  for (const { id, labels } of nodesOf(text)) {
    const { role = '' } = labels;
    if (role === 'router' || role === 'mover') born(role, id, ['lineage', `${role}s`]);
  }
}

function checkPlaces({ text, refuse }: CheckInput): void {
  const { topology } = text;
  const known = (noun: string, id: string, ids: readonly string[], path: ValuePath) => {
    if (!ids.includes(id)) refuse(path, unknownName(noun, id, ids));
  };
  const cells = cellsOf(topology);
  if (Array.isArray(topology.hosts)) {
    for (const [index, host] of topology.hosts.entries()) {
      known('zone', host.zone, topology.zones, ['topology', 'hosts', index, 'zone']);
      if (host.cell !== undefined)
        known('cell', host.cell, cells, ['topology', 'hosts', index, 'cell']);
    }
  }
  known('zone', topology.authority.zone, topology.zones, ['topology', 'authority', 'zone']);
  if (topology.optimizer !== undefined) {
    known('zone', topology.optimizer.zone, topology.zones, ['topology', 'optimizer', 'zone']);
  }
  const inhabited = new Set(hostsOf(topology).map((host) => host.cell));
  for (const [index, cell] of cells.entries()) {
    if (inhabited.has(cell)) continue;
    const path = Array.isArray(topology.cells)
      ? ['topology', 'cells', index]
      : ['topology', 'cells'];
    refuse(path, `cell '${cell}' has no host; give more hosts to each zone or name fewer cells`);
  }
  for (const [index, volume] of topology.volumes.entries()) {
    for (const [place, cell] of (volume.cells ?? []).entries()) {
      known('cell', cell, cells, ['topology', 'volumes', index, 'cells', place]);
    }
  }
  const volumes = topology.volumes.map((volume) => volume.id);
  for (const [index, client] of text.clients.entries()) {
    known('zone', client.zone, topology.zones, ['clients', index, 'zone']);
    for (const volume of volumesOf(client)) {
      const key = client.volumes === undefined ? 'volume' : 'volumes';
      known('volume', volume, volumes, ['clients', index, key]);
    }
  }
}

function checkVolumes({ text, refuse }: CheckInput): void {
  const known = cellsOf(text.topology);
  for (const [index, volume] of text.topology.volumes.entries()) {
    const path = ['topology', 'volumes', index];
    const { size, rangeSize, replicas, cells } = volume;
    // Refused already; what else is amiss there would be an accident.
    if (cells?.some((cell) => !known.includes(cell))) continue;
    const homes = hostsOf(text.topology).filter(({ cell }) => cells?.includes(cell) ?? true);
    const zonesWithHosts = new Set(homes.map((host) => host.zone)).size;
    if (rangeSize % blockBytes !== 0) {
      refuse(
        [...path, 'rangeSize'],
        `expected a multiple of 4KiB, found '${quantityText('size', rangeSize)}'`,
      );
    } else if (size % rangeSize !== 0) {
      const range = quantityText('size', rangeSize);
      refuse(
        [...path, 'size'],
        `expected a multiple of the range size ${range}, found '${quantityText('size', size)}'`,
      );
    }
    if (replicas > zonesWithHosts) {
      refuse(
        [...path, 'replicas'],
        `${replicas} replicas need hosts in ${replicas} zones, found ${zonesWithHosts}; ` +
          'add zones and hosts or keep fewer replicas',
      );
    }
    const neededCount = Math.ceil(size / rangeSize) * replicas;
    const slotCount = homes.reduce((sum, host) => sum + host.slotCount, 0);
    if (cells !== undefined && rangeSize % blockBytes === 0 && neededCount > slotCount) {
      refuse(
        [...path, 'cells'],
        `the volume needs ${neededCount} slots, the hosts of its cells have ${slotCount}; ` +
          'give them more slots or name more cells',
      );
    }
  }
}

function checkSpace({ text, refuse }: CheckInput): void {
  let neededCount = 0;
  for (const { size, rangeSize, replicas } of text.topology.volumes) {
    // Refused already, and the number of slots would be an accident.
    if (rangeSize % blockBytes !== 0) return;
    neededCount += Math.ceil(size / rangeSize) * replicas;
  }
  const slotCount = hostsOf(text.topology).reduce((sum, host) => sum + host.slotCount, 0);
  if (neededCount <= slotCount) return;
  refuse(
    ['topology', 'volumes'],
    `the volumes need ${neededCount} slots, the hosts have ${slotCount}; ` +
      'give the hosts more slots, or make volumes smaller or ranges larger',
  );
}

function checkNetwork({ text, refuse }: CheckInput): void {
  for (const key of ['sameZone', 'crossZone'] as const) {
    const latency = text.network.latency[key];
    if ('p50' in latency && latency.p99 < latency.p50) {
      refuse(['network', 'latency', key, 'p99'], 'expected p99 to be at least p50, found less');
    }
  }
}

function checkHolding(
  client: ScenarioText['clients'][number],
  path: ValuePath,
  refuse: Refuse,
): void {
  const { volume, volumes, attach, detach } = client;
  if ((volume === undefined) === (volumes === undefined)) {
    const found = volume === undefined ? 'neither' : 'both';
    refuse(path, `expected 'volume' or 'volumes', found ${found}`);
  } else if (volumes !== undefined && new Set(volumes).size < volumes.length) {
    refuse([...path, 'volumes'], 'expected each volume once, found one twice');
  }
  if (detach !== undefined && detach <= (attach ?? 0)) {
    refuse([...path, 'detach'], "expected a time after 'attach', found one that is not later");
  }
}

function checkClients({ text, refuse }: CheckInput): void {
  for (const [index, client] of text.clients.entries()) {
    checkHolding(client, ['clients', index], refuse);
    const path = ['clients', index, 'workload'];
    const { workload } = client;
    if ('trace' in workload) continue;
    const { readShare } = patterns[workload.pattern as keyof typeof patterns];
    if (readShare === null && workload.readPct === undefined) {
      refuse(path, "pattern 'randrw' needs 'readPct', found none; write readPct: 70");
    }
    if (readShare !== null && workload.readPct !== undefined) {
      refuse([...path, 'readPct'], `pattern '${workload.pattern}' takes no 'readPct'; use randrw`);
    }
    const own = volumesOf(client);
    const volumes = text.topology.volumes.filter((candidate) => own.includes(candidate.id));
    for (const size of [workload.size.min, workload.size.max]) {
      const written = quantityText('size', size);
      if (size % blockBytes !== 0) {
        refuse([...path, 'size'], `expected a multiple of 4KiB, found '${written}'`);
      }
      const small = volumes.find((volume) => size > volume.size);
      if (size % blockBytes === 0 && small !== undefined) {
        refuse([...path, 'size'], `a request of ${written} does not fit volume '${small.id}'`);
      }
    }
    const requestCount = workload.rate * (text.duration / 1e9);
    if (requestCount > requestCountMax) {
      refuse(
        [...path, 'rate'],
        `expected at most ${requestCountMax} requests in a run, ` +
          `found ${Math.round(requestCount)}; lower the rate or the duration`,
      );
    }
  }
}

function checkExpectations({ text, refuse }: CheckInput): void {
  const { always, eventually, sometimes, violates, thresholds } = text.expect;
  const total = [always, eventually, sometimes, violates, thresholds].filter(
    (part) => part !== undefined,
  ).length;
  if (total === 0) {
    refuse(
      ['expect'],
      'expected at least one property or threshold; a run that checks nothing proves nothing',
    );
  }
  for (const [mode, listed] of Object.entries({ always, eventually, sometimes, violates })) {
    for (const [index, property] of (listed ?? []).entries()) {
      if (listed!.indexOf(property) === index) continue;
      refuse(['expect', mode, index], `property '${property}' is listed twice`);
    }
  }
}

/** A run that ends with a violation has measured nothing, and need not have reached anything. */
function checkViolates({ text, refuse }: CheckInput): void {
  const { violates, sometimes, thresholds } = text.expect;
  if (violates === undefined) return;
  for (const [key, listed] of Object.entries({ sometimes, thresholds })) {
    if (listed === undefined) continue;
    refuse(
      ['expect', key],
      `a run that ends with a violation is held to no '${key}'; leave it out`,
    );
  }
}

function checkThresholds({ text, names, refuse }: CheckInput): void {
  const metrics = metricsOf(names.measures);
  for (const [index, threshold] of (text.expect.thresholds ?? []).entries()) {
    const path = ['expect', 'thresholds', index];
    const { above, below, metric } = threshold;
    if ((above === undefined) === (below === undefined)) {
      const found = above === undefined ? 'neither' : 'both';
      refuse(path, `expected 'below' or 'above', found ${found}`);
      continue;
    }
    const { unit, measure } = metrics.get(metric)!;
    const reading = readLimit(unit, (above ?? below)!);
    if (!reading.ok) refuse([...path, above === undefined ? 'below' : 'above'], reading.message);
    if (measure === null && threshold.when !== 'always') {
      refuse([...path, 'when'], `'${metric}' is measured over the whole run; leave out 'when'`);
    }
  }
}
