// In which order the events of one instant happen.
import { describe, expect, it } from 'vitest';
import {
  type ChoiceSource,
  createWorld,
  defaultNetwork,
  type Scheduling,
  type World,
} from '../../sim/index.ts';
import { type Burst, deliveriesTo, doing, listener, sender } from '../support/behaviors.ts';
import { everyWay } from '../support/enumerated-choices.ts';

/** Actors a, b, c ... on one node. */
function build(
  names: string,
  scheduling: Scheduling,
  seed: string | number,
  choices?: ChoiceSource,
): World {
  const world = createWorld({
    seed,
    scheduling,
    level: 'full',
    ...(choices === undefined ? {} : { choices }),
  });
  world.addNode({ id: 'n' });
  for (const id of names) world.spawn({ id, node: 'n', behavior: listener });
  return world;
}

/** In which order messages sent at one instant arrive, one for each actor: `bca`. */
function order(world: World, names: string): string {
  for (const id of names) world.send(id, { type: 'item' });
  world.runUntil(1);
  return world.entries.flatMap((e) => (e.kind === 'message' ? [e.actor] : [])).join('');
}

describe('choose', () => {
  it.each([
    [1, 1],
    [2, 2],
    [3, 6],
    [4, 24],
    [5, 120],
  ])('visits every order of %i simultaneous messages exactly once: %i', (count, orderCount) => {
    const names = 'abcde'.slice(0, count);
    const orders = everyWay((choices) => {
      const world = build('', 'choose', 1, choices);
      for (const id of names) {
        world.spawn({ id, node: 'n', behavior: listener });
        world.runUntil(0);
      }
      return order(world, names);
    });
    expect(orders).toHaveLength(orderCount);
    expect(new Set(orders).size).toBe(orderCount);
    expect(orders[0]).toBe(names);
  });

  it('chooses among messages to one actor, too, and asks nothing where there is one event', () => {
    let choiceCount = 0;
    const orders = everyWay((choices) => {
      const world = build('z', 'choose', 1, choices);
      world.spawn({ id: 'source', node: 'n', behavior: sender });
      world.runUntil(0);
      const startCount = choices.madeCount;
      world.send('source', { type: 'burst', to: 'z', count: 3 } as Burst);
      world.runUntil(1_000_000);
      choiceCount = choices.madeCount - startCount;
      return deliveriesTo(world, 'z')
        .map((entry) => (entry.message as { n: number }).n)
        .join('');
    });
    expect(new Set(orders)).toEqual(new Set(['012', '021', '102', '120', '201', '210']));
    expect(orders).toHaveLength(2 * 6);
    // Three ways, then two; the last message and the burst itself have no choice.
    expect(choiceCount).toBe(2);
  });

  it('keeps the order of classes: messages of an instant come before its timers', () => {
    const orders = everyWay((choices) => {
      const world = build('', 'choose', 1, choices);
      const behavior = doing((_state, message, _from, _self, out) => {
        if (message.type !== 'arm') return;
        out.setTimer('t', defaultNetwork.localNs, { type: 'rang' });
        out.send('a', { type: 'item' });
      });
      world.spawn({ id: 'a', node: 'n', behavior });
      world.runUntil(0);
      world.send('a', { type: 'arm' });
      world.runUntil(defaultNetwork.localNs);
      return world.entries.map((entry) => entry.kind).join(' ');
    });
    expect(orders).toEqual(['start message message timer']);
  });
});

describe('fifo', () => {
  it('is the order of sending, whatever the seed', () => {
    for (const seed of [1, 2, 3]) expect(order(build('abcd', 'fifo', seed), 'dbca')).toBe('dbca');
  });
});

describe('random', () => {
  it('differs by seed, not by run', () => {
    const ordersOf = (seed: number) => order(build('abcdef', 'random', seed), 'abcdef');
    expect(ordersOf(1)).toBe(ordersOf(1));
    expect(ordersOf(2)).toBe(ordersOf(2));
    expect(ordersOf(1)).not.toBe(ordersOf(2));
  });

  it('reaches every order of three messages, each about as often (600 seeds)', () => {
    const counts = new Map<string, number>();
    for (let seed = 0; seed < 600; seed++) {
      const found = order(build('abc', 'random', seed), 'abc');
      counts.set(found, (counts.get(found) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    // Five standard deviations of a sixth of 600 is 46.
    for (const count of counts.values()) expect(Math.abs(count - 100)).toBeLessThan(46);
  });

  it('keeps the order among actors when others come along', () => {
    for (let seed = 0; seed < 20; seed++) {
      const alone = order(build('abcd', 'random', seed), 'abcd');
      const crowd = order(build('xabycdz', 'random', seed), 'xabycdz');
      expect(crowd.replace(/[xyz]/g, ''), `seed ${seed}`).toBe(alone);
    }
  });
});
