// Copy-on-write: what a copy held at a cut stays, in a shadow, when it is overwritten.
//
//   slot        [ a | b' | c | d'' ]    newest contents
//   shadow 2    [   |    |   | d'  ]    what was overwritten since cut 2, as it was at cut 2
//   shadow 1    [   | b  |   |     ]    between cut 1 and cut 2
//
//   block b as of cut 1: the first shadow from 1 on that has it, else the slot itself
//   changed between cut 1 and 2: what shadow 1 has
//
// A shadow is another slot of the same host, with a ledger like any other. It has a block when its
// ledger says that it holds something: a block that was unwritten at the cut holds a stamp that no
// write ever has. A write first has the old contents kept durably, then is announced and
// stored. After a crash the two ledgers and the headers tell all: an announcement in a shadow's
// ledger that was never followed by its data is found as such by the scan, and then nothing was
// overwritten either.
//
// A shadow that cannot keep what it should is given up, with those before it, in the header of its
// slot, before the write goes on: then this copy does not know its past any more, and says so.
import type { IoCompletion } from '../../sim/index.ts';
import { sequenceMax, sessionOfStamp } from '../stamps.ts';
import { finish } from './answer.ts';
import type { Keeping } from './cut-state.ts';
import { isAiling, noteDeviceFailed, noteGood } from './damage.ts';
import { dataBlock, emptied, type Run, runsToStore, type Shadow } from './extent-store.ts';
import { cutsAmidWrites } from './gates.ts';
import { writeHeader } from './headers.ts';
import { announce, partsOf, pumpLedger, settleBlock } from './ledger.ts';
import type { BlockTask, HostStep, Slot } from './state.ts';
import { contentsOf, spanOf, storeBlocks } from './store.ts';

/**
 * What a shadow of a generation holds for contents that are to be kept. For a block that was never
 * written at the cut that is below every stamp of a write, and another one in each generation: no
 * stamp is written to a block of the device twice.
 */
export function keptOf(stamp: number, { gen }: Pick<Shadow, 'gen'>): number {
  return stamp === 0 ? 1 + (gen % sequenceMax) : stamp;
}

/** The contents that a shadow keeps. */
export function contentsOfKept(kept: number): number {
  return sessionOfStamp(kept) === 0 ? 0 : kept;
}

/** The slot of a shadow, as long as it is that. */
export function shadowSlot({ state }: HostStep, { slot: index, gen }: Shadow): Slot | null {
  const slot = state.slots[index];
  if (slot === undefined || slot.unread !== null) return null;
  return slot.header.state === 'shadow' && slot.header.gen === gen ? slot : null;
}

/** Stores what of a task is more than is held here, once what it overwrites is kept. */
export function keepAndStore(step: HostStep, task: BlockTask, slot: Slot): void {
  if (slot.sealing !== null) {
    putOff(task, slot);
    return;
  }
  const newest = slot.header.cuts?.shadows.at(-1);
  if (newest === undefined || step.state.input.mutants.has('copy-on-write-skipped')) {
    storeBlocks(step, task, slot);
    return;
  }
  const shadow = shadowSlot(step, newest);
  if (shadow === null) {
    giveUp(step, task, slot, 'unreadable');
    return;
  }
  const blocks = lackingOf(task, slot, shadow);
  if (blocks.length === 0) storeBlocks(step, task, slot);
  else keep(step, task, slot, { shadow, blocks });
}

function lackingOf(task: BlockTask, slot: Slot, shadow: Slot): readonly number[] {
  const { stamps, bad } = slot;
  if (stamps === null) return [];
  const runs = runsToStore({ stamps, bad }, task.request.block, task.stamps);
  const lacking: number[] = [];
  for (const run of runs) {
    for (let i = 0; i < run.stamps.length; i++) {
      if (shadow.stamps?.[run.start + i] === 0) lacking.push(run.start + i);
    }
  }
  return lacking;
}

