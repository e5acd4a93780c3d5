// Small behaviors that tests of the kernel share, and what they leave in the record.
import type { Behavior, Entry, Message, World } from '../../sim/index.ts';

/** Tells `sender` to send items numbered from 0, all in one step. */
export interface Burst extends Message {
  readonly type: 'burst';
  readonly to: string;
  readonly count: number;
  readonly sizeBytes?: number;
}

/** One message of a burst. */
export interface Item extends Message {
  readonly type: 'item';
  readonly n: number;
}

/** Sends bursts when it is told to and keeps nothing; what it receives is in the record. */
export const sender: Behavior<null> = {
  name: 'sender',
  init: () => null,
  receive(state, message, _from, _self, out) {
    if (message.type !== 'burst') return state;
    const { to, count, sizeBytes } = message as Burst;
    for (let n = 0; n < count; n++) out.send(to, { type: 'item', n } as Item, sizeBytes);
    return state;
  },
  copy: (state) => state,
};

/** Does nothing with what it receives. */
export const listener: Behavior<null> = {
  name: 'listener',
  init: () => null,
  receive: (state) => state,
  copy: (state) => state,
};

/** A behavior without a state of its own: what it does with a message is given. */
export function doing(receive: (...of: Parameters<Behavior<null>['receive']>) => void) {
  const behavior: Behavior<null> = {
    name: 'doing',
    init: () => null,
    receive(...of) {
      receive(...of);
      return null;
    },
    copy: (state) => state,
  };
  return behavior;
}

/** Messages that reached an actor, in order. */
export function deliveriesTo(world: World, actor: string, type = 'item') {
  return world.entries.filter(
    (entry) =>
      entry.kind === 'message' &&
      entry.outcome === 'delivered' &&
      entry.actor === actor &&
      entry.type === type,
  ) as Extract<Entry, { kind: 'message' }>[];
}

/** Messages that were lost, with the reason and the instant that this was known. */
export function dropsIn(world: World) {
  return world.entries.filter(
    (entry) => entry.kind === 'message' && entry.outcome === 'dropped',
  ) as Extract<Entry, { kind: 'message' }>[];
}

/** Names of the marks an actor left, in order. */
export function marksOf(world: World, actor: string): readonly string[] {
  return world.entries.flatMap((entry) =>
    entry.kind === 'mark' && entry.actor === actor ? [entry.name] : [],
  );
}
