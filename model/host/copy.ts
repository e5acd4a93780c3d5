// Filling a target: the head of a configuration reads its range piece by piece; the target comes
// last in the chain that confirms each piece, and everything else meanwhile. Both are the same
// idempotent message, so order does not matter. What is damaged here is filled in by the other
// members on the way, as in every read.

import { nsPerSec } from '../../sim/index.ts';
import { replicaOn, sameReplica } from '../map-entry.ts';
import type { BlockReply } from '../messages/blocks.ts';
import type { CaughtUp, CopyTo } from '../messages/copies.ts';
import { confirmBlocks } from './blocks.ts';
import { endJob, jobCount } from './copy-job.ts';
import { adopted, isHead } from './extent-store.ts';
import { changeHeader, raiseSession } from './headers.ts';
import { isCopyOf } from './slots.ts';
import type { CopyJob, HostStep, Slot } from './state.ts';

/** A copy that no driver has asked for so long stops; drivers ask every second. */
const unaskedNs = 4 * nsPerSec;

/** Starts to fill a target, goes on doing so, or says that it is done. */
export function takeCopyTo(step: HostStep, message: CopyTo, from: string): void {
  const status = copyTo(step, message, from);
  if (status === null) return;
  const { entry, target } = message;
  const { range, version } = entry;
  const told = status === 'filling' ? { doneShare: doneShareOf(step, entry) } : {};
  const caughtUp: CaughtUp = { type: 'caught-up', range, version, target, status, ...told };
  step.out.send(from, caughtUp);
}

// Null: a header or the copy itself is under way, the answer comes later.
function copyTo(step: HostStep, message: CopyTo, from: string): CaughtUp['status'] | null {
  const { state, self } = step;
  const { volume, entry, target, session } = message;
  const own = replicaOn(entry, self.id);
  const slot = own === undefined ? undefined : state.slots[own.slot];
  if (own === undefined || slot === undefined) return 'stale-gen';
  if (slot.unread !== null) return 'busy';
  if (!isCopyOf(step, slot, { volume, gen: own.gen, entry })) return 'stale-gen';
  const { header } = slot;
  const waiter = { message, from };
  if (entry.version < header.cfgEpoch) return 'wrong-epoch';
  if (session < header.maxSession) return 'fenced';
  if (entry.version > header.cfgEpoch) {
    changeHeader(step, slot, adopted(header, entry, session), waiter);
    return null;
  }
  if (!isHead(header, self.id)) return 'wrong-epoch';
  // A full quorum has writes that its head never sees: it shrinks first, then grows.
  if (isQuorum(step, slot) && isFull(step, slot)) return 'busy';
  if (session > header.maxSession) {
    raiseSession(step, slot, session, waiter);
    return null;
  }
  if (header.joint === null) {
    changeHeader(step, slot, { ...header, joint: target }, waiter);
    return null;
  }
  if (!sameReplica(header.joint, target)) return otherTarget(step, slot, waiter);
  if (slot.job?.caughtUp === true) return 'ok';
  if (state.input.mutants.has('cut-over-without-catch-up')) return 'ok';
  if (slot.job !== null) {
    slot.job.replyTo = from;
    slot.job.askedNs = self.nowNs();
    return 'filling';
  }
  if (message.only === 'none-yet') return 'joined';
  if (message.only !== undefined && state.input.mutants.has('rejoin-on-equal-generation')) {
    return 'ok';
  }
  if (jobCount(step) >= state.input.copiesPerHost) return 'over-budget';
  slot.job = freshJob(step, message, from);
  markStarted(step, slot, slot.job);
  pumpCopy(step, slot);
  return null;
}

// One target for each configuration: another has to wait for a change of the map.
function otherTarget(
  step: HostStep,
  slot: Slot,
  waiter: { readonly message: CopyTo; readonly from: string },
): CaughtUp['status'] | null {
  if (!step.state.input.mutants.has('second-target-accepted')) return 'busy';
  endJob(step, slot, 'other-target');
  changeHeader(step, slot, { ...slot.header, joint: waiter.message.target }, waiter);
  return null;
}

function freshJob({ self }: HostStep, message: CopyTo, replyTo: string): CopyJob {
  const { target, entry, only } = message;
  return {
    target,
    only: only === undefined || only === 'none-yet' ? null : new Set(only),
    cfgEpoch: entry.version,
    replyTo,
    askedNs: self.nowNs(),
    nextBlock: 0,
    pieces: new Map(),
    caughtUp: false,
  };
}

