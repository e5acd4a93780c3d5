// What a channel promises over a network that loses, doubles and reorders, and between actors that
// restart.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Behavior,
  type Channel,
  createWorld,
  defaultNetwork,
  type Message,
  nsPerMs,
  nsPerSec,
  nsPerUs,
  openChannel,
  type ScheduledFault,
  uniformTable,
  type World,
} from '../../sim/index.ts';
import { deliveriesTo, marksOf } from '../support/behaviors.ts';

const resendNs = 2 * nsPerMs;
const itemCountMax = 60;

/** The n-th item that one incarnation sends, counted from 0. */
interface Word extends Message {
  readonly type: 'word';
  readonly source: number;
  readonly n: number;
}

interface Talker {
  readonly channel: Channel;
  readonly to: string;
  sentCount: number;
}

interface TalkerInput {
  readonly to: string;
  /** False: items go as datagrams, for comparison. */
  readonly ordered: boolean;
  readonly windowCount?: number;
  readonly queueMax?: number;
}

/** Sends two items at each beat of its clock until all are sent; notes what is delivered to it. */
const talker: Behavior<Talker & TalkerInput, TalkerInput> = {
  name: 'talker',
  init(input, self, out) {
    const { ordered: _, ...limits } = input;
    out.setTimer('beat', nsPerMs, { type: 'beat' });
    const channel = openChannel({ ...limits, incarnation: self.incarnation, resendNs });
    return { ...input, channel, sentCount: 0 };
  },
  receive(state, message, from, self, out) {
    if (message.type === 'beat') {
      for (let i = 0; i < 2; i++) {
        const word: Word = { type: 'word', source: self.incarnation, n: state.sentCount };
        if (!state.ordered) out.send(state.to, word);
        else if (!state.channel.send(word, out)) continue;
        state.sentCount += 1;
      }
      if (state.sentCount < itemCountMax) out.setTimer('beat', nsPerMs, { type: 'beat' });
      return state;
    }
    if (state.channel.onTimer(message, out)) return state;
    const words = state.ordered ? state.channel.onMessage(message, from, out) : [message];
    if (words === null) out.mark('foreign', { type: message.type });
    for (const word of words ?? []) {
      const { source, n } = word as Word;
      out.mark('delivered', { source, n, target: self.incarnation });
    }
    out.gauge('unacked', state.channel.unackedCount);
    return state;
  },
  copy: (state) => ({ ...state, channel: state.channel.copy() }),
};

interface Trial {
  readonly faults?: readonly ScheduledFault[];
  readonly ordered?: boolean;
  readonly windowCount?: number;
  readonly queueMax?: number;
  readonly seed?: number;
}

/** Two talkers on two nodes, faults to come. */
function talking({ faults = [], ordered = true, seed = 1, ...limits }: Trial): World {
  const network = { ...defaultNetwork, sameZone: uniformTable(50 * nsPerUs, 500 * nsPerUs) };
  const world = createWorld({ seed, level: 'full', network });
  for (const [id, to] of [
    ['a', '@b'],
    ['b', '@a'],
  ] as const) {
    world.addNode({ id });
    const input: TalkerInput = { to, ordered, ...limits };
    world.spawn({ id: `@${id}`, node: id, behavior: talker, input });
  }
  for (const fault of faults) world.scheduleFault(fault);
  return world;
}

/** Runs under faults, heals, and lets it settle. */
function settled(trial: Trial): World {
  const world = talking(trial);
  world.runUntil(80 * nsPerMs);
  world.heal();
  world.runUntil(nsPerSec);
  return world;
}

interface Delivery {
  readonly source: number;
  readonly n: number;
  readonly target: number;
}

function deliveredTo(world: World, actor: string): readonly Delivery[] {
  return world.entries.flatMap((entry) =>
    entry.kind === 'mark' && entry.name === 'delivered' && entry.actor === actor
      ? [entry.facts as unknown as Delivery]
      : [],
  );
}

/** What breaks the promise, in the order it happened. */
function orderProblems(world: World): readonly string[] {
  const problems: string[] = [];
  for (const actor of ['@a', '@b']) {
    const nextByStream = new Map<string, number>();
    const nextBySource = new Map<number, number>();
    let newestSource = 0;
    for (const { source, n, target } of deliveredTo(world, actor)) {
      const stream = `${source} to ${target}`;
      const next = nextByStream.get(stream);
      const heard = nextBySource.get(source) ?? 0;
      const what = `${actor} got ${n} of ${stream}`;
      if (next !== undefined && n !== next) problems.push(`${what}, expected ${next}`);
      if (next === undefined && n > heard) problems.push(`${what}, ${heard} never arrived`);
      if (source < newestSource) problems.push(`${what} after ${newestSource}`);
      newestSource = Math.max(newestSource, source);
      nextByStream.set(stream, n + 1);
      nextBySource.set(source, Math.max(heard, n + 1));
    }
  }
  return problems;
}

