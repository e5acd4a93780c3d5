// What happens to nodes: they crash and restart, pause and resume, and their clocks change rate.
import { assert } from './assert.ts';
import { skewPpmMax, skewPpmMin } from './clock.ts';
import type { MountedDevice, SimNode } from './node.ts';
import type { MarkEntry } from './record.ts';
import { dropWaiting } from './step.ts';
import { stopActor } from './stop.ts';
import { timeNsMax } from './units.ts';
import type { World } from './world.ts';

/** The actors of a node end; with `power` its devices lose what they only held in their caches. */
export function crashNode(world: World, node: SimNode, power: boolean): void {
  node.downCount += 1;
  if (node.downCount === 1) {
    for (const cell of node.actors) if (cell.parent === null) stopActor(world, cell, 'crash');
    dropHeld(world, node);
  }
  if (!power) return;
  for (const mounted of node.devices.values()) cutPower(world, mounted);
  for (const [owner, { actor }] of world.pendingIo) {
    if (world.actors[actor].node === node) world.pendingIo.delete(owner);
  }
}

/** The last cause that held it down is gone: its actors begin anew. */
export function restartNode(world: World, node: SimNode): void {
  assert(node.downCount > 0, `node '${node.id}' restarted while it is up`);
  node.downCount -= 1;
  if (node.downCount > 0) return;
  for (const cell of node.actors) if (cell.parent === null) world.scheduleStart(cell);
}

/** The last cause that paused it is gone: what fell due meanwhile happens now, in order. */
export function resumeNode(world: World, node: SimNode): void {
  assert(node.pauseCount > 0, `node '${node.id}' resumed while it is not paused`);
  node.pauseCount -= 1;
  if (node.pauseCount > 0) return;
  for (const handle of node.held) world.events.wake(handle, world.now, world.actors);
  node.held.length = 0;
}

/** Sets the rate that the clock has without faults; what faults add stays. */
export function skewClock(world: World, node: SimNode, skewPpm: number): void {
  node.restSkewPpm = skewPpm;
  applySkew(world, node);
}

/** A fault adds to the rate, or takes away what it had added. */
export function driftClock(world: World, node: SimNode, byPpm: number): void {
  node.addedSkewPpm += byPpm;
  applySkew(world, node);
}

/** From now on the clock runs at another rate, and so does what is left of each running timer. */
function applySkew(world: World, node: SimNode): void {
  const { clock } = node;
  const { restSkewPpm, addedSkewPpm } = node;
  // Several faults together can ask for more than a clock can do.
  const skewPpm =
    addedSkewPpm === 0
      ? restSkewPpm
      : Math.min(Math.max(restSkewPpm + addedSkewPpm, skewPpmMin), skewPpmMax);
  if (skewPpm === clock.skewPpm) return;
  const before = clock.copy();
  clock.setSkew(skewPpm, world.now);
  const readingNs = before.read(world.now);
  for (const cell of node.actors) {
    for (const [key, handle] of cell.timers) {
      const dueNs = world.events.dueNs[world.events.queue.slotOf(handle)];
      // A timer that fell due while the node was paused waits for the node, not for its clock.
      if (dueNs === timeNsMax) continue;
      const atNs = world.now + clock.trueDelay(before.read(dueNs) - readingNs);
      cell.timers.set(key, world.events.move(handle, atNs, world.tie(cell.tieKey)));
    }
  }
}

/** What waited for a paused machine was in its memory: it is lost with it. */
function dropHeld(world: World, node: SimNode): void {
  for (const handle of node.held) {
    const slot = world.events.queue.slotOf(handle);
    if (slot >= 0) dropWaiting(world, slot, `node ${node.id} crashed`);
    world.events.cancel(handle);
  }
  node.held.length = 0;
}

function cutPower(world: World, mounted: MountedDevice): void {
  for (const handle of mounted.completions.values()) world.events.cancel(handle);
  mounted.completions.clear();
  const key = `disk ${mounted.node.id}/${mounted.name} crash ${mounted.crashCount++}`;
  const outcome = mounted.device.crash(world.now, world.parts.choices, key);
  world.parts.recorder.detail<MarkEntry>('mark', world.identity, world.now, mounted.node.id, {
    name: 'device.power-lost',
    facts: { device: mounted.name, kept: outcome.kept, lostCount: outcome.lostCount },
  });
}
