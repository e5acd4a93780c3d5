import { describe, expect, it } from 'vitest';
import {
  type AnyActorRef,
  assign,
  createMachine,
  emit,
  fromPromise,
  sendParent,
  sendTo,
  setup,
} from 'xstate';
import { machineBehavior } from '../../sim/machine-actor.ts';
import { createWorld, type World } from '../../sim/world.ts';

const ms = 1_000_000;

const worker = setup({
  types: { input: {} as { readonly step: number }, context: {} as { readonly step: number } },
}).createMachine({
  id: 'worker',
  context: ({ input }) => ({ step: input.step }),
  initial: 'working',
  states: { working: { after: { 5: 'finished' } }, finished: { type: 'final' } },
  output: ({ context }) => context.step,
});

/** Asks a server again and again until it answers, then lets a child work; round and round. */
const client = setup({
  types: {
    context: {} as { readonly rounds: number; readonly tries: number },
    events: {} as { type: 'granted' },
  },
  actors: { worker },
  actions: {
    ask: sendTo(({ system }) => system.get('server'), { type: 'ask' }),
    noteTry: assign({ tries: ({ context }) => context.tries + 1 }),
    noteRound: assign({ rounds: ({ context }) => context.rounds + 1 }),
    tell: emit(({ context }) => ({ type: 'round.finished', rounds: context.rounds })),
  },
}).createMachine({
  id: 'client',
  context: () => ({ rounds: 0, tries: 0 }),
  initial: 'asking',
  states: {
    asking: {
      entry: ['noteTry', 'ask'],
      after: { 20: { target: 'asking', reenter: true } },
      on: { granted: 'busy' },
    },
    busy: {
      invoke: {
        id: 'work',
        src: 'worker',
        input: ({ context }) => ({ step: context.rounds }),
        onDone: { target: 'asking', actions: ['noteRound', 'tell'] },
      },
    },
  },
});

const server = setup({
  types: { events: {} as { type: 'ask'; from: string } },
}).createMachine({
  id: 'server',
  on: {
    ask: { actions: sendTo(({ event, system }) => system.get(event.from), { type: 'granted' }) },
  },
});

function build(seed: string): World {
  const world = createWorld({ seed, level: 'full' });
  for (const id of ['a', 'b']) world.addNode({ id });
  world.spawn({ id: 'client', node: 'a', behavior: machineBehavior(client) });
  world.spawn({ id: 'server', node: 'b', behavior: machineBehavior(server, { withSender: true }) });
  return world;
}

function modes(world: World): string[] {
  return world.entries.flatMap((entry) => {
    if (entry.kind === 'state' && entry.actor === 'client') return [entry.state];
    return entry.kind === 'mark' ? [entry.name] : [];
  });
}

describe('machines in a world', () => {
  it('go their rounds over the network, with a child that ends each time', () => {
    const world = build('1');
    world.runUntil(100 * ms);
    expect(modes(world).slice(0, 5)).toEqual([
      'asking',
      'busy',
      'asking',
      'round.finished',
      'busy',
    ]);
    const starts = world.entries.filter((e) => e.kind === 'start' && e.actor === 'client/work');
    expect(starts.length).toBeGreaterThan(10);
    const stops = world.entries.filter((e) => e.kind === 'stop' && e.actor === 'client/work');
    expect(starts.length - stops.length).toBeLessThanOrEqual(1);
  });

  it('give the same fingerprint in the same process (one seed), whatever ran between', () => {
    const first = build('1');
    first.runUntil(200 * ms);
    const other = build('2');
    other.runUntil(50 * ms);
    const again = build('1');
    again.runUntil(200 * ms);
    expect(again.fingerprint).toBe(first.fingerprint);
    expect(again.entries).toEqual(first.entries);
  });

  it('go on alike on both sides of a fork, child and timers included', () => {
    const world = build('1');
    world.runUntil(33 * ms);
    const fork = world.fork();
    world.runUntil(150 * ms);
    const left = world.fingerprint;
    fork.runUntil(150 * ms);
    expect(fork.fingerprint).toBe(left);
  });

  it('start again from nothing after a crash, and keep retrying while the server is down', () => {
    const world = build('1');
    world.runUntil(20 * ms);
    world.crash('b', { power: false });
    world.runUntil(120 * ms);
    expect(world.modeOf('client')).toBe('asking');
    world.crash('a', { power: false });
    world.restart('a');
    world.restart('b');
    world.runUntil(240 * ms);
    const starts = world.entries.filter((e) => e.kind === 'start' && e.actor === 'client');
    expect(starts.map((e) => e.kind === 'start' && e.incarnation)).toEqual([0, 1]);
    expect(modes(world).filter((name) => name === 'round.finished').length).toBeGreaterThan(10);
  });

  it('carry references in events over a boundary that freezes', () => {
    const greeter = createMachine({
      id: 'greeter',
      entry: sendTo(
        ({ system }) => system.get('host'),
        ({ self }) => ({ type: 'hello', replyTo: self }),
      ),
      on: { welcome: { actions: emit({ type: 'welcomed' }) } },
    });
    const host = createMachine({
      id: 'host',
      types: {} as { events: { type: 'hello'; replyTo: AnyActorRef } },
      on: { hello: { actions: sendTo(({ event }) => event.replyTo, { type: 'welcome' }) } },
    });
    const world = createWorld({ seed: '1', level: 'full' });
    world.addNode({ id: 'a' });
    world.spawn({ id: 'host', node: 'a', behavior: machineBehavior(host) });
    world.spawn({ id: 'greeter', node: 'a', behavior: machineBehavior(greeter) });
    world.runUntil(10 * ms);
    expect(modes(world)).toEqual(['welcomed']);
  });

  it('hear their child through sendParent (nested twice)', () => {
    const leaf = createMachine({ id: 'leaf', entry: sendParent({ type: 'up' }) });
    const mid = createMachine({
      id: 'mid',
      invoke: { id: 'leaf', src: leaf },
      on: { up: { actions: sendParent({ type: 'up' }) } },
    });
    const top = createMachine({
      id: 'top',
      initial: 'low',
      invoke: { id: 'mid', src: mid },
      states: { low: { on: { up: 'high' } }, high: {} },
    });
    const world = createWorld({ seed: '1' });
    world.addNode({ id: 'a' });
    world.spawn({ id: 'top', node: 'a', behavior: machineBehavior(top) });
    world.runUntil(10 * ms);
    expect(world.modeOf('top')).toBe('high');
    expect(world.actor('top/mid/leaf').alive).toBe(true);
  });

  it('are refused before they reach the world (fromPromise)', () => {
    const loading = setup({ actors: { load: fromPromise(async () => 1) } }).createMachine({
      id: 'm',
    });
    expect(() => machineBehavior(loading)).toThrow("actor source 'load': fromPromise logic");
  });
});