/** What the last incarnations have not told each other though everything is healed. */
function missing(world: World): readonly string[] {
  return ['a', 'b'].flatMap((id) => {
    const source = world.actor(`@${id}`).incarnation;
    const to = id === 'a' ? '@b' : '@a';
    const heard = deliveredTo(world, to).filter((delivery) => delivery.source === source);
    const last = Math.max(-1, ...heard.map(({ n }) => n));
    return last === itemCountMax - 1 ? [] : [`${to} heard ${last + 1} items of @${id}`];
  });
}

const everyFault = fc.oneof(
  fc.record({
    kind: fc.constantFrom('message-loss', 'message-duplication', 'message-reordering'),
    atNs: fc.integer({ min: 0, max: 60 * nsPerMs }),
    forNs: fc.integer({ min: 1, max: 40 * nsPerMs }),
    target: fc.constantFrom('a', 'b', 'any'),
    params: fc.integer({ min: 1, max: 9 }).map((tenths) => ({ share: tenths / 10 })),
  }),
  fc.record({
    kind: fc.constantFrom('crash', 'power-loss', 'isolate', 'pause'),
    atNs: fc.integer({ min: 0, max: 60 * nsPerMs }),
    forNs: fc.integer({ min: 1, max: 20 * nsPerMs }),
    target: fc.constantFrom('a', 'b'),
    params: fc.constant({}),
  }),
);

const trials = fc.record({
  faults: fc.array(everyFault, { maxLength: 8 }),
  windowCount: fc.constantFrom(1, 2, 16),
  seed: fc.noShrink(fc.integer({ min: 0, max: 1_000_000 })),
});

