// To the other members: a task goes on to the next one, or to all at once, and waits for answers.
//
//   chain            head --> member --> member --> target under way
//   primary-backup   head --> member, member, target under way
//   client-quorum    as primary-backup, for what a client does not ask of each member itself
//
// Either way the head has stored first, and answers when all the others have: each operation passes
// all members of the configuration that its sender believes in.
//
// Who waits says so from time to time: a member that is asked and waits for another is alive, and
// only the one that says nothing at all is called silent, by the member before it.
import { nsPerMs } from '../../sim/index.ts';
import type { HostId } from '../map-entry.ts';
import type { BlockReply, ChainMember, StoreRequest } from '../messages/blocks.ts';
import { dataBytes, stampBytes } from '../messages/sizes.ts';
import { finish, finishDamaged, finishWell, refuse } from './answer.ts';
import { chainAfter } from './extent-store.ts';
import type { AwaitedMember, BlockTask, HostStep, Slot } from './state.ts';

/** How long a member may take, and as long for each after it; then it is asked again. */
const forwardNs = 300 * nsPerMs;
/** How often a member is asked again before it is called silent. */
const resendMax = 2;
/** How long a sender hears nothing before it is told to wait: less than clients' patience. */
const waitingNs = 150 * nsPerMs;

/** Passes a task on; answers it where nobody comes after. */
export function forward(step: HostStep, task: BlockTask): void {
  const { state, self } = step;
  const slot = state.slots[task.slot]!;
  const refusal = refuse(step, slot, task.request);
  if (refusal !== null) {
    finish(step, task, { status: refusal, about: slot, stamps: null });
    return;
  }
  const awaited = othersOf(step, task);
  const early = isFirst(task) && task.request.type === 'write';
  if (awaited.length === 0 || (early && state.input.mutants.has('ack-from-primary-only'))) {
    for (const one of awaited) send(step, task, one);
    finishForwarded(step, task);
    return;
  }
  if (state.input.mutants.has('no-read-repair') && task.stamps.includes(-1)) {
    finishDamaged(step, task);
    return;
  }
  if (task.stage !== 'forwarded') task.toldNs = self.nowNs();
  task.stage = 'forwarded';
  task.awaited = awaited;
  task.supplied = null;
  task.verifiers = [];
  for (const one of awaited) send(step, task, one);
}

function finishForwarded(step: HostStep, task: BlockTask): void {
  const isDamaged = task.request.type === 'read' && task.stamps.includes(-1);
  if (isDamaged) finishDamaged(step, task);
  else finishWell(step, task, null);
}

// Whether nobody has said yet who has to do what.
function isFirst({ request }: BlockTask): boolean {
  if (request.direct === true) return false;
  return request.type === 'read' || request.chain === null;
}

// Who is to be asked by this host, and whom each of them has to ask in turn.
function othersOf(step: HostStep, task: BlockTask): readonly AwaitedMember[] {
  const { state, self } = step;
  const { request } = task;
  const slot = state.slots[task.slot]!;
  const sentNs = self.nowNs();
  const asked = { sentNs, resendCount: 0 };
  if (!isFirst(task)) {
    const given = request.type === 'read' ? [] : (request.chain ?? []);
    return given.slice(0, 1).map((member) => ({ member, chain: given.slice(1), ...asked }));
  }
  const all = wholeChain(step, slot);
  const rules = state.input.volumes.get(request.volume);
  if (rules === undefined || rules.replication === 'chain') {
    return all.slice(0, 1).map((member) => ({ member, chain: all.slice(1), ...asked }));
  }
  return all.map((member) => ({ member, chain: [], ...asked }));
}

function wholeChain(step: HostStep, slot: Slot): readonly ChainMember[] {
  const chain = chainAfter(slot.header, step.self.id);
  if (!step.state.input.mutants.has('cut-over-without-catch-up')) return chain;
  return chain.filter((member) => !member.target);
}

