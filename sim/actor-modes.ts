// The modes of an actor that keeps its own data and lets a machine say what it is doing. What the
// machine asks for in a step is carried out after that step, in order: by then the actor is in the
// mode that asked.
//
//   message, timer --> enter(event) --> machine --> next mode
//                         ^                |
//                         |              asks --> carryOut --> effects
//                         +----------------------------'  what is carried out may move it on
import type { AnyStateMachine, EmittedFrom, EventFromLogic, InputFrom, SnapshotFrom } from 'xstate';
import type { Message, Outbox, Self } from './actor.ts';
import { machineDriver } from './machine-actor.ts';

/** What an actor keeps of its machine: a snapshot of it. */
export type ModeOf<Machine extends AnyStateMachine> = SnapshotFrom<Machine>;

/** One step of such an actor. */
export interface ModalStep<State> {
  readonly state: State;
  readonly self: Self;
  readonly out: Outbox;
}

/** The modes of such an actor. */
export interface ActorModes<State, Machine extends AnyStateMachine> {
  /** Makes the state with the first mode, and carries out what that asks for. */
  begin(
    input: InputFrom<Machine>,
    self: Self,
    out: Outbox,
    make: (machine: ModeOf<Machine>) => State,
  ): State;
  /** Takes an event of the machine, and carries out what is asked for. */
  enter(step: ModalStep<State>, event: EventFromLogic<Machine>): void;
  /** Enters the event of a timer that the machine armed; false for any other message. */
  takeTimer(step: ModalStep<State>, message: Message): boolean;
  /** The mode that the actor is in. */
  mode(state: State): string;
  /** All that `mode` can answer; undefined when there are too many to list. */
  readonly modes: readonly string[] | undefined;
}

/** Drives `machine`, and has carried out what it asks for. */
export function actorModes<
  Machine extends AnyStateMachine,
  State extends { machine: ModeOf<Machine> },
>(
  machine: Machine,
  carryOut: (step: ModalStep<State>, ask: EmittedFrom<Machine>) => void,
): ActorModes<State, Machine> {
  const driver = machineDriver(machine);
  const enter = (step: ModalStep<State>, event: EventFromLogic<Machine>) => {
    const { state, self, out } = step;
    const asks: EmittedFrom<Machine>[] = [];
    state.machine = driver.next(state.machine, event, self, out, (ask) => asks.push(ask));
    for (const ask of asks) carryOut(step, ask);
  };
  return {
    begin: (input, self, out, make) => {
      const asks: EmittedFrom<Machine>[] = [];
      const state = make(driver.initial(input, self, out, (ask) => asks.push(ask)));
      for (const ask of asks) carryOut({ state, self, out }, ask);
      return state;
    },
    enter,
    takeTimer: (step, message) => {
      if (!driver.ownsTimer(message)) return false;
      enter(step, message.event);
      return true;
    },
    mode: (state) => driver.mode(state.machine),
    modes: driver.modes,
  };
}
