import { describe, expect, it } from 'vitest';
import {
  type Behavior,
  createWorld,
  deviceProfiles,
  type FaultPeriod,
  type FaultTrigger,
  nsPerMs,
  nsPerSec,
  nsPerUs,
  type RecordLevel,
  type ScheduledFault,
  type TriggerStep,
  tableDevice,
  type World,
} from '../../sim/index.ts';

/** At each beat of 1 ms: work.quick or work.slow, a mark, and a write that a flush follows. */
const worker: Behavior<{ beats: number }> = {
  name: 'worker',
  init(_input, _self, out) {
    out.setTimer('beat', nsPerMs, { type: 'beat' });
    return { beats: 0 };
  },
  receive(state, message, _from, _self, out) {
    if (message.type === 'io.completed') {
      if ((message as { op?: string }).op === 'write') {
        out.submitIo('disk', { op: 'flush', block: 0, blockCount: 0, tag: 'flush' });
      }
      return state;
    }
    if (message.type !== 'beat') return state;
    const beats = state.beats + 1;
    out.mark('beaten', { beats });
    out.send('listener', { type: 'told' });
    out.submitIo('disk', { op: 'write', block: beats % 8, blockCount: 1, stamps: [1], tag: beats });
    out.setTimer('beat', nsPerMs, { type: 'beat' });
    return { beats };
  },
  copy: (state) => ({ ...state }),
  mode: ({ beats }) => (beats < 3 ? 'resting' : beats % 2 === 0 ? 'work.quick' : 'work.slow'),
};

const listener: Behavior<null> = {
  name: 'listener',
  init: () => null,
  receive: (state) => state,
  copy: (state) => state,
};

function build(level: RecordLevel = 'full'): World {
  const world = createWorld({ seed: 5, level });
  for (const id of ['w', 'l']) {
    world.addNode({ id, labels: { role: id === 'w' ? 'worker' : 'listener' } });
  }
  world.addDevice('w', 'disk', tableDevice(deviceProfiles['nvme-consumer'], 64));
  world.spawn({ id: 'worker', node: 'w', behavior: worker });
  world.spawn({ id: 'listener', node: 'l', behavior: listener });
  return world;
}

const mark: TriggerStep = { on: 'mark', name: 'beaten', nth: 1 };

function waiting(
  steps: readonly TriggerStep[],
  more: Partial<FaultTrigger> = {},
  fault: Partial<ScheduledFault> = {},
): ScheduledFault {
  const trigger = { steps, delayNs: 0, times: 1, ...more };
  return { kind: 'slow-disk', atNs: 0, target: 'w', params: { factor: 2 }, trigger, ...fault };
}

/** When faults began, ns. */
function begins(world: World): readonly number[] {
  return world.entries.flatMap((entry) =>
    entry.kind === 'fault' && entry.phase === 'start' ? [entry.atNs] : [],
  );
}

/** When the entries of a world came that `wanted` picks, ns. */
function timesOf(wanted: (entry: World['entries'][number]) => boolean, untilMs = 20): number[] {
  const world = build();
  world.runUntil(untilMs * nsPerMs);
  return world.entries.filter(wanted).map(({ atNs }) => atNs);
}

function run(fault: ScheduledFault, untilMs = 20): World {
  const world = build();
  world.scheduleFault(fault);
  world.runUntil(untilMs * nsPerMs);
  return world;
}

