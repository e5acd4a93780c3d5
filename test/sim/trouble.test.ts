// What pausing, crashing and losing power do to what is under way.
import { describe, expect, it } from 'vitest';
import {
  type Behavior,
  createWorld,
  deviceProfiles,
  type Entry,
  nsPerMs,
  nsPerUs,
  tableDevice,
  type World,
} from '../../sim/index.ts';
import { type Burst, deliveriesTo, doing, dropsIn, marksOf, sender } from '../support/behaviors.ts';

/** Notes its start and everything it receives; `write` and `timer` make it do so. */
const noter: Behavior<null> = {
  name: 'noter',
  init(_input, self, out) {
    out.mark(`started ${self.incarnation}`);
    return null;
  },
  receive(state, message, _from, self, out) {
    out.mark(`${message.type} ${self.incarnation}`);
    if (message.type === 'timer') out.setTimer('t', nsPerMs, { type: 'rang' });
    if (message.type !== 'write') return state;
    const stamps = [1];
    out.submitIo('disk', { op: 'write', block: 0, blockCount: 1, stamps, tag: 0 });
    return state;
  },
  copy: (state) => state,
};

function build(): World {
  const world = createWorld({ seed: 3, level: 'full' });
  world.addNode({ id: 'n' });
  world.addNode({ id: 'm' });
  world.addDevice('n', 'disk', tableDevice(deviceProfiles['nvme-consumer'], 64));
  world.spawn({ id: '@n', node: 'n', behavior: noter });
  world.spawn({ id: '@m', node: 'm', behavior: sender });
  world.runUntil(0);
  return world;
}

function requestsOf(world: World) {
  return world.entries.filter((entry) => entry.kind === 'io') as Extract<Entry, { kind: 'io' }>[];
}

function burst(world: World, count = 1): void {
  world.send('@m', { type: 'burst', to: '@n', count } as Burst);
}

