// Recovery of a host: read all headers, then the stamps of every slot in use, through real I/O.
import type { IoCompletion } from '../sim/index.ts';
import { dataBlock, formatBlock, headerBlock, slotHeaderOf } from './extent-store.ts';
import type { HostEvent } from './host-machine.ts';
import { firstHeaders, freshRecovery, freshSlot, type HostStep, ownStamps } from './host-state.ts';

/** How many headers one command reads or writes. */
const headersPerIo = 64;
/** How many blocks one read of a scan takes, and how many such reads are in flight. */
const scanBlockCount = 256;
const scansInFlightMax = 8;

type Step = 'flush' | 'headers' | 'format' | 'format-end' | 'scan';

/** Begins anew, forgetting everything. */
export function recover(step: HostStep): void {
  const { state } = step;
  state.round += 1;
  state.slots.length = 0;
  state.tasks.clear();
  state.recovery = freshRecovery();
  // What a scan finds may be in a volatile cache only; it must not be lost after it was served.
  submit(step, { op: 'flush', block: 0, blockCount: 0, stage: 'flush' });
}

/** A command of the recovery is done; answers what that means for the mode, or null. */
export function onRecoveryIo(step: HostStep, done: IoCompletion): HostEvent | null {
  if (done.status !== 'ok') return { type: 'DEVICE_FAILED' };
  const tag = done.tag as { readonly stage: Step; readonly slot: number; readonly offset: number };
  switch (tag.stage) {
    case 'flush':
      readHeaders(step, 0);
      return null;
    case 'headers':
      return onHeaders(step, done);
    case 'format':
      return writeHeaders(step, done.block + done.blockCount);
    case 'format-end':
      return { type: 'SCANNED' };
    case 'scan':
      return onScan(step, done, tag);
    default:
      return null;
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
  const { slotCount, blocksPerSlot } = input.layout;
  for (let i = 0; i < done.blockCount; i++) {
    const payload = done.payloads?.[i];
    if (done.block + i === formatBlock) recovery.formatted = payload !== undefined;
    else recovery.headers.push(slotHeaderOf(payload));
  }
  if (recovery.headers.length < slotCount) {
    readHeaders(step, done.block + done.blockCount);
    return null;
  }
  const blank = firstHeaders(input, self.id, recovery.formatted ? 1 : self.incarnation);
  for (const [index, found] of recovery.headers.entries()) {
    const header = recovery.formatted && found !== null ? found : blank[index]!;
    state.slots.push(freshSlot(index, header, blocksPerSlot));
  }
  if (!recovery.formatted) return writeHeaders(step, headerBlock(0)) ?? { type: 'HEADERS_READ' };
  return scanSlots(step) ?? { type: 'HEADERS_READ' };
}

// The mark that all headers are there is written last: a format that was cut short is done again.
function writeHeaders(step: HostStep, block: number): null {
  const { slots, input } = step.state;
  if (block > input.layout.slotCount) {
    const payloads = [{ kind: 'formatted', slotCount: input.layout.slotCount }];
    submit(step, { op: 'write', block: formatBlock, blockCount: 1, payloads, stage: 'format-end' });
    return null;
  }
  const first = block - 1;
  const payloads = slots.slice(first, first + headersPerIo).map((slot) => slot.header);
  submit(step, { op: 'write', block, blockCount: payloads.length, payloads, stage: 'format' });
  return null;
}

function scanSlots(step: HostStep): HostEvent | null {
  const { slots, input, recovery } = step.state;
  const { blocksPerSlot } = input.layout;
  for (const { index, stamps } of slots) {
    if (stamps === null) continue;
    for (let block = 0; block < blocksPerSlot; block += scanBlockCount) {
      const blockCount = Math.min(scanBlockCount, blocksPerSlot - block);
      recovery.scans.push({ slot: index, block, blockCount });
    }
  }
  recovery.scans.reverse();
  return pumpScans(step);
}

function pumpScans(step: HostStep): HostEvent | null {
  const { recovery, input } = step.state;
  while (recovery.inFlightCount < scansInFlightMax) {
    const scan = recovery.scans.pop();
    if (scan === undefined) break;
    recovery.inFlightCount += 1;
    submit(step, {
      op: 'read',
      block: dataBlock(input.layout, scan.slot, scan.block),
      blockCount: scan.blockCount,
      stage: 'scan',
      slot: scan.slot,
      offset: scan.block,
    });
  }
  return recovery.inFlightCount === 0 ? { type: 'SCANNED' } : null;
}

function onScan(
  step: HostStep,
  done: IoCompletion,
  tag: { readonly slot: number; readonly offset: number },
): HostEvent | null {
  step.state.recovery.inFlightCount -= 1;
  const slot = step.state.slots[tag.slot];
  const stamps = slot === undefined ? null : ownStamps(slot);
  if (stamps !== null && done.stamps) stamps.set(done.stamps, tag.offset);
  return pumpScans(step);
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
