// A task at the device: contents are read and compared with the ledger, or announced there and
// written.
import type { IoCompletion } from '../../sim/index.ts';
import { finish } from './answer.ts';
import { forward } from './chain.ts';
import { noteBad, noteDeviceFailed, noteGood } from './damage.ts';
import { dataBlock, type Run, runsToStore } from './extent-store.ts';
import {
  announce,
  awaitTight,
  compare,
  partsOf,
  pumpLedger,
  settleBlock,
  settleFound,
} from './ledger.ts';
import type { BlockTask, HostStep, Slot } from './state.ts';
import { dirtyRuns, keepInMemory, mayStayInMemory, storeInMemory } from './write-back.ts';

/** Reads the blocks of a task. */
export function readBlocks(step: HostStep, task: BlockTask, slot: Slot): void {
  const { input, round } = step.state;
  const { start, end } = spanOf(task);
  task.stage = 'reading';
  slot.busy = [...slot.busy, { taskId: task.id, start, end }];
  step.out.submitIo(input.device, {
    op: 'read',
    block: dataBlock(input.layout, slot.index, start),
    blockCount: end - start,
    tag: { part: 'task', id: task.id, round },
  });
}

/** Writes what of a task is more than is held here, then passes it on. */
export function storeBlocks(step: HostStep, task: BlockTask, slot: Slot): void {
  if (slot.stamps === null) {
    finish(step, task, { status: 'stale-gen', about: slot, stamps: null });
    return;
  }
  if (isOlderThanDamage(slot, task)) {
    finish(step, task, { status: 'retry', about: null, stamps: null });
    return;
  }
  task.runs = runsOf(step, task, slot);
  if (mayStayInMemory(step, slot, task.request)) {
    storeInMemory(step, task, slot);
    task.runs = [];
  }
  if (task.runs.length === 0) {
    passOn(step, task, slot);
    return;
  }
  task.stage = 'ledger';
  slot.busy = [...slot.busy, { taskId: task.id, ...spanOf(task) }];
  const parts = new Set<number>();
  for (const { start, stamps: written } of task.runs) {
    announce(slot, { taskId: task.id, start, stamps: written });
    for (const part of partsOf(start, written.length)) parts.add(part);
  }
  task.leftCount = parts.size;
  for (const part of parts) pumpLedger(step, slot, part);
}

// A flush has no blocks of its own: it writes what is in memory only.
function runsOf(step: HostStep, task: BlockTask, slot: Slot): readonly Run[] {
  const { stamps, bad } = slot;
  if (task.request.type === 'flush') return dirtyRuns(step, task, slot);
  if (stamps === null || !mendable(step, task) || isIgnored(step, task)) return [];
  return runsToStore({ stamps, bad }, startOf(task), task.stamps);
}

// The variant that takes a discard for advice that may be left alone.
function isIgnored({ state }: HostStep, { request }: BlockTask): boolean {
  const isDiscard = request.type === 'write' && request.hole === true;
  return isDiscard && state.input.mutants.has('discard-ignored');
}

// Damage may be a misread, with the later write safe below it; and where it is not, the later one
// was acknowledged perhaps. A write that was overtaken must not take its place, nor may it be
// called stored: its sender asks again, until the block is mended or written anew.
function isOlderThanDamage({ stamps, bad }: Slot, { request }: BlockTask): boolean {
  const isOwn = request.type === 'write' || (request.type === 'confirm' && request.through);
  if (bad.size === 0 || !isOwn) return false;
  return request.stamps.some((stamp, i) => {
    const block = request.block + i;
    return bad.has(block) && stamp < stamps![block]!;
  });
}

// The variant that notices damage and leaves it there.
function mendable(step: HostStep, task: BlockTask): boolean {
  return task.request.type !== 'read' || !step.state.input.mutants.has('damage-left-alone');
}

/** The ledger says what a task waits for, or could not be written. */
export function onLedgerDone(step: HostStep, task: BlockTask, ok: boolean): void {
  const slot = step.state.slots[task.slot]!;
  if (task.stage === 'settling') onTight(step, task, slot, ok);
  else onAnnounced(step, task, slot, ok);
}

function onAnnounced(step: HostStep, task: BlockTask, slot: Slot, ok: boolean): void {
  if (!ok) {
    noteDeviceFailed(step);
    task.failed = true;
    task.runs = [];
  }
  task.leftCount -= 1;
  if (task.leftCount > 0) return;
  // The tenancy may have ended meanwhile: its blocks are nobody's then, or somebody else's.
  if (slot.header.gen !== task.request.gen || slot.stamps === null) task.runs = [];
  if (task.runs.length === 0) {
    onStoreEnded(step, task, slot);
    return;
  }
  const { input, round } = step.state;
  task.stage = 'writing';
  task.leftCount = task.runs.length;
  for (const [run, { start, stamps }] of task.runs.entries()) {
    step.out.submitIo(input.device, {
      op: 'write',
      block: dataBlock(input.layout, slot.index, start),
      blockCount: stamps.length,
      stamps,
      fua: !isLeftInCache(step, slot),
      tag: { part: 'task', id: task.id, round, run },
    });
  }
}

