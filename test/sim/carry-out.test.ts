// Effects of one step: done in the order they were asked for, after the step, or refused.
import { describe, expect, it } from 'vitest';
import {
  type Behavior,
  createWorld,
  type Message,
  nsPerMs,
  nsPerUs,
  type Outbox,
  type Self,
  type World,
} from '../../sim/index.ts';
import { effectCountMax } from '../../sim/outbox.ts';
import { deliveriesTo, doing, dropsIn, listener, marksOf } from '../support/behaviors.ts';

type Act = (out: Outbox, message: Message, self: Self) => void;

/** An actor that does `act` on each message from outside and notes all others. */
function acting(act: Act): World {
  const behavior = doing((_state, message, from, self, out) => {
    if (from === 'outside') act(out, message, self);
    else out.mark(message.type);
  });
  const world = createWorld({ seed: 1, level: 'full' });
  for (const id of ['n', 'm']) world.addNode({ id });
  world.spawn({ id: 'actor', node: 'n', behavior });
  world.spawn({ id: 'other', node: 'm', behavior: listener });
  world.runUntil(0);
  return world;
}

function tell(world: World, type: string): void {
  world.send('actor', { type });
  world.runUntil(world.now);
}

const child: Behavior<null> = {
  name: 'child',
  init(input, _self, out) {
    out.mark(`child.started ${input}`);
    out.setTimer('t', nsPerMs, { type: 'child.rang' });
    return null;
  },
  receive(state, message, _from, _self, out) {
    out.mark(message.type);
    return state;
  },
  copy: (state) => state,
};

describe('sends', () => {
  it('arrive in the order they were sent (one link, one latency)', () => {
    const world = acting((out) => {
      for (const n of [3, 1, 2]) out.send('other', { type: 'item', n } as Message);
    });
    tell(world, 'go');
    world.runUntil(nsPerMs);
    const items = deliveriesTo(world, 'other').map((e) => (e.message as { n: number }).n);
    expect(items).toEqual([3, 1, 2]);
  });

  it('to nobody are lost at once, with the reason', () => {
    const world = acting((out) => out.send('ghost', { type: 'item' }));
    tell(world, 'go');
    expect(dropsIn(world).map((e) => [e.actor, e.from, e.reason, e.atNs])).toEqual([
      ['ghost', 'actor', 'no such actor', 0],
    ]);
  });

  it('reach their own sender over no wire', () => {
    const world = acting((out) => out.send('actor', { type: 'myself' }));
    tell(world, 'go');
    world.runUntil(nsPerUs);
    expect(marksOf(world, 'actor')).toEqual(['myself']);
  });

  it('freeze what they carry through and through, unless the world is told not to', () => {
    const message = { type: 'item', list: [{ deep: [1] }] };
    const world = acting((out) => out.send('other', message));
    tell(world, 'go');
    expect(Object.isFrozen(message.list[0].deep)).toBe(true);
    const loose = { type: 'item', list: [1] };
    const thawed = createWorld({ seed: 1, freeze: false });
    thawed.addNode({ id: 'n' });
    const behavior = doing((_s, m, _f, _self, out) => {
      if (m.type === 'go') out.send('a', loose);
    });
    thawed.spawn({ id: 'a', node: 'n', behavior });
    thawed.runUntil(0);
    thawed.send('a', { type: 'go' });
    thawed.runUntil(nsPerMs);
    expect(Object.isFrozen(loose)).toBe(false);
  });
});

describe('timers', () => {
  const act: Act = (out, message) => {
    if (message.type === 'arm') out.setTimer('t', nsPerMs, { type: 'first' });
    if (message.type === 'again') out.setTimer('t', 3 * nsPerMs, { type: 'second' });
    if (message.type === 'cancel') out.cancelTimer('t');
    if (message.type === 'both') {
      out.setTimer('t', nsPerMs, { type: 'first' });
      out.setTimer('u', nsPerMs, { type: 'second' });
    }
    if (message.type === 'replaced in one step') {
      out.setTimer('t', nsPerMs, { type: 'first' });
      out.setTimer('t', nsPerMs, { type: 'second' });
    }
  };

  it.each([
    [['arm'], ['first']],
    [['arm', 'again'], ['second']],
    [['arm', 'cancel'], []],
    [['cancel', 'arm'], ['first']],
    [['both'], ['first', 'second']],
    [['both', 'cancel'], ['second']],
    [['replaced in one step'], ['second']],
  ])('after %j: %j', (told, rung) => {
    const world = acting(act);
    for (const type of told) tell(world, type);
    world.runUntil(10 * nsPerMs);
    expect(marksOf(world, 'actor')).toEqual(rung);
    expect(world.actor('actor').timers.size).toBe(0);
  });

  it('can be set again by the message they bring', () => {
    let leftCount = 5;
    const beat = (out: Outbox) => out.setTimer('t', nsPerMs, { type: 'beat' });
    const world = createWorld({ seed: 1, level: 'full' });
    world.addNode({ id: 'n' });
    const behavior = doing((_s, _m, _f, _self, out) => {
      if (leftCount-- > 0) beat(out);
    });
    world.spawn({ id: 'a', node: 'n', behavior });
    world.runUntil(0);
    world.send('a', { type: 'go' });
    world.runUntil(100 * nsPerMs);
    const at = world.entries.flatMap((e) => (e.kind === 'timer' ? [e.atNs / nsPerMs] : []));
    expect(at).toEqual([1, 2, 3, 4, 5]);
  });
});

