// What a copy held at a cut that it took part in, and what has changed since an earlier one.
//
// A block is looked for in the shadows from the cut on, oldest first, and then in the slot itself.
// While it is read it may be overwritten, and what it held be kept: so the way is looked at once
// more before the answer, and gone again where it led elsewhere.
import type { IoCompletion } from '../../sim/index.ts';
import type {
  ChangesAnswer,
  PastAnswer,
  PastStatus,
  ReadChanges,
  ReadPast,
} from '../messages/cuts.ts';
import { dataBytes, stampBytes } from '../messages/sizes.ts';
import { sessionOfStamp } from '../stamps.ts';
import type { PastRead } from './cut-state.ts';
import { noteDeviceFailed } from './damage.ts';
import { dataBlock, isTenant, type Shadow } from './extent-store.ts';
import { contentsOfKept, keptOf, shadowSlot } from './shadows.ts';
import type { HostStep, Slot } from './state.ts';
import { contentsOf } from './store.ts';

/** Reads of the past under way at one host. */
const pastReadMax = 64;
/** How many blocks one of them has at most. */
const pastBlockMax = 256;
/** So often a read is begun again when its blocks are overwritten meanwhile. */
const againMax = 8;

/** Reads what blocks held at a cut. */
export function takeReadPast(step: HostStep, message: ReadPast, from: string): void {
  const { state } = step;
  const { block, blockCount } = message;
  const slot = slotOf(step, message);
  const isInside = block >= 0 && blockCount >= 1 && blockCount <= pastBlockMax;
  if (!isInside || block + blockCount > state.input.layout.blocksPerSlot) return;
  if (slot === null || shadowsFrom(slot, message.cut) === null) {
    answer(step, { request: message, from }, 'unknown-cut', null);
    return;
  }
  if (state.pastReads.size >= pastReadMax) {
    answer(step, { request: message, from }, 'busy', null);
    return;
  }
  const id = state.nextTaskId++;
  const none = { sources: [], stamps: [], leftCount: 0, failed: false, againCount: 0 };
  state.pastReads.set(id, { from, request: message, ...none });
  begin(step, id, slot);
}

function slotOf(
  { state }: HostStep,
  { volume, range, slot: index, gen }: ReadPast | ReadChanges,
): Slot | null {
  const slot = state.slots[index];
  if (slot === undefined || slot.unread !== null || slot.stamps === null) return null;
  return slot.header.gen === gen && isTenant(slot.header, { volume, range }) ? slot : null;
}

// The shadows from a cut on, oldest first; null when the copy knows nothing of the cut.
function shadowsFrom({ header }: Slot, cut: string): readonly Shadow[] | null {
  const shadows = header.cuts?.shadows ?? [];
  const at = shadows.findIndex((shadow) => shadow.cut === cut);
  return at < 0 ? null : shadows.slice(at);
}

function begin(step: HostStep, id: number, slot: Slot): void {
  const read = step.state.pastReads.get(id)!;
  const { block, blockCount } = read.request;
  const sources = sourcesOf(step, slot, read);
  if (sources === null) {
    end(step, id, 'damaged');
    return;
  }
  read.sources = sources;
  read.stamps = new Array<number>(blockCount).fill(0);
  read.leftCount = 0;
  const { input, round } = step.state;
  for (let i = 0; i < blockCount; ) {
    let count = 1;
    while (i + count < blockCount && sources[i + count] === sources[i]) count += 1;
    read.leftCount += 1;
    step.out.submitIo(input.device, {
      op: 'read',
      block: dataBlock(input.layout, sources[i]!, block + i),
      blockCount: count,
      tag: { part: 'past', id, round, offset: i },
    });
    i += count;
  }
}

// Which slot has each block; null when one of the shadows is not there.
function sourcesOf(step: HostStep, slot: Slot, { request }: PastRead): readonly number[] | null {
  const shadows = shadowsFrom(slot, request.cut)?.map((shadow) => shadowSlot(step, shadow));
  if (shadows === undefined || shadows.includes(null)) return null;
  return Array.from({ length: request.blockCount }, (_, i) => {
    const block = request.block + i;
    const having = shadows.find((shadow) => shadow?.stamps?.[block] !== 0);
    return (having ?? slot).index;
  });
}

