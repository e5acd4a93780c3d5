// Carries out the effects of one step, in the order the actor asked for them.
import type { AnyBehavior, Message, OpOutcome } from './actor.ts';
import { altered } from './alteration.ts';
import { assert, fail } from './assert.ts';
import type { IoRequest } from './disk/device.ts';
import type { EventHandle } from './event-queue.ts';
import { eventKind } from './event-table.ts';
import { deepFreeze, freezeInput } from './freeze.ts';
import type { ActorCell } from './node.ts';
import { effect } from './outbox.ts';
import type { GaugeEntry, MarkEntry, MessageEntry, OpEntry } from './record.ts';
import { childLane } from './recorder.ts';
import { stopActor } from './stop.ts';
import type { World } from './world.ts';

/** Does what `cell` asked for in its last step and empties the outbox. */
export function carryOut(world: World, cell: ActorCell): void {
  const { outbox } = world;
  const { count, kind, name, body, amount, extra } = outbox;
  for (let i = 0; i < count; i++) {
    switch (kind[i]) {
      case effect.send:
        send(world, cell, name[i], body[i] as Message, amount[i]);
        break;
      case effect.setTimer:
        setTimer(world, cell, name[i], amount[i], body[i] as Message);
        break;
      case effect.cancelTimer:
        cancelTimer(world, cell, name[i]);
        break;
      case effect.submitIo:
        submitIo(world, cell, name[i], body[i] as IoRequest);
        break;
      case effect.spawn:
        spawnChild(world, cell, name[i], body[i] as AnyBehavior, extra[i]);
        break;
      case effect.stop:
        stopChild(world, cell, name[i]);
        break;
      default:
        note(world, cell, i);
    }
  }
  outbox.clear();
}

function send(world: World, cell: ActorCell, to: string, message: Message, bytes: number): void {
  if (world.parts.freeze) deepFreeze(message);
  const target = world.actorById.get(to);
  if (target === undefined) {
    noteDrop(world, cell, to, message, 'no such actor');
    return;
  }
  const { network, choices } = world.parts;
  if (target.node === cell.node) {
    post(world, cell, target, message, world.now + network.spec.localNs);
    return;
  }
  const source = cell.node;
  const sameZone = source.labels.zone === target.node.labels.zone;
  const copies = network.route(source.id, target.node.id, sameZone, bytes, world.now, choices);
  if (copies === 0) {
    noteDrop(world, cell, to, message, network.dropReason);
    return;
  }
  const sent = network.isAltered ? altered(world, cell.id, to, message) : message;
  for (let i = 0; i < copies; i++) {
    const handle = post(world, cell, target, sent, network.arrivalsNs[i]);
    world.events.deviceSlot[world.events.lastSlot] = network.cutCount;
    network.attach(handle, source.id, target.node.id, i);
  }
}

function post(
  world: World,
  cell: ActorCell,
  target: ActorCell,
  message: Message,
  atNs: number,
): EventHandle {
  const { events, identity, now } = world;
  const tie = world.tie(target.tieKey);
  const handle = events.push(eventKind.message, atNs, tie, target.index, cell.index, message, now);
  world.identifyFrom(handle, identity.high, identity.low, target.nameHash, eventKind.message);
  return handle;
}

function noteDrop(
  world: World,
  cell: ActorCell,
  to: string,
  message: Message,
  reason: string,
): void {
  world.parts.recorder.detail<MessageEntry>('message', world.identity, world.now, to, {
    outcome: 'dropped',
    from: cell.id,
    type: message.type,
    sentAtNs: world.now,
    reason,
    message,
  });
}

function setTimer(
  world: World,
  cell: ActorCell,
  key: string,
  delayNs: number,
  message: Message,
): void {
  cancelTimer(world, cell, key);
  const atNs = world.now + cell.node.clock.trueDelay(delayNs);
  const { index } = cell;
  const { events, identity, now } = world;
  const tie = world.tie(cell.tieKey);
  const handle = events.push(eventKind.timer, atNs, tie, index, index, message, now);
  events.text[events.lastSlot] = key;
  world.identifyFrom(handle, identity.high, identity.low, cell.nameHash, eventKind.timer);
  cell.timers.set(key, handle);
}

function cancelTimer(world: World, cell: ActorCell, key: string): void {
  const handle = cell.timers.get(key);
  if (handle === undefined) return;
  world.events.cancel(handle);
  cell.timers.delete(key);
}

function submitIo(world: World, cell: ActorCell, device: string, request: IoRequest): void {
  const mounted = cell.node.devices.get(device);
  if (mounted === undefined) fail(`actor '${cell.id}' has no device '${device}' on its node`);
  const { identity } = world;
  const ordinal = identity.ordinal++;
  const owner = world.ioCount++;
  world.pendingIo.set(owner, {
    request,
    actor: cell.index,
    incarnation: cell.incarnation,
    submittedAtNs: world.now,
    high: childLane(identity.high, cell.nameHash, eventKind.io, ordinal),
    low: childLane(identity.low ^ 0x5bd1e995, cell.nameHash, eventKind.io, ordinal),
    causeHigh: identity.high,
    causeLow: identity.low,
  });
  world.currentDevice = mounted;
  mounted.device.submit(request, owner, world.now, world.scheduleCompletion);
  world.currentDevice = null;
  world.faults.onIoSubmitted(world, cell, request.op);
}

function spawnChild(
  world: World,
  cell: ActorCell,
  name: string,
  behavior: AnyBehavior,
  input: unknown,
): void {
  if (world.parts.freeze) freezeInput(input);
  const id = `${cell.id}/${name}`;
  let child = world.actorById.get(id);
  if (child === undefined) {
    const place = { id, node: cell.node, labels: cell.labels, parent: cell };
    child = world.addActor(place, behavior, input);
  } else {
    assert(!child.alive, `actor '${id}' spawned while it is running`);
    assert(child.startEvent === null, `actor '${id}' spawned twice before it started`);
    child.behavior = behavior;
    child.input = input;
  }
  cell.children.set(name, child);
  world.scheduleStart(child);
}

function stopChild(world: World, cell: ActorCell, name: string): void {
  const child = cell.children.get(name);
  if (child === undefined) return;
  stopActor(world, child, 'stopped');
  cell.children.delete(name);
}

/** Effects that only the record sees. */
function note(world: World, cell: ActorCell, i: number): void {
  const { recorder } = world.parts;
  const { kind, name: names, body, amount, extra } = world.outbox;
  const { identity, now } = world;
  const name = names[i];
  if (kind[i] === effect.mark) {
    const facts = body[i] as Readonly<Record<string, unknown>>;
    recorder.detail<MarkEntry>('mark', identity, now, cell.id, { name, facts });
  } else if (kind[i] === effect.gauge) {
    recorder.detail<GaugeEntry>('gauge', identity, now, cell.id, { name, value: amount[i] });
  } else {
    const phase = kind[i] === effect.invoke ? 'invoke' : (extra[i] as OpOutcome);
    const value = body[i];
    const opId = amount[i];
    recorder.detail<OpEntry>('op', identity, now, cell.id, { phase, opId, name, value });
  }
}
