// Changes of slot headers: one at a time for a slot, durable before they count.
//
//   current version    write, forced ----------> durable
//   previous version   write ------> flush ----> durable
//
// Whoever needs a change starts it and leaves its message with the slot; when the header is durable
// the message is looked at again and finds what it needs. So every such request may be repeated
// freely.
import { assert, type IoCompletion } from '../../sim/index.ts';
import { endJob } from './copy-job.ts';
import { headerBlock, type SlotHeader, sealHeader } from './extent-store.ts';
import { emptySlot, type HostStep, type Slot, type Waiter } from './state.ts';

/** Messages that wait for one header; more are dropped, their senders ask again. */
const headerWaiterMax = 1_024;

/** Leaves a message until the header under way is durable. */
export function awaitHeader(slot: Slot, waiter: Waiter): void {
  assert(slot.headerWriting !== null, `slot ${slot.index} has no header under way`);
  if (slot.headerWaiters.length < headerWaiterMax) slot.headerWaiters.push(waiter);
}

/** Begins to write a new header. */
export function writeHeader(step: HostStep, slot: Slot, header: SlotHeader): void {
  assert(slot.headerWriting === null, `slot ${slot.index} has a header under way already`);
  assert(header.gen >= slot.header.gen, `gen ${header.gen} below ${slot.header.gen}`);
  const { input, round, version } = step.state;
  slot.headerWriting = header;
  step.out.submitIo(input.device, {
    op: 'write',
    block: headerBlock(slot.index),
    blockCount: 1,
    payloads: [sealHeader(storedHeader(step, header), slot.index)],
    fua: version.forcesHeaders,
    // What a cut has to keep is on media before the cut is.
    ...(isCut(slot.header, header) ? { preflush: true } : {}),
    tag: { part: 'header', id: slot.index, round },
  });
}

function isCut(before: SlotHeader, after: SlotHeader): boolean {
  return (after.cuts?.cutEpoch ?? 0) > (before.cuts?.cutEpoch ?? 0);
}

function storedHeader({ state }: HostStep, header: SlotHeader): SlotHeader {
  const { input, version } = state;
  if (version.name !== 'previous' || !input.mutants.has('previous-tail-first')) return header;
  return { ...header, members: header.members.slice().reverse() };
}

/** Changes a header for a message, or lets the message wait for the change that is under way. */
export function changeHeader(step: HostStep, slot: Slot, header: SlotHeader, waiter: Waiter): void {
  if (slot.headerWriting === null) writeHeader(step, slot, header);
  awaitHeader(slot, waiter);
}

/** A higher session was seen: requests of lower ones are refused from now on, whatever happens. */
export function raiseSession(step: HostStep, slot: Slot, session: number, waiter: Waiter): void {
  changeHeader(step, slot, { ...slot.header, maxSession: session }, waiter);
}

/**
 * The header is written, durable, or could not be; when it is durable, answers the messages that
 * waited.
 */
export function onHeaderWritten(
  step: HostStep,
  slotIndex: number,
  done: IoCompletion,
): readonly Waiter[] {
  const slot = step.state.slots[slotIndex]!;
  const header = slot.headerWriting;
  assert(header !== null, `slot ${slotIndex} had no header under way`);
  if (done.op === 'write' && done.status === 'ok' && !step.state.version.forcesHeaders) {
    const { device } = step.state.input;
    step.out.submitIo(device, { op: 'flush', block: 0, blockCount: 0, tag: done.tag });
    return [];
  }
  slot.headerWriting = null;
  const waiters = slot.headerWaiters;
  slot.headerWaiters = [];
  // After an error the old header counts; those who waited ask again after a while.
  if (done.status !== 'ok') return [];
  const before = slot.header;
  const isOtherConfig = header.cfgEpoch !== before.cfgEpoch || header.gen !== before.gen;
  if (isOtherConfig) endJob(step, slot, 'configuration-changed');
  const wasUnread = slot.unread !== null;
  slot.header = header;
  // Of a new tenancy it is known that nothing is there; of another epoch or session no more is.
  if (header.state === 'free' || header.gen !== before.gen) slot.unread = null;
  settleContents(step, slot, before);
  markChange(step, slot, before, wasUnread);
  return waiters;
}

function settleContents(step: HostStep, slot: Slot, before: SlotHeader): void {
  if (slot.header.state !== 'free' && before.gen === slot.header.gen) return;
  emptySlot(slot, step.state.input.layout);
}

function markChange(step: HostStep, slot: Slot, before: SlotHeader, wasUnread: boolean): void {
  const { out, self } = step;
  const { header, index } = slot;
  const { volume, range, gen, cfgEpoch, maxSession } = header;
  if (header.state === 'free') {
    // Nobody but this host knows of a shadow, so that no late message can be for it.
    const isKnown = before.state !== 'shadow';
    const untilNs = self.nowNs() + (isKnown ? step.state.input.slotLife.graceNs : 0);
    slot.graceUntilNs = untilNs;
    const { volume: tenant, range: of } = before;
    const reason = wasUnread ? 'unreadable' : 'released';
    out.mark('slot.freed', { slot: index, gen, volume: tenant, range: of, reason, untilNs });
    return;
  }
  if (header.state === 'shadow') return;
  if (header.state === 'past' && before.state !== 'past') {
    out.mark('past.kept', { volume, range, slot: index, gen, nowNs: self.nowNs() });
  }
  if (header.state === 'reserved' && before.state === 'free') {
    slot.reservedNs = self.nowNs();
    out.mark('slot.reserved', { slot: index, gen, volume, range, nowNs: slot.reservedNs });
  }
  if (header.state === 'reserved' && before.state === 'live') {
    slot.reservedNs = self.nowNs();
    out.mark('slot.reopened', { slot: index, gen, volume, range });
  }
  if (cfgEpoch !== before.cfgEpoch) {
    const members = header.members;
    out.mark('entry.adopted', { volume, range, slot: index, gen, cfgEpoch, members });
  }
  if (maxSession > before.maxSession) {
    out.mark('session.fenced', { volume, range, slot: index, gen, session: maxSession });
  }
}
