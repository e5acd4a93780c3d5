// The lineage store in a world, and who looks after the snapshots of volumes.
import { assert, nsPerMs, type World } from '../sim/index.ts';
import { authorityMembers } from './authority-members.ts';
import { type BackupInput, backup } from './backup/backup.ts';
import { type BackupSetInput, backupSet } from './backup/backup-set.ts';
import type { ClientInput } from './client/state.ts';
import { blockBytes, type ClusterSpec, type VolumeSpec } from './cluster-spec.ts';
import type { Devices } from './devices.ts';
import { pageSpan, rootOf } from './lineage-store/layout.ts';
import { lineageStore } from './lineage-store/lineage-store.ts';
import type { LineageStoreInput } from './lineage-store/state.ts';
import type { MutantSet } from './mutants.ts';
import type { ArchiveSpec, BackupPlan, BackupSetPlan, PurgePlan, RestorePlan } from './policies.ts';
import { type PurgeInput, purge } from './purge/purge.ts';
import { type RoutedPurgeInput, routedPurge } from './purge/routed-purge.ts';
import { type RestoreInput, restore } from './restore/restore.ts';
import { sessionMax, sessionsPerRestore } from './stamps.ts';

/** The node and actor that keeps the contents of snapshots. */
const lineageStoreId = 'lineage-store';
/** The node of those who look after snapshots, and restore volumes: an actor for each. */
const backupId = 'backup';
const archiveDevice = 'archive';
/** How often a backup looks for what is to be uploaded (assumed); or more often if more is cut. */
const followNs = 250 * nsPerMs;
/** Beside those that are kept: one under way, one that goes, one to spare (assumed). */
const spareSnapshots = 3;

/** The nodes of an archive: that of the store, and that of the backups. */
export function archiveNodes({ zone }: Pick<ArchiveSpec, 'zone'>) {
  return [
    { id: lineageStoreId, zone, role: 'lineage-store' },
    { id: backupId, zone, role: 'backup' },
  ] as const;
}

// What an archive is built from.
interface ArchiveSite {
  readonly world: World;
  readonly spec: ClusterSpec;
  readonly archive: ArchiveSpec;
  readonly devices: Devices;
  readonly mutants: MutantSet;
}

/** Adds the lineage store and the backups to a cluster. */
export function addArchive(site: ArchiveSite): void {
  const { world, spec, archive, devices, mutants } = site;
  const { device } = archive;
  const room = archiveRoom(archive, spec.volumes);
  const input: LineageStoreInput = { device: archiveDevice, ...room, mutants };
  for (const { id, ...labels } of archiveNodes(archive)) world.addNode({ id, labels });
  const blockCount = input.recordCount + input.objectCount;
  world.addDevice(lineageStoreId, archiveDevice, devices.make(lineageStoreId, device, blockCount));
  world.spawn({ id: lineageStoreId, node: lineageStoreId, behavior: lineageStore, input });
  for (const plan of backupsOf(archive)) addBackup(site, plan);
  for (const [index, plan] of setsOf(archive).entries()) addSet(site, `set-${index + 1}`, plan);
  for (const plan of archive.purges ?? []) addPurge(site, plan);
  for (const volume of spec.volumes) {
    if (volume.restoredFrom !== undefined) addRestore(world, spec, volume, volume.restoredFrom);
  }
}

/** Sessions of a volume come after this one: those of a restored volume after its origin's. */
export function baseSessionOf(
  volumes: readonly Pick<VolumeSpec, 'id' | 'restoredFrom'>[],
  id: string,
): number {
  const from = volumes.find((one) => one.id === id)?.restoredFrom?.volume;
  const base = from === undefined ? 0 : baseSessionOf(volumes, from) + sessionsPerRestore;
  assert(base < sessionMax, `volume '${id}' is restored from one that was restored too often`);
  return base;
}

/** Who has what a restored volume began with; null for any other. */
export function originOf({ id, restoredFrom }: VolumeSpec): ClientInput['origin'] {
  return restoredFrom === undefined ? null : { store: lineageStoreId, root: rootOf(id) };
}

function keeperOf(volume: string): string {
  return `${backupId}:${volume}`;
}

/** Who looks after the snapshots of each volume that has some. */
export function keepersOf(archive: ArchiveSpec | undefined): ReadonlyMap<string, string> {
  const plans = archive === undefined ? [] : backupsOf(archive);
  return new Map(plans.map(({ volume }) => [volume, keeperOf(volume)]));
}

// Who uploads the snapshots of each volume.
function backupsOf({ backups, sets = [] }: Pick<ArchiveSpec, 'backups' | 'sets'>) {
  const ofSets = sets.flatMap(({ volumes, ...when }) =>
    volumes.map((volume): BackupPlan => ({ volume, ...when })),
  );
  return [...backups, ...ofSets].map(({ source = 'schedule', everyNs, ...plan }) => {
    const isFollowing = source === 'lineage';
    return { ...plan, source, everyNs: isFollowing ? everyNs : Math.min(everyNs, followNs) };
  });
}