// The variant in which only the head of a range has its device write through.
function isLeftInCache({ state, self }: HostStep, { header }: Slot): boolean {
  if (!state.input.mutants.has('flush-acked-by-primary-only')) return false;
  return header.members[0]?.host !== self.id;
}

/** One write of a task has ended; true when all have. */
export function onWritten(
  step: HostStep,
  task: BlockTask,
  slot: Slot,
  done: IoCompletion,
): boolean {
  const { run: index } = done.tag as { readonly run: number };
  const run = task.runs[index]!;
  if (done.status !== 'ok') {
    noteDeviceFailed(step);
    task.failed = true;
  } else if (slot.stamps !== null && slot.header.gen === task.request.gen) {
    for (const [i, stamp] of run.stamps.entries()) {
      slot.dirty.delete(run.start + i);
      noteGood(step, slot, run.start + i, stamp);
      settleBlock(step, slot, run.start + i);
    }
    const { volume, range } = task.request;
    step.out.mark('block.stored', {
      volume,
      range,
      slot: slot.index,
      gen: slot.header.gen,
      block: run.start,
      stamps: run.stamps,
    });
  }
  task.leftCount -= 1;
  return task.leftCount === 0;
}

/** All writes of a task have ended, well or not. */
export function onStoreEnded(step: HostStep, task: BlockTask, slot: Slot): void {
  // A read is served all the same, by what other members hold.
  if (task.failed && task.request.type !== 'read') {
    release(slot, task);
    finish(step, task, { status: 'io-error', about: slot, stamps: null });
  } else {
    passOn(step, task, slot);
  }
}

/**
 * The device has done its part of a task. Other members know what this one's ledger leaves open
 * after a crash; the only one says it there before anybody hears of it.
 */
export function passOn(step: HostStep, task: BlockTask, slot: Slot): void {
  if (slot.header.members.length === 1) {
    task.leftCount = awaitTight(step, slot, task, ledgerParts(slot, task));
    if (task.leftCount > 0) {
      task.stage = 'settling';
      return;
    }
  }
  release(slot, task);
  forward(step, task);
}

// What was flushed may lie anywhere in the slot.
function ledgerParts(slot: Slot, task: BlockTask): readonly number[] {
  const { start, end } = spanOf(task);
  return task.request.type === 'flush' ? [...slot.ledger.keys()] : partsOf(start, end - start);
}

function onTight(step: HostStep, task: BlockTask, slot: Slot, ok: boolean): void {
  if (!ok) {
    noteDeviceFailed(step);
    task.failed = true;
  }
  task.leftCount -= 1;
  if (task.leftCount > 0) return;
  release(slot, task);
  if (task.failed && task.request.type !== 'read') {
    finish(step, task, { status: 'io-error', about: slot, stamps: null });
  } else {
    forward(step, task);
  }
}

function release(slot: Slot, task: BlockTask): void {
  slot.busy = slot.busy.filter((other) => other.taskId !== task.id);
}

/** What a read found, block by block; -1 where it is not what it should be, or was not read. */
export function contentsOf(
  step: HostStep,
  slot: Slot,
  done: IoCompletion,
  start: number,
): number[] {
  const contents: number[] = [];
  const { mutants } = step.state.input;
  const trusting = mutants.has('damage-served');
  const believing = mutants.has('unwritten-unchecked');
  for (let i = 0; i < done.blockCount; i++) {
    const stamp = done.stamps?.[i] ?? 0;
    const block = start + i;
    if (slot.dirty.has(block) && !slot.bad.has(block)) {
      contents.push(slot.stamps?.[block] ?? 0);
      continue;
    }
    const isGood = isAsItShouldBe(step, slot, block, { stamp, payload: done.payloads?.[i] });
    const isNew = believing && slot.stamps?.[block] === 0;
    contents.push(isGood || trusting || isNew ? stamp : -1);
  }
  return contents;
}

function isAsItShouldBe(
  step: HostStep,
  slot: Slot,
  block: number,
  found: { readonly stamp: number; readonly payload: unknown },
): boolean {
  const comparison = compare(slot, block, found);
  if (comparison === 'bad') {
    noteBad(step, slot, { block, expected: slot.stamps?.[block] ?? 0, found: found.stamp });
    return false;
  }
  if (comparison === 'landed late') keepInMemory(step, slot, block, found.stamp);
  else settleFound(step, slot, block, found.stamp);
  if (comparison === 'landed late' || slot.bad.has(block)) noteGood(step, slot, block, found.stamp);
  return true;
}

/** First block of a task, and the one after its last; of a flush, of all that it may write. */
export function spanOf(task: BlockTask): { readonly start: number; readonly end: number } {
  const { request, runs } = task;
  if (request.type === 'flush') {
    const last = runs.at(-1);
    return {
      start: runs[0]?.start ?? 0,
      end: last === undefined ? 0 : last.start + last.stamps.length,
    };
  }
  const count = request.type === 'read' ? request.blockCount : request.stamps.length;
  return { start: request.block, end: request.block + count };
}

function startOf(task: BlockTask): number {
  return task.request.block;
}
