// An independent copy of a world. Snapshots of machines are immutable and shared, disks are
// copy-on-write, queues are typed arrays, streams carry their state, other actors copy their state
// themselves.
import { ActorCell, MountedDevice, SimNode } from './node.ts';
import { ActorSelf } from './self.ts';
import type { World } from './world.ts';

/**
 * Copies into `other`, which has the parts, events and faults already, all else that decides the
 * future.
 */
export function fillFork(world: World, other: World): void {
  other.now = world.now;
  other.ioCount = world.ioCount;
  other.eventCount = world.eventCount;
  other.instantEventCount = world.instantEventCount;
  other.outsideCount = world.outsideCount;
  Object.assign(other.identity, world.identity);
  other.faults.listen(other);
  for (const [owner, pending] of world.pendingIo) other.pendingIo.set(owner, pending);
  for (const node of world.nodes.values()) other.nodes.set(node.id, forkNode(node));
  for (const mounted of world.devices) forkDevice(mounted, other);
  for (const cell of world.actors) forkActor(cell, other);
  for (const cell of world.actors) {
    for (const [name, child] of cell.children) {
      other.actors[cell.index].children.set(name, other.actors[child.index]);
    }
  }
}

function forkNode(node: SimNode): SimNode {
  const other = new SimNode(node.id, node.labels, node.clock.copy());
  other.downCount = node.downCount;
  other.pauseCount = node.pauseCount;
  other.restSkewPpm = node.restSkewPpm;
  other.addedSkewPpm = node.addedSkewPpm;
  other.faultPoints.push(...node.faultPoints);
  other.versions.push(...node.versions);
  for (const handle of node.held) other.held.push(handle);
  return other;
}

function forkDevice(mounted: MountedDevice, world: World): void {
  const node = world.node(mounted.node.id);
  const { index, name, device } = mounted;
  const other = new MountedDevice(index, name, node, device.copy());
  for (const [slot, handle] of mounted.completions) other.completions.set(slot, handle);
  other.crashCount = mounted.crashCount;
  other.slowFactors.push(...mounted.slowFactors);
  other.restSlowFactor = mounted.restSlowFactor;
  world.devices.push(other);
  node.devices.set(name, other);
}

function forkActor(cell: ActorCell, world: World): void {
  const node = world.node(cell.node.id);
  const parent = cell.parent === null ? null : world.actors[cell.parent.index];
  const { index, id, labels, behavior, input } = cell;
  const other = new ActorCell(
    { index, id, node, labels, parent },
    behavior,
    input,
    (c) => new ActorSelf(world, c),
  );
  other.program = cell.program;
  other.version = cell.version;
  other.state = cell.alive ? cell.program.copy(cell.state) : undefined;
  other.alive = cell.alive;
  other.startEvent = cell.startEvent;
  other.incarnation = cell.incarnation;
  other.lastHigh = cell.lastHigh;
  other.lastLow = cell.lastLow;
  other.mode = cell.mode;
  for (const [key, handle] of cell.timers) other.timers.set(key, handle);
  world.actors.push(other);
  world.actorById.set(id, other);
  node.actors.push(other);
}