// What is cut at one instant: a volume with a backup of its own for itself.
function setsOf({ backups, sets = [] }: ArchiveSpec): readonly Cutting[] {
  const scheduled = backups.filter(({ source = 'schedule' }) => source === 'schedule');
  return [...scheduled.map(({ volume, everyNs }) => ({ volumes: [volume], everyNs })), ...sets];
}

type Cutting = Pick<BackupSetPlan, 'volumes' | 'everyNs'>;

/** How many blocks the device of a lineage store has for records, and how many for contents. */
export function archiveRoom(
  archive: ArchiveSpec,
  volumes: readonly SizedVolume[],
): Pick<LineageStoreInput, 'recordCount' | 'objectCount'> {
  const plans = backupsOf(archive);
  let recordCount = 0;
  let objectCount = 0;
  for (const { id, sizeBytes, rangeBytes, restoredFrom } of volumes) {
    // As if no snapshot shared anything with others.
    const plan = plans.find(({ volume }) => volume === id);
    const keptCount = plan === undefined ? 0 : plan.keepCount + spareSnapshots;
    const snapshotCount = keptCount + (restoredFrom === undefined ? 0 : 1);
    const pagesPerRange = Math.ceil(rangeBytes / blockBytes / pageSpan);
    const pageCount = Math.ceil(sizeBytes / rangeBytes) * pagesPerRange;
    recordCount += snapshotCount * (pageCount + 2);
    objectCount += snapshotCount * Math.floor(sizeBytes / blockBytes);
  }
  return { recordCount, objectCount };
}

type SizedVolume = Pick<VolumeSpec, 'id' | 'sizeBytes' | 'rangeBytes' | 'restoredFrom'>;

function volumeOf(
  volumes: readonly SizedVolume[],
  { volume }: Pick<BackupPlan, 'volume'>,
): SizedVolume {
  const found = volumes.find(({ id }) => id === volume);
  assert(found !== undefined, `a backup names unknown volume '${volume}'`);
  return found;
}

// What comes before all snapshots of a restored volume.
function rootFor({ volumes }: ClusterSpec, volume: string): string | null {
  const { restoredFrom } = volumeOf(volumes, { volume });
  return restoredFrom === undefined ? null : rootOf(volume);
}

function addPurge({ world, spec, archive }: ArchiveSite, plan: PurgePlan): void {
  const { volume } = plan;
  const untilNs = spec.workloadUntilNs;
  const place = { id: `purge:${volume}`, node: backupId };
  const isRouted = archive.backups.some((one) => one.volume === volume && one.source === 'lineage');
  if (isRouted) {
    const authorities = authorityMembers(spec.authority, spec.zones).map((member) => member.id);
    const input: RoutedPurgeInput = { ...plan, untilNs, authorities };
    world.spawn({ ...place, behavior: routedPurge, input });
  } else {
    const input: PurgeInput = { ...plan, untilNs, store: lineageStoreId };
    world.spawn({ ...place, behavior: purge, input });
  }
}

function addRestore(
  world: World,
  spec: ClusterSpec,
  { id: volume, sizeBytes, rangeBytes }: VolumeSpec,
  plan: RestorePlan,
): void {
  const input: RestoreInput = {
    volume,
    rangeCount: Math.ceil(sizeBytes / rangeBytes),
    blocksPerRange: Math.floor(rangeBytes / blockBytes),
    from: plan.volume,
    atNs: plan.atNs,
    bitsPerSec: plan.bitsPerSec,
    root: rootOf(volume),
    baseSession: baseSessionOf(spec.volumes, volume),
    store: lineageStoreId,
    authorities: authorityMembers(spec.authority, spec.zones).map((member) => member.id),
  };
  world.spawn({ id: `restore:${volume}`, node: backupId, behavior: restore, input });
}

function addSet(
  { world, spec, mutants }: ArchiveSite,
  set: string,
  { volumes, everyNs }: Cutting,
): void {
  const input: BackupSetInput = {
    set,
    volumes: volumes.map((volume) => ({ id: volume, root: rootFor(spec, volume) })),
    everyNs,
    untilNs: spec.workloadUntilNs,
    store: lineageStoreId,
    authorities: authorityMembers(spec.authority, spec.zones).map((member) => member.id),
    mutants,
  };
  world.spawn({ id: `${backupId}:${set}`, node: backupId, behavior: backupSet, input });
}

function addBackup({ world, spec, mutants }: ArchiveSite, plan: Required<BackupPlan>): void {
  const { sizeBytes, rangeBytes } = volumeOf(spec.volumes, plan);
  const input: BackupInput = {
    volume: plan.volume,
    rangeCount: Math.ceil(sizeBytes / rangeBytes),
    blocksPerRange: Math.floor(rangeBytes / blockBytes),
    source: plan.source,
    everyNs: plan.everyNs,
    keepCount: plan.keepCount,
    root: rootFor(spec, plan.volume),
    store: lineageStoreId,
    authorities: authorityMembers(spec.authority, spec.zones).map((member) => member.id),
    hosts: spec.hosts.map(({ id }) => id),
    mutants,
  };
  world.spawn({ id: keeperOf(plan.volume), node: backupId, behavior: backup, input });
}