describe('channel', () => {
  it('delivers all items in order, once each (nothing wrong)', () => {
    const world = settled({});
    for (const actor of ['@a', '@b']) {
      expect(deliveredTo(world, actor).map(({ n }) => n)).toEqual([...Array(itemCountMax).keys()]);
    }
  });

  it('keeps its promise under loss, doubles, reordering, cuts and restarts', () => {
    let restartCount = 0;
    fc.assert(
      fc.property(trials, (trial) => {
        const world = settled(trial);
        restartCount += world.actor('@a').incarnation + world.actor('@b').incarnation;
        expect(orderProblems(world)).toEqual([]);
        expect(missing(world)).toEqual([]);
      }),
      { seed: 20260, numRuns: 150 },
    );
    expect(restartCount).toBeGreaterThan(100);
  });

  it('is needed: datagrams break the same promise (loss, doubles, reordering of 30 %)', () => {
    const kinds = ['message-loss', 'message-duplication', 'message-reordering'];
    const problems = kinds.map((kind) => {
      const fault = { kind, atNs: 0, target: 'a', params: { share: 0.3 } };
      expect(orderProblems(settled({ faults: [fault] }))).toEqual([]);
      return orderProblems(settled({ faults: [fault], ordered: false })).length;
    });
    expect(Math.min(...problems)).toBeGreaterThan(0);
  });

  it('carries what was not acked over to a restarted receiver', () => {
    const crash = {
      kind: 'crash',
      atNs: 10.2 * nsPerMs,
      forNs: 5 * nsPerMs,
      target: 'b',
      params: {},
    };
    const heard = deliveredTo(settled({ faults: [crash] }), '@b');
    const before = heard.filter(({ target }) => target === 0).map(({ n }) => n);
    const after = heard.filter(({ target }) => target === 1).map(({ n }) => n);
    expect(before.length).toBeGreaterThan(10);
    expect(before[0]).toBe(0);
    expect(after[0]).toBeLessThanOrEqual(before.length);
    expect(after.at(-1)).toBe(itemCountMax - 1);
    expect(after).toHaveLength(itemCountMax - after[0]!);
  });

  it('refuses segments of a sender that was restarted since', () => {
    expect(heardOf(['3:0', '2:1', '4:0', '3:1', '4:2', '4:1'])).toEqual([
      '3:0',
      '4:0',
      '4:1',
      '4:2',
    ]);
  });

  it('keeps early items up to its window and drops those beyond, and doubles (window 4)', () => {
    const early = ['1:5', '1:4', '1:3', '1:1', '1:3'];
    expect(heardOf([...early, '1:0', '1:0', '1:2', '1:4'])).toEqual([
      '1:0',
      '1:1',
      '1:2',
      '1:3',
      '1:4',
    ]);
  });

  it('has no more in flight than its window, takes no more than its queue (peer cut off)', () => {
    const cut = { kind: 'isolate', atNs: 20.5 * nsPerMs, target: 'b', params: {} };
    const world = talking({ faults: [cut], windowCount: 4, queueMax: 10 });
    world.runUntil(15 * nsPerMs);
    const before = world.actor('@a').state as Talker;
    expect(before.sentCount).toBe(30);
    world.runUntil(60 * nsPerMs);
    const { sentCount, channel } = world.actor('@a').state as Talker;
    expect(channel.unackedCount).toBe(10);
    expect(sentCount).toBeLessThan(52);
    const dropped = world.entries.flatMap((entry) =>
      entry.kind === 'message' && entry.type === 'channel.item' && entry.actor === '@b'
        ? entry.outcome === 'dropped'
          ? [(entry.message as unknown as { sequence: number }).sequence]
          : []
        : [],
    );
    expect(new Set(dropped).size).toBe(4);
  });

  it('leaves messages and timers of others alone', () => {
    const world = talking({});
    world.runUntil(5 * nsPerMs);
    world.send('@a', { type: 'channel.hello', source: 9, target: 0 } as Message);
    world.send('@a', { type: 'word' });
    world.runUntil(5 * nsPerMs + 1);
    expect(marksOf(world, '@a').filter((name) => name === 'foreign')).toHaveLength(2);
  });

  it('sends nothing more once all is acked', () => {
    const world = settled({});
    const before = deliveriesTo(world, '@b', 'channel.item').length;
    world.runUntil(2 * nsPerSec);
    expect(deliveriesTo(world, '@b', 'channel.item')).toHaveLength(before);
    expect((world.actor('@a').state as Talker).channel.unackedCount).toBe(0);
    expect(world.step()).toBe(false);
  });

  it('gives both sides of a fork the same future (loss and a restart)', () => {
    const faults: ScheduledFault[] = [
      { kind: 'message-loss', atNs: 0, target: 'any', params: { share: 0.3 } },
      { kind: 'crash', atNs: 12 * nsPerMs, forNs: 5 * nsPerMs, target: 'b', params: {} },
    ];
    const whole = talking({ faults });
    whole.runUntil(50 * nsPerMs);
    for (const atMs of [0, 3, 11, 13, 18, 30]) {
      const trunk = talking({ faults });
      trunk.runUntil(atMs * nsPerMs);
      const branch = trunk.fork();
      branch.runUntil(50 * nsPerMs);
      expect(branch.fingerprint).toBe(whole.fingerprint);
      trunk.runUntil(50 * nsPerMs);
      expect(trunk.fingerprint).toBe(whole.fingerprint);
    }
  });

  it('refuses a window of 0, a queue below its window and a wait of 0', () => {
    const of = (limits: object) => () =>
      openChannel({ to: 'x', incarnation: 0, resendNs, ...limits });
    expect(of({ windowCount: 0 })).toThrow('windowCount 0, expected an integer from 1');
    expect(of({ queueMax: 3 })).toThrow('queueMax 3 below windowCount 16');
    expect(of({ resendNs: 0 })).toThrow('resendNs 0, expected an integer above 0');
    expect(of({ incarnation: -1 })).toThrow('incarnation -1, expected an integer from 0');
  });
});

/** What is delivered when these items, each `source:sequence`, come one after another. */
function heardOf(items: readonly string[]): readonly string[] {
  const world = createWorld({ seed: 1, level: 'full' });
  world.addNode({ id: 'b' });
  const channel = openChannel({ to: 'outside', incarnation: 0, resendNs, windowCount: 4 });
  world.spawn({ id: '@b', node: 'b', behavior: echo, input: channel });
  world.runUntil(0);
  for (const item of items) {
    const [source, sequence] = item.split(':').map(Number) as [number, number];
    const body: Word = { type: 'word', source, n: sequence };
    world.send('@b', { type: 'channel.item', source, target: 0, sequence, body } as Message);
  }
  world.runUntil(1);
  return deliveredTo(world, '@b').map(({ source, n }) => `${source}:${n}`);
}

/** Notes what a channel to the outside delivers. */
const echo: Behavior<Channel, Channel> = {
  name: 'echo',
  init: (channel) => channel.copy(),
  receive(channel, message, from, _self, out) {
    for (const word of channel.onMessage(message, from, out) ?? []) {
      out.mark('delivered', { ...word, target: 0 });
    }
    return channel;
  },
  copy: (channel) => channel.copy(),
};
