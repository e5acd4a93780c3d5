// Tenancies of a host's slots: fenced, reconfigured, reserved, given up.
//
//   free -> scrubbed -> reserved -> live -> in no map any more
//    ^                     |                   |   asks the authority, which never names it again
//    +---- grace <---------+-------------------+-> past: cuts of it are wanted (kept-past.ts)
//    +---- grace <--------------------------------'
//
// Each tenancy has the next generation. What a tenancy leaves is overwritten before the next one
// begins, and its late messages find nobody during the grace. What is reserved to keep overwritten
// contents in (shadows.ts) is known to nobody else, and needs none.
import { type IoCompletion, nsPerSec } from '../../sim/index.ts';
import { askNext, memberAsked } from '../authority-contact.ts';
import type { MapEntry } from '../map-entry.ts';
import type { Probe, Probed, Reconfigure, Reconfigured } from '../messages/copies.ts';
import type { Reopen, Reserve, Reserved } from '../messages/slots.ts';
import type { Fence, Fenced, SlotReport, Verify, VerifyAnswer } from '../messages/tenancy.ts';
import { cleanSlot } from './blocks.ts';
import { isAiling, noteDeviceFailed } from './damage.ts';
import {
  adopted,
  dataBlock,
  emptied,
  isTenant,
  ledgerBlock,
  namesSlot,
  noConfig,
  type SlotHeader,
} from './extent-store.ts';
import { awaitHeader, changeHeader, writeHeader } from './headers.ts';
import { endTenancy } from './kept-past.ts';
import { firstLedger } from './ledger.ts';
import { firstGen, type HostStep, type NewTenancy, type Slot, type Waiter } from './state.ts';

/** A live slot that is served for so long is in the map; one that is not may have left it. */
const liveIdleNs = 5 * nsPerSec;
/** More places that ranges went to than this are not remembered. */
const forwardMax = 1_024;
/** How many blocks one command of a scrub overwrites. */
const scrubBlockCount = 256;

/** Refuses older sessions of a volume in all its slots; answered when that is durable in each. */
export function takeFence(step: HostStep, message: Fence, from: string): void {
  const { slots } = step.state;
  const tenants = slots.filter(
    ({ header }) => header.state !== 'free' && header.volume === message.volume,
  );
  const open = tenants.filter(({ header }) => header.maxSession < message.session);
  for (const slot of open.slice(0, step.state.version.fencedAtOnceMax)) {
    if (slot.headerWriting !== null) continue;
    writeHeader(step, slot, { ...slot.header, maxSession: message.session });
  }
  const first = open[0];
  if (first !== undefined) {
    awaitHeader(first, { message, from });
    return;
  }
  const { volume, session } = message;
  const fenced: Fenced = { type: 'fenced', volume, session, slots: tenants.map(reportOf) };
  step.out.send(from, fenced);
}

/** Adopts a configuration that the authority has stored. */
export function takeReconfigure(step: HostStep, message: Reconfigure, from: string): void {
  const status = adoptEntry(step, message, from);
  if (status === null) return;
  const { range, version } = message.entry;
  const reconfigured: Reconfigured = { type: 'reconfigured', range, version, status };
  step.out.send(from, reconfigured);
}

// Null: it is on its way to the device, the message is looked at again then.
function adoptEntry(
  step: HostStep,
  message: Reconfigure,
  from: string,
): Reconfigured['status'] | null {
  const slot = step.state.slots[message.slot];
  if (slot?.unread != null) return 'busy';
  if (slot === undefined || !isCopyOf(step, slot, message)) return 'stale-gen';
  slot.touchedNs = step.self.nowNs();
  const { entry, session } = message;
  if (entry.version < slot.header.cfgEpoch) return 'wrong-epoch';
  if (entry.version === slot.header.cfgEpoch) return 'ok';
  changeHeader(step, slot, adopted(slot.header, entry, session), { message, from });
  return null;
}

/** Whether a slot is the copy that a message and the entry in it speak of. */
export function isCopyOf(
  step: HostStep,
  slot: Slot,
  message: {
    readonly volume: string;
    readonly gen: number;
    readonly entry: Reconfigure['entry'];
  },
): boolean {
  const { header, index } = slot;
  const { volume, gen, entry } = message;
  return (
    header.gen === gen &&
    header.state !== 'past' &&
    isTenant(header, { volume, range: entry.range }) &&
    namesSlot(entry, { host: step.self.id, slot: index, gen })
  );
}