function send(step: HostStep, task: BlockTask, to: AwaitedMember): void {
  const { request, stamps } = task;
  const { member, chain } = to;
  const isHole = request.type === 'write' && request.hole === true;
  const isThrough = request.type !== 'read' && request.through === true;
  const isNew = request.type === 'write' ? !isHole : isThrough;
  const message: StoreRequest = {
    type: request.type === 'read' ? 'confirm' : request.type,
    volume: request.volume,
    range: request.range,
    slot: member.slot,
    gen: member.gen,
    cfgEpoch: request.cfgEpoch,
    session: request.session,
    reqId: task.id,
    block: request.block,
    stamps,
    chain,
    target: member.target,
    ...(isThrough ? { through: true } : {}),
    ...(isHole ? { hole: true } : {}),
  };
  // Members hold what is confirmed, as a rule: a checksum does. A target does not.
  const carriesData = isNew || member.target || task.fetchCount > 0;
  step.out.send(
    member.host,
    message,
    carriesData ? dataBytes(stamps.length) : stampBytes(stamps.length),
  );
}

/** Whether a task waits for a host's answer. */
export function isAwaited(task: BlockTask, host: HostId): boolean {
  return task.awaited.some(({ member }) => member.host === host);
}

/** A member has done its part, and what it holds beyond; true when all have. */
export function noteDone(
  task: BlockTask,
  host: HostId,
  said: Pick<BlockReply, 'stamps' | 'verifiers'>,
): boolean {
  const known = task.supplied;
  const { stamps: supplied, verifiers } = said;
  if (verifiers !== undefined) task.verifiers = [...task.verifiers, ...verifiers];
  if (known === null || supplied === null) task.supplied = known ?? supplied;
  else task.supplied = known.map((stamp, i) => Math.max(stamp, supplied[i] ?? -1));
  task.awaited = task.awaited.filter(({ member }) => member.host !== host);
  return task.awaited.length === 0;
}

/** A member that was asked is alive and waits itself: so does whoever waits for this one. */
export function onWaiting(step: HostStep, task: BlockTask, host: HostId): void {
  const sentNs = step.self.nowNs();
  task.awaited = task.awaited.map((one) =>
    one.member.host === host ? { ...one, sentNs, resendCount: 0 } : one,
  );
}

/** Asks members again that do not answer, and in the end says who is silent. */
export function watchForwards(step: HostStep): void {
  const { state, self } = step;
  const nowNs = self.nowNs();
  for (const task of [...state.tasks.values()]) {
    if (task.stage !== 'forwarded') continue;
    if (nowNs - task.toldNs >= waitingNs) tellWaiting(step, task);
    for (const one of task.awaited) {
      if (nowNs - one.sentNs < forwardNs * (one.chain.length + 1)) continue;
      if (!press(step, task, one)) break;
    }
  }
}

// False when that was the end of the task.
function press(step: HostStep, task: BlockTask, one: AwaitedMember): boolean {
  const slot = step.state.slots[task.slot]!;
  if (one.resendCount >= resendMax) {
    const { host, slot: index, gen } = one.member;
    if (step.state.input.mutants.has('acks-on-shrunk-config')) {
      if (!noteDone(task, host, { stamps: null })) return true;
      finishForwarded(step, task);
      return false;
    }
    const about = { host, slot: index, gen };
    finish(step, task, { status: 'replica-silent', about, stamps: null });
    return false;
  }
  const refusal = refuse(step, slot, task.request);
  if (refusal !== null) {
    finish(step, task, { status: refusal, about: slot, stamps: null });
    return false;
  }
  // A target may have come last in the meantime.
  const { member } = one;
  const fresh = othersOf(step, task).find((other) => other.member.host === member.host) ?? one;
  const again = { ...fresh, resendCount: one.resendCount + 1 };
  task.awaited = task.awaited.map((other) => (other === one ? again : other));
  send(step, task, again);
  return true;
}

function tellWaiting(step: HostStep, task: BlockTask): void {
  task.toldNs = step.self.nowNs();
  if (task.from === step.self.id) return;
  const { cfgEpoch, maxSession } = step.state.slots[task.slot]!.header;
  const reply: BlockReply = {
    type: 'block.reply',
    reqId: task.request.reqId,
    status: 'waiting',
    about: null,
    cfgEpoch,
    session: maxSession,
    stamps: null,
  };
  step.out.send(task.from, reply);
}