describe('a trigger', () => {
  it('counts what happens at actors of the machine it names, at any when it names none', () => {
    const told: TriggerStep = { on: 'message', name: 'told', nth: 1 };
    expect(begins(run(waiting([{ ...told, machine: 'listener' }])))).toHaveLength(1);
    expect(begins(run(waiting([told])))).toHaveLength(1);
    expect(begins(run(waiting([{ ...told, machine: 'worker' }])))).toEqual([]);
    const write: TriggerStep = { on: 'io.submitted', name: 'write', nth: 1 };
    expect(begins(run(waiting([{ ...write, machine: 'worker' }])))).toEqual([nsPerMs]);
    expect(begins(run(waiting([{ ...write, machine: 'listener' }])))).toEqual([]);
  });

  it('counts nothing at or after its end, and says that it never came', () => {
    const upTo = (untilNs: number) => run(waiting([{ ...mark, nth: 3 }], { untilNs }));
    expect(begins(upTo(3 * nsPerMs + 1))).toEqual([3 * nsPerMs]);
    const late = upTo(3 * nsPerMs);
    expect(begins(late)).toEqual([]);
    late.heal();
    expect(late.faults.missed[0]?.reason).toBe('never came: 3. mark beaten');
    const backward = () => run(waiting([mark], { untilNs: nsPerMs }, { atNs: nsPerMs }));
    expect(backward).toThrow('expected a later end');
  });

  it.each([
    [1, 0, 1 * nsPerMs],
    [2, 3 * nsPerMs, 5 * nsPerMs],
    [4, 1, 4 * nsPerMs + 1],
  ])('fires at the %ith mark, and %i ns later, to the ns', (nth, delayNs, atNs) => {
    expect(begins(run(waiting([{ ...mark, nth }], { delayNs })))).toEqual([atNs]);
  });

  it('strikes after the step it was in and before anything else of that instant', () => {
    const world = run(waiting([mark]));
    const at = world.entries.findIndex((entry) => entry.kind === 'fault');
    const before = world.entries[at - 1];
    expect(before.atNs).toBe(world.entries[at].atNs);
    expect(before.kind === 'mark' && before.name).toBe('beaten');
    expect(world.entries[at].cause).toBe(before.cause);
  });

  it('fires so many times, each time a fault of its own', () => {
    const world = run(waiting([{ ...mark, nth: 2 }], { times: 3 }, { forNs: 10 }));
    expect(begins(world)).toEqual([2, 4, 6].map((ms) => ms * nsPerMs));
    const ids = world.entries.flatMap((entry) => (entry.kind === 'fault' ? [entry.faultId] : []));
    expect(ids).toEqual([0, 0, 1, 1, 2, 2]);
  });

  it('sees a mode entered from outside it, not from one mode within it to another', () => {
    const step = (name: string): TriggerStep => ({ on: 'state', name, nth: 1 });
    const times = { times: 4 };
    expect(begins(run(waiting([step('work')], times)))).toEqual([3 * nsPerMs]);
    const quick = begins(run(waiting([step('work.quick')], times)));
    expect(quick).toEqual([4, 6, 8, 10].map((ms) => ms * nsPerMs));
    const before = waiting([step('wor')], times);
    expect(begins(run(before))).toEqual([]);
  });

  it('sees a message where it is received, and only where its actors are', () => {
    const received = timesOf((entry) => entry.kind === 'message' && entry.type === 'told');
    const step: TriggerStep = { on: 'message', name: 'told', nth: 3 };
    expect(begins(run(waiting([step])))).toEqual([received[2]]);
    const at = (actor: string) => begins(run(waiting([{ ...step, actor }])));
    expect(at('role=listener')).toEqual([received[2]]);
    expect(at('listener')).toEqual([received[2]]);
    expect(at('role=worker')).toEqual([]);
  });

  it('sees a request when it is handed over, and when it is done', () => {
    const flushed = timesOf((entry) => entry.kind === 'io' && entry.op === 'flush');
    const written = timesOf((entry) => entry.kind === 'io' && entry.op === 'write');
    const step = (on: TriggerStep['on'], name: string): TriggerStep => ({ on, name, nth: 2 });
    expect(begins(run(waiting([step('io.completed', 'flush')])))).toEqual([flushed[1]]);
    // A flush is handed over in the step that hears of the write.
    expect(begins(run(waiting([step('io.submitted', 'flush')])))).toEqual([written[1]]);
    expect(written[1]).toBeLessThan(flushed[1]);
  });

  it('waits for one event after the other: the flush that follows the third mark', () => {
    const written = timesOf((entry) => entry.kind === 'io' && entry.op === 'write');
    const third = written.find((atNs) => atNs > 3 * nsPerMs);
    const steps: TriggerStep[] = [
      { ...mark, nth: 3 },
      { on: 'io.submitted', name: 'flush', nth: 1 },
    ];
    expect(begins(run(waiting(steps)))).toEqual([third]);
  });

  it('counts nothing before its time', () => {
    const fault = waiting([{ ...mark, nth: 2 }], {}, { atNs: 5 * nsPerMs });
    expect(begins(run(fault))).toEqual([6 * nsPerMs]);
  });

  it.each([1.5, 10])('takes what a restart leads to as new (crash at %d ms)', (atMs) => {
    const world = build();
    const enters: TriggerStep = { on: 'state', name: 'resting', actor: 'worker', nth: 2 };
    world.scheduleFault(waiting([enters]));
    const atNs = atMs * nsPerMs;
    world.scheduleFault({ kind: 'crash', atNs, forNs: nsPerMs, target: 'w', params: {} });
    world.runUntil(20 * nsPerMs);
    expect(begins(world)).toEqual([atNs, atNs + nsPerMs]);
  });
});

