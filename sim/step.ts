// One event, from the moment it is due: who it is for, whether it still reaches them, the step of the
// actor, and its effects.
import { type ActorId, type Message, outside } from './actor.ts';
import { carryOut } from './carry-out.ts';
import { eventKind } from './event-table.ts';
import { DeterminismError } from './guard.ts';
import type { ActorCell } from './node.ts';
import type { IoEntry, MessageEntry, StartEntry, StateEntry, TimerEntry } from './record.ts';
import { timeNsMax } from './units.ts';
import type { World } from './world.ts';

/** A behavior threw: a bug in the actor, never an outcome of the run. Names who, on what and when. */
export class ActorError extends Error {
  override readonly name = 'ActorError';
}

/** Carries out the event in `slot`, which has just been popped and is not a fault. */
export function runActor(world: World, slot: number): void {
  const { events } = world;
  const kind = events.kind[slot];
  if (kind === eventKind.io) {
    completeIo(world, slot);
    return;
  }
  const cell = world.actors[events.actor[slot]];
  if (kind === eventKind.start) {
    startActor(world, cell);
    return;
  }
  const message = events.body[slot] as Message;
  events.body[slot] = undefined;
  if (cell.node.pauseCount > 0 && cell.alive) {
    hold(world, cell, slot, message);
    return;
  }
  if (kind === eventKind.timer) runTimer(world, cell, events.text[slot], message);
  else receiveMessage(world, cell, slot, message);
}

function receiveMessage(world: World, cell: ActorCell, slot: number, message: Message): void {
  const { recorder, network, choices } = world.parts;
  const sender = world.events.from[slot];
  const from = sender < 0 ? outside : world.actors[sender].id;
  let reason: string | null = cell.alive ? null : lossReason(cell);
  if (reason === null && network.disturbed && sender >= 0) {
    const source = world.actors[sender].node;
    if (source !== cell.node) reason = network.cutReason(source.id, cell.node.id);
  }
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

function lossReason(cell: ActorCell): string {
  return cell.node.up ? 'not running' : `node ${cell.node.id} down`;
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
export function startActor(world: World, cell: ActorCell): void {
  cell.startEvent = null;
  if (cell.alive || !cell.node.up) return;
  const { recorder, choices } = world.parts;
  cell.alive = true;
  cell.incarnation += 1;
  enter(world, cell);
  if (recorder.wanted) {
    recorder.event<StartEntry>('start', world.identity, world.now, cell.id, {
      incarnation: cell.incarnation,
      node: cell.node.id,
      labels: cell.labels,
    });
  } else recorder.skip();
  recorder.chainEvent(world.identity, world.now, cell.incarnation, choices.madeCount);
  world.running = cell;
  try {
    cell.state = cell.behavior.init(cell.input, cell.self, world.outbox);
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
    cell.state = cell.behavior.receive(cell.state, message, from, cell.self, world.outbox);
  } catch (error) {
    throw actorError(world, cell, `'${message.type}' from '${from}'`, error);
  }
  world.running = null;
  noteMode(world, cell);
  carryOut(world, cell);
}

function noteMode(world: World, cell: ActorCell): void {
  if (cell.behavior.mode === undefined) return;
  const mode = cell.behavior.mode(cell.state);
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
  events.identify(handle, identity.high, identity.low, identity.causeHigh, identity.causeLow);
  if (isTimer) cell.timers.set(key, handle);
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
  if (error instanceof DeterminismError) return error;
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new ActorError(
    `actor '${cell.id}' (${cell.behavior.name}, ${cell.mode ?? 'no mode'}) threw on ${what} ` +
      `at ${world.now} ns: ${text}`,
    { cause: error },
  );
}
