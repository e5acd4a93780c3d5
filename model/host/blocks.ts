// Reads and writes of a host: check, device (store.ts), then along the chain or to all other
// members at once (chain.ts), then the answer back.
//
//   read    waiting (blocks busy) -> reading --------------------> forwarded -> answered
//   write   waiting (blocks busy) ---------> ledger -> writing --> forwarded -> answered
//   confirm waiting (blocks busy) -> reading -> ledger -> writing --> forwarded -> answered
//                                    '- if more is held here than was sent
//   flush   waiting (blocks busy) ---------> ledger -> writing --> forwarded -> answered
//                                            '- what is in memory only (write-back.ts)
//
// Where there is no other member, `settling` comes after the device: the ledger says what is there
// and nothing else before anything is answered.
//
// What the sender believes is checked again after each wait: the configuration or the session may
// have changed meanwhile, and an answer under an old one must never be an acknowledgement.
//
// A head that cannot read some of its blocks, or finds other contents than it should, confirms what
// it has with gaps; members fill them in from what they hold. The head stores that and confirms it
// once more, so that all hold what is answered. At least one good copy has every acknowledged
// write: the highest that good copies hold is at least that, and what is higher anywhere else was
// never acknowledged nor read.
import type { IoCompletion } from '../../sim/index.ts';
import type { BlockReply, ReadRequest, StoreRequest } from '../messages/blocks.ts';
import {
  answer,
  type BlockRequest,
  finish,
  finishDamaged,
  finishWell,
  passUp,
  refuse,
} from './answer.ts';
import { isAwaited, noteDone, onWaiting } from './chain.ts';
import { noteBad, noteDeviceFailed } from './damage.ts';
import { isHeldBack } from './gates.ts';
import { raiseSession } from './headers.ts';
import { onLedgerWritten } from './ledger.ts';
import { keepAndStore, onKeepAnnounced, onKeepIo } from './shadows.ts';
import type { BlockTask, HostStep, Slot } from './state.ts';
import {
  contentsOf,
  onLedgerDone,
  onStoreEnded,
  onWritten,
  passOn,
  readBlocks,
  spanOf,
} from './store.ts';
import { armWriteBack, mustBeCleanFirst } from './write-back.ts';

/** More requests than this at one host are answered `busy`. */
const taskMax = 4_096;
/** How often one read fetches from other members before its sender is told to ask again. */
const fetchMax = 3;
/** Answers to what a host does for itself are of no interest. */
export const nobodysReqId = -1;
/** How often a request has what it is about written first before its sender hears of an error. */
const cleanMax = 3;

/** Takes a request from a client or from the member before this one. */
export function takeBlockRequest(step: HostStep, request: BlockRequest, from: string): void {
  const { state, self } = step;
  const slot = state.slots[request.slot];
  if (slot === undefined || !isInside(request, state.input.layout.blocksPerSlot)) {
    // Altered on its way: whoever sent it hears nothing and asks again.
    step.out.mark('request.malformed', { volume: request.volume, range: request.range });
    return;
  }
  const refusal = state.tasks.size >= taskMax ? 'busy' : refuse(step, slot, request);
  if (refusal !== null) {
    answer(step, slot, { request, from }, { status: refusal, about: slot, stamps: null });
    return;
  }
  slot.touchedNs = self.nowNs();
  const unfenced = state.input.mutants.has('no-host-fencing');
  if (request.session > slot.header.maxSession && !unfenced) {
    raiseSession(step, slot, request.session, { message: request, from });
    return;
  }
  if (request.type === 'write') markAccepted(step, slot, request);
  startTask(step, newTask(step, slot, request, from));
}

function isInside(request: BlockRequest, blocksPerSlot: number): boolean {
  const { block } = request;
  const blockCount = request.type === 'read' ? request.blockCount : request.stamps.length;
  if (request.type === 'flush') return block === 0 && blockCount === 0;
  if (!Number.isInteger(block) || !Number.isInteger(blockCount)) return false;
  return block >= 0 && blockCount >= 1 && block + blockCount <= blocksPerSlot;
}

/** Reads blocks in the name of this host: all members and the target confirm what is found. */
export function confirmBlocks(
  step: HostStep,
  slot: Slot,
  what: { readonly block: number; readonly blockCount: number; readonly reqId: number },
): void {
  const { volume, range, gen, cfgEpoch, maxSession } = slot.header;
  if (volume === null) return;
  const address = { volume, range, slot: slot.index, gen, cfgEpoch, session: maxSession };
  const request: ReadRequest = { type: 'read', ...address, ...what };
  beginTask(step, slot, request, step.self.id);
}

/** Begins a request that was looked at. */
export function beginTask(step: HostStep, slot: Slot, request: BlockRequest, from: string): void {
  startTask(step, newTask(step, slot, request, from));
}