describe('a run with triggers', () => {
  const planned = [
    waiting([{ ...mark, nth: 2 }], { delayNs: 77, times: 3 }, { kind: 'pause', params: {} }),
    waiting([mark, { on: 'io.submitted', name: 'flush', nth: 2 }], { times: 4 }),
    waiting([{ on: 'state', name: 'work.quick', nth: 2 }], { delayNs: 300 * nsPerUs }),
    waiting([{ on: 'message', name: 'told', nth: 5 }], {}, { kind: 'power-loss', params: {} }),
  ].map((fault) => ({ ...fault, forNs: 400 * nsPerUs }));

  function storm(level: RecordLevel): World {
    const world = build(level);
    for (const fault of planned) world.scheduleFault(fault);
    return world;
  }

  it('has one fingerprint at every level, watched or not', () => {
    const runs = (['hash', 'ring', 'full'] as const).map((level) => {
      const world = storm(level);
      world.runUntil(30 * nsPerMs);
      return `${world.fingerprint} ${world.eventCount}`;
    });
    const watched = storm('hash');
    watched.watch(() => {});
    watched.runUntil(30 * nsPerMs);
    runs.push(`${watched.fingerprint} ${watched.eventCount}`);
    expect(new Set(runs).size).toBe(1);
    const calm = build('hash');
    calm.runUntil(30 * nsPerMs);
    expect(runs[0]).not.toContain(calm.fingerprint);
  });

  it('has one future, forked wherever triggers wait, and so has its trunk', () => {
    const whole = storm('hash');
    whole.runUntil(30 * nsPerMs);
    for (let atUs = 100; atUs < 14_000; atUs += 700) {
      const trunk = storm('hash');
      trunk.runUntil(atUs * nsPerUs);
      const branch = trunk.fork({ level: 'full' });
      for (const world of [branch, trunk]) {
        world.runUntil(30 * nsPerMs);
        expect(world.fingerprint).toBe(whole.fingerprint);
      }
      expect(branch.faults.missed).toEqual(whole.faults.missed);
    }
  });

  it('knows in a fork which mode each actor was in', () => {
    const trunk = build();
    trunk.scheduleFault(waiting([{ on: 'state', name: 'work', nth: 2 }]));
    trunk.runUntil(4.5 * nsPerMs);
    const branch = trunk.fork();
    branch.runUntil(20 * nsPerMs);
    expect(begins(branch)).toEqual([]);
  });

  it('knows the modes that actors were in before anything was waited for', () => {
    const world = build();
    world.runUntil(4.5 * nsPerMs);
    world.scheduleFault(waiting([{ on: 'state', name: 'work', nth: 1 }], {}, { atNs: world.now }));
    world.runUntil(20 * nsPerMs);
    expect(begins(world)).toEqual([]);
  });

  it('forgets what still waits when it is healed, and says what never came', () => {
    const world = build();
    world.scheduleFault(waiting([{ ...mark, nth: 3 }], { times: 9 }));
    world.scheduleFault(waiting([{ ...mark, name: 'never' }]));
    world.scheduleFault(waiting([mark], { delayNs: nsPerSec }));
    world.runUntil(5 * nsPerMs);
    world.heal();
    world.runUntil(2 * nsPerSec);
    expect(begins(world)).toEqual([3 * nsPerMs]);
    expect(world.faults.missed).toEqual([
      { faultId: 1, fault: 'slow-disk', reason: 'never came: mark never' },
      {
        faultId: 2,
        fault: 'slow-disk',
        reason: `healed before its delay of ${nsPerSec} ns was over`,
      },
    ]);
    const marks = world.entries.filter((e) => e.kind === 'mark' && e.name === 'fault.missed');
    expect(marks).toHaveLength(2);
  });
});

