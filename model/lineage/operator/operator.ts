// Who answers the alarm: looks at each volume now and then, and lifts a quarantine that it does not
// want itself. A volume that is to be left alone for a while is put in quarantine by hand: nothing
// is published of it then, and it is not moved.
//
// It remembers nothing: what it wants follows from the plan and its clock, what is there from the
// record.
//
//   every so often --route.read--> authority --route--> as wanted? --no--> volume.change
import type { ActorId, Behavior, Message, Ns, Outbox, Self } from '../../../sim/index.ts';
import { heardFrom } from '../../authority-contact.ts';
import type { VolumeId } from '../../map-entry.ts';
import type { Route } from '../../messages/lineage.ts';
import type { ModelMessage } from '../../messages/messages.ts';
import type { OperatorPlan } from '../../policies.ts';
import type { VolumeChange } from '../volume-change.ts';
import type { VolumeRecord } from '../volume-record.ts';
import {
  askForRecords,
  beginWatching,
  changeRecord,
  copyWatching,
  isAnswer,
  type Watching,
} from '../watching.ts';

/** What an operator is started with. */
export interface OperatorInput {
  readonly plan: OperatorPlan;
  readonly volumes: readonly VolumeId[];
  readonly authorities: readonly ActorId[];
}

interface OperatorState {
  readonly input: OperatorInput;
  readonly watching: Watching;
}

interface Step {
  readonly state: OperatorState;
  readonly self: Self;
  readonly out: Outbox;
}

interface LookDue {
  readonly type: 'look.due';
}

/** The behavior of an operator. */
export const operator: Behavior<OperatorState, OperatorInput> = {
  name: 'operator',

  init(input, self, out) {
    setDue(input.plan.everyNs, out);
    return { input, watching: beginWatching(input.authorities, self) };
  },

  receive(state, message: Message, from, self, out) {
    const step: Step = { state, self, out };
    const known = message as ModelMessage | LookDue;
    heardFrom(state.watching.authority, from);
    if (known.type === 'look.due') look(step);
    else if (known.type === 'route') onRoute(step, known);
    return state;
  },

  copy: (state) => ({ ...state, watching: copyWatching(state.watching) }),
};

function setDue(everyNs: Ns, out: Outbox): void {
  const due: LookDue = { type: 'look.due' };
  out.setTimer('look', everyNs, due);
}

function look({ state, out }: Step): void {
  const { plan, volumes } = state.input;
  setDue(plan.everyNs, out);
  askForRecords(state.watching, volumes, out);
}

function onRoute({ state, self, out }: Step, route: Route): void {
  const { volume, known } = route;
  if (!isAnswer(state.watching, route) || known === null) return;
  const nowNs = self.nowNs();
  const isHeld = state.input.plan.holds.some(
    (hold) => hold.volume === volume && hold.fromNs <= nowNs && nowNs < hold.untilNs,
  );
  const change = changeWanted(known.record, isHeld);
  if (change !== null) changeRecord(state.watching, { volume, change }, out);
}

function changeWanted(record: VolumeRecord, isHeld: boolean): VolumeChange | null {
  const { quarantine, epoch, lastMove } = record;
  if (isHeld) {
    return quarantine === null ? { kind: 'quarantine', reason: 'held', epoch, lastMove } : null;
  }
  return quarantine === null ? null : { kind: 'lift-quarantine' };
}
