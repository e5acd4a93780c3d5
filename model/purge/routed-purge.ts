// Deletes published snapshots of a volume on a schedule, as a user does: each one by its name, as
// an operation that is over when it is recorded that the snapshot is deleted. What is under way is
// not regarded: whether it is uploaded, whether the volume is being moved. Its contents go later.
//
//   resting --due--> choosing --a name--> deleting --recorded--> resting
//                       ^  '--none--> resting   ^  |
//                       '--- no answer: the next member of the authority is asked
import {
  type Behavior,
  type Message,
  type Ns,
  nsPerMs,
  type Outbox,
  type Self,
} from '../../sim/index.ts';
import {
  type AuthorityContact,
  askNext,
  contactOf,
  heardFrom,
  memberAsked,
} from '../authority-contact.ts';
import type { Snapshot } from '../lineage/cell-record.ts';
import type { VolumeRecord } from '../lineage/volume-record.ts';
import type { VolumeId } from '../map-entry.ts';
import type { ChangeVolume, ReadRoute } from '../messages/lineage.ts';
import type { ModelMessage } from '../messages/messages.ts';
import type { PurgePlan } from '../policies.ts';

/** What a purge of published snapshots is started with. */
export interface RoutedPurgeInput {
  readonly volume: VolumeId;
  readonly everyNs: Ns;
  /** None is chosen after this. */
  readonly untilNs: Ns;
  readonly which: PurgePlan['which'];
  /** Members of the map authority. */
  readonly authorities: readonly string[];
}

/** Without an answer for so long, another member of the authority is asked (assumed). */
const patienceNs = 500 * nsPerMs;

interface RoutedPurgeState {
  readonly input: RoutedPurgeInput;
  readonly authority: AuthorityContact;
  /** Counts questions, and deletions, of this incarnation. */
  reqId: number;
  opCount: number;
  /** What it asks for now: which there are, or that this one goes. */
  doing: 'resting' | 'choosing' | Snapshot;
}

interface Step {
  readonly state: RoutedPurgeState;
  readonly self: Self;
  readonly out: Outbox;
}

/** The behavior of a purge of published snapshots. */
export const routedPurge: Behavior<RoutedPurgeState, RoutedPurgeInput> = {
  name: 'routed-purge',

  init(input, _self, out) {
    out.setTimer('purge', input.everyNs, { type: 'purge.due' });
    const authority = contactOf(input.authorities);
    return { input, authority, reqId: 0, opCount: 0, doing: 'resting' };
  },

  receive(state, message, from, self, out) {
    heardFrom(state.authority, from);
    take({ state, self, out }, message);
    return state;
  },

  copy: (state) => ({ ...state, authority: { ...state.authority } }),
};

type Timer = { readonly type: 'purge.due' } | { readonly type: 'ask.due' };

function take(step: Step, message: Message): void {
  const { state, self, out } = step;
  const { everyNs, untilNs } = state.input;
  const known = message as ModelMessage | Timer;
  switch (known.type) {
    case 'purge.due':
      if (self.nowNs() >= untilNs) break;
      out.setTimer('purge', everyNs, { type: 'purge.due' });
      if (state.doing !== 'resting') break;
      state.doing = 'choosing';
      ask(step);
      break;
    case 'ask.due':
      askNext(state.authority);
      ask(step);
      break;
    case 'route':
    case 'volume.changed':
      if (known.reqId === state.reqId && known.known !== null) onRecord(step, known.known.record);
      break;
    default:
      break;
  }
}

function ask({ state, out }: Step): void {
  const { doing, input } = state;
  const { volume } = input;
  if (doing === 'resting') return;
  const reqId = ++state.reqId;
  const message: ReadRoute | ChangeVolume =
    doing === 'choosing'
      ? { type: 'route.read', volume, reqId }
      : { type: 'volume.change', volume, reqId, change: { kind: 'delete', snapshot: doing } };
  out.send(memberAsked(state.authority), message);
  out.setTimer('ask', patienceNs, { type: 'ask.due' });
}

function onRecord(step: Step, record: VolumeRecord): void {
  const { state, out } = step;
  const { doing } = state;
  if (doing === 'choosing') {
    choose(step, record);
  } else if (doing !== 'resting' && record.deleted.includes(doing.request)) {
    const { volume } = state.input;
    out.cancelTimer('ask');
    out.complete(state.opCount, 'deletion', 'ok', { volume, request: doing.request });
    state.doing = 'resting';
  }
}

function choose(step: Step, { chain, deleted }: VolumeRecord): void {
  const { state, out } = step;
  const { volume, which } = state.input;
  const there = chain.filter(({ request }) => !deleted.includes(request));
  const one = which === 'newest' ? there.at(-1) : there[0];
  if (one?.cut === undefined) {
    state.doing = 'resting';
    out.cancelTimer('ask');
    return;
  }
  state.doing = one;
  state.opCount += 1;
  out.invoke(state.opCount, 'deletion', { volume, request: one.request });
  out.mark('deletion.asked', { volume, snapshot: one.cut });
  ask(step);
}
