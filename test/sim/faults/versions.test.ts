// Which version of the software handles what while a fault puts another one on some machines:
// before, during and after, with children, forks, roll-outs that overlap, and other faults.
import { describe, expect, it } from 'vitest';
import {
  ActorError,
  type Behavior,
  createWorld,
  deviceProfiles,
  FaultCoverageFold,
  type FaultParams,
  nsPerMs,
  type StartEntry,
  tableDevice,
  type World,
} from '../../../sim/index.ts';

interface Told {
  readonly count: number;
}

/** Marks who handled what; `previous` and `next` do so under their own names. */
function teller(as: string, child?: Behavior<Told>): Behavior<Told> {
  return {
    name: 'teller',
    init(_input, self, out) {
      out.mark(`${as} started`, { incarnation: self.incarnation });
      if (child !== undefined) out.spawn('child', child);
      return { count: 0 };
    },
    receive(state, message, _from, _self, out) {
      if (message.type === 'fail') throw new Error('could not');
      if (message.type === 'write') {
        const at = { block: 5, blockCount: 1, stamps: [9] };
        out.submitIo('disk', { op: 'write', ...at, tag: 'write' });
      }
      if (message.type === 'read') {
        out.submitIo('disk', { op: 'read', block: 5, blockCount: 1, tag: 'read' });
      }
      const { stamps } = message as { readonly stamps?: readonly number[] };
      out.mark(`${as} handled`, stamps === undefined ? { count: state.count } : { stamps });
      return { count: state.count + 1 };
    },
    copy: (state) => {
      if (as === 'broken') throw new Error('copied by the wrong version');
      return { ...state };
    },
    mode: () => (as === 'own' ? 'telling' : `telling as ${as}`),
  };
}

const child: Behavior<Told> = {
  ...teller('own'),
  name: 'child',
  versions: { previous: { ...teller('previous'), name: 'child' } },
};
const parent: Behavior<Told> = {
  ...teller('own', child),
  versions: { previous: teller('previous', child), next: teller('next') },
};
const loner = { ...teller('own'), name: 'loner' };

function build(): World {
  const world = createWorld({ seed: 8, level: 'full' });
  for (const id of ['a', 'b', 'c']) {
    world.addNode({ id });
    world.addDevice(id, 'disk', tableDevice(deviceProfiles['nvme-consumer'], 64));
    world.spawn({ id: `@${id}`, node: id, behavior: parent });
  }
  world.spawn({ id: '@loner', node: 'b', behavior: loner });
  return world;
}

interface Strike {
  readonly atMs?: number;
  readonly forMs?: number;
  readonly kind?: string;
  readonly params?: FaultParams;
  readonly target?: string;
}

function strike(world: World, how: Strike = {}): void {
  const { atMs = 10, forMs = 50, kind = 'mixed-versions', target = 'b' } = how;
  const params = how.params ?? { down: 5 * nsPerMs };
  const atNs = atMs * nsPerMs;
  world.scheduleFault({ kind, atNs, forNs: forMs * nsPerMs, params, target });
}

/** Who answers at these times: a message to each of the actors, one after the other. */
function asked(world: World, actor: string, timesMs: readonly number[]): readonly string[] {
  return timesMs.map((atMs) => {
    world.runUntil(atMs * nsPerMs);
    const first = world.entries.length;
    world.send(actor, { type: 'ask' });
    world.runUntil(atMs * nsPerMs);
    const said = world.entries.slice(first).find(({ kind, actor: by }) => {
      return kind === 'mark' && by === actor;
    });
    return said?.kind === 'mark' ? said.name.split(' ')[0]! : 'nobody';
  });
}

const starts = (world: World, actor: string) =>
  world.entries.flatMap((entry) =>
    entry.kind === 'start' && entry.actor === actor
      ? [`${entry.atNs / nsPerMs} ${entry.version ?? 'own'}`]
      : [],
  );

