// The events of faults in the queue, and what the record says of them.
import type { NodeId } from './actor.ts';
import type { EventHandle } from './event-queue.ts';
import { eventKind } from './event-table.ts';
import type { FaultCourse, ScheduledFault } from './fault-kind.ts';
import { mixText } from './fingerprint.ts';
import type { FaultEntry, MarkEntry } from './record.ts';
import type { World } from './world.ts';

/** Faults appear in the record at this name. */
export const nemesis = 'nemesis';
const nemesisHash = mixText(0, nemesis);

/** What is pending of a fault. */
export interface FaultEvent {
  readonly faultId: number;
  readonly phase: 'start' | 'step' | 'end';
  /** Of a start: the node where its trigger happened, if it has one and that was at a node. */
  readonly there?: NodeId | undefined;
}

/** The identity of the event that a fault comes from. */
export interface Cause {
  readonly high: number;
  readonly low: number;
}

/** The cause of a fault that comes from the schedule. */
export const noCause: Cause = { high: 0, low: 0 };

/** Plans the start or the end of a fault. */
export function pushFault(
  world: World,
  atNs: number,
  event: FaultEvent,
  cause: Cause,
): EventHandle {
  const handle = world.events.push(eventKind.fault, atNs, 0, -1, -1, event, world.now);
  const ordinal = event.faultId * 2 + (event.phase === 'start' ? 0 : 1);
  const high = mixText(nemesisHash, `${ordinal}`);
  world.events.identify(handle, high, nemesisHash ^ ordinal, cause.high, cause.low);
  return handle;
}

/** The event of what a fault does next, caused by its start or its step before. */
export function pushStep(
  world: World,
  faultId: number,
  course: FaultCourse,
  stepCount: number,
  cause: Cause,
): EventHandle | null {
  if (course.next === undefined) return null;
  const atNs = world.now + course.next.afterNs;
  const event: FaultEvent = { faultId, phase: 'step' };
  const handle = world.events.push(eventKind.fault, atNs, 0, -1, -1, event, world.now);
  const high = mixText(nemesisHash, `${faultId} step ${stepCount}`);
  world.events.identify(handle, high, nemesisHash ^ stepCount, cause.high, cause.low);
  return handle;
}

/** Notes that a fault begins or ends. */
export function noteFault(
  world: World,
  faultId: number,
  fault: ScheduledFault,
  targets: readonly NodeId[],
  phase: FaultEntry['phase'],
): void {
  const { kind, params } = fault;
  const details = { phase, faultId, fault: kind, targets, params };
  const { recorder, choices } = world.parts;
  const { identity, now } = world;
  identity.previousHigh = 0;
  identity.previousLow = 0;
  recorder.event<FaultEntry>('fault', identity, now, nemesis, details);
  recorder.chainEvent(identity, now, recorder.hash(details), choices.madeCount);
}

/** A step or a fault that was missed is a mark: nothing begins, and nothing ends. */
export function noteMark(
  world: World,
  name: string,
  facts: Readonly<Record<string, unknown>>,
): void {
  const { recorder, choices } = world.parts;
  const { identity, now } = world;
  const details = { name, facts };
  identity.previousHigh = 0;
  identity.previousLow = 0;
  recorder.event<MarkEntry>('mark', identity, now, nemesis, details);
  recorder.chainEvent(identity, now, recorder.hash(details), choices.madeCount);
}
