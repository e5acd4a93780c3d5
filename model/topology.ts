// A cluster from its spec: one node for the authority, for each cell, each host and each client.
import { assert, nsPerMs, type World } from '../sim/index.ts';
import { addArchive, baseSessionOf, keepersOf, originOf } from './archive-actors.ts';
import { authorityMember, mapAuthority } from './authority/map-authority.ts';
import { queueMaxOf } from './authority/overload.ts';
import { authorityRoom } from './authority/room.ts';
import type { AuthorityInput } from './authority/state.ts';
import { authorityMembers } from './authority-members.ts';
import { type CellInput, cell } from './cell/cell.ts';
import { cellId } from './cell-id.ts';
import { client } from './client/client.ts';
import type { ClientInput } from './client/state.ts';
import { prepareWorkload } from './client/workloads.ts';
import { blockBytes, type ClientSpec, type ClusterSpec, type VolumeSpec } from './cluster-spec.ts';
import { Devices } from './devices.ts';
import { deviceBlockCount, type ExtentLayout } from './host/extent-store.ts';
import { host } from './host/host.ts';
import type { HostInput } from './host/state.ts';
import { addLineage } from './lineage-actors.ts';
import { isMutantId, type MutantId, type MutantSet, mutants } from './mutants.ts';
import { type OptimizerInput, optimizer } from './optimizer/optimizer.ts';
import { placeVolumes } from './placement.ts';
import { defaultReMirror, defaultSlotLife, type OptimizerSpec } from './policies.ts';
import type { VolumeRules } from './replication.ts';
import { defineRoles } from './roles.ts';

/** The node and actor of the placement optimizer, where there is one. */
export const optimizerId = 'optimizer';
const deviceName = 'disk';
/**
 * A few times what a flush on a slow device and a round trip between zones take, so that neither
 * costs a leader its place (assumed; the paper has 150 to 300 ms in one data center, section 9.3).
 */
const defaultElectionTimeoutNs = 500 * nsPerMs;
const defaultHeartbeatNs = 100 * nsPerMs;

/** Adds all nodes, devices and actors of a cluster to a world. */
export function buildCluster(world: World, spec: ClusterSpec): void {
  defineRoles(world);
  const mutantSet = mutantsOf(spec.mutants);
  const devices = new Devices(world, spec);
  const placed = placeVolumes(spec.volumes, spec.hosts);
  const zoneOf = zonesOf(spec, mutantSet);
  const room = authorityRoom(spec);
  assert(
    room.blockCount >= room.leastBlockCount,
    `a log of ${room.blockCount} blocks has no room for the map, expected ${room.leastBlockCount}`,
  );
  addAuthority(world, spec, devices, {
    device: deviceName,
    logBlockCount: room.blockCount,
    cutOffAs: devices.cutOffAs(spec.authority.device),
    requestWindow: room.requestWindow,
    checkpointEvery: spec.authority.checkpointEvery ?? 1_024,
    receipts: spec.authority.receipts ?? 'logged',
    portionEntryMax: spec.authority.portionEntryMax ?? 64,
    prefetchCount: spec.authority.prefetchCount ?? 0,
    serviceTimeNs: spec.authority.serviceTimeNs ?? 0,
    queueMax: spec.authority.queueMax ?? queueMaxOf(spec.authority.serviceTimeNs ?? 0),
    zoneOf,
    volumes: spec.volumes.map(({ id, replicas, rangeBytes, cells = [], ...kept }) => ({
      id,
      replicaCount: replicas,
      ...(kept.replication === undefined ? {} : { replication: kept.replication }),
      ...(kept.durability === undefined ? {} : { durability: kept.durability }),
      ...(kept.restoredFrom === undefined ? {} : { baseSession: baseSessionOf(spec.volumes, id) }),
      // A volume that changes its cell has its place there for a while only.
      ...(isMovable(spec, { cells }) ? { cell: cells[0]! } : cells.length > 0 ? { cells } : {}),
      blocksPerRange: Math.floor(rangeBytes / blockBytes),
      entries: placed.get(id) ?? [],
    })),
    leaseNs: spec.authority.leaseNs ?? 0,
    cellLeaseNs: spec.lineage?.cellLeaseNs ?? 0,
    mutants: mutantSet,
  });
  for (const name of spec.cells) addCell(world, spec, name, mutantSet);
  const bindings = spec.volumes.flatMap(({ id }) =>
    (placed.get(id) ?? []).map((entry) => ({ volume: id, entry })),
  );
  const rules = new Map(spec.volumes.map((volume) => [volume.id, rulesOf(volume)]));
  for (const { id, zone, cell: cellName, device, slotCount } of spec.hosts) {
    const input: HostInput = {
      device: deviceName,
      layout: { slotCount, blocksPerSlot: blocksPerSlotOf(spec) },
      zone,
      cell: cellId(cellName),
      authorities: authorityMembers(spec.authority, spec.zones).map((member) => member.id),
      copiesPerHost: (spec.reMirror ?? defaultReMirror).copiesPerHost,
      slotLife: spec.slotLife ?? defaultSlotLife,
      volumes: rules,
      bindings: bindings.filter(({ entry }) => entry.replicas.some((r) => r.host === id)),
      keepers: keepersOf(spec.archive),
      mutants: mutantSet,
    };
    addHost(world, { id, zone, cell: cellName, device }, devices, input);
  }
  for (const clientSpec of spec.clients) addClient(world, spec, clientSpec, mutantSet);
  if (spec.optimizer !== undefined) addOptimizer(world, spec, spec.optimizer, mutantSet);
  if (spec.archive !== undefined) {
    addArchive({ world, spec, archive: spec.archive, devices, mutants: mutantSet });
  }
  if (spec.lineage !== undefined) {
    addLineage({ world, spec, lineage: spec.lineage, devices, mutants: mutantSet });
  }
}

