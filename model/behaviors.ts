// What the store is made of, as the kernel runs it.
import type { AnyBehavior } from '../sim/index.ts';
import { authorityMember, mapAuthority } from './authority/map-authority.ts';
import { backup } from './backup/backup.ts';
import { backupSet } from './backup/backup-set.ts';
import { cell } from './cell/cell.ts';
import { client } from './client/client.ts';
import type { ClusterSpec } from './cluster-spec.ts';
import { cut } from './cut/cut.ts';
import { host } from './host/host.ts';
import { cellMember } from './lineage/cell-member/cell-member.ts';
import { mover } from './lineage/mover/mover.ts';
import { operator } from './lineage/operator/operator.ts';
import { requester } from './lineage/requester/requester.ts';
import { snapshotRequest } from './lineage/snapshot-router/request.ts';
import { snapshotRouter } from './lineage/snapshot-router/snapshot-router.ts';
import { cellSplitter } from './lineage/splitter/splitter.ts';
import { lineageStore } from './lineage-store/lineage-store.ts';
import { optimizer } from './optimizer/optimizer.ts';
import type { ArchiveSpec } from './policies.ts';
import { purge } from './purge/purge.ts';
import { routedPurge } from './purge/routed-purge.ts';
import { reMirror } from './re-mirror/re-mirror.ts';
import { restore } from './restore/restore.ts';
import { upload } from './upload/upload.ts';

/** Every behavior of the store, started with a cluster or, as re-mirrors are, when needed. */
export const behaviors: readonly AnyBehavior[] = [
  mapAuthority,
  authorityMember,
  cell,
  host,
  client,
  reMirror,
  optimizer,
  mover,
  operator,
  cellMember,
  cut,
  snapshotRouter,
  snapshotRequest,
  requester,
  cellSplitter,
  lineageStore,
  upload,
  backup,
  restore,
  purge,
  routedPurge,
  backupSet,
];

function cutsOnSchedule({ backups, sets = [] }: ArchiveSpec): boolean {
  return sets.length > 0 || backups.some(({ source }) => source !== 'lineage');
}

/** Those that a cluster can start: what it does not have is no gap of what was tried on it. */
export function behaviorsOf(spec: ClusterSpec): readonly AnyBehavior[] {
  const { authority: of, lineage, archive } = spec;
  return [
    (of.members ?? 1) === 1 ? mapAuthority : authorityMember,
    cell,
    host,
    client,
    reMirror,
    ...(spec.optimizer === undefined ? [] : [optimizer]),
    ...(lineage === undefined ? [] : [cellMember, snapshotRouter, snapshotRequest, requester]),
    ...(lineage?.operator === undefined ? [] : [operator]),
    ...(lineage?.split === undefined ? [] : [cellSplitter]),
    ...((lineage?.moverCount ?? 0) === 0 ? [] : [mover]),
    ...(archive === undefined ? [] : [cut, lineageStore, upload, backup]),
    ...purgesOf(spec),
    ...(archive !== undefined && cutsOnSchedule(archive) ? [backupSet] : []),
    ...(spec.volumes.some(({ restoredFrom }) => restoredFrom !== undefined) ? [restore] : []),
  ];
}

function purgesOf({ archive }: ClusterSpec): readonly AnyBehavior[] {
  const sources = (archive?.purges ?? []).map(
    ({ volume }) => archive?.backups.find((one) => one.volume === volume)?.source,
  );
  const isRouted = sources.includes('lineage');
  const isScheduled = sources.some((source) => source !== 'lineage');
  return [...(isScheduled ? [purge] : []), ...(isRouted ? [routedPurge] : [])];
}
