// The ledger of a slot: what each of its blocks shall hold, kept durably and away from the blocks.
//
//   write --> ledger: "block 7 holds 41, or 42 from now on" --> data: 42 --> answer
//                  one ledger write for all that wait           '-- the next ledger write says 42
//                                              (the only member answers after that one)
//
// A device may lose a write that it reported done, put it elsewhere, or answer a read with old or
// foreign contents. Contents that carry their own checksum do not show that they are old; so what
// is read is compared with the ledger. A write is announced there before it is begun: a block may
// hold what it held or what it was to hold, after a crash at any point, and nothing else. What a
// real ledger keeps is a version and a checksum bound to volume and block, 8 bytes in all; on the
// simulated disk the stamp is the block's contents and its version in one. It is never what a block
// is restored from: contents come from other members.
//
// A block that was found to hold 41 may hold 42 all the same: the read went elsewhere, perhaps to
// where nothing was ever written. So 42 stays possible until it is seen or the block is written.
//
// What it cannot show: a device that went back as a whole, blocks and ledger alike. Members of the
// chain see that, when they compare what they hold.
import { type IoCompletion, nsPerMs } from '../../sim/index.ts';
import {
  type ExtentLayout,
  isOfKind,
  ledgerBlock,
  ledgerPartCount,
  ledgerSpan,
} from './extent-store.ts';
import { type BlockTask, type HostStep, ownStamps, type Slot } from './state.ts';

/**
 * So long after a write its block may hold, as far as the ledger says, what it held before. Other
 * members know better; where there is none, the ledger says it before the write is answered.
 */
const tightenNs = 250 * nsPerMs;

/** One part of a slot's ledger as it lies on the device. */
export interface LedgerBlock {
  readonly kind: 'ledger';
  readonly slot: number;
  readonly part: number;
  /** The tenancy it speaks of. */
  readonly gen: number;
  readonly stamps: Uint32Array;
  /** Blocks of the slot, and what they may hold as well. */
  readonly open: readonly (readonly [number, readonly number[]])[];
  /** Of all the rest. */
  readonly checksum: number;
}

/** Announces a write of a task; it waits for the parts of the ledger that say so. */
export function announce(
  slot: Slot,
  write: { readonly taskId: number; readonly start: number; readonly stamps: readonly number[] },
): void {
  const { taskId, start, stamps } = write;
  for (const [i, stamp] of stamps.entries()) {
    const others = slot.open.get(start + i) ?? [];
    slot.open.set(start + i, others.includes(stamp) ? others : [...others, stamp]);
  }
  for (const index of partsOf(start, stamps.length)) {
    const part = slot.ledger[index]!;
    if (!part.waiting.includes(taskId)) part.waiting.push(taskId);
  }
}

/** The parts that answer for some blocks. */
export function partsOf(start: number, count: number): readonly number[] {
  const parts: number[] = [];
  const last = Math.floor((start + count - 1) / ledgerSpan);
  for (let part = Math.floor(start / ledgerSpan); part <= last; part++) parts.push(part);
  return parts;
}

/** Writes a part for all that wait for it, unless a write of it is under way. */
export function pumpLedger(step: HostStep, slot: Slot, index: number): void {
  const part = slot.ledger[index]!;
  if (part.committing !== null || part.waiting.length === 0) return;
  part.committing = part.waiting;
  part.waiting = [];
  submitPart(step, slot, index);
}

/** Parts that say more than is known by now are written anew, a while after, where all is quiet. */
export function tightenLedgers(step: HostStep): void {
  step.state.tightening = false;
  for (const slot of step.state.slots) {
    if (slot.stamps === null || slot.unread !== null) continue;
    if (slot.busy.length > 0) {
      armTightening(step);
      continue;
    }
    for (const [index, part] of slot.ledger.entries()) {
      if (!part.isLoose || part.committing !== null) continue;
      part.committing = [];
      submitPart(step, slot, index);
    }
  }
}

/** Writes loose ledgers anew in a while. */
export function armTightening({ state, out }: HostStep): void {
  if (state.tightening) return;
  state.tightening = true;
  out.setTimer('tighten', tightenNs, { type: 'tighten.due' });
}

function submitPart(step: HostStep, slot: Slot, index: number): void {
  const { input, round } = step.state;
  const part = slot.ledger[index]!;
  part.isLoose = false;
  step.out.submitIo(input.device, {
    op: 'write',
    block: ledgerBlock(input.layout, slot.index, index),
    blockCount: 1,
    payloads: [sealLedger(slot, index)],
    fua: true,
    tag: { part: 'ledger', id: slot.index, round, index },
  });
}

/** A part is durable or could not be written; answers the tasks that waited for it. */
export function onLedgerWritten(step: HostStep, slot: Slot, done: IoCompletion): readonly number[] {
  const { index } = done.tag as { readonly index: number };
  const part = slot.ledger[index]!;
  const tasks = part.committing ?? [];
  part.committing = null;
  if (done.status !== 'ok') part.isLoose = true;
  pumpLedger(step, slot, index);
  return tasks;
}

/** A write of a block has ended well: it holds this and nothing else. */
export function settleBlock(step: HostStep, slot: Slot, block: number): void {
  if (slot.open.delete(block)) loosen(step, slot, block);
}

