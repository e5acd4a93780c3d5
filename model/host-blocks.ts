// Reads and writes of a host: check, device, then along the chain, then the answer back.
//
//   waiting (blocks busy) -> device -> forwarded -> answered
//
// What the sender believes is checked again after each wait: the configuration or the session may
// have changed meanwhile, and an answer under an old one must never be an acknowledgement.
import { type IoCompletion, nsPerMs } from '../sim/index.ts';
import { chainAfter, dataBlock, higherSpan, isTenant, refusalOf } from './extent-store.ts';
import { raiseSession } from './host-headers.ts';
import { type BlockTask, type HostStep, ownStamps, type Slot } from './host-state.ts';
import type { Replica } from './map-entry.ts';
import {
  type BlockReply,
  type BlockStatus,
  type ChainMember,
  dataBytes,
  type ReadRequest,
  type StoreRequest,
  stampBytes,
} from './messages.ts';

/** How long the next member may take, for each member after it; then it is asked again. */
const forwardNs = 300 * nsPerMs;
/** How often a member is asked again before it is called silent. */
const resendMax = 2;
/** More requests than this at one host are answered `busy`. */
const taskMax = 4_096;

type BlockRequest = StoreRequest | ReadRequest;

/** Takes a request from a client or from the member before this one. */
export function takeBlockRequest(step: HostStep, request: BlockRequest, from: string): void {
  const { state, self } = step;
  const slot = state.slots[request.slot];
  if (slot === undefined || !isInside(request, state.input.layout.blocksPerSlot)) {
    // Altered on its way: whoever sent it hears nothing and asks again.
    step.out.mark('request.malformed', { volume: request.volume, range: request.range });
    return;
  }
  slot.touchedNs = self.nowNs();
  const refusal = state.tasks.size >= taskMax ? 'busy' : refuse(step, slot, request);
  if (refusal !== null) {
    answer(step, slot, { request, from }, { status: refusal, about: slot, stamps: null });
    return;
  }
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
  if (!Number.isInteger(block) || !Number.isInteger(blockCount)) return false;
  return block >= 0 && blockCount >= 1 && block + blockCount <= blocksPerSlot;
}

/** A piece of this host's own copying: nothing to store here, only to pass on. */
export function startCopyPiece(step: HostStep, slot: Slot, request: StoreRequest): void {
  forward(step, newTask(step, slot, request, step.self.id));
}

function newTask(step: HostStep, slot: Slot, request: BlockRequest, from: string): BlockTask {
  const task: BlockTask = {
    id: step.state.nextTaskId++,
    slot: slot.index,
    from,
    request,
    stage: 'waiting',
    stamps: request.type === 'read' ? [] : request.stamps,
    next: null,
    sentNs: 0,
    resendCount: 0,
    depth: 1,
  };
  step.state.tasks.set(task.id, task);
  return task;
}

function refuse(step: HostStep, slot: Slot, request: BlockRequest): BlockStatus | null {
  if (step.state.input.mutants.has('no-host-fencing')) {
    return isTenant(slot.header, request) ? null : 'stale-gen';
  }
  return refusalOf(slot.header, request);
}

function startTask(step: HostStep, task: BlockTask): void {
  const { state } = step;
  const slot = state.slots[task.slot]!;
  const refusal = refuse(step, slot, task.request);
  if (refusal !== null || slot.stamps === null) {
    finish(step, task, { status: refusal ?? 'stale-gen', about: slot, stamps: null });
    return;
  }
  const { request } = task;
  const isRead = request.type === 'read';
  const span = isRead
    ? { start: request.block, end: request.block + request.blockCount }
    : { start: request.block, end: request.block + request.stamps.length };
  if (slot.busy.some((other) => other.start < span.end && span.start < other.end)) {
    slot.waiting.push(task.id);
    return;
  }
  task.stage = 'device';
  if (isRead) {
    submit(step, task, slot, { op: 'read', start: span.start, blockCount: request.blockCount });
    return;
  }
  const higher = higherSpan(slot.stamps, request.block, request.stamps);
  if (higher === null) {
    forward(step, task);
    return;
  }
  const { start, stamps } = higher;
  submit(step, task, slot, { op: 'write', start, blockCount: stamps.length, stamps });
}

