// Recovery of a host: read all headers, then ledgers and blocks of every slot in use, through real
// I/O.
//
//   flush -> headers -> ledgers and blocks of each slot -------------------------> serve
//               |                                                        ^
//               +-- blank: ask the authority -> write headers, ledgers -> mark -> join -> mark
//
// A blank device is the first of its host, or a replacement: the authority knows, because no host
// serves before its device has joined, which is logged. On the first one the bindings of the
// beginning hold; on any other nothing does, and the map has to learn that copies are gone. Where
// only the mark cannot be made out, the device is what it was if it has joined, and is formatted
// once more if it has not.
//
// What a scan finds is compared with the ledger. What a write left there whose end nobody saw is as
// good as in memory only, until it is written through (write-back.ts). Damage does not keep a host
// from serving: blocks are mended later. A slot whose header or ledger cannot be made out stays
// apart (unread.ts).
import { type IoCompletion, nsPerMs } from '../../sim/index.ts';
import { askNext, memberAsked } from '../authority-contact.ts';
import type { Join, Joined } from '../messages/devices.ts';
import { armHealing, noteBad } from './damage.ts';
import {
  dataBlock,
  formatBlock,
  formatMarkOf,
  freeHeader,
  headerBlock,
  ledgerBlock,
  ledgerPartCount,
  sealHeader,
  slotHeaderOf,
} from './extent-store.ts';
import { armTightening, compare, firstLedger, settleFound, takeLedger } from './ledger.ts';
import type { HostEvent } from './machine.ts';
import {
  blankHeaders,
  freshRecovery,
  freshSlot,
  type HostStep,
  ownStamps,
  type Scan,
  type Slot,
} from './state.ts';
import { armReading } from './unread.ts';
import { armWriteBack, keepInMemory } from './write-back.ts';

/** How many headers one command reads or writes. */
const headersPerIo = 64;
/** How many blocks one read of a scan takes, and how many such reads are in flight. */
const scanBlockCount = 256;
const scansInFlightMax = 8;
/** The authority is asked again after this long, doubled each time up to a bound. */
const askNs = 50 * nsPerMs;
const askDoublingsMax = 5;

type Step =
  | 'flush'
  | 'headers'
  | 'format'
  | 'format-ledger'
  | 'mark'
  | 'joined-mark'
  | 'ledger'
  | 'data';

/** Begins anew, forgetting everything. */
export function recover(step: HostStep): void {
  const { state } = step;
  state.round += 1;
  state.slots.length = 0;
  state.tasks.clear();
  state.pastReads.clear();
  state.cutting.clear();
  state.ticking = false;
  state.healing = false;
  state.tightening = false;
  state.writingBack = false;
  state.recovery = freshRecovery();
  // What a scan finds may be in a volatile cache only; it must not be lost after it was served.
  submit(step, { op: 'flush', block: 0, blockCount: 0, stage: 'flush' });
}

/** A command of the recovery is done; answers what that means for the mode, or null. */
export function onRecoveryIo(step: HostStep, done: IoCompletion): HostEvent | null {
  const tag = done.tag as { readonly stage: Step; readonly slot: number; readonly offset: number };
  if (tag.stage === 'ledger') return onLedgerRead(step, tag.slot, done);
  if (tag.stage === 'data') return onDataRead(step, done, tag);
  if (done.status !== 'ok') {
    // Commands that are still under way belong to nobody.
    step.state.round += 1;
    return { type: 'DEVICE_FAILED', jitter: step.self.choose('recovery.jitter', 65_536) };
  }
  switch (tag.stage) {
    case 'flush':
      readHeaders(step, 0);
      return null;
    case 'headers':
      return onHeaders(step, done);
    case 'format':
      writeHeaders(step, done.block + done.blockCount);
      return null;
    case 'format-ledger':
      writeLedgers(step, tag.slot + 1);
      return null;
    case 'mark':
      ask(step);
      return null;
    case 'joined-mark':
      return scanSlots(step);
  }
}

function readHeaders(step: HostStep, block: number): void {
  const { slotCount } = step.state.input.layout;
  const blockCount = Math.min(headersPerIo, slotCount + 1 - block);
  submit(step, { op: 'read', block, blockCount, stage: 'headers' });
}

