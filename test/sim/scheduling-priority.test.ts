// Scheduling by priorities with change points: what it orders, and how often it finds a bug of
// known depth.
import { describe, expect, it } from 'vitest';
import {
  type Behavior,
  type ChoiceSource,
  createWorld,
  deviceProfiles,
  recordedChoices,
  type SchedulingOptions,
  seededChoices,
  tableDevice,
  type World,
} from '../../sim/index.ts';

const actorCount = 4;
const stepCount = 5;

/** Takes steps at one instant, each by a timer without delay, and marks them: `b2`. */
const stepper: Behavior<number> = {
  name: 'stepper',
  init(_input, _self, out) {
    out.setTimer('step', 0, { type: 'step' });
    return 0;
  },
  receive(state, _message, _from, self, out) {
    out.mark(`${self.id}${state + 1}`);
    if (state + 1 < stepCount) out.setTimer('step', 0, { type: 'step' });
    return state + 1;
  },
  copy: (state) => state,
};

function stepping(options: SchedulingOptions & { seed: number; choices?: ChoiceSource }): World {
  const world = createWorld({ ...options, level: 'full' });
  world.addNode({ id: 'n' });
  for (const id of 'abcd'.slice(0, actorCount)) {
    world.spawn({ id, node: 'n', behavior: stepper });
  }
  return world;
}

/** All steps in the order they were taken. */
function stepsOf(world: World): readonly string[] {
  world.runUntil(1);
  return world.entries.flatMap((entry) => (entry.kind === 'mark' ? [entry.name] : []));
}

/** How often another actor goes on, and one for the first: 4 when each runs at a stretch. */
function stretchCount(steps: readonly string[]): number {
  return steps.filter((step, i) => step[0] !== steps[i - 1]?.[0]).length;
}

/**
 * A use after free: `a` checks at its third step and uses at its fourth, `b` frees at its second.
 */
function isBroken(steps: readonly string[]): boolean {
  const [check, free, use] = ['a3', 'b2', 'a4'].map((step) => steps.indexOf(step));
  return check! < free! && free! < use!;
}

const seeds = Array.from({ length: 960 }, (_, seed) => seed);
/** All events of such a run: starts and steps. */
const priorityStepMax = actorCount * (1 + stepCount);

