// A small cluster, whole: hosts, a cell, clients and a map authority that can be stopped within a
// step. One client writes, flushes and reads while a host fails, so that copies move; another one
// has never been up and can take the volume over.
//
//   0 ms        300 ms          500 ms            550 ms             700 ms
//   hosts join, writes, flushes, reads ...........................  all is read back
//   a client    (lapping)       host-1 is gone    its copies are dropped, others are made:
//   attaches                                      the map changes
import { authorityMember, mapAuthority } from '../../model/authority/map-authority.ts';
import { authorityMembers } from '../../model/authority-members.ts';
import type { ClientState } from '../../model/client/state.ts';
import {
  buildCluster,
  type ClusterSpec,
  defaultReMirror,
  type MutantId,
} from '../../model/index.ts';
import { createWorld, nsPerMs, type World } from '../../sim/index.ts';
import { clientSpec, clusterSpec, plan } from './block-store.ts';
import type { History } from './crash-points.ts';
import { cutAuthority, cutMember, cutStateOf } from './cut-authority.ts';

const blockSize = 4_096;
const rangeCount = 6;
const rangeBlockCount = 4;
const replicaCount = 2;
/** One turn of the client's program, which goes on until its end. */
const requestCount = 40;
const untilNs = 700 * nsPerMs;
const settleMaxNs = 12_000 * nsPerMs;

/** How the story is told. */
export interface ContentStory {
  readonly mutants?: readonly MutantId[];
  readonly memberCount?: number;
}

/** The client that the story begins with, and the one that was never up before. */
export const firstClient = 'client-1';
export const freshClient = 'client-2';

// Writes of two blocks that lie over each other's ends; every fifth request is a flush.
function requests() {
  const blockCount = rangeCount * rangeBlockCount;
  return Array.from({ length: requestCount }, (_, i) => {
    const op = i % 3 === 2 ? ('read' as const) : ('write' as const);
    return {
      atNs: i * 10 * nsPerMs,
      op: i % 5 === 4 ? ('flush' as const) : op,
      offsetBytes: ((i * 7) % (blockCount - 1)) * blockSize,
      lengthBytes: 2 * blockSize,
    };
  });
}

// Full where it counts: lost copies go to the hosts with most room, which are all well.
function hosts(): ClusterSpec['hosts'] {
  const slotCounts = [4, 12, 12, 3];
  return ['az-a', 'az-b', 'az-c', 'az-a'].map((zone, i) => ({
    id: `host-${i + 1}`,
    zone,
    cell: 'cell-1',
    device: 'nvme-plp',
    slotCount: slotCounts[i]!,
  }));
}

function specOf({ mutants = [], memberCount = 1 }: ContentStory): ClusterSpec {
  const workload = { kind: 'trace', requests: requests(), speed: 1, repeat: true } as const;
  const client = (id: string) => clientSpec(id, 'vol-1', { workload, suspectNs: 50 * nsPerMs });
  const volume = {
    id: 'vol-1',
    sizeBytes: rangeCount * rangeBlockCount * blockSize,
    rangeBytes: rangeBlockCount * blockSize,
    replicas: replicaCount,
  };
  return clusterSpec({
    seed: '1',
    hosts: hosts(),
    clients: [client(firstClient), client(freshClient)],
    authorityDevice: 'nvme-consumer',
    authority: {
      members: memberCount,
      checkpointEvery: 4,
      logBytes: 96 * blockSize,
      electionTimeoutNs: 80 * nsPerMs,
      heartbeatNs: 40 * nsPerMs,
    },
    mutants,
    untilNs,
    more: {
      volumes: [volume],
      reMirror: { ...defaultReMirror, backOffFirstNs: 5 * nsPerMs },
    },
  });
}

// Early enough for the map to change after them; an election takes its time.
const ofOne = ['mark log.flushed', 'mark checkpoint.started', 'mark checkpoint.finished'];
const ofMembers = ['mark map.portion.sent'];

/** The history of that cluster. */
export function contentHistory(story: ContentStory = {}): History {
  const spec = specOf(story);
  const world = createWorld({ seed: '1', level: 'full' });
  const spawn = world.spawn.bind(world);
  world.spawn = (one) => {
    if (one.behavior === mapAuthority) spawn({ ...one, behavior: cutAuthority });
    else if (one.behavior === authorityMember) spawn({ ...one, behavior: cutMember });
    else spawn(one);
  };
  buildCluster(world, spec);
  world.crash(freshClient, { power: true });
  plan(world, { kind: 'power-loss', atMs: 500, forMs: 1_000, target: 'host-1' });
  const ids = authorityMembers(spec.authority, spec.zones).map(({ id }) => id);
  return {
    world,
    ids,
    interruptions: ids.length === 1 ? ofOne : ofMembers,
    isOver: ({ now }) => now >= untilNs,
    settle: (one) => settle(one, ids),
  };
}

// Until all was read back and every range has its copies, and some more, for answers under way.
function settle(world: World, ids: readonly string[]): void {
  const stopNs = world.now + settleMaxNs;
  while (world.now < stopNs && !(isReadBack(world) && isWhole(world, ids))) {
    world.runUntil(world.now + 50 * nsPerMs);
  }
  world.runUntil(world.now + 250 * nsPerMs);
}

function isReadBack(world: World): boolean {
  const alive = [firstClient, freshClient].filter((id) => world.actor(id).alive);
  if (alive.length === 0) return false;
  return alive.every((id) => (world.actor(id).state as ClientState).verifiedBlockCount < 0);
}

function isWhole(world: World, ids: readonly string[]): boolean {
  return ids.every((id) => {
    const { alive } = world.actor(id);
    const volume = alive ? cutStateOf(world, id).inner.map.volumes.get('vol-1') : undefined;
    return volume?.entries.every(({ replicas }) => replicas.length === replicaCount) ?? false;
  });
}