describe('children', () => {
  const act: Act = (out, message, self) => {
    const [verb, input] = message.type.split(' ');
    if (verb === 'spawn') out.spawn('c', child, input);
    if (verb === 'stop') out.stop('c');
    if (verb === 'tell') out.send(`${self.id}/c`, { type: 'told' });
  };

  it('live on the node of their parent, with their input and timers', () => {
    const world = acting(act);
    tell(world, 'spawn x');
    world.runUntil(5 * nsPerMs);
    expect(marksOf(world, 'actor/c')).toEqual(['child.started x', 'child.rang']);
    expect(world.actor('actor/c').node.id).toBe('n');
  });

  it('lose their timers and messages when they are stopped', () => {
    const world = acting(act);
    for (const type of ['spawn x', 'tell', 'stop']) tell(world, type);
    world.runUntil(5 * nsPerMs);
    expect(marksOf(world, 'actor/c')).toEqual(['child.started x']);
    expect(dropsIn(world).map(({ reason }) => reason)).toEqual(['not running']);
  });

  it('start anew with another input, as another incarnation', () => {
    const world = acting(act);
    for (const type of ['spawn x', 'stop', 'spawn y']) tell(world, type);
    world.runUntil(5 * nsPerMs);
    expect(marksOf(world, 'actor/c')).toEqual(['child.started x', 'child.started y', 'child.rang']);
    expect(world.actor('actor/c').incarnation).toBe(1);
  });

  it('end with their parent, and only their parent starts again (crash, restart)', () => {
    const world = acting(act);
    tell(world, 'spawn x');
    world.crash('n', { power: false });
    world.restart('n');
    world.runUntil(5 * nsPerMs);
    const stops = world.entries.flatMap((e) =>
      e.kind === 'stop' ? [`${e.actor} ${e.reason}`] : [],
    );
    expect(stops).toEqual(['actor/c crash', 'actor crash']);
    expect([world.actor('actor').alive, world.actor('actor/c').alive]).toEqual([true, false]);
  });
});

describe('what is refused', () => {
  it.each<[string, RegExp, Act]>([
    [
      'a child that runs already',
      /actor 'actor\/c' spawned while it is running/,
      (out) => out.spawn('c', child),
    ],
    [
      'a child spawned twice in one step',
      /actor 'actor\/d' spawned twice before it started/,
      (out) => {
        out.spawn('d', child);
        out.spawn('d', child);
      },
    ],
    [
      'a device that is not there',
      /actor 'actor' has no device 'disk' on its node/,
      (out) => out.submitIo('disk', { op: 'flush', block: 0, blockCount: 0, tag: 0 }),
    ],
    [
      'a timer in the past',
      /timer 't' set to -1 ns, expected an integer from 0/,
      (out) => out.setTimer('t', -1, { type: 'x' }),
    ],
    [
      'a timer of a fraction',
      /timer 't' set to 0.5 ns, expected an integer from 0/,
      (out) => out.setTimer('t', 0.5, { type: 'x' }),
    ],
    [
      'a runaway loop',
      new RegExp(`${effectCountMax} effects in one step, the limit is ${effectCountMax}`),
      (out) => {
        for (;;) out.gauge('g', 1);
      },
    ],
    [
      'a function in a message',
      /a function in a message or fact; expected plain data/,
      (out) => out.send('other', { type: 'x', call: () => 1 } as Message),
    ],
  ])('%s', (_what, refusal, act) => {
    const world = acting((out, message) => {
      if (message.type === 'prepare') out.spawn('c', child);
      else act(out, message, { id: 'actor' } as Self);
    });
    tell(world, 'prepare');
    const run = () => {
      tell(world, 'go');
      world.runUntil(nsPerMs);
    };
    expect(run).toThrow(refusal);
  });
});
