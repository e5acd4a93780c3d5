import { describe, expect, test } from 'vitest';
import {
  coverageCounts,
  FaultCoverageFold,
  knownModes,
  neverTried,
  otherState,
  statesMax,
  transitionsMax,
  wasEntered,
} from '../../sim/fault-coverage.ts';
import { type Behavior, createWorld, type Message, nsPerMs } from '../../sim/index.ts';
import type { Entry } from '../../sim/record.ts';

type Body = Entry extends infer E
  ? E extends Entry
    ? Omit<E, 'index' | 'atNs' | 'id' | 'cause' | 'previous'>
    : never
  : never;

function folded(bodies: readonly Body[], planned: readonly string[] = []) {
  const fold = new FaultCoverageFold(planned);
  for (const [index, body] of bodies.entries()) {
    const id = index.toString(16).padStart(16, '0');
    fold.observe({ ...body, index, atNs: index, id, cause: null, previous: null } as Entry);
  }
  return fold.coverage();
}

function start(actor: string, behavior: string, node = actor): Body {
  return { kind: 'start', actor, behavior, node, incarnation: 0, labels: {} };
}

function state(actor: string, name: string): Body {
  return { kind: 'state', actor, state: name };
}

function fault(phase: 'start' | 'end', faultId: number, name: string, targets: string[]): Body {
  return { kind: 'fault', actor: 'nemesis', phase, faultId, fault: name, targets, params: {} };
}

function stop(actor: string): Body {
  return { kind: 'stop', actor, reason: 'crash' };
}

describe('the fault coverage of a record', () => {
  test('tells a fault on the node from one elsewhere and from none', () => {
    const { machines } = folded([
      start('h1', 'host'),
      state('h1', 'recovering'),
      fault('start', 0, 'slow-disk', ['h2']),
      state('h1', 'serving'),
      fault('start', 1, 'partition', ['h1', 'h2']),
      state('h1', 'fenced'),
      fault('end', 1, 'partition', ['h1', 'h2']),
      fault('end', 0, 'slow-disk', ['h2']),
      state('h1', 'serving'),
    ]);
    expect(machines).toEqual([
      {
        machine: 'host',
        states: [
          { state: 'fenced', byFault: { partition: 1 }, elsewhere: 0, none: 0 },
          { state: 'recovering', byFault: {}, elsewhere: 0, none: 1 },
          { state: 'serving', byFault: { partition: 1 }, elsewhere: 1, none: 1 },
        ],
        transitions: [
          { from: 'fenced', to: 'serving', byFault: {}, elsewhere: 0, none: 1 },
          { from: 'recovering', to: 'serving', byFault: {}, elsewhere: 1, none: 0 },
          { from: 'serving', to: 'fenced', byFault: { partition: 1 }, elsewhere: 0, none: 0 },
        ],
      },
    ]);
  });

  test('lets a crash meet the state that it strikes, and no transition across the restart', () => {
    const { machines } = folded([
      start('h1', 'host'),
      state('h1', 'serving'),
      fault('start', 0, 'crash', ['h1']),
      stop('h1'),
      fault('start', 1, 'crash', ['h1']),
      fault('end', 0, 'crash', ['h1']),
      fault('end', 1, 'crash', ['h1']),
      start('h1', 'host'),
      state('h1', 'recovering'),
    ]);
    expect(machines[0]!.states).toEqual([
      { state: 'recovering', byFault: {}, elsewhere: 0, none: 1 },
      { state: 'serving', byFault: { crash: 1 }, elsewhere: 0, none: 1 },
    ]);
    expect(machines[0]!.transitions).toEqual([]);
  });

  test('counts an entry once for a kind, however many faults of it are active', () => {
    const { machines } = folded([
      start('h1', 'host'),
      fault('start', 0, 'message-loss', ['h1']),
      fault('start', 1, 'message-loss', ['h1']),
      fault('start', 2, 'slow-disk', ['h1']),
      state('h1', 'serving'),
      fault('end', 0, 'message-loss', ['h1']),
      state('h1', 'idle'),
    ]);
    const both = { 'message-loss': 1, 'slow-disk': 1 };
    expect(machines[0]!.states.map(({ byFault }) => byFault)).toEqual([both, both]);
  });

  test('counts actors of one behavior together, wherever they live', () => {
    const { machines } = folded([
      start('client-1', 'client'),
      start('client-1/copy-7', 're-mirror', 'client-1'),
      start('client-2/copy-9', 're-mirror', 'client-2'),
      state('client-2/copy-9', 'copying'),
      state('client-1/copy-7', 'copying'),
      fault('start', 0, 'pause', ['client-1']),
    ]);
    expect(machines).toEqual([
      {
        machine: 're-mirror',
        states: [{ state: 'copying', byFault: { pause: 1 }, elsewhere: 0, none: 2 }],
        transitions: [],
      },
    ]);
  });

  test('ignores actors whose start is not in the record (level ring)', () => {
    expect(folded([state('h1', 'serving')]).machines).toEqual([]);
  });

  test('stays bounded (states and transitions without end)', () => {
    const names = Array.from({ length: 3 * statesMax }, (_, index) => `s${index}`);
    const wander = names.flatMap((name) => [state('h1', name), state('h1', 'hub')]);
    const { machines } = folded([start('h1', 'host'), ...wander]);
    const { states, transitions } = machines[0]!;
    expect(states.length).toBe(statesMax + 1);
    expect(transitions.length).toBe(transitionsMax + 1);
    const sum = (counts: readonly { none: number }[]) => counts.reduce((n, c) => n + c.none, 0);
    expect(sum(states)).toBe(wander.length);
    expect(sum(transitions)).toBe(wander.length - 1);
    expect(states.find((one) => one.state === otherState)!.none).toBe(2 * statesMax + 1);
  });
});