/**
 * A block was found to hold one of the things that it may hold. Earlier ones will not come back;
 * later ones may be there all the same, below a misread, and stay possible until it is written.
 */
export function settleFound(step: HostStep, slot: Slot, block: number, stamp: number): void {
  const others = slot.open.get(block);
  if (others === undefined) return;
  const stamps = ownStamps(slot);
  if (stamps === null) return;
  const expected = stamps[block]!;
  const later = [...others, expected].filter((other) => other > stamp);
  if (later.length === others.length && stamp === expected) return;
  stamps[block] = stamp;
  if (later.length > 0) slot.open.set(block, later);
  else slot.open.delete(block);
  loosen(step, slot, block);
}

function loosen(step: HostStep, slot: Slot, block: number): void {
  slot.ledger[Math.floor(block / ledgerSpan)]!.isLoose = true;
  armTightening(step);
}

/**
 * Has a task wait until the ledger of some blocks says all that is known of them; answers for how
 * many parts it waits.
 */
export function awaitTight(
  step: HostStep,
  slot: Slot,
  task: BlockTask,
  parts: readonly number[],
): number {
  let waitCount = 0;
  for (const index of parts) {
    const part = slot.ledger[index]!;
    if (part.isLoose) part.waiting.push(task.id);
    else if (part.committing !== null) part.committing = [...part.committing, task.id];
    else continue;
    waitCount += 1;
    pumpLedger(step, slot, index);
  }
  return waitCount;
}

function sealLedger(slot: Slot, part: number): LedgerBlock {
  const first = part * ledgerSpan;
  const stamps = (slot.stamps ?? noStamps).slice(first, first + ledgerSpan);
  // What is in memory only is not what the device holds.
  for (const [block, held] of slot.dirty) {
    if (Math.floor(block / ledgerSpan) === part) stamps[block - first] = held;
  }
  const open: (readonly [number, readonly number[]])[] = [];
  for (const [block, others] of slot.open) {
    if (Math.floor(block / ledgerSpan) === part) open.push([block, others]);
  }
  return sealed({ slot: slot.index, part, gen: slot.header.gen }, stamps, open);
}

const noStamps = new Uint32Array(0);

/** The ledger of a tenancy that begins: nothing was written. */
export function firstLedger(layout: ExtentLayout, slot: number, gen: number): LedgerBlock[] {
  return Array.from({ length: ledgerPartCount(layout) }, (_, part) => {
    const blockCount = Math.min(ledgerSpan, layout.blocksPerSlot - part * ledgerSpan);
    return sealed({ slot, part, gen }, new Uint32Array(blockCount), []);
  });
}

function sealed(
  place: Pick<LedgerBlock, 'slot' | 'part' | 'gen'>,
  stamps: Uint32Array,
  open: LedgerBlock['open'],
): LedgerBlock {
  return { kind: 'ledger', ...place, stamps, open, checksum: checksumOf(place, stamps, open) };
}

/**
 * Takes what was read of a slot's ledger into it. False when a part is not what it should be: a
 * tenancy begins with a ledger, so one of an earlier tenancy, or none at all, was misread.
 */
export function takeLedger(slot: Slot, done: IoCompletion): boolean {
  const { stamps } = slot;
  if (stamps === null) return true;
  for (let part = 0; part < done.blockCount; part++) {
    const block = ledgerOf(done.payloads?.[part], slot.index, part);
    if (block === null || block.gen !== slot.header.gen) return false;
    stamps.set(block.stamps, part * ledgerSpan);
    for (const [at, others] of block.open) {
      slot.open.set(at, others);
    }
  }
  return true;
}

function ledgerOf(payload: unknown, slot: number, part: number): LedgerBlock | null {
  if (!isOfKind<LedgerBlock>(payload, 'ledger')) return null;
  if (payload.slot !== slot || payload.part !== part) return null;
  const { gen, stamps, open, checksum } = payload;
  return checksum === checksumOf({ slot, part, gen }, stamps, open) ? payload : null;
}

function checksumOf(
  place: Pick<LedgerBlock, 'slot' | 'part' | 'gen'>,
  stamps: Uint32Array,
  open: LedgerBlock['open'],
): number {
  let hash = mix(mix(mix(offsetBasis, place.slot), place.part), place.gen);
  for (const stamp of stamps) hash = mix(hash, stamp);
  for (const [block, others] of open) {
    hash = mix(hash, block);
    for (const other of others) hash = mix(hash, other);
  }
  return hash >>> 0;
}

// FNV-1a over whole numbers instead of bytes: it is there to notice damage, not malice.
const offsetBasis = 0x811c9dc5;

function mix(hash: number, value: number): number {
  return Math.imul(hash ^ value, 0x01000193);
}

/** What came of comparing a block with the ledger. */
export type Comparison = 'as it should be' | 'landed late' | 'bad';

/** Compares what was found in a block with what the ledger says. */
export function compare(
  slot: Slot,
  block: number,
  found: { readonly stamp: number; readonly payload: unknown },
): Comparison {
  if (found.payload !== undefined || slot.stamps === null) return 'bad';
  const isExpected = found.stamp === slot.stamps[block];
  if (!isExpected && slot.open.get(block)?.includes(found.stamp) !== true) return 'bad';
  return isExpected ? 'as it should be' : 'landed late';
}