function submit(
  step: HostStep,
  task: BlockTask,
  slot: Slot,
  io: {
    readonly op: 'read' | 'write';
    readonly start: number;
    readonly blockCount: number;
    readonly stamps?: readonly number[];
  },
): void {
  const { input, round } = step.state;
  const { start, blockCount } = io;
  slot.busy = [...slot.busy, { taskId: task.id, start, end: start + blockCount }];
  step.out.submitIo(input.device, {
    op: io.op,
    block: dataBlock(input.layout, slot.index, start),
    blockCount,
    ...(io.stamps === undefined ? {} : { stamps: io.stamps, fua: true }),
    tag: { part: 'task', id: task.id, round, start, stamps: io.stamps ?? null },
  });
}

/** The device is done with a task's blocks. */
export function onTaskIo(step: HostStep, taskId: number, done: IoCompletion): void {
  const task = step.state.tasks.get(taskId);
  if (task === undefined) return;
  const slot = step.state.slots[task.slot]!;
  slot.busy = slot.busy.filter((other) => other.taskId !== taskId);
  const tag = done.tag as { readonly start: number; readonly stamps: readonly number[] | null };
  if (done.status !== 'ok') {
    finish(step, task, { status: 'io-error', about: slot, stamps: null });
  } else if (task.request.type === 'read') {
    onRead(step, task, slot, done.stamps ?? []);
  } else {
    onStored(step, task, slot, { start: tag.start, stamps: tag.stamps ?? [] });
  }
  wakeWaiting(step, slot);
}

function onStored(
  step: HostStep,
  task: BlockTask,
  slot: Slot,
  stored: { readonly start: number; readonly stamps: readonly number[] },
): void {
  const { request } = task;
  // The tenancy may have ended while the device was at work; its contents are nobody's then.
  const stamps = ownStamps(slot);
  if (stamps !== null && slot.header.gen === request.gen) {
    stamps.set(stored.stamps, stored.start);
    step.out.mark('block.stored', {
      volume: request.volume,
      range: request.range,
      slot: slot.index,
      gen: slot.header.gen,
      block: stored.start,
      stamps: stored.stamps,
    });
  }
  forward(step, task);
}

function onRead(step: HostStep, task: BlockTask, slot: Slot, found: readonly number[]): void {
  const { request } = task;
  const known = slot.stamps;
  if (known === null || slot.header.gen !== request.gen) {
    finish(step, task, { status: 'stale-gen', about: slot, stamps: null });
    return;
  }
  for (const [i, stamp] of found.entries()) {
    const expected = known[request.block + i]!;
    if (stamp === expected) continue;
    // A write that was in flight when this host's process died can still land after the scan.
    if (stamp > expected && step.self.incarnation > 0) {
      const owned = ownStamps(slot);
      if (owned !== null) owned[request.block + i] = stamp;
      continue;
    }
    const { volume, range } = request;
    const block = request.block + i;
    step.out.mark('corruption.detected', { volume, range, block, expected, found: stamp });
    finish(step, task, { status: 'io-error', about: slot, stamps: null });
    return;
  }
  task.stamps = found;
  forward(step, task);
}

function wakeWaiting(step: HostStep, slot: Slot): void {
  if (slot.waiting.length === 0) return;
  const ids = slot.waiting;
  slot.waiting = [];
  for (const id of ids) {
    const task = step.state.tasks.get(id);
    if (task !== undefined) startTask(step, task);
  }
}

function forward(step: HostStep, task: BlockTask): void {
  const { state, self } = step;
  const slot = state.slots[task.slot]!;
  const refusal = refuse(step, slot, task.request);
  if (refusal !== null) {
    finish(step, task, { status: refusal, about: slot, stamps: null });
    return;
  }
  const { request } = task;
  const given = request.type === 'read' ? null : request.chain;
  let chain = given ?? chainAfter(slot.header, self.id);
  if (given === null && state.input.mutants.has('cut-over-without-catch-up')) {
    chain = chain.filter((member) => !member.target);
  }
  const next = chain[0];
  const early = given === null && request.type === 'write';
  if (next === undefined || (early && state.input.mutants.has('ack-from-primary-only'))) {
    if (next !== undefined) send(step, task, next, chain.slice(1));
    finish(step, task, { status: 'ok', about: null, stamps: readStamps(task) });
    return;
  }
  task.stage = 'forwarded';
  task.next = next;
  task.depth = chain.length;
  task.sentNs = self.nowNs();
  send(step, task, next, chain.slice(1));
}