function newTask(step: HostStep, slot: Slot, request: BlockRequest, from: string): BlockTask {
  const task: BlockTask = {
    id: step.state.nextTaskId++,
    slot: slot.index,
    from,
    request,
    stage: 'waiting',
    keeping: null,
    stamps: request.type === 'read' ? [] : request.stamps,
    runs: [],
    leftCount: 0,
    cleanCount: 0,
    failed: false,
    fetchCount: 0,
    awaited: [],
    supplied: null,
    verifiers: [],
    toldNs: 0,
  };
  step.state.tasks.set(task.id, task);
  return task;
}

function startTask(step: HostStep, task: BlockTask): void {
  const slot = step.state.slots[task.slot]!;
  const refusal = refuse(step, slot, task.request);
  if (refusal !== null || slot.stamps === null) {
    finish(step, task, { status: refusal ?? 'stale-gen', about: slot, stamps: null });
  } else if (isBusy(slot, task) || isHeldBack(step, slot, task.request)) {
    slot.waiting.push(task.id);
  } else if (mustBeCleanFirst(step, slot, task.request)) {
    cleanFirst(step, task, slot);
  } else if (task.request.type === 'read' || holdsMore(slot, task.request)) {
    readBlocks(step, task, slot);
  } else {
    keepAndStore(step, task, slot);
  }
}

// All that the slot has in memory only is written; then the task is looked at again.
function cleanFirst(step: HostStep, task: BlockTask, slot: Slot): void {
  if (task.cleanCount >= cleanMax) {
    finish(step, task, { status: 'io-error', about: slot, stamps: null });
    return;
  }
  task.cleanCount += 1;
  slot.waiting.push(task.id);
  cleanSlot(step, slot);
}

/** Writes what a slot has in memory only, for nobody in particular. */
export function cleanSlot(step: HostStep, slot: Slot): void {
  const { volume, range, gen, cfgEpoch, maxSession } = slot.header;
  if (volume === null || slot.dirty.size === 0 || isBeingCleaned(step, slot)) return;
  const address = { volume, range, slot: slot.index, gen, cfgEpoch, session: maxSession };
  // Also a target may have found what an aborted write left (keepInMemory).
  const target = slot.header.state === 'reserved';
  const what = { reqId: nobodysReqId, block: 0, stamps: [], chain: [], target };
  startTask(step, newTask(step, slot, { type: 'flush', ...address, ...what }, step.self.id));
}

function isBeingCleaned({ state, self }: HostStep, { index }: Slot): boolean {
  for (const { slot, from, request } of state.tasks.values()) {
    if (slot === index && request.type === 'flush' && from === self.id) return true;
  }
  return false;
}

/** Writes what is in memory only, once in a while. */
export function writeBack(step: HostStep): void {
  step.state.writingBack = false;
  for (const slot of step.state.slots) {
    if (slot.dirty.size === 0) continue;
    armWriteBack(step);
    cleanSlot(step, slot);
  }
}

function isBusy(slot: Slot, task: BlockTask): boolean {
  if (task.request.type === 'flush') {
    return slot.busy.some(({ start, end }) =>
      [...slot.dirty.keys()].some((block) => start <= block && block < end),
    );
  }
  const { start, end } = spanOf(task);
  return slot.busy.some((other) => other.start < end && start < other.end);
}

// Only members have something to add: a target is being filled.
function holdsMore(slot: Slot, request: StoreRequest): boolean {
  const { stamps, bad, header } = slot;
  if (request.type !== 'confirm' || request.target || header.state !== 'live') return false;
  return request.stamps.some((sent, i) => {
    const at = request.block + i;
    return stamps![at]! > sent && !bad.has(at);
  });
}

/** The device is done with a part of a slot's ledger: those who waited for it go on. */
export function onLedgerIo(step: HostStep, slotIndex: number, done: IoCompletion): void {
  const slot = step.state.slots[slotIndex]!;
  for (const id of onLedgerWritten(step, slot, done)) {
    const task = step.state.tasks.get(id);
    if (task === undefined) continue;
    if (task.stage === 'keeping') onKeepAnnounced(step, task, done.status === 'ok');
    else onLedgerDone(step, task, done.status === 'ok');
    if (task.slot !== slotIndex) wakeWaiting(step, step.state.slots[task.slot]!);
  }
  wakeWaiting(step, slot);
}

/** The device is done with a task's blocks. */
export function onTaskIo(step: HostStep, taskId: number, done: IoCompletion): void {
  const task = step.state.tasks.get(taskId);
  if (task === undefined) return;
  const slot = step.state.slots[task.slot]!;
  if (task.stage === 'reading') onRead(step, task, slot, done);
  else if (task.stage === 'keeping') onKeepIo(step, task, slot, done);
  else if (onWritten(step, task, slot, done)) onStoreEnded(step, task, slot);
  wakeWaiting(step, slot);
}

