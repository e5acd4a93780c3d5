// Whether a log has room for its map, whatever becomes of it. A checkpoint that did not fit would
// never fit again: the ring fills up, and every request is refused for good. So what a checkpoint
// may have to hold is bounded, and a cluster with less room than that is not begun.
//
//   checkpoint  =  volumes x (entries + clients + requests)  +  slots  +  hosts  +  snapshots
//                                                 |
//       as many as the window: a client's requests above the first one that it awaits
//
// All but the window follows from the cluster. It is as large as there is room for, up to a bound.
import { blockBytes, type ClusterSpec, type VolumeSpec } from '../cluster-spec.ts';
import type { SnapshotPlan } from '../policies.ts';
import { relocationChangeMax } from '../relocation/relocations.ts';
import { recordEntryMax } from './log.ts';
import { pieceSizeMax } from './map-checkpoint.ts';
import { checkpointAreaShare, logLayout } from './superblock.ts';

/** Blocks of the log and checkpoints, one for each record, unless a cluster says more: 256 MiB. */
const defaultBlockCount = 65_536;
/**
 * Windows that are tried, the widest first. A client that walks the largest map that it walks at
 * all has 64 requests open (assumed: a few such at once); with fewer than eight, one lost answer
 * would hold up all others.
 */
const windows = [256, 128, 64, 32, 16, 8] as const;
const leastWindow = windows[windows.length - 1]!;
/** Versions, generations and session numbers stay below it: nothing counts so far in a run. */
const numberMax = 9_999_999;
const requestIdMax = Number.MAX_SAFE_INTEGER;
const digestMax = 4_294_967_295;

/** What the room of a log depends on. */
export interface RoomSpec
  extends Pick<ClusterSpec, 'hosts' | 'optimizer' | 'lineage' | 'workloadUntilNs'> {
  readonly authority: Pick<ClusterSpec['authority'], 'logBytes'>;
  readonly volumes: readonly Pick<VolumeSpec, 'id' | 'sizeBytes' | 'rangeBytes' | 'replicas'>[];
  readonly clients: readonly { readonly id: string }[];
}

/** How much room there is, and how much there has to be. */
export interface AuthorityRoom {
  readonly blockCount: number;
  /** With fewer blocks it may come to a checkpoint that has no room. */
  readonly leastBlockCount: number;
  /** As wide as there is room for; the narrowest where there is none. */
  readonly requestWindow: number;
}

/** The room of a cluster's authority. */
export function authorityRoom(spec: RoomSpec): AuthorityRoom {
  const { logBytes } = spec.authority;
  const blockCount = logBytes === undefined ? defaultBlockCount : Math.floor(logBytes / blockBytes);
  const areaLength = Math.floor(blockCount / checkpointAreaShare);
  const requestWindow = windows.find((window) => pieceCount(spec, window) <= areaLength);
  return {
    blockCount,
    leastBlockCount: leastBlockCount(spec),
    requestWindow: requestWindow ?? leastWindow,
  };
}

// The first entries are one batch, which is not to take more than half of the ring.
function leastBlockCount(spec: RoomSpec): number {
  let recordCount = 1;
  for (const volume of spec.volumes) {
    recordCount += 1 + Math.ceil(rangeCountOf(volume) / recordEntryMax);
  }
  let blockCount = checkpointAreaShare * Math.max(8, pieceCount(spec, leastWindow));
  while (logLayout(blockCount).ringLength < 2 * recordCount) blockCount += checkpointAreaShare;
  return blockCount;
}

/** The most pieces that a checkpoint may have. */
function pieceCount(spec: RoomSpec, window: number): number {
  const { volumes, hosts, lineage } = spec;
  const slotCount = hosts.reduce((sum, host) => sum + host.slotCount, 0);
  const host = longest(hosts);
  let count = 1 + piecesFor(slotCount, [`${host}/${slotCount}`, numberMax]);
  count += piecesFor(hosts.length, [host, numberMax]);
  for (const volume of volumes) count += volumePieceCount(spec, volume, window);
  const snapshots = lineage?.snapshots ?? [];
  for (const plan of snapshots) count += snapshotPieceCount(spec, plan);
  return count;
}

function volumePieceCount(
  { hosts, clients, optimizer, lineage }: RoomSpec,
  volume: RoomSpec['volumes'][number],
  window: number,
): number {
  const rangeCount = rangeCountOf(volume);
  const client = `${longest(clients)}:${volume.id}`;
  const replica = { host: longest(hosts), slot: numberMax, gen: numberMax };
  // One more than there shall be: the copy that takes the place of another.
  const replicas = Array.from({ length: volume.replicas + 1 }, () => replica);
  const entry = { range: rangeCount, version: numberMax, replicas };
  const change = { entry, previous: entry, mapVersion: numberMax };
  const requestOf = (changeCount: number) => {
    const applied = Array.from({ length: changeCount }, () => change);
    const outcome = { kind: 'notified', repeated: false, applied, refused: [] };
    return [requestIdMax, { client, payloadDigest: digestMax, outcome }];
  };
  // Whoever moves copies awaits one answer at a time.
  const moverCount = (optimizer === undefined ? 0 : 1) + (lineage?.moverCount ?? 0);
  const plainCount = lineage === undefined ? 1 : 2;
  return (
    plainCount +
    piecesFor(rangeCount, entry) +
    piecesFor(clients.length, [`${client} ${numberMax}.${numberMax}`, numberMax]) +
    piecesFor(window, requestOf(1)) +
    piecesFor(moverCount, requestOf(relocationChangeMax(volume.replicas)))
  );
}

// Published or given up, each is remembered.
function snapshotPieceCount(spec: RoomSpec, plan: SnapshotPlan): number {
  const { id, firstNs, everyNs, count } = plan;
  const timely = Math.max(0, Math.ceil((spec.workloadUntilNs - firstNs) / everyNs)) + 1;
  const request = `${id}/${numberMax}.${numberMax}`;
  const cell = request;
  return piecesFor(count ?? timely, { request, cell, epoch: numberMax });
}

// In one order or another, at least so many go into each piece.
function piecesFor(count: number, largest: unknown): number {
  const size = JSON.stringify(largest).length + 1;
  return Math.ceil(count / Math.max(1, Math.floor(pieceSizeMax / size)));
}

function rangeCountOf({ sizeBytes, rangeBytes }: RoomSpec['volumes'][number]): number {
  return Math.ceil(sizeBytes / rangeBytes);
}

function longest(all: readonly { readonly id: string }[]): string {
  return all.reduce((found, { id }) => (id.length > found.length ? id : found), '');
}