describe('a roll-out of another version (10 ms to 60 ms, 5 ms down)', () => {
  it('has it handle what comes between its start and the end, on its targets alone', () => {
    const world = build();
    strike(world);
    const times = [9, 11, 14, 16, 59, 61, 200];
    const fork = world.fork();
    expect(asked(world, '@b', times)).toEqual([
      'own',
      'nobody',
      'nobody',
      'previous',
      'previous',
      'own',
      'own',
    ]);
    expect(new Set(asked(fork, '@a', times))).toEqual(new Set(['own']));
    expect(starts(world, '@b')).toEqual(['0 own', '15 previous', '60 own']);
    expect(starts(fork, '@a')).toEqual(['0 own']);
  });

  it('takes children along, and leaves actors that have no such version as they are', () => {
    const world = build();
    strike(world);
    world.runUntil(100 * nsPerMs);
    expect(starts(world, '@b/child')).toEqual(['0 own', '15 previous', '60 own']);
    expect(starts(world, '@loner')).toEqual(['0 own', '15 own', '60 own']);
  });

  it('changes nothing but a restart for a name that no actor knows', () => {
    const world = build();
    strike(world, { params: { version: 'toString', down: 5 * nsPerMs } });
    expect(asked(world, '@b', [16, 61])).toEqual(['own', 'own']);
  });

  it('keeps what the device holds, flushed or not, through stop and start', () => {
    const world = build();
    world.runUntil(9 * nsPerMs);
    world.send('@b', { type: 'write' });
    strike(world);
    world.runUntil(20 * nsPerMs);
    world.send('@b', { type: 'read' });
    world.runUntil(100 * nsPerMs);
    world.send('@b', { type: 'read' });
    world.runUntil(200 * nsPerMs);
    const read = world.entries.flatMap((entry) =>
      entry.kind === 'mark' && entry.facts.stamps !== undefined
        ? [[entry.name, entry.facts.stamps]]
        : [],
    );
    expect(read).toEqual([
      ['previous handled', [9]],
      ['own handled', [9]],
    ]);
    expect(world.entries.some((e) => e.kind === 'mark' && e.name === 'device.power-lost')).toBe(
      false,
    );
  });

  it('begins with an empty memory each time: nothing is carried from version to version', () => {
    const world = build();
    strike(world);
    asked(world, '@b', [5, 6, 20, 70]);
    const counts = world.entries.flatMap((entry) =>
      entry.kind === 'mark' && entry.actor === '@b' && 'count' in entry.facts
        ? [entry.facts.count]
        : [],
    );
    expect(counts).toEqual([0, 1, 0, 0]);
  });
});

describe('roll-outs and other faults on one node', () => {
  const next = { version: 'next', down: 5 * nsPerMs };

  it('run the last version, and return to the one before at its end (30 ms to 60 ms)', () => {
    const world = build();
    strike(world, { atMs: 10, forMs: 90 });
    strike(world, { atMs: 30, forMs: 30, params: next });
    expect(asked(world, '@b', [20, 40, 70, 110])).toEqual(['previous', 'next', 'previous', 'own']);
    expect(starts(world, '@b')).toEqual([
      '0 own',
      '15 previous',
      '35 next',
      '60 previous',
      '100 own',
    ]);
  });

  it('do not restart a node when one ends that another has replaced', () => {
    const world = build();
    strike(world, { atMs: 10, forMs: 40 });
    strike(world, { atMs: 30, forMs: 60, params: next });
    world.runUntil(200 * nsPerMs);
    expect(starts(world, '@b')).toEqual(['0 own', '15 previous', '35 next', '90 own']);
  });

  it('tell two of one version apart by when they came', () => {
    const world = build();
    strike(world, { atMs: 10, forMs: 200 });
    strike(world, { atMs: 30, forMs: 200, params: next });
    strike(world, { atMs: 50, forMs: 30 });
    expect(asked(world, '@b', [20, 40, 60, 90, 220, 240])).toEqual([
      'previous',
      'next',
      'previous',
      'next',
      'next',
      'own',
    ]);
  });

  it('come back so from other faults, too (crash at 30 ms, power loss at 40 ms)', () => {
    const world = build();
    strike(world);
    strike(world, { atMs: 30, forMs: 5, kind: 'crash', params: {} });
    strike(world, { atMs: 40, forMs: 30, kind: 'power-loss', params: {} });
    world.runUntil(200 * nsPerMs);
    // The roll-out ends while the power is off: the node comes back with its own.
    expect(starts(world, '@b')).toEqual(['0 own', '15 previous', '35 previous', '70 own']);
  });

  it('are over at once when they end or are healed before the node is up again', () => {
    const world = build();
    strike(world, { forMs: 3 });
    strike(world, { atMs: 30 });
    world.runUntil(32 * nsPerMs);
    world.heal();
    world.runUntil(100 * nsPerMs);
    expect(starts(world, '@b')).toEqual(['0 own', '13 own', '32 own']);
    expect(world.node('b').versions).toEqual([]);
    expect(world.node('b').downCount).toBe(0);
  });
});