function keep(
  step: HostStep,
  task: BlockTask,
  slot: Slot,
  what: { readonly shadow: Slot; readonly blocks: readonly number[] },
): void {
  const { input, round } = step.state;
  const { shadow, blocks } = what;
  const { index, header } = shadow;
  const none = { stage: 'reading', runs: [], failed: false } as const;
  task.stage = 'keeping';
  task.keeping = { slot: index, gen: header.gen, blocks, ...none };
  const span = { taskId: task.id, ...spanOf(task) };
  slot.busy = [...slot.busy, span];
  shadow.busy = [...shadow.busy, span];
  const start = blocks[0]!;
  step.out.submitIo(input.device, {
    op: 'read',
    block: dataBlock(input.layout, slot.index, start),
    blockCount: blocks.at(-1)! - start + 1,
    tag: { part: 'task', id: task.id, round },
  });
}

/** The device is done with a part of what a task keeps. */
export function onKeepIo(step: HostStep, task: BlockTask, slot: Slot, done: IoCompletion): void {
  const { keeping } = task;
  if (keeping === null) return;
  if (keeping.stage === 'reading') onOldRead(step, task, slot, done);
  else onKeptWritten(step, task, slot, done);
}

function onOldRead(step: HostStep, task: BlockTask, slot: Slot, done: IoCompletion): void {
  const keeping = task.keeping!;
  const shadow = placeOf(step, keeping);
  if (shadow === null || slot.stamps === null || slot.header.gen !== task.request.gen) {
    end(step, task, slot);
    return;
  }
  if (done.status !== 'ok') {
    noteDeviceFailed(step);
    giveUp(step, task, slot, 'io-error');
    return;
  }
  const start = keeping.blocks[0]!;
  const contents = contentsOf(step, slot, done, start);
  const kept = keeping.blocks.map((block) => keptOf(contents[block - start]!, keeping));
  if (keeping.blocks.some((block, i) => !mayKeep(shadow, block, kept[i]!))) {
    giveUp(step, task, slot, 'damaged');
    return;
  }
  const runs = runsOf(keeping.blocks, kept);
  task.keeping = { ...keeping, stage: 'ledger', runs };
  const parts = new Set<number>();
  for (const run of runs) {
    announce(shadow, { taskId: task.id, ...run });
    for (const part of partsOf(run.start, run.stamps.length)) parts.add(part);
  }
  task.leftCount = parts.size;
  for (const part of parts) pumpLedger(step, shadow, part);
}

// What was announced and is not there was never overwritten; if it was, the shadow has lost it.
function mayKeep(shadow: Slot, block: number, kept: number): boolean {
  if (kept < 0) return false;
  const announced = shadow.open.get(block);
  return announced === undefined || announced.includes(kept);
}

function runsOf(blocks: readonly number[], stamps: readonly number[]): readonly Run[] {
  const runs: { start: number; stamps: number[] }[] = [];
  for (const [i, block] of blocks.entries()) {
    const last = runs.at(-1);
    if (last !== undefined && last.start + last.stamps.length === block) {
      last.stamps.push(stamps[i]!);
    } else {
      runs.push({ start: block, stamps: [stamps[i]!] });
    }
  }
  return runs;
}

/** The ledger of a shadow says what is to be kept, or could not be written. */
export function onKeepAnnounced(step: HostStep, task: BlockTask, ok: boolean): void {
  const { keeping } = task;
  if (keeping === null) return;
  const slot = step.state.slots[task.slot]!;
  const failed = keeping.failed || !ok;
  task.keeping = { ...keeping, failed };
  task.leftCount -= 1;
  if (task.leftCount > 0) return;
  const shadow = placeOf(step, keeping);
  if (shadow === null) {
    end(step, task, slot);
    return;
  }
  if (failed) {
    noteDeviceFailed(step);
    giveUp(step, task, slot, 'io-error');
    return;
  }
  const { input, round } = step.state;
  task.keeping = { ...keeping, stage: 'writing' };
  task.leftCount = keeping.runs.length;
  for (const [run, { start, stamps }] of keeping.runs.entries()) {
    step.out.submitIo(input.device, {
      op: 'write',
      block: dataBlock(input.layout, shadow.index, start),
      blockCount: stamps.length,
      stamps,
      fua: true,
      tag: { part: 'task', id: task.id, round, run },
    });
  }
}