function onHeaders(step: HostStep, done: IoCompletion): HostEvent | null {
  const { state, self } = step;
  const { recovery, input } = state;
  const { slotCount } = input.layout;
  for (let i = 0; i < done.blockCount; i++) {
    const payload = done.payloads?.[i];
    const block = done.block + i;
    if (payload !== undefined || (done.stamps?.[i] ?? 0) !== 0) recovery.isBlank = false;
    if (block === formatBlock) recovery.mark = formatMarkOf(payload);
    else recovery.headers.push(slotHeaderOf(payload, block - headerBlock(0)));
  }
  if (recovery.headers.length < slotCount) {
    readHeaders(step, done.block + done.blockCount);
    return null;
  }
  if (recovery.mark === null) {
    // In the beginning all devices are new; later on only the authority knows.
    if (self.incarnation === 0 && recovery.isBlank) format(step, true);
    else ask(step);
    return { type: 'HEADERS_READ' };
  }
  takeHeaders(step);
  if (recovery.mark.joined) return scanSlots(step) ?? { type: 'HEADERS_READ' };
  ask(step);
  return { type: 'HEADERS_READ' };
}

function takeHeaders({ state, self }: HostStep): void {
  const { recovery, slots, input } = state;
  for (const [index, header] of recovery.headers.entries()) {
    const slot = freshSlot(index, header ?? freeHeader(0, true), input.layout);
    if (header === null) slot.unread = 0;
    slot.touchedNs = self.nowNs();
    slot.reservedNs = slot.touchedNs;
    // Nobody knows how much of its grace was over.
    if (slot.header.used) slot.graceUntilNs = slot.touchedNs + input.slotLife.graceNs;
    slots.push(slot);
  }
}

// Asks the authority what it knows of this device, again until it answers.
function ask(step: HostStep): void {
  const { state, self, out } = step;
  const { recovery } = state;
  const join: Join = { type: 'join', identity: recovery.mark?.identity ?? null };
  if (recovery.askCount > 0) askNext(state.authority);
  out.send(memberAsked(state.authority), join);
  const boundNs = askNs << Math.min(recovery.askCount, askDoublingsMax);
  recovery.askCount += 1;
  out.setTimer('join', boundNs + self.choose('join.jitter', boundNs), { type: 'join.due' });
}

/** No answer for a while. */
export function askAgain(step: HostStep): void {
  if (isAsking(step)) ask(step);
}

function isAsking({ state }: HostStep): boolean {
  return state.recovery.askCount > 0;
}

/** The authority knows this device by now, or says whether there was one before. */
export function onJoined(step: HostStep, answer: Joined): void {
  if (!isAsking(step)) return;
  const { recovery } = step.state;
  const identity = recovery.mark?.identity ?? null;
  if (identity === null) {
    recovery.askCount = 0;
    if (recovery.isBlank || answer.identity === null) format(step, answer.identity === null);
    else takeUnmarked(step, answer.identity);
  } else if (answer.identity === identity) {
    recovery.askCount = 0;
    writeMark(step, { identity, joined: true });
  }
}

function takeUnmarked(step: HostStep, identity: number): void {
  takeHeaders(step);
  writeMark(step, { identity, joined: true });
}

function format(step: HostStep, isFirst: boolean): void {
  const { state, self } = step;
  const { input, slots } = state;
  const { incarnation } = self;
  const headers = blankHeaders(input, self.id, { incarnation, isFirst });
  slots.length = 0;
  for (const [index, header] of headers.entries()) {
    slots.push(freshSlot(index, header, input.layout));
  }
  step.out.mark('device.formatted', { identity: incarnation, isFirst });
  writeHeaders(step, headerBlock(0));
}

// The mark that all is there is written last: a format that was cut short is done again.
function writeHeaders(step: HostStep, block: number): void {
  const { slots, input } = step.state;
  if (block > input.layout.slotCount) {
    writeLedgers(step, 0);
    return;
  }
  const first = block - headerBlock(0);
  const payloads = slots
    .slice(first, first + headersPerIo)
    .map((slot) => sealHeader(slot.header, slot.index));
  submit(step, { op: 'write', block, blockCount: payloads.length, payloads, stage: 'format' });
}

// Of the tenancies that begin with the device, from a slot on.
function writeLedgers(step: HostStep, first: number): void {
  const { slots, input } = step.state;
  const slot = slots.find(({ index, stamps }) => index >= first && stamps !== null);
  if (slot === undefined) {
    writeMark(step, { identity: step.self.incarnation, joined: false });
    return;
  }
  const payloads = firstLedger(input.layout, slot.index, slot.header.gen);
  submit(step, {
    op: 'write',
    block: ledgerBlock(input.layout, slot.index, 0),
    blockCount: payloads.length,
    payloads,
    stage: 'format-ledger',
    slot: slot.index,
  });
}

function writeMark(
  step: HostStep,
  what: { readonly identity: number; readonly joined: boolean },
): void {
  const mark = { kind: 'formatted', ...what } as const;
  step.state.recovery.mark = mark;
  const stage = what.joined ? 'joined-mark' : 'mark';
  submit(step, { op: 'write', block: formatBlock, blockCount: 1, payloads: [mark], stage });
}

