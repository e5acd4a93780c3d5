// One event, from the moment it is due: who it is for, whether it still reaches them, the step of
// the actor, and its effects.
import { type ActorId, type Message, outside } from './actor.ts';
import { carryOut } from './carry-out.ts';
import { type IoCompletion, type IoRequest, ioCompletion } from './disk/device.ts';
import { eventKind } from './event-table.ts';
import { mixText } from './fingerprint.ts';
import { actorText, determinismErrorIn, isThenable, thenableRefusal } from './guard.ts';
import { ioContents } from './io-contents.ts';
import type { ActorCell, MountedDevice, PendingIo } from './node.ts';
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

/**
 * A request that was done while the node of its actor was paused: it waits as an event of its own,
 * with the instant it was submitted at in `sentAtNs`.
 */
interface WaitingCompletion {
  readonly request: IoRequest;
  readonly completion: IoCompletion;
  /** Who asked: a later incarnation hears nothing of it. */
  readonly incarnation: number;
}

/** Carries out the event in `slot`, which has just been popped and is not a fault. */
export function runActor(world: World, slot: number): void {
  const { events } = world;
  if (isSharingDue(world)) refuseSharing(world);
  const kind = events.kind[slot];
  if (kind === eventKind.io) {
    if (events.body[slot] === undefined) completeIo(world, slot);
    else wakeToCompletion(world, slot);
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
  const { deviceSlot, from } = world.events;
  const cutCount = deviceSlot[slot];
  // No wire lay before it, as for what waited at a paused node; or no cut has fallen meanwhile.
  if (cutCount < 0 || cutCount === network.cutCount) return null;
  return network.lostInFlight(cutCount, world.actors[from[slot]].node.id, cell.node.id);
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
  const mounted = world.devices[world.events.actor[slot]];
  const deviceSlot = world.events.deviceSlot[slot];
  mounted.completions.delete(deviceSlot);
  world.currentDevice = mounted;
  const done = mounted.device.complete(deviceSlot, world.now, world.scheduleCompletion);
  world.currentDevice = null;
  if (done === null) return;
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
  const message = ioCompletion(mounted.name, done);
  if (cell.node.pauseCount > 0) holdCompletion(world, mounted, message, pending);
  else hearOfIo(world, cell, message, pending);
}

/** A node wakes up: one of its actors hears of a request that was done meanwhile. */
function wakeToCompletion(world: World, slot: number): void {
  const { events } = world;
  const { completion, incarnation, request } = events.body[slot] as WaitingCompletion;
  events.body[slot] = undefined;
  const cell = world.actors[events.from[slot]];
  if (!cell.alive || cell.incarnation !== incarnation) return;
  hearOfIo(world, cell, completion, { request, submittedAtNs: events.sentAtNs[slot] });
}

function hearOfIo(
  world: World,
  cell: ActorCell,
  completion: IoCompletion,
  { request, submittedAtNs }: Pick<PendingIo, 'request' | 'submittedAtNs'>,
): void {
  const { recorder, choices } = world.parts;
  enter(world, cell);
  if (recorder.wanted) {
    recorder.event<IoEntry>('io', world.identity, world.now, cell.id, {
      device: completion.device,
      op: completion.op,
      block: completion.block,
      blockCount: completion.blockCount,
      status: completion.status,
      submittedAtNs,
      ...ioContents(request, completion),
    });
  } else recorder.skip();
  recorder.chainEvent(world.identity, world.now, recorder.hash(completion), choices.madeCount);
  deliver(world, cell, completion, cell.id);
}

/** An actor comes to life, for the first time or after its node was down. */
function startActor(world: World, cell: ActorCell): void {
  cell.startEvent = null;
  if (cell.alive || !cell.node.up) return;
  const { recorder, choices } = world.parts;
  cell.alive = true;
  cell.incarnation += 1;
  cell.chooseProgram();
  const { version } = cell;
  enter(world, cell);
  if (recorder.wanted) {
    recorder.event<StartEntry>('start', world.identity, world.now, cell.id, {
      incarnation: cell.incarnation,
      behavior: cell.behavior.name,
      ...(version === null ? {} : { version }),
      node: cell.node.id,
      labels: cell.labels,
    });
  } else recorder.skip();
  const payload = version === null ? cell.incarnation : mixText(cell.incarnation, version);
  recorder.chainEvent(world.identity, world.now, payload, choices.madeCount);
  world.running = cell;
  try {
    const first: unknown = cell.program.init(cell.input, cell.self, world.outbox);
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
    const { program, state, self } = cell;
    const next: unknown = program.receive(state, message, from, self, world.outbox);
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
  if (cell.program.mode === undefined) return;
  world.running = cell;
  const mode = cell.program.mode(cell.state);
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

function holdCompletion(
  world: World,
  mounted: MountedDevice,
  completion: IoCompletion,
  { actor, incarnation, submittedAtNs, request }: PendingIo,
): void {
  const { events, identity } = world;
  const body: WaitingCompletion = { completion, incarnation, request };
  const { index } = mounted;
  const handle = events.push(eventKind.io, timeNsMax, 0, index, actor, body, submittedAtNs);
  events.identify(handle, identity.high, identity.low, identity.causeHigh, identity.causeLow);
  mounted.node.held.push(handle);
}

function actorError(world: World, cell: ActorCell, what: string, error: unknown): Error {
  world.outbox.clear();
  world.running = null;
  const refused = determinismErrorIn(error);
  if (refused !== null) {
    return refused.during({ who: actorText(cell), handling: what, atNs: world.now });
  }
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const version = cell.version === null ? '' : ` version '${cell.version}'`;
  return new ActorError(
    `actor '${cell.id}' (${cell.behavior.name}${version}, ${cell.mode ?? 'no mode'}) ` +
      `threw on ${what} at ${world.now} ns: ${text}`,
    { cause: error },
  );
}