function onRead(step: HostStep, task: BlockTask, slot: Slot, done: IoCompletion): void {
  const { request } = task;
  slot.busy = slot.busy.filter((other) => other.taskId !== task.id);
  if (slot.stamps === null || slot.header.gen !== request.gen) {
    finish(step, task, { status: 'stale-gen', about: slot, stamps: null });
    return;
  }
  const isOk = done.status === 'ok';
  if (!isOk) noteDeviceFailed(step);
  const contents = isOk
    ? contentsOf(step, slot, done, request.block)
    : new Array<number>(done.blockCount).fill(-1);
  if (mustBeCleanFirst(step, slot, request)) {
    cleanFirst(step, task, slot);
    return;
  }
  if (request.type === 'read') {
    task.stamps = contents;
    task.failed = !isOk;
    passOn(step, task, slot);
  } else {
    task.stamps = request.stamps.map((sent, i) => Math.max(sent, contents[i]!));
    keepAndStore(step, task, slot);
  }
}

/** Tasks that waited for blocks of a slot look again whether they may begin. */
export function wakeWaiting(step: HostStep, slot: Slot): void {
  if (slot.waiting.length === 0) return;
  const ids = slot.waiting;
  slot.waiting = [];
  for (const id of ids) {
    const task = step.state.tasks.get(id);
    if (task !== undefined) startTask(step, task);
  }
}

/** A member that was asked has answered. */
export function onReply(step: HostStep, reply: BlockReply, from: string): void {
  const task = step.state.tasks.get(reply.reqId);
  if (task === undefined || task.stage !== 'forwarded' || !isAwaited(task, from)) return;
  const slot = step.state.slots[task.slot]!;
  if (reply.status === 'waiting') {
    onWaiting(step, task, from);
    return;
  }
  const refusal = refuse(step, slot, task.request);
  if (refusal !== null) {
    finish(step, task, { status: refusal, about: slot, stamps: null });
  } else if (reply.status !== 'ok') {
    passUp(step, task, reply);
  } else if (noteDone(task, from, reply)) {
    onForwarded(step, task, slot);
  }
}

// All members have done their part.
function onForwarded(step: HostStep, task: BlockTask, slot: Slot): void {
  if (task.request.type !== 'read') {
    finishWell(step, task, task.supplied);
  } else if (task.supplied !== null) {
    fillIn(step, task, slot, task.supplied);
  } else if (task.stamps.includes(-1)) {
    finishDamaged(step, task);
  } else {
    finishWell(step, task, null);
  }
}

// Members hold more than this head read: gaps are filled, and writes that its device has lost.
function fillIn(step: HostStep, task: BlockTask, slot: Slot, held: readonly number[]): void {
  const before = task.stamps;
  const filled = before.slice();
  for (const [i, had] of before.entries()) {
    const got = held[i]!;
    const block = task.request.block + i;
    const expected = slot.stamps![block]!;
    if (got <= had) continue;
    if (isOvertaken(step, task, { block, had, got })) {
      finish(step, task, { status: 'retry', about: null, stamps: null });
      return;
    }
    if (had >= 0) noteBad(step, slot, { block, expected: got, found: had });
    else if (got < expected) noteBad(step, slot, { block, expected, found: -1 });
    filled[i] = got;
  }
  if (filled.includes(-1)) {
    finishDamaged(step, task);
    return;
  }
  if (filled.every((stamp, i) => stamp === before[i])) {
    finishWell(step, task, null);
    return;
  }
  task.fetchCount += 1;
  if (task.fetchCount > fetchMax || isBusy(slot, task)) {
    finish(step, task, { status: 'retry', about: null, stamps: null });
    return;
  }
  task.stamps = filled;
  keepAndStore(step, task, slot);
}

// A write came while the members were asked. Where contents were read, nobody can tell whether they
// are those before it, or what a device has gone back to that had lost later ones: both look whole.
// Where none were, a write that is on its way may be all there is of what was lost.
function isOvertaken(
  step: HostStep,
  read: BlockTask,
  { block, had, got }: { readonly block: number; readonly had: number; readonly got: number },
): boolean {
  const expected = step.state.slots[read.slot]!.stamps![block]!;
  if (had >= 0) return expected >= got;
  return got < expected && isBeingWritten(step, read, block);
}

function isBeingWritten(step: HostStep, read: BlockTask, block: number): boolean {
  for (const task of step.state.tasks.values()) {
    if (task.slot !== read.slot || task.request.type === 'read') continue;
    const { start, end } = spanOf(task);
    if (start <= block && block < end) return true;
  }
  return false;
}

function markAccepted(step: HostStep, slot: Slot, request: BlockRequest): void {
  const { volume, range, gen, cfgEpoch, session } = request;
  step.out.mark('write.accepted', { volume, range, slot: slot.index, gen, cfgEpoch, session });
}
