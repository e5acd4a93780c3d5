// Who wants snapshots of a volume: by plan, each as an operation of the record. It asks a router,
// and others for the same when that one is silent or has no answer yet; the same request, wherever
// it is sent, is one snapshot. Who gives a request up waits until it is certain that there will be
// none: a snapshot that appears after its request has failed belongs to nobody.
//
//   asked --taken--> ok
//     |  ^-- unavailable, quarantined, silence: the next router, a little later
//     '--too long--> given up --failed--> fail
//                             '--taken--> ok, it was too late to give it up
import {
  type ActorId,
  assert,
  type Behavior,
  type Message,
  type Ns,
  type Outbox,
  type Self,
} from '../../../sim/index.ts';
import type { CancelSnapshot, RequestSnapshot, SnapshotAnswered } from '../../messages/lineage.ts';
import type { ModelMessage } from '../../messages/messages.ts';
import type { SnapshotPlan } from '../../policies.ts';

/** What a requester is started with. */
export interface RequesterInput {
  readonly plan: SnapshotPlan;
  readonly routers: readonly ActorId[];
  /** It asks for nothing new from then on. */
  readonly untilNs: Ns;
}

/** A snapshot that is wanted. */
interface Wanted {
  readonly opId: number;
  readonly request: string;
  readonly sinceNs: Ns;
  /** Index of the router that was asked first this time. */
  at: number;
  isGivenUp: boolean;
}

interface RequesterState {
  readonly input: RequesterInput;
  readonly wanted: Map<string, Wanted>;
  count: number;
}

interface Step {
  readonly state: RequesterState;
  readonly self: Self;
  readonly out: Outbox;
}

interface SnapshotDue {
  readonly type: 'snapshot.due';
}
interface AskDue {
  readonly type: 'ask.due';
  readonly request: string;
}

/** The behavior of who wants snapshots. */
export const requester: Behavior<RequesterState, RequesterInput> = {
  name: 'requester',

  init(input, self, out) {
    const { routers, plan } = input;
    assert(routers.length > 0, `${routers.length} routers, expected 1 or more`);
    const due: SnapshotDue = { type: 'snapshot.due' };
    out.setTimer('next', self.incarnation === 0 ? plan.firstNs : plan.everyNs, due);
    return { input, wanted: new Map(), count: 0 };
  },

  receive(state, message, _from, self, out) {
    take({ state, self, out }, message);
    return state;
  },

  copy: (state) => {
    const wanted = new Map<string, Wanted>();
    for (const [request, one] of state.wanted) wanted.set(request, { ...one });
    return { ...state, wanted };
  },
};

function take(step: Step, message: Message): void {
  const known = message as ModelMessage | SnapshotDue | AskDue;
  switch (known.type) {
    case 'snapshot.due':
      begin(step);
      break;
    case 'ask.due':
      askAgain(step, known.request);
      break;
    case 'snapshot.answered':
      onAnswered(step, known);
      break;
    default:
      break;
  }
}

function begin(step: Step): void {
  const { state, self, out } = step;
  const { plan, untilNs, routers } = state.input;
  if (self.nowNs() >= untilNs || (plan.count !== null && state.count >= plan.count)) return;
  const opId = ++state.count;
  const request = `${self.id}/${self.incarnation}.${opId}`;
  const at = (opId - 1) % routers.length;
  const one: Wanted = { opId, request, sinceNs: self.nowNs(), at, isGivenUp: false };
  state.wanted.set(request, one);
  out.invoke(opId, 'snapshot', { volume: plan.volume, request });
  ask(step, one);
  const due: SnapshotDue = { type: 'snapshot.due' };
  out.setTimer('next', plan.everyNs, due);
}

function askAgain(step: Step, request: string): void {
  const { state, self } = step;
  const one = state.wanted.get(request);
  if (one === undefined) return;
  const { giveUpNs } = state.input.plan;
  one.isGivenUp ||= giveUpNs !== null && self.nowNs() - one.sinceNs >= giveUpNs;
  one.at = (one.at + 1) % state.input.routers.length;
  ask(step, one);
}

function ask({ state, out }: Step, { request, at, isGivenUp }: Wanted): void {
  const { plan, routers } = state.input;
  const { volume, retryNs, askedAtOnce } = plan;
  const type = isGivenUp ? 'snapshot.cancel' : 'snapshot.request';
  const message: RequestSnapshot | CancelSnapshot = { type, volume, request };
  for (let index = 0; index < Math.min(askedAtOnce, routers.length); index += 1) {
    out.send(routers[(at + index) % routers.length]!, message);
  }
  const due: AskDue = { type: 'ask.due', request };
  out.setTimer(`ask-${request}`, retryNs, due);
}

function onAnswered({ state, out }: Step, message: SnapshotAnswered): void {
  const { volume, request, status, snapshot } = message;
  const one = state.wanted.get(request);
  if (one === undefined || status === 'unavailable' || status === 'quarantined') return;
  state.wanted.delete(request);
  out.cancelTimer(`ask-${request}`);
  const outcome = status === 'taken' ? 'ok' : 'fail';
  out.complete(one.opId, 'snapshot', outcome, { volume, request, status, snapshot });
}