function send(
  step: HostStep,
  task: BlockTask,
  next: ChainMember,
  chain: readonly ChainMember[],
): void {
  const { request, stamps } = task;
  const message: StoreRequest = {
    type: request.type === 'write' ? 'write' : 'confirm',
    volume: request.volume,
    range: request.range,
    slot: next.slot,
    gen: next.gen,
    cfgEpoch: request.cfgEpoch,
    session: request.session,
    reqId: task.id,
    block: request.block,
    stamps,
    chain,
    target: next.target,
  };
  const carriesData = request.type === 'write' || task.from === step.self.id;
  step.out.send(
    next.host,
    message,
    carriesData ? dataBytes(stamps.length) : stampBytes(stamps.length),
  );
}

/** The next member answered. */
export function onReply(step: HostStep, reply: BlockReply, from: string): void {
  const task = step.state.tasks.get(reply.reqId);
  if (task === undefined || task.stage !== 'forwarded' || task.next?.host !== from) return;
  const slot = step.state.slots[task.slot]!;
  const refusal = refuse(step, slot, task.request);
  if (refusal !== null) {
    finish(step, task, { status: refusal, about: slot, stamps: null });
  } else if (reply.status === 'ok') {
    finish(step, task, { status: 'ok', about: null, stamps: readStamps(task) });
  } else {
    passUp(step, task, reply);
  }
}

function readStamps(task: BlockTask): readonly number[] | null {
  return task.request.type === 'read' ? task.stamps : null;
}

/** Asks members again that do not answer, and in the end says who is silent. */
export function watchForwards(step: HostStep): void {
  const { state, self } = step;
  const nowNs = self.nowNs();
  for (const task of [...state.tasks.values()]) {
    if (task.stage !== 'forwarded' || task.next === null) continue;
    if (nowNs - task.sentNs < forwardNs * task.depth) continue;
    if (task.resendCount < resendMax) {
      task.resendCount += 1;
      forward(step, task);
    } else {
      const { host, slot: index, gen } = task.next;
      const about = { host, slot: index, gen };
      finish(step, task, { status: 'replica-silent', about, stamps: null });
    }
  }
}

interface Answer {
  readonly status: BlockStatus;
  /** The slot here that refuses, or another member. */
  readonly about: Slot | Replica | null;
  readonly stamps: readonly number[] | null;
}

function finish(step: HostStep, task: BlockTask, what: Answer): void {
  step.state.tasks.delete(task.id);
  const slot = step.state.slots[task.slot]!;
  answer(step, slot, { request: task.request, from: task.from }, what);
}

function passUp(step: HostStep, task: BlockTask, reply: BlockReply): void {
  step.state.tasks.delete(task.id);
  const answered: BlockReply = { ...reply, reqId: task.request.reqId };
  step.out.send(task.from, answered);
}

function answer(
  step: HostStep,
  slot: Slot,
  to: { readonly request: BlockRequest; readonly from: string },
  what: Answer,
): void {
  const { out, self } = step;
  const { request, from } = to;
  const { header } = slot;
  const { status, about, stamps } = what;
  const own = { host: self.id, slot: slot.index, gen: request.gen };
  const reply: BlockReply = {
    type: 'block.reply',
    reqId: request.reqId,
    status,
    about: about !== null && 'header' in about ? own : about,
    cfgEpoch: header.cfgEpoch,
    session: header.maxSession,
    stamps,
  };
  out.send(from, reply, stamps === null ? undefined : dataBytes(stamps.length));
  if (about !== slot || status === 'io-error' || status === 'busy') return;
  const { volume, range, cfgEpoch, session } = request;
  out.mark('request.refused', { reason: status, volume, range, cfgEpoch, session });
}

function markAccepted(step: HostStep, slot: Slot, request: BlockRequest): void {
  const { volume, range, gen, cfgEpoch, session } = request;
  step.out.mark('write.accepted', { volume, range, slot: slot.index, gen, cfgEpoch, session });
}
