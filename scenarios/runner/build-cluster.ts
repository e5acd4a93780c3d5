// The cluster that a checked file describes, as the model builds it.
import type {
  ClientSpec,
  ClusterSpec,
  DegradedPolicy,
  Durability,
  ReplicationMode,
  VolumeSpec,
  WorkloadSpec,
} from '../../model/index.ts';
import { archiveOf, restoredFromOf } from './archive.ts';
import { authorityOf } from './authority-options.ts';
import type { BuildInput } from './build.ts';
import { lineageOf } from './lineage.ts';
import { policiesOf } from './policies.ts';
import type { ScenarioText } from './schema.ts';
import { blockBytes, patterns, volumesOf } from './schema-clients.ts';
import { cellsOf, hostsOf } from './topology.ts';
import type { LoadedTrace } from './trace-files.ts';

/** What a cluster depends on. */
interface ClusterParts extends Pick<BuildInput, 'text' | 'traces'> {
  readonly devices: Pick<BuildInput['devices'], 'specs'>;
}

/** The cluster of a scenario. */
export function clusterOf({ text, traces, devices }: ClusterParts): ClusterSpec {
  const { topology } = text;
  return {
    zones: topology.zones,
    cells: cellsOf(topology),
    hosts: hostsOf(topology),
    authority: authorityOf(topology.authority),
    devices: devices.specs,
    volumes: topology.volumes.map(volumeOf),
    clients: text.clients.map(
      (client): ClientSpec => ({
        id: client.id,
        zone: client.zone,
        volumes: volumesOf(client),
        workload: workloadOf(client.workload, traces.get(client.id)),
        timeoutNs: client.timeout,
        suspectNs: client.suspect,
        requestIdsRestartAfter: client.requestIdsRestartAfter,
        ...holdingOf(client),
      }),
    ),
    ...policiesOf(topology),
    ...lineageOf(text),
    ...archiveOf(text),
    mutants: text.mutants ?? [],
    workloadUntilNs: text.duration,
  };
}

function volumeOf(volume: ScenarioText['topology']['volumes'][number]): VolumeSpec {
  const { id, size, rangeSize, replicas, cells, replication, degraded, durability } = volume;
  return {
    id,
    sizeBytes: size,
    rangeBytes: rangeSize,
    replicas,
    ...(cells === undefined ? {} : { cells }),
    // The schema knows no other names.
    ...(replication === undefined ? {} : { replication: replication as ReplicationMode }),
    ...(degraded === undefined ? {} : { degraded: degraded as DegradedPolicy }),
    ...(durability === undefined ? {} : { durability: durability as Durability }),
    ...restoredFromOf(volume),
  };
}

/** How a client holds its volumes, as far as the file says. */
function holdingOf(client: ScenarioText['clients'][number]): Partial<ClientSpec> {
  const { attach, detach, force, afterFenced, onLeaseLost, refresh, cacheRanges } = client;
  return {
    ...(attach === undefined ? {} : { attachAtNs: attach }),
    ...(detach === undefined ? {} : { detachAtNs: detach }),
    ...(force === undefined ? {} : { force }),
    ...(afterFenced === undefined ? {} : { afterFenced }),
    ...(onLeaseLost === undefined ? {} : { onLeaseLost }),
    ...(refresh === undefined ? {} : { refreshNs: refresh }),
    ...(cacheRanges === undefined ? {} : { cacheRangeMax: cacheRanges }),
  };
}

function workloadOf(
  workload: ScenarioText['clients'][number]['workload'],
  trace: LoadedTrace | undefined,
): WorkloadSpec {
  if ('trace' in workload) {
    const { speed, repeat } = workload;
    return { kind: 'trace', requests: trace?.requests ?? [], speed, repeat };
  }
  const { readShare } = patterns[workload.pattern as keyof typeof patterns];
  return {
    kind: 'pattern',
    readShare: readShare ?? (workload.readPct ?? 0) / 100,
    blocksMin: workload.size.min / blockBytes,
    blocksMax: workload.size.max / blockBytes,
    ratePerSec: workload.rate,
    keys:
      workload.keys === 'uniform'
        ? { kind: 'uniform' }
        : { kind: 'zipf', exponent: workload.keys.zipf },
    flushEvery: workload.flushEvery,
    ...(workload.discardPct === undefined ? {} : { discardShare: workload.discardPct / 100 }),
  };
}
