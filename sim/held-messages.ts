// What becomes of messages in the network when a fault is over that held them, and when one begins
// or ends that makes links thin.
import { assert } from './assert.ts';
import type { Ns } from './units.ts';
import type { World } from './world.ts';

/**
 * `in order`: each link hands over its messages first in, first out, after the time that they are
 * under way. `newest first`: all arrive at this instant, the last one sent before all others.
 */
export type ReleaseOrder = 'in order' | 'newest first';

/** Lets go of the messages that no fault holds any more. */
export function releaseHeld(world: World, order: ReleaseOrder): void {
  const { network } = world.parts;
  const released = network.takeReleased();
  const inOrder = order === 'in order' ? released : [...released].reverse();
  const lastNs = new Map<string, Ns>();
  for (const held of inOrder) {
    const { handle, from, to, departNs, flightNs } = held;
    const { events, now } = world;
    const slot = events.queue.slotOf(handle);
    if (slot < 0) continue;
    const link = `${from} ${to}`;
    const soonestNs = order === 'in order' ? Math.max(now, departNs) + flightNs : now;
    const atNs = Math.max(soonestNs, lastNs.get(link) ?? 0);
    lastNs.set(link, atNs);
    const moved = events.move(handle, atNs, world.tie(world.actors[events.actor[slot]].tieKey));
    network.release(held, order === 'in order' ? moved : 0);
    network.expect(atNs);
    // In flight from now on. Into a cut that lasts it is not: that one fell after it was sent, and
    // what it remembers says so.
    if (network.cutReason(from, to) === null) {
      events.deviceSlot[events.lastSlot] = network.cutCount;
    }
  }
}

/** Links have another bandwidth: what has not left its sender's interface goes at the new rate. */
export function rebookQueued(world: World): void {
  const { events, now, parts } = world;
  parts.network.rebook(now, (handle, atNs) => {
    const slot = events.queue.slotOf(handle);
    assert(slot >= 0, `message due at ${atNs} ns, expected its event to be pending`);
    return events.move(handle, atNs, world.tie(world.actors[events.actor[slot]].tieKey));
  });
}
