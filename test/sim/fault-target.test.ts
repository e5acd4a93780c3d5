import { describe, expect, it } from 'vitest';
import {
  type Behavior,
  createWorld,
  type FaultRole,
  nsPerMs,
  parseTarget,
  quantifiedCount,
  type ScheduledFault,
  type World,
} from '../../sim/index.ts';

const teller: Behavior<null> = {
  name: 'teller',
  init: () => null,
  receive(state, _message, _from, _self, out) {
    out.mark('told');
    return state;
  },
  copy: (state) => state,
};

const ids = ['n0', 'n1', 'n2', 'n3', 'n4'];

function build(seed: number, roles: Readonly<Record<string, FaultRole['resolve']>> = {}): World {
  const world = createWorld({ seed, level: 'full' });
  for (const id of ids) world.addNode({ id, labels: { zone: id === 'n4' ? 'b' : 'a' } });
  for (const [name, resolve] of Object.entries(roles)) {
    world.faults.defineRole(name, { summary: name, resolve });
  }
  return world;
}

const pause = (target: string, atMs = 1): ScheduledFault => ({
  kind: 'pause',
  atNs: atMs * nsPerMs,
  target,
  params: {},
});

/** Targets of each fault that struck, in order. */
function struck(world: World): readonly (readonly string[])[] {
  return world.entries.flatMap((entry) =>
    entry.kind === 'fault' && entry.phase === 'start' ? [entry.targets] : [],
  );
}

/** Whom one fault strikes. */
function victims(target: string, seed = 1): readonly string[] {
  const world = build(seed);
  world.scheduleFault(pause(target));
  world.runUntil(2 * nsPerMs);
  return struck(world)[0];
}

describe('a quantifier', () => {
  it.each([
    ['all of zone=a', 4],
    ['one of any', 1],
    ['majority of any', 3],
    ['majority-of zone=a', 3],
    ['minority of any', 2],
    ['minority-of zone=a', 1],
    ['majority of n0', 1],
  ] as const)('%s strikes %i', (target, count) => {
    const targets = victims(target);
    expect(targets).toHaveLength(count);
    expect([...new Set(targets)].sort()).toEqual(targets);
  });

  it('draws by the seed, and every node is drawn by some seed', () => {
    const drawn = Array.from({ length: 60 }, (_, seed) => victims('one of any', seed)[0]);
    expect([...new Set(drawn)].sort()).toEqual(ids);
    expect(victims('minority of any', 5)).toEqual(victims('minority of any', 5));
  });

  it('draws the same whatever faults are planned behind it', () => {
    const world = build(9);
    for (const target of ['one of any', 'one of zone=a', 'majority of any']) {
      world.scheduleFault(pause(target));
    }
    world.runUntil(2 * nsPerMs);
    expect(struck(world)[0]).toEqual(victims('one of any', 9));
  });

  it('leaves a majority whole, for any number of nodes', () => {
    for (let count = 1; count < 50; count++) {
      expect(quantifiedCount('majority', count) * 2).toBeGreaterThan(count);
      expect(quantifiedCount('minority', count) * 2).toBeLessThan(count);
      expect(quantifiedCount('majority', count) - 1).toBeLessThanOrEqual(count / 2);
    }
  });
});