describe('a period', () => {
  const again = (period: FaultPeriod, forNs = nsPerMs): ScheduledFault => ({
    kind: 'slow-disk',
    atNs: 2 * nsPerMs,
    forNs,
    target: 'w',
    params: { factor: 2 },
    period,
  });

  it.each([
    [{ everyNs: 5 * nsPerMs }, [2, 7, 12, 17]],
    [{ everyNs: 5 * nsPerMs, untilNs: 12 * nsPerMs }, [2, 7]],
    [{ everyNs: 5 * nsPerMs, count: 3 }, [2, 7, 12]],
    [{ everyNs: 5 * nsPerMs, count: 1 }, [2]],
  ])('%j begins at %j ms', (period, atMs) => {
    const world = run(again(period));
    expect(begins(world).map((atNs) => atNs / nsPerMs)).toEqual(atMs);
  });

  it('lets occurrences overlap and undoes each, and ends when the world is healed', () => {
    const world = build();
    world.scheduleFault(again({ everyNs: 2 * nsPerMs }, 5 * nsPerMs));
    world.runUntil(6 * nsPerMs);
    const { device } = world.node('w').devices.get('disk')!;
    expect(device.slowFactor).toBe(8);
    world.heal();
    world.runUntil(50 * nsPerMs);
    expect(device.slowFactor).toBe(1);
    expect(begins(world)).toHaveLength(3);
    expect(world.faults.missed).toEqual([]);
  });

  it('goes on alike in a fork', () => {
    const trunk = build('hash');
    trunk.scheduleFault(again({ everyNs: 3 * nsPerMs, count: 5 }));
    trunk.runUntil(8 * nsPerMs);
    const branch = trunk.fork();
    for (const world of [branch, trunk]) world.runUntil(50 * nsPerMs);
    expect(branch.fingerprint).toBe(trunk.fingerprint);
  });
});

describe('a mistaken trigger or period is refused when it is planned', () => {
  it.each<[ScheduledFault, RegExp]>([
    [waiting([]), /without steps/],
    [waiting([{ ...mark, nth: 0 }]), /the 0th event/],
    [waiting([mark], { delayNs: -1 }), /delay -1 ns/],
    [waiting([mark], { times: 0 }), /fires 0 times/],
    [waiting([{ ...mark, actor: '=' }]), /selector '=' of a trigger is bad/],
    [waiting([mark], {}, { period: { everyNs: 1 } }), /a period and a trigger/],
    [{ kind: 'pause', atNs: 0, target: 'w', params: {}, period: { everyNs: 0 } }, /every 0 ns/],
  ])('%j', (fault, message) => {
    expect(() => build().scheduleFault(fault)).toThrow(message);
  });
});
