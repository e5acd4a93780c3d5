// A fork is a value: it goes on as the world it came from, and neither knows of the other.
import { describe, expect, it } from 'vitest';
import { createWorld, LivelockError, nsPerMs, seededChoices, type World } from '../../sim/index.ts';
import { doing, listener } from '../support/behaviors.ts';
import { busyEndNs, busyWorld } from '../support/busy-world.ts';

function finish(world: World): string {
  world.runUntil(busyEndNs);
  return world.fingerprint;
}

/** Shows a fork of the busy world at each of its events, and the trunk, which goes on by itself. */
function atEachEvent(stride: number, look: (trunk: World, eventCount: number) => void): World {
  const trunk = busyWorld();
  for (let eventCount = 0; trunk.events.queue.peekAtNs() <= busyEndNs; eventCount++) {
    if (eventCount % stride === 0) look(trunk, eventCount);
    trunk.runSteps(1);
  }
  finish(trunk);
  return trunk;
}

const whole = busyWorld('full');
finish(whole);

describe('the busy world', () => {
  it('has all that a fork could forget', () => {
    const kinds = new Set(whole.entries.map((entry) => entry.kind));
    for (const kind of ['start', 'stop', 'message', 'timer', 'io', 'state', 'mark', 'fault']) {
      expect(kinds).toContain(kind);
    }
    const reasons = whole.entries.flatMap((entry) =>
      entry.kind === 'message' && entry.outcome === 'dropped' ? [entry.reason] : [],
    );
    for (const reason of ['loss', 'node n0 down', 'node n1 crashed', 'partition n0 | n1 n2']) {
      expect(reasons).toContain(reason);
    }
    const lost = whole.entries.filter((e) => e.kind === 'mark' && e.name === 'device.power-lost');
    expect(lost.some((e) => e.kind === 'mark' && e.facts.lostCount !== 0)).toBe(true);
    const rounds = whole.entries.filter((e) => e.kind === 'mark' && e.name === 'round.finished');
    expect(rounds.length).toBeGreaterThan(1);
    expect(whole.eventCount).toBeGreaterThan(300);
  });
});

describe('a fork at any event', () => {
  it('has the future of the world that was never forked, and so has its trunk', () => {
    let forkCount = 0;
    const trunk = atEachEvent(1, (world, eventCount) => {
      forkCount += 1;
      const branch = world.fork();
      expect(branch.fingerprint, `at event ${eventCount}`).toBe(world.fingerprint);
      expect(finish(branch), `forked at event ${eventCount}`).toBe(whole.fingerprint);
      expect(branch.eventCount).toBe(whole.eventCount);
    });
    expect(forkCount).toBe(whole.eventCount);
    expect(trunk.fingerprint).toBe(whole.fingerprint);
  });

  it('does not feel what is done to its trunk', () => {
    atEachEvent(7, (world, eventCount) => {
      const branch = world.fork();
      const doomed = world.fork();
      const still = doomed.fork();
      doomed.send('chatter-0', { type: 'extra' });
      doomed.heal();
      doomed.setClockSkew('n0', 900_000);
      doomed.crash('n2', { power: true });
      expect(finish(doomed)).not.toBe(whole.fingerprint);
      expect(finish(branch), `forked at event ${eventCount}`).toBe(whole.fingerprint);
      expect(finish(still), `forked at event ${eventCount}`).toBe(whole.fingerprint);
    });
  });

  it('leaves its trunk alone, whatever is done to it', () => {
    const trunk = atEachEvent(3, (world) => {
      const branch = world.fork();
      branch.heal();
      branch.send('chatter-1', { type: 'extra' });
      branch.pause('n0');
      branch.runUntil(busyEndNs / 2 > branch.now ? busyEndNs / 2 : busyEndNs);
      branch.crash('n0', { power: true });
      branch.runUntil(busyEndNs);
    });
    expect(trunk.fingerprint).toBe(whole.fingerprint);
  });

  it('diverges when it is given other choices, each time alike', () => {
    const trunk = busyWorld();
    trunk.runSteps(50);
    const branches = ['1', '1', '2'].map((seed) => trunk.fork({ choices: seededChoices(seed) }));
    const [one, same, other] = branches.map(finish);
    expect(same).toBe(one);
    expect(new Set([one, other, whole.fingerprint]).size).toBe(3);
  });

  it('may keep more of the record than its trunk: same entries from there on', () => {
    const trunk = busyWorld('hash');
    trunk.runSteps(100);
    const firstIndex = trunk.parts.recorder.entryCount;
    const branch = trunk.fork({ level: 'full' });
    expect(finish(branch)).toBe(whole.fingerprint);
    expect(branch.entries).toEqual(whole.entries.slice(firstIndex));
  });

  it('shows its entries to nobody until it is watched', () => {
    const trunk = busyWorld('hash');
    let seenCount = 0;
    trunk.watch(() => {
      seenCount += 1;
    });
    finish(trunk.fork());
    expect(seenCount).toBe(0);
    finish(trunk);
    expect(seenCount).toBe(whole.entries.length);
  });
});

describe('a fork remembers', () => {
  const powerLosses = (world: World) => {
    for (let i = 0; i < 5; i++) {
      world.crash('n0', { power: true });
      world.restart('n0');
      world.runUntil(world.now + 1.6 * nsPerMs);
    }
  };

  it.each<[string, (world: World) => void, (world: World) => void]>([
    [
      'how often it was spoken to from outside',
      (world) => world.send('chatter-0', { type: 'hello' }),
      (world) => world.send('chatter-0', { type: 'hello' }),
    ],
    [
      'which event was the last',
      (world) => world.runSteps(30),
      (world) => world.spawn({ id: 'late', node: 'n0', behavior: listener }),
    ],
    [
      'a start that is under way',
      (world) => {
        world.runUntil(nsPerMs);
        world.spawn({ id: 'late', node: 'n0', behavior: listener });
      },
      (world) => {
        world.crash('n0', { power: false });
        world.restart('n0');
      },
    ],
    ['how often its devices lost power', powerLosses, powerLosses],
    [
      'how slow a device is of its own, while a fault makes it slower',
      (world) => {
        world.node('n1').devices.get('disk')!.device.setSlowFactor(1.7);
        world.runUntil(2 * nsPerMs);
      },
      (world) => world.runUntil(20 * nsPerMs),
    ],
  ])('%s', (_what, prepare, goOn) => {
    const unforked = busyWorld();
    prepare(unforked);
    goOn(unforked);
    const trunk = busyWorld();
    prepare(trunk);
    const branch = trunk.fork();
    goOn(branch);
    expect(finish(branch)).toBe(finish(unforked));
    goOn(trunk);
    expect(finish(trunk)).toBe(finish(unforked));
  });

  it('how long an instant has lasted: a livelock ends after as many events', () => {
    const trunk = createWorld({ seed: 1 });
    trunk.addNode({ id: 'n' });
    const spin = doing((_state, message, _from, _self, out) => out.setTimer('t', 0, message));
    trunk.spawn({ id: 'spinner', node: 'n', behavior: spin });
    trunk.send('spinner', { type: 'again' });
    trunk.runSteps(60_000);
    const branch = trunk.fork();
    for (const world of [trunk, branch]) {
      expect(() => world.runSteps(60_000)).toThrow(LivelockError);
    }
    expect(branch.eventCount).toBe(trunk.eventCount);
  });
});
