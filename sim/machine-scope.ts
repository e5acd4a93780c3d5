// The ActorScope that XState's transition functions run in. It stands in for a live XState actor:
//
//   machine.transition(snapshot, event, scope)
//        |  actions           |  createActor for children       |  system.get, ref.send
//        v                    v                                 v
//   actionExecutor       '@xstate.actor' inspection         KernelRef
//        +--------------------+------------------+--------------+
//                             v
//                        MachineStep --> Outbox
//
// XState's built-in actions are taken by type before their own `execute` can touch a clock, a
// random number or a session id, so the functions it defers have nothing left to do. One scope
// serves every machine: it knows the running step only while that step runs, and keeps nothing
// between steps.
import type { AnyActorScope, EventObject, ExecutableActionObject } from 'xstate';
import {
  type KernelRef,
  nobody,
  type RunningStep,
  runningStep,
  swapRunning,
  system,
} from './machine-ref.ts';

/** Makes `step` the running one and returns the one before, for `leaveStep`. */
export function enterStep(step: RunningStep): RunningStep | null {
  showSelf(step.self);
  return swapRunning(step);
}

/** Ends the running step, back to the one it ran in. */
export function leaveStep(before: RunningStep | null): void {
  swapRunning(before);
  showSelf(before === null ? nobody : before.self);
}

function showSelf(self: KernelRef): void {
  scope.self = self;
  scope.id = self.id;
  scope.sessionId = self.sessionId;
}

const scope = {
  self: nobody,
  id: nobody.id,
  sessionId: nobody.sessionId,
  system,
  logger: (...values: unknown[]) => runningStep().log(undefined, values),
  // What XState defers are the effects that `actionExecutor` and `adopt` have already taken.
  defer: () => {},
  emit: (event: EventObject) => runningStep().emit(event),
  stopChild: (child: KernelRef) => runningStep().stop(child),
  actionExecutor: (action: ExecutableActionObject) => runningStep().execute(action),
};

/**
 * What is handed to XState. Its types ask for a live actor; only the members above are ever used.
 */
export const machineScope = scope as unknown as AnyActorScope;