describe('a paused node', () => {
  it('receives what arrived meanwhile when it wakes, in the order of arrival', () => {
    const world = build();
    world.pause('n');
    burst(world, 5);
    world.send('@n', { type: 'timer' });
    world.runUntil(10 * nsPerMs);
    expect(marksOf(world, '@n')).toEqual(['started 0']);
    world.resume('n');
    world.runUntil(20 * nsPerMs);
    const seen = ['timer 0', 'item 0', 'item 0', 'item 0', 'item 0', 'item 0', 'rang 0'];
    expect(marksOf(world, '@n').slice(1)).toEqual(seen);
    expect(deliveriesTo(world, '@n').map(({ atNs }) => atNs)).toEqual(
      Array.from({ length: 5 }, () => 10 * nsPerMs),
    );
  });

  it('hears of its writes and timers when it wakes', () => {
    const world = build();
    for (const type of ['write', 'timer']) world.send('@n', { type });
    world.runUntil(1);
    world.pause('n');
    world.runUntil(10 * nsPerMs);
    expect(marksOf(world, '@n')).toEqual(['started 0', 'write 0', 'timer 0']);
    world.resume('n');
    world.runUntil(10 * nsPerMs);
    expect(marksOf(world, '@n').slice(3)).toEqual(['io.completed 0', 'rang 0']);
  });

  it('hears of a write as of a request: with its submit time, when it wakes', () => {
    const world = build();
    world.runUntil(nsPerUs);
    world.send('@n', { type: 'write' });
    world.runUntil(nsPerUs + 1);
    world.pause('n');
    world.runUntil(10 * nsPerMs);
    const forks = [world, world.fork()];
    for (const one of forks) {
      one.resume('n');
      one.runUntil(20 * nsPerMs);
    }
    const { device, op, block, blockCount, status } = requestsOf(world)[0]!;
    expect({ device, op, block, blockCount, status }).toEqual({
      device: 'disk',
      op: 'write',
      block: 0,
      blockCount: 1,
      status: 'ok',
    });
    const times = requestsOf(world).map(({ atNs, submittedAtNs }) => [atNs, submittedAtNs]);
    expect(times).toEqual([[10 * nsPerMs, nsPerUs]]);
    expect(deliveriesTo(world, '@n', 'io.completed')).toEqual([]);
    expect(world.pendingIo.size).toBe(0);
    expect(forks[1]?.fingerprint).toBe(world.fingerprint);
  });

  it('hears of its writes before anything else, also of one whose actor then ends', () => {
    const parent = doing((_state, message, _from, _self, out) => {
      if (message.type === 'go') out.spawn('child', noter);
      if (message.type === 'item') out.stop('child');
    });
    const world = build();
    world.spawn({ id: 'parent', node: 'n', behavior: parent });
    world.runUntil(0);
    world.send('parent', { type: 'go' });
    world.runUntil(0);
    world.send('parent/child', { type: 'write' });
    world.runUntil(1);
    world.pause('n');
    world.send('parent', { type: 'item' });
    world.runUntil(10 * nsPerMs);
    world.resume('n');
    // Done requests come first, as at any instant: the child hears of its write, then it ends.
    world.runUntil(20 * nsPerMs);
    const childEntries = world.entries.filter(({ actor }) => actor === 'parent/child');
    expect(childEntries.slice(-3).map(({ kind }) => kind)).toEqual(['io', 'mark', 'stop']);
  });

  it('can cancel a timer that fell due meanwhile, by what it hears first', () => {
    const canceller = doing((_state, message, _from, _self, out) => {
      if (message.type === 'arm') out.setTimer('t', nsPerMs, { type: 'rang' });
      else if (message.type === 'item') out.cancelTimer('t');
      else out.mark(message.type);
    });
    const world = build();
    world.spawn({ id: 'canceller', node: 'n', behavior: canceller });
    world.runUntil(0);
    world.send('canceller', { type: 'arm' });
    world.send('@m', { type: 'burst', to: 'canceller', count: 1 } as Burst);
    world.runUntil(1);
    world.pause('n');
    world.runUntil(10 * nsPerMs);
    world.resume('n');
    world.runUntil(20 * nsPerMs);
    expect(deliveriesTo(world, 'canceller')).toHaveLength(1);
    expect(marksOf(world, 'canceller')).toEqual([]);
  });

  it('starts what was restarted meanwhile when it wakes, before it receives', () => {
    const world = build();
    world.crash('n', { power: false });
    world.pause('n');
    world.restart('n');
    world.runUntil(5 * nsPerMs);
    burst(world);
    world.runUntil(10 * nsPerMs);
    expect(marksOf(world, '@n')).toEqual(['started 0']);
    world.resume('n');
    world.runUntil(10 * nsPerMs);
    expect(marksOf(world, '@n')).toEqual(['started 0', 'started 1', 'item 1']);
  });

  it('loses what had arrived when it crashes before it wakes, and hears of no old write', () => {
    const world = build();
    for (const type of ['write', 'timer']) world.send('@n', { type });
    world.runUntil(1);
    world.pause('n');
    burst(world, 2);
    world.runUntil(5 * nsPerMs);
    world.crash('n', { power: false });
    world.restart('n');
    world.resume('n');
    world.runUntil(20 * nsPerMs);
    expect(marksOf(world, '@n').slice(3)).toEqual(['started 1']);
    const lost = dropsIn(world).map((drop) => [drop.type, drop.atNs, drop.reason]);
    expect(lost.filter(([type]) => type === 'item')).toEqual([
      ['item', 5 * nsPerMs, 'node n crashed'],
      ['item', 5 * nsPerMs, 'node n crashed'],
    ]);
  });

  it('forgets a start that waited when it crashes as it wakes', () => {
    const world = build();
    world.crash('n', { power: false });
    world.pause('n');
    world.restart('n');
    world.runUntil(nsPerMs);
    world.resume('n');
    world.crash('n', { power: false });
    expect(world.runSteps(10)).toBe(0);
  });

  it('keeps what arrived before a cut, and misses what a cut stopped while it slept', () => {
    const world = build();
    world.pause('n');
    burst(world, 1);
    world.runUntil(nsPerMs);
    const { network } = world.parts;
    const cut = network.disturb({ reason: 'cut', cut: true, strikes: () => true });
    world.resume('n');
    world.runUntil(2 * nsPerMs);
    expect(deliveriesTo(world, '@n')).toHaveLength(1);
    network.calm(cut);
    world.pause('n');
    burst(world, 1);
    world.runUntil(2 * nsPerMs + 1);
    const later = network.disturb({ reason: 'later cut', cut: true, strikes: () => true });
    world.runUntil(3 * nsPerMs);
    network.calm(later);
    world.resume('n');
    world.runUntil(4 * nsPerMs);
    expect(deliveriesTo(world, '@n')).toHaveLength(1);
    expect(dropsIn(world).map(({ reason }) => reason)).toEqual(['later cut']);
  });

  it('stays asleep when nothing else is pending: time does not run to its end', () => {
    const world = build();
    world.pause('n');
    burst(world, 1);
    expect(world.runSteps(1000)).toBe(2);
    expect(world.step()).toBe(false);
    world.runUntil(Number.MAX_SAFE_INTEGER - 1);
    expect(marksOf(world, '@n')).toEqual(['started 0']);
  });
});