function scanSlots(step: HostStep): HostEvent | null {
  const { slots, recovery } = step.state;
  for (const slot of slots) {
    if (slot.stamps !== null && slot.unread === null) recovery.scans.push(ledgerScan(step, slot));
  }
  recovery.scans.reverse();
  return pumpScans(step);
}

function ledgerScan(step: HostStep, slot: Slot): Scan {
  const { layout } = step.state.input;
  const block = ledgerBlock(layout, slot.index, 0);
  return { what: 'ledger', slot: slot.index, block, blockCount: ledgerPartCount(layout) };
}

function pumpScans(step: HostStep): HostEvent | null {
  const { recovery, slots } = step.state;
  while (recovery.inFlightCount < scansInFlightMax) {
    const scan = recovery.scans.pop();
    if (scan === undefined) break;
    recovery.inFlightCount += 1;
    readScan(step, scan);
  }
  if (recovery.inFlightCount > 0) return null;
  if (slots.some(({ unread }) => unread !== null)) armReading(step);
  if (slots.some(({ ledger }) => ledger.some(({ isLoose }) => isLoose))) {
    step.state.tightening = false;
    armTightening(step);
  }
  if (slots.some(({ dirty }) => dirty.size > 0)) {
    step.state.writingBack = false;
    armWriteBack(step);
  }
  if (slots.some(({ bad }) => bad.size > 0)) {
    step.state.healing = false;
    armHealing(step);
  }
  return { type: 'SCANNED' };
}

/** Reads a slot's ledger, or some of its blocks. */
function readScan(step: HostStep, { what, slot, block, blockCount }: Scan): void {
  const { layout } = step.state.input;
  const offset = what === 'data' ? block - dataBlock(layout, slot, 0) : 0;
  submit(step, { op: 'read', block, blockCount, stage: what, slot, offset });
}

function onLedgerRead(step: HostStep, index: number, done: IoCompletion): HostEvent | null {
  const { recovery, input, slots } = step.state;
  const slot = slots[index]!;
  recovery.inFlightCount -= 1;
  if (done.status !== 'ok' || !takeLedger(slot, done)) {
    slot.unread = 0;
    return pumpScans(step);
  }
  const { blocksPerSlot } = input.layout;
  for (let block = 0; block < blocksPerSlot; block += scanBlockCount) {
    const blockCount = Math.min(scanBlockCount, blocksPerSlot - block);
    const first = dataBlock(input.layout, index, block);
    recovery.scans.push({ what: 'data', slot: index, block: first, blockCount });
  }
  return pumpScans(step);
}

// What could not be read may be readable later: then it is compared.
function onDataRead(
  step: HostStep,
  done: IoCompletion,
  tag: { readonly slot: number; readonly offset: number },
): HostEvent | null {
  step.state.recovery.inFlightCount -= 1;
  const slot = step.state.slots[tag.slot]!;
  if (done.status === 'ok') takeScan(step, slot, done, tag.offset);
  return pumpScans(step);
}

/** Compares what a scan found in blocks of a slot with its ledger. */
function takeScan(step: HostStep, slot: Slot, done: IoCompletion, offset: number): void {
  const stamps = ownStamps(slot);
  if (stamps === null || slot.unread !== null) return;
  for (let i = 0; i < done.blockCount; i++) {
    const block = offset + i;
    const found = { stamp: done.stamps?.[i] ?? 0, payload: done.payloads?.[i] };
    switch (compare(slot, block, found)) {
      case 'as it should be':
        settleFound(step, slot, block, found.stamp);
        break;
      case 'landed late':
        // It may have come into a volatile cache since the flush that the scan began with.
        keepInMemory(step, slot, block, found.stamp);
        break;
      case 'bad':
        noteBad(step, slot, { block, expected: stamps[block]!, found: found.stamp });
        break;
    }
  }
}

function submit(
  step: HostStep,
  request: {
    readonly op: 'read' | 'write' | 'flush';
    readonly block: number;
    readonly blockCount: number;
    readonly payloads?: readonly unknown[];
    readonly stage: Step;
    readonly slot?: number;
    readonly offset?: number;
  },
): void {
  const { op, block, blockCount, payloads, stage, slot = 0, offset = 0 } = request;
  const { round, input } = step.state;
  step.out.submitIo(input.device, {
    op,
    block,
    blockCount,
    ...(payloads === undefined ? {} : { payloads, fua: true }),
    tag: { part: 'recovery', id: 0, round, stage, slot, offset },
  });
}