describe('a world with mixed versions', () => {
  it.each([12, 40])('goes on alike in a fork made %i ms after its begin', (atMs) => {
    const whole = build();
    strike(whole);
    asked(whole, '@b', [50, 80]);
    const trunk = build();
    strike(trunk);
    trunk.runUntil(atMs * nsPerMs);
    const branch = trunk.fork();
    for (const world of [branch, trunk]) {
      expect(asked(world, '@b', [50, 80])).toEqual(['previous', 'own']);
      expect(world.fingerprint).toBe(whole.fingerprint);
    }
  });

  it('has the state of an actor copied by the version that made it', () => {
    const world = createWorld({ seed: 1, level: 'full' });
    world.addNode({ id: 'a' });
    const behavior = { ...teller('broken'), versions: { previous: teller('previous') } };
    world.spawn({ id: '@a', node: 'a', behavior });
    strike(world, { target: 'a' });
    world.runUntil(20 * nsPerMs);
    expect(asked(world.fork(), '@a', [30])).toEqual(['previous']);
  });

  it('has another fingerprint than one whose nodes only restarted', () => {
    const run = (version: string) => {
      const world = createWorld({ seed: 1 });
      world.addNode({ id: 'a' });
      const behavior = { ...teller('own'), versions: { previous: teller('own') } };
      world.spawn({ id: '@a', node: 'a', behavior });
      strike(world, { target: 'a', params: { version, down: 5 * nsPerMs } });
      world.runUntil(30 * nsPerMs);
      return world.fingerprint;
    };
    expect(run('previous')).toBe(run('previous'));
    expect(run('previous')).not.toBe(run('nameless'));
  });

  it('is one machine in fault coverage, by the name of its own behavior', () => {
    const world = build();
    strike(world);
    world.runUntil(100 * nsPerMs);
    const fold = new FaultCoverageFold();
    for (const entry of world.entries) fold.observe(entry);
    const { machines } = fold.coverage();
    expect(machines.map(({ machine }) => machine)).toEqual(['child', 'loner', 'teller']);
    const states = machines.find(({ machine }) => machine === 'teller')?.states;
    expect(states?.map(({ state, byFault }) => [state, byFault['mixed-versions'] ?? 0])).toEqual([
      ['telling', 1],
      ['telling as previous', 1],
    ]);
  });

  it('names the version in the record and in errors only where it is another', () => {
    const world = build();
    strike(world);
    world.runUntil(20 * nsPerMs);
    const entries = world.entries.filter((e): e is StartEntry => e.kind === 'start');
    expect(entries.filter((entry) => 'version' in entry).map((e) => e.actor)).toEqual([
      '@b',
      '@b/child',
    ]);
    const thrown = (actor: string) => {
      const fork = world.fork();
      fork.send(actor, { type: 'fail' });
      try {
        fork.runUntil(fork.now);
      } catch (error) {
        return error instanceof ActorError ? error.message : error;
      }
      return 'nothing';
    };
    expect(thrown('@b')).toContain("(teller version 'previous', telling as previous)");
    expect(thrown('@a')).toContain('(teller, telling)');
  });
});
