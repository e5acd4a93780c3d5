// Along the chain: a task goes on to the next member and waits for its answer.
//
// Who waits says so from time to time: a member that is asked and waits for another is alive, and
// only the one that says nothing at all is called silent, by the member before it.
import { nsPerMs } from '../../sim/index.ts';
import type { BlockReply, ChainMember, StoreRequest } from '../messages/blocks.ts';
import { dataBytes, stampBytes } from '../messages/sizes.ts';
import { finish, finishDamaged, finishWell, refuse } from './answer.ts';
import { chainAfter } from './extent-store.ts';
import type { BlockTask, HostStep, Slot } from './state.ts';

/** How long the next member may take, for each member after it; then it is asked again. */
const forwardNs = 300 * nsPerMs;
/** How often a member is asked again before it is called silent. */
const resendMax = 2;
/** How long a sender hears nothing before it is told to wait: less than clients' patience. */
const waitingNs = 150 * nsPerMs;

/** Passes a task on; answers it where the chain ends. */
export function forward(step: HostStep, task: BlockTask): void {
  const { state, self } = step;
  const slot = state.slots[task.slot]!;
  const refusal = refuse(step, slot, task.request);
  if (refusal !== null) {
    finish(step, task, { status: refusal, about: slot, stamps: null });
    return;
  }
  const { request } = task;
  const given = request.type === 'read' ? null : request.chain;
  const chain = given ?? wholeChain(step, slot);
  const next = chain[0];
  const early = given === null && request.type === 'write';
  if (next === undefined || (early && state.input.mutants.has('ack-from-primary-only'))) {
    if (next !== undefined) send(step, task, next, chain.slice(1));
    const isDamaged = request.type === 'read' && task.stamps.includes(-1);
    if (isDamaged) finishDamaged(step, task);
    else finishWell(step, task, null);
    return;
  }
  if (state.input.mutants.has('no-read-repair') && task.stamps.includes(-1)) {
    finishDamaged(step, task);
    return;
  }
  const nowNs = self.nowNs();
  if (task.stage !== 'forwarded') task.toldNs = nowNs;
  task.stage = 'forwarded';
  task.next = next;
  task.depth = chain.length;
  task.sentNs = nowNs;
  send(step, task, next, chain.slice(1));
}

function wholeChain(step: HostStep, slot: Slot): readonly ChainMember[] {
  const chain = chainAfter(slot.header, step.self.id);
  if (!step.state.input.mutants.has('cut-over-without-catch-up')) return chain;
  return chain.filter((member) => !member.target);
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
  // Members hold what is confirmed, as a rule: a checksum does. A target does not.
  const carriesData = request.type === 'write' || next.target || task.fetchCount > 0;
  step.out.send(
    next.host,
    message,
    carriesData ? dataBytes(stamps.length) : stampBytes(stamps.length),
  );
}

/** The next member is alive and waits itself: so does whoever waits for this one. */
export function onWaiting(step: HostStep, task: BlockTask): void {
  task.sentNs = step.self.nowNs();
  task.resendCount = 0;
}

/** Asks members again that do not answer, and in the end says who is silent. */
export function watchForwards(step: HostStep): void {
  const { state, self } = step;
  const nowNs = self.nowNs();
  for (const task of [...state.tasks.values()]) {
    if (task.stage !== 'forwarded' || task.next === null) continue;
    if (nowNs - task.toldNs >= waitingNs) tellWaiting(step, task);
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
