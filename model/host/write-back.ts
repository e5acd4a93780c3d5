// The write-back cache of a host: blocks of volumes that are durable on flush, in its memory only.
//
//   write --> memory: 42 --> answer
//                '-- flush --> ledger: "41, or 42 from now on" --> device: 42 --> answer
//
// What can happen: the host dies, and each of these blocks holds what it held at the last flush.
// What cannot: somebody is given what may still be lost behind his back. What a session did not
// write itself is on stable media before it is answered; whatever is copied or mended is written
// through, and so is what there is no room for. Who has not flushed for long has it done for him,
// as by the write-back of a page cache.
//
// A host that is up loses nothing. Whoever has to know whether it was gives heed to its verifier.
import { nsPerSec } from '../../sim/index.ts';
import type { HostVerifier } from '../messages/blocks.ts';
import { sessionOfStamp } from '../stamps.ts';
import { isHead, type Run } from './extent-store.ts';
import { type BlockTask, type HostStep, ownStamps, type Slot } from './state.ts';

/** So many blocks of a slot are in memory only; further writes go through (assumed: 4 MiB). */
const dirtyMax = 1_024;
/** So often what is in memory only is written (Linux: vm.dirty_writeback_centisecs is 500). */
const writeBackNs = 5 * nsPerSec;
/** Recoveries of one incarnation never reach it. */
const roundsPerIncarnation = 65_536;

type BlockRequest = BlockTask['request'];

/** The verifier of this host, with those of members that answered; null where nobody asks. */
export function verifiersOf(
  { state, self }: HostStep,
  { request, verifiers }: BlockTask,
): readonly HostVerifier[] | null {
  if (request.type !== 'write' && request.type !== 'flush') return null;
  if (state.input.volumes.get(request.volume)?.durability !== 'on-flush') return null;
  const verifier = self.incarnation * roundsPerIncarnation + state.round;
  return [...verifiers, { host: self.id, verifier }];
}

/** Whether what a request has to store may stay in memory. */
export function mayStayInMemory(
  { state }: HostStep,
  { dirty, bad }: Slot,
  request: BlockRequest,
): boolean {
  if (request.type !== 'write' || request.through === true || request.target) return false;
  if (state.input.volumes.get(request.volume)?.durability !== 'on-flush') return false;
  if (dirty.size >= dirtyMax) return false;
  const { block, session, stamps } = request;
  return stamps.every((stamp, i) => sessionOfStamp(stamp) === session && !bad.has(block + i));
}

/** Keeps what a task has to store in memory. */
export function storeInMemory(step: HostStep, task: BlockTask, slot: Slot): void {
  const stamps = ownStamps(slot);
  if (stamps === null) return;
  for (const run of task.runs) {
    for (const [i, stamp] of run.stamps.entries()) {
      const block = run.start + i;
      if (!slot.dirty.has(block)) slot.dirty.set(block, stamps[block]!);
      stamps[block] = stamp;
    }
    const { volume, range } = task.request;
    const { index, header } = slot;
    const what = { block: run.start, stamps: run.stamps, inMemory: true };
    step.out.mark('block.stored', { volume, range, slot: index, gen: header.gen, ...what });
  }
  if (task.runs.length > 0) armWriteBack(step);
}

/**
 * A block was found to hold what a write left whose end nobody saw. A command that was aborted may
 * have left it in the volatile cache of the device, so it is as good as in memory only: whoever
 * reads it has it written first, and the ledger goes on saying that either may be there.
 */
export function keepInMemory(step: HostStep, slot: Slot, block: number, stamp: number): void {
  const stamps = ownStamps(slot);
  if (stamps === null) return;
  slot.dirty.set(block, stamps[block]!);
  stamps[block] = stamp;
  armWriteBack(step);
}

/**
 * Whether something in the span of a request has to be on stable media before the request is looked
 * at: contents of an earlier session, or those that a forced write would have written, had they not
 * been in memory already.
 */
export function mustBeCleanFirst(
  { state }: HostStep,
  { dirty, stamps }: Slot,
  request: BlockRequest,
): boolean {
  if (dirty.size === 0 || stamps === null || request.type === 'flush') return false;
  const isOnFlush = state.input.volumes.get(request.volume)?.durability === 'on-flush';
  // Others rely on what a target holds, and on what was flushed without it.
  const isThrough = request.type !== 'read' && (request.target || request.through === true);
  const isForced = !isOnFlush || isThrough;
  const blockCount = request.type === 'read' ? request.blockCount : request.stamps.length;
  for (let i = 0; i < blockCount; i++) {
    const block = request.block + i;
    if (!dirty.has(block)) continue;
    const held = stamps[block]!;
    if (request.type === 'write' && request.stamps[i]! > held) continue;
    if (isForced || sessionOfStamp(held) < request.session) return true;
  }
  return false;
}

/** All that is in memory only, as it has to be written. */
export function dirtyRuns(step: HostStep, task: BlockTask, slot: Slot): readonly Run[] {
  const { stamps, dirty } = slot;
  if (stamps === null || isSkipped(step, task, slot)) return [];
  const runs: { readonly start: number; readonly stamps: number[] }[] = [];
  for (const block of [...dirty.keys()].sort((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last !== undefined && last.start + last.stamps.length === block) {
      last.stamps.push(stamps[block]!);
    } else {
      runs.push({ start: block, stamps: [stamps[block]!] });
    }
  }
  return runs;
}

// The variant in which only the head of a range writes what it has.
function isSkipped({ state, self }: HostStep, { from }: BlockTask, { header }: Slot): boolean {
  if (from === self.id || isHead(header, self.id)) return false;
  return state.input.mutants.has('flush-acked-by-primary-only');
}

/** Writes in a while what is in memory only. */
export function armWriteBack({ state, out }: HostStep): void {
  if (state.writingBack) return;
  state.writingBack = true;
  out.setTimer('write-back', writeBackNs, { type: 'write-back.due' });
}