describe('what was never tried', () => {
  const coverage = folded(
    [
      start('h1', 'host'),
      state('h1', 'serving'),
      fault('start', 0, 'pause', ['h1']),
      fault('end', 0, 'pause', ['h1']),
      state('h1', 'fenced'),
    ],
    ['crash'],
  );

  test('is every pair of an entered state and a planned kind that never met', () => {
    expect(coverage.faults).toEqual(['crash', 'pause']);
    expect(neverTried(coverage)).toEqual([
      { machine: 'host', state: 'fenced', fault: 'crash' },
      { machine: 'host', state: 'fenced', fault: 'pause' },
      { machine: 'host', state: 'serving', fault: 'crash' },
    ]);
    expect(coverageCounts(coverage)).toEqual({ reachedCount: 1, possibleCount: 4 });
  });

  test('can be asked of any kinds of faults', () => {
    expect(neverTried(coverage, ['pause'])).toEqual([
      { machine: 'host', state: 'fenced', fault: 'pause' },
    ]);
    expect(coverageCounts(coverage, [])).toEqual({ reachedCount: 0, possibleCount: 0 });
  });

  test('shrinks when another run is added, and the order of adding does not matter', () => {
    const other = folded([
      start('h2', 'host'),
      state('h2', 'fenced'),
      fault('start', 4, 'crash', ['h2']),
    ]);
    const sum = (parts: readonly (typeof other)[]) => {
      const fold = new FaultCoverageFold();
      for (const part of parts) fold.add(part);
      return fold.coverage();
    };
    const both = sum([coverage, other]);
    expect(neverTried(both).map((one) => `${one.state} ${one.fault}`)).toEqual([
      'fenced pause',
      'serving crash',
    ]);
    expect(both.machines[0]!.states[0]).toEqual({
      state: 'fenced',
      byFault: { crash: 1 },
      elsewhere: 0,
      none: 2,
    });
    expect(JSON.stringify(sum([other, coverage]))).toBe(JSON.stringify(both));
    expect(sum([coverage])).toEqual(coverage);
  });
});