function onKeptWritten(step: HostStep, task: BlockTask, slot: Slot, done: IoCompletion): void {
  const keeping = task.keeping!;
  const shadow = placeOf(step, keeping);
  const { run: index } = done.tag as { readonly run: number };
  const { start, stamps } = keeping.runs[index]!;
  const failed = keeping.failed || done.status !== 'ok';
  task.keeping = { ...keeping, failed };
  if (done.status === 'ok' && shadow !== null) {
    for (const [i, stamp] of stamps.entries()) {
      noteGood(step, shadow, start + i, stamp);
      settleBlock(step, shadow, start + i);
    }
    markKept(step, task, slot, { block: start, stamps });
  }
  task.leftCount -= 1;
  if (task.leftCount > 0) return;
  if (!failed) {
    end(step, task, slot);
    if (cutsAmidWrites(step.state.input)) storeAtOnce(step, task, slot);
    return;
  }
  noteDeviceFailed(step);
  giveUp(step, task, slot, 'io-error');
}

function storeAtOnce(step: HostStep, task: BlockTask, slot: Slot): void {
  slot.waiting = slot.waiting.filter((id) => id !== task.id);
  storeBlocks(step, task, slot);
}

function markKept(
  step: HostStep,
  { request, keeping }: BlockTask,
  slot: Slot,
  what: { readonly block: number; readonly stamps: readonly number[] },
): void {
  const { volume, range, gen } = request;
  const place = { volume, range, slot: slot.index, gen };
  step.out.mark('shadow.stored', { ...place, shadow: keeping!.slot, block: what.block });
}

function placeOf({ state }: HostStep, { slot: index, gen }: Keeping): Slot | null {
  const slot = state.slots[index]!;
  return slot.header.gen === gen && slot.stamps !== null ? slot : null;
}

// What it had to keep is kept: it begins anew, and is checked anew.
function end(step: HostStep, task: BlockTask, slot: Slot): void {
  const { keeping } = task;
  slot.busy = slot.busy.filter((other) => other.taskId !== task.id);
  if (keeping !== null) {
    const shadow = step.state.slots[keeping.slot]!;
    shadow.busy = shadow.busy.filter((other) => other.taskId !== task.id);
  }
  task.keeping = null;
  putOff(task, slot);
}

function putOff(task: BlockTask, slot: Slot): void {
  task.stage = 'waiting';
  slot.waiting.push(task.id);
}

// The copy forgets its past. A task whose device fails is not made to wait for that.
function giveUp(step: HostStep, task: BlockTask, slot: Slot, reason: string): void {
  end(step, task, slot);
  forgetAll(step, slot, reason);
  if (!isAiling(step)) return;
  slot.waiting = slot.waiting.filter((id) => id !== task.id);
  finish(step, task, { status: 'io-error', about: slot, stamps: null });
}

/** The copy does not know its past any more: it is not asked for it. */
export function forgetAll(step: HostStep, slot: Slot, reason: string): void {
  const { header, headerWriting, index } = slot;
  if (headerWriting !== null || header.cuts === null) return;
  writeHeader(step, slot, { ...header, cuts: { ...header.cuts, shadows: [] } });
  const { volume, range, gen } = header;
  step.out.mark('shadows.dropped', { volume, range, slot: index, gen, reason });
}

/** Frees shadows that no slot has any use for. */
export function sweepShadows(step: HostStep): void {
  const { slots } = step.state;
  const nowNs = step.self.nowNs();
  const named = new Set<string>();
  for (const { header, headerWriting, prepared } of slots) {
    const shadows = [...(header.cuts?.shadows ?? []), ...(headerWriting?.cuts?.shadows ?? [])];
    for (const { slot, gen } of shadows) named.add(`${slot}/${gen}`);
    if (prepared !== null && nowNs < prepared.untilNs) {
      named.add(`${prepared.slot}/${prepared.gen}`);
    }
  }
  for (const slot of slots) {
    const { header, headerWriting, index, unread } = slot;
    if (header.state !== 'shadow' || headerWriting !== null || unread !== null) continue;
    if (!named.has(`${index}/${header.gen}`)) writeHeader(step, slot, emptied(header));
  }
}