/** Says whether a copy is there. */
export function takeProbe(step: HostStep, message: Probe, from: string): void {
  const slot = step.state.slots[message.slot];
  if (slot?.unread != null) return;
  const header = slot?.header;
  const held =
    header !== undefined &&
    header.state === 'live' &&
    header.gen === message.gen &&
    isTenant(header, message);
  const probed: Probed = { type: 'probed', range: message.range, held };
  step.out.send(from, probed);
}

/**
 * Begins a tenancy of a free slot, overwriting what an earlier one left; asked again, the same
 * slot.
 */
export function takeReserve(step: HostStep, message: Reserve, from: string): void {
  const { reserveId, volume, range } = message;
  const tenancy = { state: 'reserved', volume, range, reserveId } as const;
  const found = reserveSlot(step, tenancy, { message, from });
  if (found === 'under way') return;
  const replica =
    found === null ? null : { host: step.self.id, slot: found.index, gen: found.header.gen };
  const reserved: Reserved = { type: 'reserved', reserveId, replica };
  step.out.send(from, reserved);
}

/**
 * A copy that was dropped becomes a target again. It keeps what it holds, and the map must name it
 * before it serves anybody; until then a reservation like any other.
 */
export function takeReopen(step: HostStep, message: Reopen, from: string): void {
  const { reserveId, volume, range, gen } = message;
  const slot = step.state.slots[message.slot];
  const header = slot?.header;
  const isCopy =
    slot !== undefined &&
    slot.unread === null &&
    slot.header.gen === gen &&
    (slot.header.state === 'live' || slot.header.state === 'reserved') &&
    isTenant(slot.header, { volume, range });
  // What was flushed meanwhile may be in memory only here: that is written first, and asked again.
  if (isCopy && slot.dirty.size > 0) {
    cleanSlot(step, slot);
    return;
  }
  if (isCopy && header?.state === 'live') {
    const members: SlotHeader['members'] = [];
    const next: SlotHeader = { ...slot.header, state: 'reserved', members, joint: null, reserveId };
    changeHeader(step, slot, next, { message, from });
    return;
  }
  const isMine = isCopy && header?.reserveId === reserveId;
  const replica = isMine ? { host: step.self.id, slot: message.slot, gen } : null;
  const reserved: Reserved = { type: 'reserved', reserveId, replica };
  step.out.send(from, reserved);
}

/**
 * The slot that is reserved by now, or null when none is free. The waiter is looked at again when
 * it is.
 */
export function reserveSlot(
  step: HostStep,
  tenancy: NewTenancy,
  waiter: Waiter,
): Slot | null | 'under way' {
  const { slots } = step.state;
  const { reserveId } = tenancy;
  const mine = slots.find((slot) => slot.header.reserveId === reserveId);
  if (mine !== undefined) return mine;
  if (slots.some((slot) => pendingReserveId(slot) === reserveId)) return 'under way';
  const slot = slots.find(
    (candidate) =>
      isVacant(step, candidate) &&
      // What an earlier tenancy still writes there must not land on what the next one has.
      candidate.busy.length === 0 &&
      candidate.ledger.every(({ committing }) => committing === null),
  );
  if (slot === undefined || isAiling(step)) return null;
  const { layout, mutants } = step.state.input;
  const isDirty = slot.header.used && !mutants.has('no-scrub');
  slot.scrub = { tenancy, waiter, nextBlock: isDirty ? 0 : layout.blocksPerSlot };
  scrubNext(step, slot);
  return 'under way';
}

/**
 * Whether a slot may get a tenant: it has none, and the last one's grace is over, so that no late
 * message of that tenancy is on its way any more.
 */
export function isVacant({ state, self }: HostStep, slot: Slot): boolean {
  const { header, headerWriting, scrub, unread } = slot;
  if (header.state !== 'free' || headerWriting !== null) return false;
  if (scrub !== null || unread !== null) return false;
  const { mutants } = state.input;
  if (mutants.has('freed-slots-lost') && header.used) return false;
  const ignoresGrace = mutants.has('slot-reused-before-grace');
  return ignoresGrace || self.nowNs() >= slot.graceUntilNs;
}

function pendingReserveId(slot: Slot): string | null {
  return slot.scrub?.tenancy.reserveId ?? slot.headerWriting?.reserveId ?? null;
}

