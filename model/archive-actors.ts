// The lineage store in a world, and who looks after the snapshots of volumes.
import { assert, type World } from '../sim/index.ts';
import { authorityMembers } from './authority-members.ts';
import { type BackupInput, backup } from './backup/backup.ts';
import { blockBytes, type ClusterSpec, type VolumeSpec } from './cluster-spec.ts';
import type { Devices } from './devices.ts';
import { pageSpan } from './lineage-store/layout.ts';
import { lineageStore } from './lineage-store/lineage-store.ts';
import type { LineageStoreInput } from './lineage-store/state.ts';
import type { MutantSet } from './mutants.ts';
import type { ArchiveSpec, BackupPlan } from './policies.ts';

/** The node and actor that keeps the contents of snapshots. */
const lineageStoreId = 'lineage-store';
/** The node of those who look after snapshots, an actor for each volume. */
const backupId = 'backup';
const archiveDevice = 'archive';
/** Beside those that are kept: one under way, one that goes, one to spare (assumed). */
const spareSnapshots = 3;

/** The nodes of an archive: that of the store, and that of the backups. */
export function archiveNodes({ zone }: Pick<ArchiveSpec, 'zone'>) {
  return [
    { id: lineageStoreId, zone, role: 'lineage-store' },
    { id: backupId, zone, role: 'backup' },
  ] as const;
}

/** Adds the lineage store and the backups to a cluster. */
export function addArchive(site: {
  readonly world: World;
  readonly spec: ClusterSpec;
  readonly archive: ArchiveSpec;
  readonly devices: Devices;
  readonly mutants: MutantSet;
}): void {
  const { world, spec, archive, devices, mutants } = site;
  const { device } = archive;
  const room = archiveRoom(archive, spec.volumes);
  const input: LineageStoreInput = { device: archiveDevice, ...room, mutants };
  for (const { id, ...labels } of archiveNodes(archive)) world.addNode({ id, labels });
  const blockCount = input.recordCount + input.objectCount;
  world.addDevice(lineageStoreId, archiveDevice, devices.make(lineageStoreId, device, blockCount));
  world.spawn({ id: lineageStoreId, node: lineageStoreId, behavior: lineageStore, input });
  for (const plan of archive.backups) addBackup(world, spec, plan);
}

/** How many blocks the device of a lineage store has for records, and how many for contents. */
export function archiveRoom(
  { backups }: ArchiveSpec,
  volumes: readonly SizedVolume[],
): Pick<LineageStoreInput, 'recordCount' | 'objectCount'> {
  let recordCount = 0;
  let objectCount = 0;
  for (const plan of backups) {
    const { sizeBytes, rangeBytes } = volumeOf(volumes, plan);
    // As if no snapshot shared anything with others.
    const snapshotCount = plan.keepCount + spareSnapshots;
    const pagesPerRange = Math.ceil(rangeBytes / blockBytes / pageSpan);
    const pageCount = Math.ceil(sizeBytes / rangeBytes) * pagesPerRange;
    recordCount += snapshotCount * (pageCount + 2);
    objectCount += snapshotCount * Math.floor(sizeBytes / blockBytes);
  }
  return { recordCount, objectCount };
}

type SizedVolume = Pick<VolumeSpec, 'id' | 'sizeBytes' | 'rangeBytes'>;

function volumeOf(volumes: readonly SizedVolume[], { volume }: BackupPlan): SizedVolume {
  const found = volumes.find(({ id }) => id === volume);
  assert(found !== undefined, `a backup names unknown volume '${volume}'`);
  return found;
}

function addBackup(world: World, spec: ClusterSpec, plan: BackupPlan): void {
  const { sizeBytes, rangeBytes } = volumeOf(spec.volumes, plan);
  const input: BackupInput = {
    volume: plan.volume,
    rangeCount: Math.ceil(sizeBytes / rangeBytes),
    blocksPerRange: Math.floor(rangeBytes / blockBytes),
    everyNs: plan.everyNs,
    untilNs: spec.workloadUntilNs,
    keepCount: plan.keepCount,
    store: lineageStoreId,
    authorities: authorityMembers(spec.authority, spec.zones).map((member) => member.id),
  };
  world.spawn({ id: `${backupId}:${plan.volume}`, node: backupId, behavior: backup, input });
}
