// An XState machine under the kernel's driver against the same machine as a live XState actor.
import { assign, createActor, type EventFromLogic, emit, setup } from 'xstate';
import type { Outbox, Self } from '../sim/actor.ts';
import { machineBehavior, machineDriver } from '../sim/machine-actor.ts';
import { createWorld } from '../sim/world.ts';
import type { BenchRow } from './row.ts';

const roundCount = 21;
const eventCount = 50_000;
const driverRatioMin = 1;
const worldRatioMin = 0.8;

/**
 * A cell that serves, drains and moves on: a guard, two assigns, an emit, two delays, seven edges.
 */
const cell = setup({
  types: {
    context: {} as { readonly epoch: number; readonly served: number },
    events: {} as
      | { type: 'lease.granted'; epoch: number }
      | { type: 'write' }
      | { type: 'drain' }
      | { type: 'drained' },
    emitted: {} as { type: 'epoch.entered'; epoch: number },
  },
  actions: {
    enterEpoch: assign({
      epoch: ({ context, event }) => (event.type === 'lease.granted' ? event.epoch : context.epoch),
    }),
    countWrite: assign({ served: ({ context }) => context.served + 1 }),
    tellEpoch: emit(({ context }) => ({ type: 'epoch.entered', epoch: context.epoch })),
  },
  guards: {
    isNewer: ({ context, event }) => event.type === 'lease.granted' && event.epoch > context.epoch,
  },
}).createMachine({
  id: 'cell',
  context: () => ({ epoch: 0, served: 0 }),
  initial: 'waiting',
  states: {
    waiting: {
      on: {
        'lease.granted': {
          guard: 'isNewer',
          target: 'serving',
          actions: ['enterEpoch', 'tellEpoch'],
        },
      },
    },
    serving: {
      on: { write: { actions: 'countWrite' }, drain: 'draining' },
      after: { 30000: 'waiting' },
    },
    draining: {
      on: { drained: 'waiting', write: 'draining' },
      after: { 10000: 'waiting' },
    },
  },
});

type CellEvent = EventFromLogic<typeof cell>;

// One lap of ten events: in, six writes, out, and one that the guard turns away.
const lap: readonly CellEvent['type'][] = [
  'lease.granted',
  'write',
  'write',
  'write',
  'write',
  'write',
  'write',
  'drain',
  'drained',
  'drained',
];

function cellEvents(): readonly CellEvent[] {
  const events: CellEvent[] = [];
  for (let i = 0; i < eventCount; i++) {
    const type = lap[i % lap.length] as CellEvent['type'];
    events.push(type === 'lease.granted' ? { type, epoch: i + 1 } : { type });
  }
  return events;
}

/** Events per second of each way over the same machine and events, and their ratios. */
export function benchMachine(): BenchRow[] {
  const events = cellEvents();
  const rates = { live: [] as number[], driver: [] as number[], world: [] as number[] };
  // Rounds take turns, so that a slow spell of the computer falls on all of them.
  for (let round = 0; round < roundCount; round++) {
    rates.live.push(rateOf(() => runLive(events)));
    rates.driver.push(rateOf(() => runDriver(events)));
    rates.world.push(rateOf(() => runWorld(events)));
  }
  const live = median(rates.live);
  const driverRatio = median(rates.driver) / live;
  const worldRatio = median(rates.world) / live;
  return [
    { name: 'machine: live actor, send', value: live, unit: 'events/s' },
    { name: 'machine: driver, next', value: median(rates.driver), unit: 'events/s' },
    { name: 'machine: world step', value: median(rates.world), unit: 'events/s' },
    {
      name: 'machine: driver to live actor',
      value: driverRatio,
      unit: 'ratio',
      target: `at least ${driverRatioMin}`,
      held: driverRatio >= driverRatioMin,
    },
    {
      name: 'machine: world step to live actor',
      value: worldRatio,
      unit: 'ratio',
      target: `at least ${worldRatioMin}`,
      held: worldRatio >= worldRatioMin,
    },
  ];
}

// Delays are armed and cancelled, none is due: no clock of its own may cost one side.
const stillClock = { setTimeout: () => 0, clearTimeout: () => {} };

function runLive(events: readonly CellEvent[]): number {
  const actor = createActor(cell, { clock: stillClock }).start();
  for (const event of events) actor.send(event);
  const { served } = actor.getSnapshot().context;
  actor.stop();
  return served;
}

function runDriver(events: readonly CellEvent[]): number {
  const driver = machineDriver(cell);
  let snapshot = driver.initial(undefined, benchSelf, noEffects, ignore);
  for (const event of events) {
    snapshot = driver.next(snapshot, event, benchSelf, noEffects, ignore);
  }
  return snapshot.context.served;
}

const burstCount = 100;

// All at one instant, which holds 100000 events at most.
function runWorld(events: readonly CellEvent[]): number {
  const world = createWorld({ seed: 1, level: 'hash' });
  world.addNode({ id: 'n1' });
  world.spawn({ id: 'cell', node: 'n1', behavior: machineBehavior(cell) });
  world.runSteps(1);
  for (let start = 0; start < events.length; start += burstCount) {
    for (let i = start; i < start + burstCount; i++) world.send('cell', events[i] as CellEvent);
    world.runSteps(burstCount);
  }
  return (world.actor('cell').state as { context: { served: number } }).context.served;
}

const servedExpected = (eventCount / lap.length) * 6;

function rateOf(run: () => number): number {
  const start = performance.now();
  const served = run();
  const seconds = (performance.now() - start) / 1_000;
  if (served !== servedExpected) {
    throw new Error(`${served} writes were served, expected ${servedExpected}`);
  }
  return eventCount / seconds;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] as number;
}

function ignore(): void {}

const benchSelf: Self = {
  id: 'cell',
  node: 'n1',
  labels: {},
  incarnation: 0,
  nowNs: () => 0,
  choose: () => 0,
  faultPoint: () => false,
};

const noEffects: Outbox = {
  send: ignore,
  setTimer: ignore,
  cancelTimer: ignore,
  submitIo: ignore,
  spawn: ignore,
  stop: ignore,
  invoke: ignore,
  complete: ignore,
  mark: ignore,
  gauge: ignore,
};