/** The device is done with a part of a read of the past. */
export function onPastIo(step: HostStep, id: number, done: IoCompletion): void {
  const read = step.state.pastReads.get(id);
  if (read === undefined) return;
  const { offset } = done.tag as { readonly offset: number };
  const source = step.state.slots[read.sources[offset]!]!;
  if (done.status !== 'ok') noteDeviceFailed(step);
  if (done.status !== 'ok' || source.stamps === null) read.failed = true;
  else {
    const found = contentsOf(step, source, done, read.request.block + offset);
    const stamps = read.stamps.slice();
    for (const [i, stamp] of found.entries()) stamps[offset + i] = stamp;
    read.stamps = stamps;
  }
  read.leftCount -= 1;
  if (read.leftCount > 0) return;
  const slot = slotOf(step, read.request);
  const sources = slot === null ? null : sourcesOf(step, slot, read);
  if (slot === null || sources === null) end(step, id, 'unknown-cut');
  else if (sources.some((one, i) => one !== read.sources[i])) again(step, id, slot);
  else if (read.failed || !isCertain(step, slot, read)) end(step, id, 'damaged');
  else end(step, id, 'ok');
}

function again(step: HostStep, id: number, slot: Slot): void {
  const read = step.state.pastReads.get(id)!;
  read.againCount += 1;
  read.failed = false;
  if (read.againCount > againMax) end(step, id, 'busy');
  else begin(step, id, slot);
}

// What was announced in a shadow and is not there must still be what was found further on: else it
// was overwritten, and the shadow has lost it.
function isCertain(step: HostStep, slot: Slot, { request, stamps, sources }: PastRead): boolean {
  const shadows = shadowsFrom(slot, request.cut) ?? [];
  return stamps.every((stamp, i) => {
    if (stamp < 0) return false;
    const block = request.block + i;
    const contents = contentsOfKept(stamp);
    for (const shadow of shadows) {
      if (shadow.slot === sources[i]) return true;
      const announced = shadowSlot(step, shadow)?.open.get(block);
      if (announced !== undefined && !announced.includes(keptOf(contents, shadow))) return false;
    }
    return true;
  });
}

function end(step: HostStep, id: number, status: PastStatus): void {
  const read = step.state.pastReads.get(id)!;
  step.state.pastReads.delete(id);
  if (status === 'damaged') {
    const { volume, range, slot, gen, cut, block } = read.request;
    step.out.mark('past.damaged', { volume, range, slot, gen, cut, block });
  }
  const stamps = status === 'ok' ? read.stamps.map(contentsOfKept) : null;
  answer(step, read, status, stamps);
}

function answer(
  { out }: HostStep,
  { request, from }: Pick<PastRead, 'request' | 'from'>,
  status: PastStatus,
  stamps: readonly number[] | null,
): void {
  const past: PastAnswer = { type: 'past', reqId: request.reqId, status, stamps };
  out.send(from, past, dataBytes(stamps?.length ?? 0));
}

/** Says which blocks may have changed between two cuts, or hold anything at one. */
export function takeReadChanges(step: HostStep, message: ReadChanges, from: string): void {
  const slot = slotOf(step, message);
  const blocks = slot === null ? null : changesOf(step, slot, message);
  const status = blocks === null ? 'unknown-cut' : 'ok';
  const { reqId } = message;
  const changes: ChangesAnswer = { type: 'changes', reqId, status, blocks };
  step.out.send(from, changes, stampBytes(blocks?.length ?? 0));
}

// More than changed does no harm, less does: what was announced counts as changed.
function changesOf(step: HostStep, slot: Slot, request: ReadChanges): number[] | null {
  const { base, cut, sinceSession } = request;
  const later = shadowsFrom(slot, cut);
  const since = base === null ? later : shadowsFrom(slot, base);
  if (later === null || since === null || since.length < later.length) return null;
  const isWrong = step.state.input.mutants.has('delta-from-wrong-base');
  const between = since.slice(isWrong ? 1 : 0, since.length - later.length);
  const kept = later.map((shadow) => shadowSlot(step, shadow));
  const asked = base === null ? kept : between.map((shadow) => shadowSlot(step, shadow));
  if (asked.includes(null)) return null;
  const blocks: number[] = [];
  for (let block = 0; block < step.state.input.layout.blocksPerSlot; block++) {
    const isHeld = base === null && slot.stamps![block] !== 0;
    if (!isHeld && !asked.some((shadow) => mayHave(shadow!, block))) continue;
    if (sinceSession === 0 || !isAsRestored([...kept, slot], block, sinceSession)) {
      blocks.push(block);
    }
  }
  return blocks;
}

function mayHave({ stamps, open }: Slot, block: number): boolean {
  return stamps![block] !== 0 || open.has(block);
}

// Whether a block certainly held at a cut what its volume was restored with, there or not.
function isAsRestored(slots: readonly (Slot | null)[], block: number, session: number): boolean {
  for (const slot of slots) {
    if (slot === null || slot.open.has(block)) return false;
    const held = slot.stamps![block]!;
    if (held !== 0) return sessionOfStamp(contentsOfKept(held)) <= session;
  }
  return true;
}
