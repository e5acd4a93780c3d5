// A slot whose header or ledger is not what it should be stays apart: nobody knows whose it is or
// what it holds. It answers with errors, so that it is replaced where there are other copies, and
// is read again, later and later: a misread may have been just that. In the end it is given up for
// good: free, in a generation of its own.
//
//   unread --> header --> ledger --> apart no more; blocks that are damaged show when they are read
//      ^---------+----------+------> given up after some tries
import { type IoCompletion, nsPerMs } from '../../sim/index.ts';
import {
  freeHeader,
  headerBlock,
  ledgerBlock,
  ledgerPartCount,
  slotHeaderOf,
} from './extent-store.ts';
import { writeHeader } from './headers.ts';
import { takeLedger } from './ledger.ts';
import { isTenancy } from './slot-count.ts';
import { emptySlot, firstGen, type HostStep, type Slot } from './state.ts';

/** The first wait before a slot is read again; doubled each time up to a bound, and jittered. */
const againNs = 250 * nsPerMs;
/** Up to 4 s: what is drawn at once has 32 bits. */
const doublingsMax = 4;
/** Read in vain so often, some 20 s, a slot is given up. */
const tryMax = 7;

/** Reads unread slots again in a while. */
export function armReading(step: HostStep): void {
  const { state, self, out } = step;
  let leastTries = tryMax;
  for (const { unread } of state.slots) {
    if (unread !== null) leastTries = Math.min(leastTries, unread);
  }
  const boundNs = againNs * (1 << Math.min(leastTries, doublingsMax));
  const delayNs = boundNs + self.choose('unread.jitter', boundNs);
  out.setTimer('unread', delayNs, { type: 'unread.due' });
}

/** Reads the headers of unread slots again, or gives them up. */
export function readAgain(step: HostStep): void {
  const unread = step.state.slots.filter((slot) => slot.unread !== null);
  for (const slot of unread) {
    if (slot.headerWriting !== null) continue;
    if (slot.unread! < tryMax) read(step, slot, 'header');
    else giveUp(step, slot);
  }
  if (unread.length > 0) armReading(step);
}

function read(step: HostStep, slot: Slot, what: 'header' | 'ledger'): void {
  const { input, round } = step.state;
  const { layout } = input;
  const isHeader = what === 'header';
  step.out.submitIo(input.device, {
    op: 'read',
    block: isHeader ? headerBlock(slot.index) : ledgerBlock(layout, slot.index, 0),
    blockCount: isHeader ? 1 : ledgerPartCount(layout),
    tag: { part: 'unread', id: slot.index, round, what },
  });
}

/** An unread slot was read. */
export function onUnreadIo(step: HostStep, index: number, done: IoCompletion): void {
  const slot = step.state.slots[index]!;
  if (slot.unread === null) return;
  const { what } = done.tag as { readonly what: 'header' | 'ledger' };
  const header = what === 'ledger' ? slot.header : slotHeaderOf(done.payloads?.[0], slot.index);
  if (done.status !== 'ok' || header === null) {
    slot.unread += 1;
  } else if (what === 'header') {
    slot.header = header;
    emptySlot(slot, step.state.input.layout);
    read(step, slot, 'ledger');
  } else if (takeLedger(slot, done)) {
    slot.unread = null;
    step.out.mark('slot.read', { slot: index, gen: slot.header.gen, isTenancy: isTenancy(slot) });
  } else {
    slot.unread += 1;
  }
}

function giveUp(step: HostStep, slot: Slot): void {
  const gen = Math.max(slot.header.gen + 1, firstGen(step.self.incarnation) + 1);
  // A header that was made out while the ledger was not stays until the new one is there.
  writeHeader(step, slot, freeHeader(gen, true));
}
