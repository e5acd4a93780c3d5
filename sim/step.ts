// One event, from the moment it is due: who it is for, whether it still reaches them, the step of
// the actor, and its effects.
import { type ActorId, type Message, outside } from './actor.ts';
import { carryOut } from './carry-out.ts';
import { eventKind } from './event-table.ts';
import { actorText, determinismErrorIn, isThenable, thenableRefusal } from './guard.ts';
import type { ActorCell } from './node.ts';
import type { IoEntry, MessageEntry, StartEntry, StateEntry, TimerEntry } from './record.ts';
import { isSharingDue, refuseSharing, refuseSharingOf } from './sharing.ts';
import { timeNsMax } from './units.ts';
import type { World } from './world.ts';

/**
 * A behavior threw: a bug in the actor, never an outcome of the run. Names who, on what and when.
 */
export class ActorError extends Error {
  override readonly name = 'ActorError';
}

/** In place of a device's slot: this message had arrived when its node was paused. */
const arrived = 0;

/** Carries out the event in `slot`, which has just been popped and is not a fault. */
export function runActor(world: World, slot: number): void {
  const { events } = world;
  if (isSharingDue(world)) refuseSharing(world);
  const kind = events.kind[slot];
  if (kind === eventKind.io) {
    completeIo(world, slot);
    return;
  }
  const cell = world.actors[events.actor[slot]];
  const paused = cell.node.pauseCount > 0 && cell.node.up;
  if (kind === eventKind.start) {
    if (paused) holdStart(world, cell);
    else startActor(world, cell);
    return;
  }
  const message = events.body[slot] as Message;
  events.body[slot] = undefined;
  if (kind === eventKind.timer) {
    if (paused) hold(world, cell, slot, message);
    else runTimer(world, cell, events.text[slot], message);
    return;
  }
  const reason = lossReason(world, cell, slot);
  if (paused && reason === null) hold(world, cell, slot, message);
  else receiveMessage(world, cell, slot, message, reason);
}

function receiveMessage(
  world: World,
  cell: ActorCell,
  slot: number,
  message: Message,
  reason: string | null,
): void {
  const { recorder, choices } = world.parts;
  const sender = world.events.from[slot];
  const from = sender < 0 ? outside : world.actors[sender].id;
  enter(world, cell);
  if (recorder.wanted) {
    recorder.event<MessageEntry>('message', world.identity, world.now, cell.id, {
      outcome: reason === null ? 'delivered' : 'dropped',
      from,
      type: message.type,
      sentAtNs: world.events.sentAtNs[slot],
      ...(reason === null ? {} : { reason }),
      message,
    });
  } else recorder.skip();
  recorder.chainEvent(world.identity, world.now, recorder.hash(message), choices.madeCount);
  if (reason === null) deliver(world, cell, message, from);
}

/** Why a message that is due does not reach its actor, or null. */
function lossReason(world: World, cell: ActorCell, slot: number): string | null {
  if (!cell.node.up) return `node ${cell.node.id} down`;
  // A start that waits for the node to wake comes before the messages that wait behind it.
  if (!cell.alive && !(cell.startEvent !== null && cell.node.pauseCount > 0)) return 'not running';
  const { network } = world.parts;
  const sender = world.events.from[slot];
  if (!network.disturbed || sender < 0) return null;
  // What has waited at a paused node had passed the wires before.
  if (world.events.deviceSlot[slot] === arrived) return null;
  const source = world.actors[sender].node;
  return source === cell.node ? null : network.cutReason(source.id, cell.node.id);
}

/** Notes that a message which waited in `slot` at a paused node will never be read. */
export function dropWaiting(world: World, slot: number, reason: string): void {
  const { events, identity, now } = world;
  if (events.kind[slot] !== eventKind.message) return;
  const message = events.body[slot] as Message;
  const sender = events.from[slot];
  const to = world.actors[events.actor[slot]].id;
  world.parts.recorder.detail<MessageEntry>('message', identity, now, to, {
    outcome: 'dropped',
    from: sender < 0 ? outside : world.actors[sender].id,
    type: message.type,
    sentAtNs: events.sentAtNs[slot],
    reason,
    message,
  });
}

function runTimer(world: World, cell: ActorCell, key: string, message: Message): void {
  const { recorder, choices } = world.parts;
  cell.timers.delete(key);
  enter(world, cell);
  if (recorder.wanted) {
    const { type } = message;
    recorder.event<TimerEntry>('timer', world.identity, world.now, cell.id, { key, type });
  } else recorder.skip();
  recorder.chainEvent(world.identity, world.now, recorder.hash(message), choices.madeCount);
  deliver(world, cell, message, cell.id);
}

