// The world's own speed: plain actors on one node and over a wire, what the record costs, what a
// fork costs, and XState actors in a world against a bare `send` loop on the same machine
// definition.
import { assign, createActor, setup } from 'xstate';
import type { Behavior, Message, RecordLevel } from '../sim/index.ts';
import { createWorld, machineBehavior, nsPerUs, type World } from '../sim/index.ts';
import type { BenchRow } from './row.ts';

interface Token extends Message {
  readonly type: 'token';
  readonly hops: number;
}

const actorCount = 16;

const passOn: Behavior<{ seen: number }> = {
  name: 'pass-on',
  init: () => ({ seen: 0 }),
  receive(state, message, _from, self, out) {
    state.seen += 1;
    const { hops } = message as Token;
    out.send(nextOf.get(self.id) ?? 'a-0', { type: 'token', hops: hops + 1 } as Token, 64);
    return state;
  },
  copy: (state) => ({ ...state }),
};
const nextOf = new Map(
  Array.from({ length: actorCount }, (_, i) => [`a-${i}`, `a-${(i + 1) % actorCount}`]),
);

function plainWorld(level: RecordLevel, nodeCount: number): World {
  const world = createWorld({ seed: 1, level, freeze: false, guard: false });
  for (let i = 0; i < nodeCount; i++) world.addNode({ id: `n-${i}` });
  for (let i = 0; i < actorCount; i++) {
    world.spawn({ id: `a-${i}`, node: `n-${i % nodeCount}`, behavior: passOn });
  }
  world.runUntil(0);
  for (let i = 0; i < actorCount; i++) world.send(`a-${i}`, { type: 'token', hops: 0 } as Token);
  return world;
}

const traffic = setup({
  types: {
    context: {} as { count: number; total: number },
    events: {} as { type: 'work'; size: number } | { type: 'rest' },
  },
  guards: { isLarge: ({ event }) => event.type === 'work' && event.size > 900 },
  actions: {
    count: assign({ count: ({ context }) => context.count + 1 }),
    add: assign({
      total: ({ context, event }) => context.total + (event.type === 'work' ? event.size : 0),
    }),
  },
}).createMachine({
  id: 'traffic',
  context: () => ({ count: 0, total: 0 }),
  initial: 'idle',
  states: {
    idle: {
      on: {
        work: [
          { guard: 'isLarge', target: 'busy', actions: ['count', 'add'] },
          { actions: ['count', 'add'] },
        ],
      },
    },
    busy: { on: { work: { target: 'idle', actions: 'count' }, rest: 'idle' } },
  },
});

/** Feeds a machine one event per microsecond of virtual time. */
const feed: Behavior<{ sent: number }> = {
  name: 'feed',
  init: (_input, _self, out) => {
    out.setTimer('next', nsPerUs, { type: 'next' });
    return { sent: 0 };
  },
  receive(state, _message, _from, _self, out) {
    for (let i = 0; i < burst; i++) out.send('machine', workEvents[state.sent++ & 1023], 64);
    out.setTimer('next', nsPerUs, { type: 'next' });
    return state;
  },
  copy: (state) => ({ ...state }),
};
const burst = 64;
const workEvents = Array.from(
  { length: 1024 },
  (_, i) => ({ type: 'work', size: (i * 37) % 1000 }) as const,
);

function machineWorld(level: RecordLevel): World {
  const world = createWorld({ seed: 1, level, freeze: false, guard: false });
  world.addNode({ id: 'n' });
  world.spawn({ id: 'machine', node: 'n', behavior: machineBehavior(traffic) });
  world.spawn({ id: 'feed', node: 'n', behavior: feed });
  world.runUntil(0);
  return world;
}

function ratePerSec(count: number, run: () => void): number {
  const startMs = performance.now();
  run();
  return (count * 1000) / (performance.now() - startMs);
}

function worldRate(world: World, count: number): number {
  return ratePerSec(count, () => world.runSteps(count));
}

function bareRate(count: number): number {
  const actor = createActor(traffic).start();
  const rate = ratePerSec(count, () => {
    for (let i = 0; i < count; i++) actor.send(workEvents[i & 1023]);
  });
  actor.stop();
  return rate;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}

/** Runs every candidate once a round, so that a slow minute of the machine strikes all of them. */
function rounds<K extends string>(count: number, candidates: Record<K, () => number>) {
  const names = Object.keys(candidates) as K[];
  const rates = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<
    K,
    number[]
  >;
  for (const name of names) candidates[name]();
  for (let round = 0; round < count; round++) {
    for (const name of names) rates[name].push(candidates[name]());
  }
  const ratio = (a: K, b: K) => median(rates[a].map((rate, i) => rate / rates[b][i]));
  return { rate: (name: K) => median(rates[name]), ratio };
}

/** Rates and ratios of the world. */
export function benchWorld(): BenchRow[] {
  const plain = rounds(9, {
    off: () => worldRate(plainWorld('off', 1), 1_000_000),
    hash: () => worldRate(plainWorld('hash', 1), 1_000_000),
    wire: () => worldRate(plainWorld('hash', 4), 500_000),
  });
  const machine = rounds(9, {
    bare: () => bareRate(300_000),
    off: () => worldRate(machineWorld('off'), 300_000),
    hash: () => worldRate(machineWorld('hash'), 300_000),
  });
  const fork = forkMicros();
  return [
    row(
      'plain actors, one node, hash chain on',
      plain.rate('hash') / 1e6,
      'M events/s',
      3,
      'above',
    ),
    row('plain actors, four nodes, hash chain on', plain.rate('wire') / 1e6, 'M events/s'),
    row(
      'plain actors: cost of level hash',
      (1 - plain.ratio('hash', 'off')) * 100,
      '%',
      10,
      'below',
    ),
    row(
      'XState actor: world / bare send loop',
      machine.ratio('hash', 'bare'),
      'ratio',
      0.8,
      'above',
    ),
    row('XState actor: bare send loop', machine.rate('bare') / 1e3, 'k events/s'),
    row(
      'XState actor: cost of level hash',
      (1 - machine.ratio('hash', 'off')) * 100,
      '%',
      10,
      'below',
    ),
    row('fork of a five-node world', fork, 'us', 100, 'below'),
  ];
}

function forkMicros(): number {
  const world = plainWorld('hash', 5);
  world.runSteps(10_000);
  const count = 2000;
  const perSec = ratePerSec(count, () => {
    for (let i = 0; i < count; i++) world.fork();
  });
  return 1e6 / perSec;
}

function row(
  name: string,
  value: number,
  unit: string,
  target?: number,
  side: 'above' | 'below' = 'above',
): BenchRow {
  if (target === undefined) return { name, value, unit };
  const held = side === 'above' ? value >= target : value <= target;
  return { name, value, unit, target: `${side === 'above' ? '>=' : '<='} ${target}`, held };
}
