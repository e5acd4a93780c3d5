// What becomes of messages that waited in the network when the fault that held them is over.
import type { Ns } from './units.ts';
import type { World } from './world.ts';

/**
 * `in order`: each link hands over its messages first in, first out, after the time they would have
 * taken. `newest first`: all arrive at this instant, the last one sent before all others.
 */
export type ReleaseOrder = 'in order' | 'newest first';

/** Lets go of the messages that no fault holds any more. */
export function releaseHeld(world: World, order: ReleaseOrder): void {
  const { network } = world.parts;
  const released = network.takeReleased();
  const inOrder = order === 'in order' ? released : [...released].reverse();
  const lastNs = new Map<string, Ns>();
  for (const { handle, from, to, delayNs } of inOrder) {
    const { events, now } = world;
    const slot = events.queue.slotOf(handle);
    if (slot < 0) continue;
    const link = `${from} ${to}`;
    const soonestNs = order === 'in order' ? now + delayNs : now;
    const atNs = Math.max(soonestNs, lastNs.get(link) ?? 0);
    lastNs.set(link, atNs);
    events.move(handle, atNs, world.tie(world.actors[events.actor[slot]].tieKey));
    network.expect(atNs);
    // In flight from now on. Into a cut that lasts it is not: that one fell after it was sent, and
    // what it remembers says so.
    if (network.cutReason(from, to) === null) {
      events.deviceSlot[events.lastSlot] = network.cutCount;
    }
  }
}