function markStarted(step: HostStep, slot: Slot, { target, only }: CopyJob): void {
  const { volume, range, cfgEpoch, members } = slot.header;
  const { blocksPerSlot } = step.state.input.layout;
  let blocks = 0;
  let heldBlocks = 0;
  for (let block = 0; block < blocksPerSlot; block++) {
    if (isWanted(slot, only, block)) blocks += 1;
    if (isWanted(slot, null, block)) heldBlocks += 1;
  }
  const memberCount = members.length;
  const mode = only === null ? 'full' : 'merge';
  const size = { blocks, heldBlocks };
  step.out.mark('copy.started', { volume, range, cfgEpoch, target, memberCount, mode, ...size });
}

function isFull({ state }: HostStep, { header }: Slot): boolean {
  const rules = state.input.volumes.get(header.volume ?? '');
  return rules !== undefined && header.members.length >= rules.replicaCount;
}

/** A piece reached the target, or did not. */
export function onCopied(step: HostStep, reply: BlockReply): void {
  const slot = step.state.slots.find(({ job }) => job?.pieces.has(reply.reqId) === true);
  if (slot === undefined || slot.job === null) return;
  const { job } = slot;
  const block = job.pieces.get(reply.reqId) ?? 0;
  job.pieces.delete(reply.reqId);
  // Contents changed while they were being repaired: from there once more.
  if (reply.status === 'retry') job.nextBlock = Math.min(job.nextBlock, block);
  if (reply.status === 'ok' || reply.status === 'retry') {
    pumpCopy(step, slot);
    return;
  }
  sayCaughtUp(step, slot, 'target-failed');
  endJob(step, slot, 'target-failed');
}

function pumpCopy(step: HostStep, slot: Slot): void {
  const { job, header, stamps } = slot;
  if (job === null || stamps === null || header.volume === null) return;
  const { input, version: software } = step.state;
  const { blocksPerSlot } = input.layout;
  if (!job.caughtUp && step.self.nowNs() - job.askedNs >= unaskedNs) {
    endJob(step, slot, 'driver-gone');
    return;
  }
  while (job.pieces.size < software.copyWindow && job.nextBlock < blocksPerSlot) {
    const block = job.nextBlock;
    job.nextBlock = Math.min(block + software.copyPieceBlockCount, blocksPerSlot);
    // A reserved slot holds zeros: pieces that were never written need no copy.
    // Where a quorum is enough, others may hold what the head does not.
    if (!isQuorum(step, slot) && !isAnyWanted(slot, job.only, block, job.nextBlock)) continue;
    const reqId = step.state.nextTaskId++;
    job.pieces.set(reqId, block);
    confirmBlocks(step, slot, { ...trimmed(slot, job.only, block, job.nextBlock), reqId });
  }
  if (job.pieces.size > 0 || job.caughtUp) return;
  job.caughtUp = true;
  const { volume, range, cfgEpoch } = header;
  step.out.mark('copy.caught-up', { volume, range, cfgEpoch, target: job.target });
  sayCaughtUp(step, slot, 'ok');
}

function isQuorum({ state }: HostStep, { header }: Slot): boolean {
  return state.input.volumes.get(header.volume ?? '')?.replication === 'client-quorum';
}

// Of a copy that came back nothing is sent around what it lacks.
function trimmed(slot: Slot, only: CopyJob['only'], start: number, end: number) {
  let block = start;
  let last = end - 1;
  if (only !== null) {
    while (block < last && !isWanted(slot, only, block)) block += 1;
    while (last > block && !isWanted(slot, only, last)) last -= 1;
  }
  return { block, blockCount: last - block + 1 };
}

function isAnyWanted(slot: Slot, only: CopyJob['only'], start: number, end: number): boolean {
  for (let block = start; block < end; block++) if (isWanted(slot, only, block)) return true;
  return false;
}

function isWanted({ stamps, bad }: Slot, only: CopyJob['only'], block: number): boolean {
  if (only !== null && !only.has(block)) return false;
  return stamps?.[block] !== 0 || bad.has(block);
}

function doneShareOf({ state, self }: HostStep, entry: CopyTo['entry']): number {
  const own = replicaOn(entry, self.id);
  const job = own === undefined ? null : (state.slots[own.slot]?.job ?? null);
  return job === null ? 0 : job.nextBlock / state.input.layout.blocksPerSlot;
}

function sayCaughtUp(step: HostStep, slot: Slot, status: CaughtUp['status']): void {
  const { job, header } = slot;
  if (job === null) return;
  const { target, cfgEpoch: version, replyTo } = job;
  const caughtUp: CaughtUp = { type: 'caught-up', range: header.range, version, target, status };
  step.out.send(replyTo, caughtUp);
}