describe('priority', () => {
  it('lets each actor run at a stretch, in an order that is drawn (no change points)', () => {
    const countByOrder = new Map<string, number>();
    for (const seed of seeds) {
      const steps = stepsOf(stepping({ seed, scheduling: 'priority', priorityChangeCount: 0 }));
      expect(steps).toHaveLength(actorCount * stepCount);
      expect(stretchCount(steps)).toBe(actorCount);
      const order = steps.filter((step) => step[1] === '1').join(' ');
      countByOrder.set(order, (countByOrder.get(order) ?? 0) + 1);
    }
    const expected = seeds.length / 24;
    let chiSquare = (24 - countByOrder.size) * expected;
    for (const count of countByOrder.values()) chiSquare += (count - expected) ** 2 / expected;
    // Each of the 24 orders is equally likely: 23 degrees of freedom, p = 0.001 above 49.7.
    expect(chiSquare).toBeLessThan(49.7);
  });

  it('interrupts stretches at most once for each change point, and at some seeds does', () => {
    for (const priorityChangeCount of [1, 2, 5]) {
      const counts = seeds.slice(0, 100).map((seed) => {
        const of = { seed, priorityChangeCount, priorityStepMax };
        return stretchCount(stepsOf(stepping({ ...of, scheduling: 'priority' })));
      });
      expect(Math.max(...counts)).toBeGreaterThan(actorCount);
      expect(Math.max(...counts)).toBeLessThanOrEqual(actorCount + priorityChangeCount);
    }
  });

  it('finds a bug of depth 2 as often as promised, where fifo never does', () => {
    const foundBy = (options: SchedulingOptions) =>
      seeds.filter((seed) => isBroken(stepsOf(stepping({ seed, ...options })))).length;
    const found = foundBy({ scheduling: 'priority', priorityChangeCount: 1, priorityStepMax });
    // 1 / (n k) with n = 4 actors and k = 24 events: at least 10 of 960.
    expect(found).toBeGreaterThanOrEqual(seeds.length / (actorCount * priorityStepMax));
    expect(foundBy({ scheduling: 'priority', priorityChangeCount: 0 })).toBe(0);
    expect(foundBy({ scheduling: 'fifo' })).toBe(0);
  });

  it('lowers the actor that took the drawn step, and no other', () => {
    const forced: ChoiceSource = {
      madeCount: 0,
      // Priorities a > b > c > d, as low as can be drawn; the change comes with event 4 + 3, the
      // third step of a.
      choose: (kind, _n, key) =>
        kind === 'schedule.change' ? 6 : 'dcba'.indexOf(key.split(' ')[1] ?? ''),
      copy: () => forced,
    };
    const of = { seed: 1, priorityChangeCount: 1, priorityStepMax };
    const steps = stepsOf(stepping({ ...of, scheduling: 'priority', choices: forced }));
    expect(steps.map((step) => step[0]).join('')).toBe('aaabbbbbcccccdddddaa');
  });

  it('gives one run for one seed, and other runs for other seeds', () => {
    const fingerprintOf = (seed: number) => {
      const world = stepping({ seed, scheduling: 'priority', priorityStepMax });
      world.runUntil(1);
      return world.fingerprint;
    };
    const first = seeds.slice(0, 30).map(fingerprintOf);
    expect(seeds.slice(0, 30).map(fingerprintOf)).toEqual(first);
    expect(new Set(first).size).toBeGreaterThan(20);
  });

  it('gives both sides of a fork the same future, wherever it is forked', () => {
    for (const seed of [1, 2, 3]) {
      const of = { seed, priorityChangeCount: 3, priorityStepMax };
      const whole = stepping({ ...of, scheduling: 'priority' });
      whole.runUntil(1);
      for (let steps = 0; steps <= priorityStepMax; steps++) {
        const trunk = stepping({ ...of, scheduling: 'priority' });
        trunk.runSteps(steps);
        const branch = trunk.fork();
        trunk.runUntil(1);
        branch.runUntil(1);
        expect(trunk.fingerprint).toBe(whole.fingerprint);
        expect(branch.fingerprint).toBe(whole.fingerprint);
      }
    }
  });

  it('draws a priority once for each actor, and for those that never compete nothing', () => {
    const { choices, made } = recordedChoices(seededChoices('1'));
    const world = stepping({ seed: 1, scheduling: 'priority', choices });
    world.addNode({ id: 'm' });
    world.runUntil(1);
    world.spawn({ id: 'late', node: 'm', behavior: stepper });
    world.runUntil(2);
    const keys = made.map(({ kind, key }) => `${kind} of ${key}`);
    expect(keys).toEqual([
      'schedule.change of schedule change',
      'schedule.priority of schedule a priority',
      'schedule.priority of schedule b priority',
      'schedule.priority of schedule c priority',
      'schedule.priority of schedule d priority',
    ]);
  });

  it('orders completions by their devices, and leaves those of one device as they are', () => {
    const writer: Behavior<null> = {
      name: 'writer',
      init(_input, _self, out) {
        for (const device of ['x', 'y']) {
          out.submitIo(device, { op: 'write', block: 0, blockCount: 1, stamps: [1], tag: 0 });
        }
        return null;
      },
      receive(state, message, _from, _self, out) {
        out.mark((message as unknown as { device: string }).device);
        return state;
      },
      copy: (state) => state,
    };
    const orders = seeds.slice(0, 30).map((seed) => {
      const world = createWorld({ seed, scheduling: 'priority', level: 'full' });
      world.addNode({ id: 'n' });
      for (const name of ['x', 'y']) {
        world.addDevice('n', name, tableDevice(deviceProfiles['nvme-consumer'], 64));
      }
      world.spawn({ id: 'w', node: 'n', behavior: writer });
      world.runUntil(1_000_000);
      return world.entries.flatMap((e) => (e.kind === 'mark' ? [e.name] : [])).join('');
    });
    expect(new Set(orders)).toEqual(new Set(['xy', 'yx']));
  });

  it('lets two faults of one instant strike in the order they were planned', () => {
    for (const seed of seeds.slice(0, 20)) {
      const world = stepping({ seed, scheduling: 'priority' });
      for (const kind of ['crash', 'pause']) {
        world.scheduleFault({ kind, atNs: 5, target: 'n', params: {} });
      }
      world.runUntil(10);
      const struck = world.entries.flatMap((e) => (e.kind === 'fault' ? [e.fault] : []));
      expect(struck).toEqual(['crash', 'pause']);
    }
  });

  it('refuses change points that it cannot draw', () => {
    const of = (options: SchedulingOptions) => () => stepping({ seed: 1, ...options });
    expect(of({ priorityChangeCount: 65 })).toThrow(
      'priorityChangeCount 65, expected an integer from 0 to 64',
    );
    expect(of({ priorityStepMax: 0 })).toThrow(
      'priorityStepMax 0, expected an integer from 1 to 2^32',
    );
  });
});
