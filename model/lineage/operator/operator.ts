// Who answers the alarm: looks at each volume now and then, and lifts a quarantine that it does not
// want itself. A volume that is to be left alone for a while is put in quarantine by hand: nothing
// is published of it then, and it is not moved.
//
// It remembers nothing: what it wants follows from the plan and its clock, what is there from the
// record.
//
//   every so often --route.read--> authority --route--> as wanted? --no--> volume.change
import type { ActorId, Behavior, Message, Ns, Outbox, Self } from '../../../sim/index.ts';
import {
  type AuthorityContact,
  askNext,
  contactOf,
  heardFrom,
  memberAsked,
} from '../../authority-contact.ts';
import type { VolumeId } from '../../map-entry.ts';
import type { ChangeVolume, ReadRoute, Route } from '../../messages/lineage.ts';
import type { ModelMessage } from '../../messages/messages.ts';
import type { OperatorPlan } from '../../policies.ts';
import type { VolumeChange } from '../volume-change.ts';
import type { VolumeRecord } from '../volume-record.ts';

/** What an operator is started with. */
export interface OperatorInput {
  readonly plan: OperatorPlan;
  readonly volumes: readonly VolumeId[];
  readonly authorities: readonly ActorId[];
}

interface OperatorState {
  readonly input: OperatorInput;
  readonly authority: AuthorityContact;
  /** The reads that have no answer yet. */
  readonly asked: Set<number>;
  nextReqId: number;
}

interface Step {
  readonly state: OperatorState;
  readonly self: Self;
  readonly out: Outbox;
}

interface LookDue {
  readonly type: 'look.due';
}

const idsPerIncarnation = 1_048_576;

/** The behavior of an operator. */
export const operator: Behavior<OperatorState, OperatorInput> = {
  name: 'operator',

  init(input, self, out) {
    setDue(input.plan.everyNs, out);
    const nextReqId = self.incarnation * idsPerIncarnation;
    return { input, authority: contactOf(input.authorities), asked: new Set(), nextReqId };
  },

  receive(state, message: Message, from, self, out) {
    const step: Step = { state, self, out };
    const known = message as ModelMessage | LookDue;
    heardFrom(state.authority, from);
    if (known.type === 'look.due') look(step);
    else if (known.type === 'route') onRoute(step, known);
    return state;
  },

  copy: (state) => ({
    ...state,
    authority: { ...state.authority },
    asked: new Set(state.asked),
  }),
};

function setDue(everyNs: Ns, out: Outbox): void {
  const due: LookDue = { type: 'look.due' };
  out.setTimer('look', everyNs, due);
}

function look({ state, out }: Step): void {
  const { plan, volumes } = state.input;
  setDue(plan.everyNs, out);
  if (state.asked.size > 0) askNext(state.authority);
  state.asked.clear();
  for (const volume of volumes) {
    const read: ReadRoute = { type: 'route.read', volume, reqId: state.nextReqId++ };
    state.asked.add(read.reqId);
    out.send(memberAsked(state.authority), read);
  }
}

function onRoute({ state, self, out }: Step, { volume, reqId, known }: Route): void {
  if (!state.asked.delete(reqId) || known === null) return;
  const nowNs = self.nowNs();
  const isHeld = state.input.plan.holds.some(
    (hold) => hold.volume === volume && hold.fromNs <= nowNs && nowNs < hold.untilNs,
  );
  const change = changeWanted(known.record, isHeld);
  if (change === null) return;
  const message: ChangeVolume = { type: 'volume.change', volume, reqId: state.nextReqId++, change };
  out.send(memberAsked(state.authority), message);
}

function changeWanted(record: VolumeRecord, isHeld: boolean): VolumeChange | null {
  const { quarantine, epoch, lastMove } = record;
  if (isHeld) {
    return quarantine === null ? { kind: 'quarantine', reason: 'held', epoch, lastMove } : null;
  }
  return quarantine === null ? null : { kind: 'lift-quarantine' };
}