describe('states that are known beforehand', () => {
  const modes = knownModes([
    { name: 'host', modes: ['recovering', 'serving', 'failed'] },
    { name: 'host', modes: ['serving', 'retired'] },
    { name: 'cell', modes: ['forming'] },
    { name: 'client' },
  ]);
  const fold = new FaultCoverageFold(['crash'], modes);
  const bodies = [start('h1', 'host'), state('h1', 'serving'), fault('start', 0, 'crash', ['h1'])];
  for (const [index, body] of bodies.entries()) {
    fold.observe({ ...body, index, atNs: index, id: `${index}` } as unknown as Entry);
  }
  const coverage = fold.coverage();

  test('count as possible, in machines that never started too', () => {
    expect(coverage.machines.map(({ machine, states }) => [machine, states.length])).toEqual([
      ['cell', 1],
      ['host', 4],
    ]);
    expect(coverageCounts(coverage)).toEqual({ reachedCount: 1, possibleCount: 5 });
    expect(neverTried(coverage).map((one) => `${one.machine} ${one.state}`)).toEqual([
      'cell forming',
      'host failed',
      'host recovering',
      'host retired',
    ]);
  });

  test('are told from those that were entered', () => {
    const entered = coverage.machines.flatMap(({ states }) => states.filter(wasEntered));
    expect(entered.map((one) => one.state)).toEqual(['serving']);
  });

  test('are kept when runs are summed up', () => {
    const sum = new FaultCoverageFold();
    sum.add(coverage);
    expect(sum.coverage()).toEqual(coverage);
  });
});

/** Works and rests in turn, ten milliseconds each. */
const worker: Behavior<{ mode: string }> = {
  name: 'worker',
  init(_input, _self, out) {
    out.setTimer('turn', 10 * nsPerMs, { type: 'turn' });
    return { mode: 'resting' };
  },
  receive(current: { mode: string }, _message: Message, _from, _self, out) {
    out.setTimer('turn', 10 * nsPerMs, { type: 'turn' });
    return { mode: current.mode === 'resting' ? 'working' : 'resting' };
  },
  copy: (current) => ({ ...current }),
  mode: ({ mode }) => mode,
};

describe('a small world', () => {
  const runWorld = () => {
    const world = createWorld({ seed: '1', level: 'hash' });
    const fold = new FaultCoverageFold();
    world.watch((entry) => fold.observe(entry));
    for (const id of ['a', 'b']) {
      world.addNode({ id });
      world.spawn({ id, node: id, behavior: worker });
    }
    const fault = (kind: string, atMs: number, forMs: number, target: string) => {
      const times = { atNs: atMs * nsPerMs, forNs: forMs * nsPerMs };
      world.scheduleFault({ kind, ...times, target, params: {} });
    };
    // Resting until 10 ms, working until 20 ms: `a` is struck while it works.
    fault('crash', 15, 3, 'a');
    fault('isolate', 25, 10, 'b');
    world.runUntil(36 * nsPerMs);
    return fold.coverage();
  };

  test('counts what the kernel did (a crash at work, an isolation across one turn)', () => {
    const [{ machine, states, transitions }] = runWorld().machines as [
      ReturnType<typeof runWorld>['machines'][number],
    ];
    expect(machine).toBe('worker');
    expect(states).toEqual([
      // Both start at rest, `a` again at 18 ms, `b` rests from 20 ms and is isolated at 25 ms.
      { state: 'resting', byFault: { isolate: 1 }, elsewhere: 0, none: 4 },
      // `a` and `b` at 10 ms; `a` again at 28 ms, `b` again at 30 ms.
      { state: 'working', byFault: { crash: 1, isolate: 1 }, elsewhere: 1, none: 2 },
    ]);
    expect(transitions).toEqual([
      { from: 'resting', to: 'working', byFault: { isolate: 1 }, elsewhere: 1, none: 2 },
      { from: 'working', to: 'resting', byFault: {}, elsewhere: 0, none: 1 },
    ]);
    expect(neverTried(runWorld())).toEqual([
      { machine: 'worker', state: 'resting', fault: 'crash' },
    ]);
  });

  test('gives the same bytes again', () => {
    expect(JSON.stringify(runWorld())).toBe(JSON.stringify(runWorld()));
  });
});