describe('a role', () => {
  it('is resolved when the fault fires, not when it is planned', () => {
    const leader: FaultRole['resolve'] = (world) => (world.now < 5 * nsPerMs ? ['n1'] : ['n3']);
    const world = build(1, { 'leader-of': leader });
    world.scheduleFault(pause('leader-of g', 1));
    world.scheduleFault(pause('leader-of g', 5));
    world.runUntil(9 * nsPerMs);
    expect(struck(world)).toEqual([['n1'], ['n3']]);
  });

  it('is asked with its argument, and a quantifier draws among those who have it', () => {
    const asked: string[] = [];
    const members: FaultRole['resolve'] = (_world, argument) => {
      asked.push(argument);
      return ['n0', 'n2'];
    };
    const world = build(1, { 'members-of': members });
    world.scheduleFault(pause('one of members-of group 7'));
    world.runUntil(2 * nsPerMs);
    expect(asked).toEqual(['group 7']);
    expect(['n0', 'n2']).toContain(struck(world)[0][0]);
    expect(struck(world)[0]).toHaveLength(1);
  });

  it('that means nobody: the fault is missed, does not look injected, and says why', () => {
    const world = build(1, { 'leader-of': () => [] });
    world.scheduleFault(pause('leader-of g'));
    world.runUntil(2 * nsPerMs);
    expect(struck(world)).toEqual([]);
    expect(world.faults.activeCount).toBe(0);
    expect(world.faults.missed).toEqual([
      { faultId: 0, fault: 'pause', reason: 'nobody is leader-of g' },
    ]);
    const marks = world.entries.filter((entry) => entry.kind === 'mark');
    expect(marks).toMatchObject([{ name: 'fault.missed', actor: 'nemesis', atNs: nsPerMs }]);
  });

  it('is the same in a fork, and unknown to a world that never heard of it', () => {
    const trunk = build(1, { 'leader-of': () => ['n2'] });
    trunk.scheduleFault(pause('leader-of g'));
    const branch = trunk.fork();
    for (const world of [trunk, branch]) world.runUntil(2 * nsPerMs);
    expect(struck(branch)).toEqual([['n2']]);
    expect(branch.fingerprint).toBe(trunk.fingerprint);
    const stranger = build(1);
    stranger.scheduleFault(pause('leader-of g'));
    expect(() => stranger.runUntil(2 * nsPerMs)).toThrow("unknown role 'leader-of'");
  });

  it('is refused twice, and by a name that no target could say', () => {
    const world = build(1, { 'leader-of': () => [] });
    const role = { summary: '', resolve: () => [] };
    expect(() => world.faults.defineRole('leader-of', role)).toThrow('defined twice');
    expect(() => world.faults.defineRole('leader', role)).toThrow('such as leader-of');
  });
});

describe('there', () => {
  const told: ScheduledFault = {
    ...pause('there'),
    trigger: { steps: [{ on: 'mark', name: 'told', nth: 1 }], delayNs: nsPerMs, times: 3 },
  };

  it('is the node where the trigger happened, each time it does, and in a fork', () => {
    const world = build(1);
    for (const id of ['n3', 'n1', 'n2'])
      world.spawn({ id: `on ${id}`, node: id, behavior: teller });
    world.scheduleFault({ ...told, forNs: nsPerMs });
    const told1 = (to: string, atMs: number) => {
      world.runUntil(atMs * nsPerMs);
      world.send(to, { type: 'tell' });
    };
    told1('on n3', 2);
    told1('on n1', 3);
    world.runUntil(3.5 * nsPerMs);
    const branch = world.fork();
    for (const one of [world, branch]) {
      one.runUntil(4 * nsPerMs);
      one.send('on n2', { type: 'tell' });
      one.runUntil(20 * nsPerMs);
    }
    expect(struck(world)).toEqual([['n3'], ['n1'], ['n2']]);
    expect(struck(branch)).toEqual(struck(world));
    expect(branch.fingerprint).toBe(world.fingerprint);
  });

  it('is nobody when the trigger happened at no node: the fault is missed', () => {
    const world = build(1, { 'leader-of': () => [] });
    world.scheduleFault(pause('leader-of g'));
    const steps = [{ on: 'mark', name: 'fault.missed', nth: 1 } as const];
    world.scheduleFault({ ...pause('there', 0), trigger: { steps, delayNs: 0, times: 1 } });
    world.runUntil(9 * nsPerMs);
    expect(struck(world)).toEqual([]);
    expect(world.faults.missed.map(({ reason }) => reason)).toContain('its trigger was at no node');
  });

  it('needs a trigger, and no word of how many', () => {
    expect(() => build(1).scheduleFault(pause('there'))).toThrow('without a trigger');
    const target = parseTarget('one of there');
    expect(target.kind === 'problem' && target.message).toMatch(/"there" is one node/);
  });
});

describe('text that is no target is told why', () => {
  it.each([
    ['one of', /names nobody/],
    ['one of all of any', /says twice how many/],
    ['majority of =b', /has no key/],
    ['', /is empty/],
  ])("'%s'", (text, message) => {
    const target = parseTarget(text);
    expect(target.kind === 'problem' && target.message).toMatch(message);
  });
});