// Whether the authority keeps the volume's place, so that it may be another one later.
function isMovable({ lineage }: ClusterSpec, { cells }: Pick<VolumeSpec, 'cells'>): boolean {
  return lineage !== undefined && cells?.length === 1;
}

function rulesOf({ replicas, replication, degraded, durability }: VolumeSpec): VolumeRules {
  return {
    replicaCount: replicas,
    replication: replication ?? 'chain',
    degraded: degraded ?? 'after-config-change',
    durability: durability ?? 'on-ack',
  };
}

// What may fail at once, as far as the authority and those who restore copies know.
function zonesOf({ hosts }: ClusterSpec, mutantSet: MutantSet): ReadonlyMap<string, string> {
  const isUnknown = mutantSet.has('zones-unknown');
  return new Map(hosts.map(({ id, zone }) => [id, isUnknown ? id : zone]));
}

function mutantsOf(names: readonly string[]): MutantSet {
  const chosen = new Set<MutantId>();
  for (const name of names) {
    assert(isMutantId(name), `unknown mutant '${name}'; known: ${Object.keys(mutants).join(', ')}`);
    chosen.add(name);
  }
  return chosen;
}

function reMirrorOf({ reMirror = defaultReMirror }: ClusterSpec, mutantSet: MutantSet) {
  // The variant that tries again at once, whatever was refused.
  const isImpatient = mutantSet.has('back-off-disabled');
  return isImpatient ? { ...reMirror, backOffFirstNs: 0, backOffMaxNs: 0 } : reMirror;
}

function blocksPerSlotOf(spec: ClusterSpec): number {
  let rangeBytes = blockBytes;
  for (const volume of spec.volumes) rangeBytes = Math.max(rangeBytes, volume.rangeBytes);
  return Math.ceil(rangeBytes / blockBytes);
}

function addAuthority(
  world: World,
  spec: ClusterSpec,
  devices: Devices,
  input: Omit<AuthorityInput, 'members'>,
): void {
  const { device, electionTimeoutNs, heartbeatNs } = spec.authority;
  const all = authorityMembers(spec.authority, spec.zones);
  const isSingle = all.length === 1;
  const members: AuthorityInput['members'] = isSingle
    ? null
    : {
        ids: all.map(({ id }) => id),
        electionMinNs: electionTimeoutNs ?? defaultElectionTimeoutNs,
        heartbeatNs: heartbeatNs ?? defaultHeartbeatNs,
      };
  for (const { id, zone } of all) {
    world.addNode({ id, labels: { zone, role: 'authority' } });
    world.addDevice(id, deviceName, devices.make(id, device, input.logBlockCount));
    const behavior = isSingle ? mapAuthority : authorityMember;
    world.spawn({ id, node: id, behavior, input: { ...input, members } });
  }
}