/** The device finishes a request; whoever asked hears of it, if it still lives. */
function completeIo(world: World, slot: number): void {
  const { recorder, choices } = world.parts;
  const mounted = world.devices[world.events.actor[slot]];
  const deviceSlot = world.events.deviceSlot[slot];
  mounted.completions.delete(deviceSlot);
  world.currentDevice = mounted;
  const done = mounted.device.complete(deviceSlot, world.now, world.scheduleCompletion);
  world.currentDevice = null;
  const pending = world.pendingIo.get(done.owner);
  if (pending === undefined) return;
  world.pendingIo.delete(done.owner);
  const { identity } = world;
  identity.high = pending.high;
  identity.low = pending.low;
  identity.causeHigh = pending.causeHigh;
  identity.causeLow = pending.causeLow;
  const cell = world.actors[pending.actor];
  if (!cell.alive || cell.incarnation !== pending.incarnation) return;
  const message: Message = {
    type: 'io.completed',
    device: mounted.name,
    ...done.completion,
  } as Message;
  if (cell.node.pauseCount > 0) {
    holdCompletion(world, cell, message);
    return;
  }
  enter(world, cell);
  const { completion } = done;
  if (recorder.wanted) {
    recorder.event<IoEntry>('io', identity, world.now, cell.id, {
      device: mounted.name,
      op: completion.op,
      block: completion.block,
      blockCount: completion.blockCount,
      status: completion.status,
      submittedAtNs: pending.submittedAtNs,
    });
  } else recorder.skip();
  recorder.chainEvent(identity, world.now, recorder.hash(completion), choices.madeCount);
  deliver(world, cell, message, cell.id);
}

/** An actor comes to life, for the first time or after its node was down. */
function startActor(world: World, cell: ActorCell): void {
  cell.startEvent = null;
  if (cell.alive || !cell.node.up) return;
  const { recorder, choices } = world.parts;
  cell.alive = true;
  cell.incarnation += 1;
  enter(world, cell);
  if (recorder.wanted) {
    recorder.event<StartEntry>('start', world.identity, world.now, cell.id, {
      incarnation: cell.incarnation,
      behavior: cell.behavior.name,
      node: cell.node.id,
      labels: cell.labels,
    });
  } else recorder.skip();
  recorder.chainEvent(world.identity, world.now, cell.incarnation, choices.madeCount);
  world.running = cell;
  try {
    const first: unknown = cell.behavior.init(cell.input, cell.self, world.outbox);
    if (isThenable(first)) throw thenableRefusal('init', first);
    cell.state = first;
    if (world.parts.freeze) refuseSharingOf(world, cell);
  } catch (error) {
    throw actorError(world, cell, 'its start', error);
  }
  world.running = null;
  noteMode(world, cell);
  carryOut(world, cell);
}

/** The event becomes the latest of its actor. */
function enter(world: World, cell: ActorCell): void {
  const { identity } = world;
  identity.previousHigh = cell.lastHigh;
  identity.previousLow = cell.lastLow;
  cell.lastHigh = identity.high;
  cell.lastLow = identity.low;
}

function deliver(world: World, cell: ActorCell, message: Message, from: ActorId): void {
  world.running = cell;
  try {
    const { behavior, state, self } = cell;
    const next: unknown = behavior.receive(state, message, from, self, world.outbox);
    if (next !== state) {
      if (isThenable(next)) throw thenableRefusal('receive', next);
      cell.state = next;
    }
  } catch (error) {
    throw actorError(world, cell, `'${message.type}' from '${from}'`, error);
  }
  world.running = null;
  noteMode(world, cell);
  carryOut(world, cell);
}

function noteMode(world: World, cell: ActorCell): void {
  if (cell.behavior.mode === undefined) return;
  world.running = cell;
  const mode = cell.behavior.mode(cell.state);
  world.running = null;
  if (mode === cell.mode) return;
  cell.mode = mode;
  const state = mode;
  world.parts.recorder.detail<StateEntry>('state', world.identity, world.now, cell.id, { state });
}

/** Keeps an event of a paused node: it waits at the end of time until the node resumes. */
function hold(world: World, cell: ActorCell, slot: number, message: Message): void {
  const { events, identity } = world;
  const isTimer = events.kind[slot] === eventKind.timer;
  const key = events.text[slot];
  const from = events.from[slot];
  const kind = isTimer ? eventKind.timer : eventKind.message;
  const sentAtNs = events.sentAtNs[slot];
  const handle = events.push(kind, timeNsMax, 0, cell.index, from, message, sentAtNs);
  events.text[events.lastSlot] = key;
  events.deviceSlot[events.lastSlot] = arrived;
  events.identify(handle, identity.high, identity.low, identity.causeHigh, identity.causeLow);
  if (isTimer) cell.timers.set(key, handle);
  cell.node.held.push(handle);
}

/** A machine that stands still starts nothing; its new actor begins when it wakes. */
function holdStart(world: World, cell: ActorCell): void {
  const { events, identity, now } = world;
  const handle = events.push(eventKind.start, timeNsMax, 0, cell.index, -1, undefined, now);
  events.identify(handle, identity.high, identity.low, identity.causeHigh, identity.causeLow);
  cell.startEvent = handle;
  cell.node.held.push(handle);
}

function holdCompletion(world: World, cell: ActorCell, message: Message): void {
  const { events, identity } = world;
  const { index } = cell;
  const handle = events.push(eventKind.message, timeNsMax, 0, index, index, message, world.now);
  events.identify(handle, identity.high, identity.low, identity.causeHigh, identity.causeLow);
  cell.node.held.push(handle);
}

function actorError(world: World, cell: ActorCell, what: string, error: unknown): Error {
  world.outbox.clear();
  world.running = null;
  const refused = determinismErrorIn(error);
  if (refused !== null) {
    return refused.during({ who: actorText(cell), handling: what, atNs: world.now });
  }
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new ActorError(
    `actor '${cell.id}' (${cell.behavior.name}, ${cell.mode ?? 'no mode'}) threw on ${what} ` +
      `at ${world.now} ns: ${text}`,
    { cause: error },
  );
}
