// What happens to nodes: they crash and restart, pause and resume, and their clocks change rate.
import { assert } from './assert.ts';
import type { MountedDevice, SimNode } from './node.ts';
import type { MarkEntry } from './record.ts';
import { stopActor } from './stop.ts';
import type { World } from './world.ts';

const million = 1_000_000;

/** The actors of a node end; with `power` its devices lose what they only held in their caches. */
export function crashNode(world: World, node: SimNode, power: boolean): void {
  node.downCount += 1;
  if (node.downCount === 1) {
    for (const cell of node.actors) if (cell.parent === null) stopActor(world, cell, 'crash');
  }
  if (power) for (const mounted of node.devices.values()) cutPower(world, mounted);
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

/** From now on the clock runs at another rate, and so does what is left of each running timer. */
export function skewClock(world: World, node: SimNode, skewPpm: number): void {
  const rateBefore = million + node.clock.skewPpm;
  node.clock.setSkew(skewPpm, world.now);
  for (const cell of node.actors) {
    for (const [key, handle] of cell.timers) {
      const leftNs = world.events.dueNs[world.events.queue.slotOf(handle)] - world.now;
      const whole = Math.floor(leftNs / million);
      const localNs = whole * rateBefore + Math.floor(((leftNs % million) * rateBefore) / million);
      const atNs = world.now + node.clock.trueDelay(localNs);
      cell.timers.set(key, world.events.move(handle, atNs, world.tie()));
    }
  }
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