function reservedHeader(step: HostStep, slot: Slot, tenancy: NewTenancy): SlotHeader {
  const isNext = !step.state.input.mutants.has('generation-reused');
  const gen = Math.max(slot.header.gen, firstGen(step.self.incarnation)) + (isNext ? 1 : 0);
  return { ...slot.header, ...tenancy, gen, ...noConfig, maxSession: 0, used: true };
}

function scrubNext(step: HostStep, slot: Slot): void {
  const { input, round } = step.state;
  const { scrub } = slot;
  if (scrub === null) return;
  const tag = { part: 'scrub', id: slot.index, round };
  if (scrub.nextBlock >= input.layout.blocksPerSlot) {
    const { gen } = reservedHeader(step, slot, scrub.tenancy);
    const payloads = firstLedger(input.layout, slot.index, gen);
    const block = ledgerBlock(input.layout, slot.index, 0);
    const { length: blockCount } = payloads;
    step.out.submitIo(input.device, { op: 'write', block, blockCount, payloads, fua: true, tag });
    return;
  }
  const blockCount = Math.min(scrubBlockCount, input.layout.blocksPerSlot - scrub.nextBlock);
  step.out.submitIo(input.device, {
    op: 'write',
    block: dataBlock(input.layout, slot.index, scrub.nextBlock),
    blockCount,
    stamps: new Array<number>(blockCount).fill(0),
    fua: true,
    tag,
  });
}

/**
 * Some blocks of a slot that is being reserved hold nothing of its earlier tenancy any more, or its
 * ledger does not.
 */
export function onScrubbed(step: HostStep, slotIndex: number, done: IoCompletion): void {
  const slot = step.state.slots[slotIndex]!;
  const { scrub } = slot;
  if (scrub === null) return;
  if (done.status !== 'ok') {
    slot.scrub = null;
    noteDeviceFailed(step);
    return;
  }
  if (scrub.nextBlock < step.state.input.layout.blocksPerSlot) {
    scrub.nextBlock += done.blockCount;
    if (scrub.nextBlock >= step.state.input.layout.blocksPerSlot) {
      step.out.mark('slot.scrubbed', { slot: slotIndex });
    }
    scrubNext(step, slot);
    return;
  }
  slot.scrub = null;
  changeHeader(step, slot, reservedHeader(step, slot, scrub.tenancy), scrub.waiter);
}

/**
 * Asks the authority which slots are still in the map: live ones that nobody uses, and those that
 * were reserved long ago, whether they are being filled or not.
 */
export function verifySlots(step: HostStep): void {
  const { state, self, out } = step;
  if (state.input.mutants.has('garbage-kept')) return;
  const nowNs = self.nowNs();
  const doubtful = state.slots.filter(
    ({ header, touchedNs, reservedNs }) =>
      (header.state === 'live' && nowNs - touchedNs >= liveIdleNs) ||
      (header.state === 'reserved' && nowNs - reservedNs >= state.input.slotLife.reserveNs),
  );
  if (doubtful.length === 0) return;
  if (state.input.mutants.has('gc-without-asking')) {
    for (const slot of doubtful) {
      if (slot.headerWriting === null) writeHeader(step, slot, emptied(slot.header));
    }
    return;
  }
  const verify: Verify = { type: 'verify', slots: doubtful.map(reportOf) };
  out.send(memberAsked(state.authority), verify);
  // No answer is one, too: all are in the map. So ask them in turn.
  askNext(state.authority);
}

/** Ends tenancies that no map will ever name again. */
export function onVerifyAnswer(step: HostStep, message: VerifyAnswer): void {
  for (const { slot: index, gen, volume, movedTo } of message.gone) {
    if (volume !== undefined && movedTo !== undefined) noteMoved(step, volume, movedTo);
    const slot = step.state.slots[index];
    if (slot === undefined || slot.headerWriting !== null) continue;
    if (slot.header.gen !== gen || slot.header.state === 'free') continue;
    endTenancy(step, slot);
  }
}

function noteMoved({ state }: HostStep, volume: string, movedTo: MapEntry): void {
  const { forwards } = state;
  const key = `${volume}/${movedTo.range}`;
  if ((forwards.get(key)?.version ?? 0) >= movedTo.version) return;
  forwards.delete(key);
  forwards.set(key, movedTo);
  if (forwards.size <= forwardMax) return;
  for (const oldest of forwards.keys()) {
    forwards.delete(oldest);
    break;
  }
}

function reportOf({ index, header }: Slot): SlotReport {
  const { gen, volume, range } = header;
  return { slot: index, gen, volume: volume ?? '', range };
}