function addCell(world: World, spec: ClusterSpec, name: string, mutantSet: MutantSet): void {
  const id = cellId(name);
  const hosts = spec.hosts.filter((one) => one.cell === name);
  const input: CellInput = {
    hosts: hosts.map((one) => one.id),
    slotCount: hosts.reduce((sum, { slotCount }) => sum + slotCount, 0),
    policy: spec.reMirror ?? defaultReMirror,
    mutants: mutantSet,
  };
  world.addNode({ id, labels: { zone: spec.authority.zone, role: 'cell', cell: name } });
  world.spawn({ id, node: id, behavior: cell, input });
}

function addHost(
  world: World,
  spec: {
    readonly id: string;
    readonly zone: string;
    readonly cell: string;
    readonly device: string;
  },
  devices: Devices,
  input: HostInput,
): void {
  const { id, zone, cell: cellName } = spec;
  const layout: ExtentLayout = input.layout;
  world.addNode({ id, labels: { zone, role: 'host', cell: cellName } });
  world.addDevice(id, deviceName, devices.make(id, spec.device, deviceBlockCount(layout)));
  world.spawn({ id, node: id, behavior: host, input });
}

// One actor for each volume: they share the node and with it the fate, and nothing else.
function addClient(
  world: World,
  spec: ClusterSpec,
  clientSpec: ClientSpec,
  mutantSet: MutantSet,
): void {
  const { id, zone, volumes } = clientSpec;
  assert(volumes.length > 0, `client '${id}' names ${volumes.length} volumes, expected 1 or more`);
  world.addNode({ id, labels: { zone, role: 'client' } });
  for (const name of volumes) {
    const volume = spec.volumes.find((one) => one.id === name);
    assert(volume !== undefined, `client '${id}' names unknown volume '${name}'`);
    const input = clientInput(spec, clientSpec, volume, mutantSet);
    const actor = volumes.length === 1 ? id : `${id}:${name}`;
    world.spawn({ id: actor, node: id, behavior: client, input });
  }
}

function clientInput(
  spec: ClusterSpec,
  clientSpec: ClientSpec,
  volume: VolumeSpec,
  mutantSet: MutantSet,
): ClientInput {
  return {
    volume: volume.id,
    volumeBlockCount: Math.floor(volume.sizeBytes / blockBytes),
    blocksPerRange: Math.floor(volume.rangeBytes / blockBytes),
    durability: volume.durability ?? 'on-ack',
    workload: prepareWorkload(clientSpec.workload, volume.sizeBytes),
    workloadUntilNs: spec.workloadUntilNs,
    timeoutNs: clientSpec.timeoutNs,
    suspectNs: clientSpec.suspectNs,
    requestIdsRestartAfter: clientSpec.requestIdsRestartAfter ?? 0,
    authorities: authorityMembers(spec.authority, spec.zones).map((member) => member.id),
    cells: isMovable(spec, volume) ? null : (volume.cells ?? spec.cells).map(cellId),
    zoneOf: zonesOf(spec, mutantSet),
    cellOf: new Map(spec.hosts.map((one) => [one.id, cellId(one.cell)])),
    reMirror: reMirrorOf(spec, mutantSet),
    attachAtNs: clientSpec.attachAtNs ?? 0,
    detachAtNs: clientSpec.detachAtNs ?? null,
    force: clientSpec.force ?? true,
    reattaches: clientSpec.afterFenced !== 'stop',
    stopsOnLapse: clientSpec.onLeaseLost === 'stop',
    refreshNs: clientSpec.refreshNs ?? 0,
    origin: originOf(volume),
    cacheRangeMax: clientSpec.cacheRangeMax ?? Number.POSITIVE_INFINITY,
    mutants: mutantSet,
  };
}

function addOptimizer(
  world: World,
  spec: ClusterSpec,
  { zone, everyNs, movesAtOnce }: OptimizerSpec,
  mutantSet: MutantSet,
): void {
  const input: OptimizerInput = {
    everyNs,
    movesAtOnce,
    volumes: new Map(
      spec.volumes.map(({ id, cells = spec.cells }) => {
        // The variant sees free slots and nothing else.
        const places = mutantSet.has('moves-leave-cells') ? spec.cells : cells;
        return [id, places.map(cellId)];
      }),
    ),
    hosts: spec.hosts.map((one) => ({ ...one, cell: cellId(one.cell) })),
    authorities: authorityMembers(spec.authority, spec.zones).map((member) => member.id),
    reMirror: reMirrorOf(spec, mutantSet),
  };
  world.addNode({ id: optimizerId, labels: { zone, role: 'optimizer' } });
  world.spawn({ id: optimizerId, node: optimizerId, behavior: optimizer, input });
}