describe('a node that is down', () => {
  it('loses what is sent to it, and what was on its way', () => {
    const world = build();
    burst(world);
    world.runUntil(1);
    world.crash('n', { power: false });
    world.runUntil(50 * nsPerUs);
    burst(world);
    world.runUntil(nsPerMs);
    expect(dropsIn(world).map(({ reason }) => reason)).toEqual(['node n down', 'node n down']);
  });

  it('forgets its timers and never hears of the writes of its former life', () => {
    const world = build();
    for (const type of ['write', 'timer']) world.send('@n', { type });
    world.runUntil(1);
    world.crash('n', { power: false });
    world.restart('n');
    world.runUntil(20 * nsPerMs);
    expect(marksOf(world, '@n')).toEqual(['started 0', 'write 0', 'timer 0', 'started 1']);
    expect(world.pendingIo.size).toBe(0);
  });

  it('leaves no request behind when its devices lose power', () => {
    const world = build();
    for (let i = 0; i < 10; i++) world.send('@n', { type: 'write' });
    world.runUntil(1);
    const { device } = world.node('n').devices.get('disk')!;
    expect([device.inFlightCount, world.pendingIo.size]).toEqual([10, 10]);
    world.crash('n', { power: true });
    expect([device.inFlightCount, world.pendingIo.size]).toEqual([0, 0]);
    world.restart('n');
    world.runUntil(2);
    world.send('@n', { type: 'write' });
    world.runUntil(20 * nsPerMs);
    expect(marksOf(world, '@n').slice(-2)).toEqual(['write 1', 'io.completed 1']);
  });

  it('keeps its device at work when only the process is killed (crash without power)', () => {
    const world = build();
    world.send('@n', { type: 'write' });
    world.runUntil(1);
    world.crash('n', { power: false });
    const { device } = world.node('n').devices.get('disk')!;
    expect(device.inFlightCount).toBe(1);
    world.runUntil(20 * nsPerMs);
    expect(device.inFlightCount).toBe(0);
  });
});

describe('a fault', () => {
  it('is the cause of the stop and of the new start in the record', () => {
    const world = build();
    world.scheduleFault({ kind: 'crash', atNs: 5, forNs: 5, target: 'n', params: {} });
    world.runUntil(nsPerMs);
    const [begun, stopped, ended, started] = world.entries.slice(-5);
    expect([begun, stopped, ended, started].map(({ kind, atNs }) => [kind, atNs])).toEqual([
      ['fault', 5],
      ['stop', 5],
      ['fault', 10],
      ['start', 10],
    ]);
    expect([stopped.cause, ended.cause, started.cause]).toEqual([begun.id, begun.id, ended.id]);
  });
});

describe('restart and resume', () => {
  it('are refused for a node that is up and awake', () => {
    const world = build();
    expect(() => world.restart('n')).toThrow(/node 'n' restarted while it is up/);
    expect(() => world.resume('n')).toThrow(/node 'n' resumed while it is not paused/);
    expect(() => world.pause('x')).toThrow(/no node 'x'; known: n, m/);
  });
});
