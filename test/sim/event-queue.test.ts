import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type EventHandle, EventQueue, slotsMax } from '../../sim/event-queue.ts';

interface PendingEvent {
  readonly atNs: number;
  readonly phase: number;
  readonly tie: number;
  readonly sequence: number;
  readonly handle: EventHandle;
}

/** A queue beside the plainest thing that could be one: a list, sorted at each question. */
class Pair {
  readonly queue: EventQueue;
  events: PendingEvent[] = [];
  /** Names by slot, the payload of a caller. */
  names: number[] = [];
  /** Every handle it was ever given, most of them stale. */
  handles: EventHandle[] = [];
  pushedCount = 0;

  constructor(queue: EventQueue) {
    this.queue = queue;
  }

  push(atNs: number, phase: number, tie: number): void {
    const handle = this.queue.push(atNs, phase, tie);
    this.names[this.queue.slotOf(handle)] = this.pushedCount;
    this.events.push({ atNs, phase, tie, sequence: this.pushedCount, handle });
    this.handles.push(handle);
    this.pushedCount += 1;
  }

  sorted(): PendingEvent[] {
    return this.events.toSorted(
      (a, b) => a.atNs - b.atNs || a.phase - b.phase || a.tie - b.tie || a.sequence - b.sequence,
    );
  }

  group(): PendingEvent[] {
    const sorted = this.sorted();
    const first = sorted[0];
    return sorted.filter((event) => event.atNs === first?.atNs && event.phase === first?.phase);
  }

  remove(event: PendingEvent): void {
    this.events = this.events.filter((other) => other !== event);
  }

  popNth(index: number): void {
    const expected = this.group()[index];
    const slot = index === 0 ? this.queue.pop() : this.queue.popNth(index);
    if (expected === undefined) {
      expect(slot).toBe(-1);
      return;
    }
    expect(this.names[slot]).toBe(expected.sequence);
    expect(this.queue.poppedAtNs).toBe(expected.atNs);
    expect(this.queue.poppedPhase).toBe(expected.phase);
    this.remove(expected);
  }

  cancel(handle: EventHandle): void {
    const expected = this.events.find((event) => event.handle === handle);
    const slot = this.queue.cancel(handle);
    if (expected === undefined) {
      expect(slot).toBe(-1);
      return;
    }
    expect(this.names[slot]).toBe(expected.sequence);
    this.remove(expected);
  }

  copy(): Pair {
    const copy = new Pair(this.queue.copy());
    copy.events = [...this.events];
    copy.names = [...this.names];
    copy.handles = [...this.handles];
    copy.pushedCount = this.pushedCount;
    return copy;
  }

  check(): void {
    const first = this.sorted()[0];
    expect(this.queue.size).toBe(this.events.length);
    expect(this.queue.peekAtNs()).toBe(first?.atNs ?? Number.POSITIVE_INFINITY);
    expect(this.queue.equalGroupCount()).toBe(this.group().length);
  }

  drain(): void {
    while (this.events.length > 0) this.popNth(0);
    this.popNth(0);
  }
}

type Step =
  | {
      readonly kind: 'push';
      readonly pick: number;
      readonly atNs: number;
      readonly phase: number;
      readonly tie: number;
    }
  | { readonly kind: 'pop' | 'popNth' | 'cancel' | 'fork'; readonly pick: number };

/** Few times, phases and ties, so that most events meet an equal. */
const stepArbitrary: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('push' as const),
      pick: fc.nat(1000),
      atNs: fc.oneof(fc.nat(4), fc.nat(1000)),
      phase: fc.nat(2),
      tie: fc.oneof(fc.constant(0), fc.nat(2), fc.constant(4_294_967_295)),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constantFrom('pop' as const, 'popNth' as const, 'cancel' as const),
      pick: fc.nat(1000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('fork' as const), pick: fc.nat(1000) }) },
);

function take(step: Step, pairs: Pair[]): void {
  const pair = pairs[step.pick % pairs.length]!;
  if (step.kind === 'push') pair.push(step.atNs, step.phase, step.tie);
  else if (step.kind === 'pop') pair.popNth(0);
  else if (step.kind === 'popNth') pair.popNth(step.pick % Math.max(1, pair.group().length));
  else if (step.kind === 'fork' && pairs.length < 4) pairs.unshift(pair.copy());
  else if (step.kind === 'cancel' && pair.handles.length > 0) {
    pair.cancel(pair.handles[step.pick % pair.handles.length]!);
  }
  pair.check();
}

test.each([
  { name: 'ordinary limits', limits: {} },
  { name: 'slots retired after 2 uses', limits: { generationMax: 2 } },
])('agrees with a sorted list over pushes, pops, cancels and copies ($name)', ({ limits }) => {
  fc.assert(
    fc.property(fc.array(stepArbitrary, { maxLength: 250, size: 'max' }), (steps) => {
      const pairs = [new Pair(new EventQueue(limits))];
      for (const step of steps) take(step, pairs);
      for (const pair of pairs) pair.drain();
    }),
    { seed: 1, numRuns: 300 },
  );
});

test('pops in order of time, phase, tie, then push (all four mixed)', () => {
  const queue = new EventQueue();
  const names: string[] = [];
  const push = (name: string, atNs: number, phase: number, tie: number) => {
    names[queue.slotOf(queue.push(atNs, phase, tie))] = name;
  };
  push('late', 9, 0, 0);
  push('tie 7', 5, 1, 7);
  push('tie 3, pushed first', 5, 1, 3);
  push('tie 3, pushed second', 5, 1, 3);
  push('phase 0', 5, 0, 4_294_967_295);
  push('early', 2, 4_294_967_295, 9);
  const popped: (string | undefined)[] = [];
  while (queue.size > 0) popped.push(names[queue.pop()]);
  expect(popped).toEqual([
    'early',
    'phase 0',
    'tie 3, pushed first',
    'tie 3, pushed second',
    'tie 7',
    'late',
  ]);
});

test('keeps 5000 events of one instant in order of push', () => {
  const queue = new EventQueue();
  const names: number[] = [];
  for (let name = 0; name < 5000; name += 1) names[queue.slotOf(queue.push(1, 0, 0))] = name;
  for (let name = 0; name < 5000; name += 1) expect(names[queue.pop()]).toBe(name);
});

test('sorts 20000 events that grow the arrays many times, two thirds of them cancelled', () => {
  const queue = new EventQueue();
  const times: number[] = [];
  const handles: EventHandle[] = [];
  let state = 1;
  for (let index = 0; index < 20_000; index += 1) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    times.push(state);
    handles.push(queue.push(state, 0, 0));
  }
  for (const [index, handle] of handles.entries()) {
    if (index % 3 !== 0) expect(queue.cancel(handle)).toBe(index);
  }
  const kept = times.filter((_, index) => index % 3 === 0);
  const popped = kept.map(() => {
    queue.pop();
    return queue.poppedAtNs;
  });
  expect(popped).toEqual(kept.toSorted((a, b) => a - b));
  expect(queue.pop()).toBe(-1);
});

test('cancels nothing with a stale handle (popped, cancelled, its slot reused)', () => {
  const queue = new EventQueue();
  const popped = queue.push(1, 0, 0);
  expect(queue.pop()).toBe(0);
  expect(queue.cancel(popped)).toBe(-1);
  const reused = queue.push(2, 0, 0);
  expect(queue.slotOf(reused)).toBe(0);
  expect(queue.slotOf(popped)).toBe(-1);
  expect(queue.cancel(popped)).toBe(-1);
  expect(queue.size).toBe(1);
  expect(queue.cancel(reused)).toBe(0);
  expect(queue.cancel(reused)).toBe(-1);
  expect(queue.size).toBe(0);
});

test.each([0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, slotsMax + 1])(
  'cancels nothing with %s, which no push gave',
  (handle) => {
    const queue = new EventQueue();
    queue.push(1, 0, 0);
    expect(queue.cancel(handle)).toBe(-1);
    expect(queue.size).toBe(1);
  },
);

test('keeps a handle stale in a copy made after its slot was freed', () => {
  const queue = new EventQueue();
  const handles = Array.from({ length: 100 }, (_, index) => queue.push(index, 0, 0));
  while (queue.pop() >= 0);
  const copy = queue.copy();
  for (let index = 0; index < 200; index += 1) copy.push(index, 0, 0);
  for (const handle of handles) expect(copy.cancel(handle)).toBe(-1);
  expect(copy.size).toBe(200);
});

test('gives no handle twice when slots are retired (generationMax=3)', () => {
  const queue = new EventQueue({ generationMax: 3 });
  const handles = new Set<EventHandle>();
  for (let round = 0; round < 50; round += 1) {
    handles.add(queue.push(round, 0, 0));
    queue.pop();
  }
  expect(handles.size).toBe(50);
  expect(Math.max(...handles)).toBe(3 * slotsMax + 15);
});

test('refuses one event more than pendingMax and names the bound', () => {
  const queue = new EventQueue({ pendingMax: 3 });
  for (let index = 0; index < 3; index += 1) queue.push(index, 0, 0);
  expect(() => queue.push(3, 0, 0)).toThrow('3 events pending, expected fewer than 3');
  queue.pop();
  expect(() => queue.push(3, 0, 0)).not.toThrow();
});

test.each([
  [-1, 0, 0, 'event at -1 ns'],
  [0.5, 0, 0, 'event at 0.5 ns'],
  [Number.NaN, 0, 0, 'event at NaN ns'],
  [2 ** 53, 0, 0, 'event at 9007199254740992 ns'],
  [0, -1, 0, 'event phase -1'],
  [0, 1.5, 0, 'event phase 1.5'],
  [0, 0, 2 ** 32, 'event tie 4294967296'],
])('refuses the key (%s, %s, %s)', (atNs, phase, tie, message) => {
  expect(() => new EventQueue().push(atNs, phase, tie)).toThrow(message);
});

test('refuses popNth outside of the first group', () => {
  const queue = new EventQueue();
  queue.push(1, 0, 0);
  queue.push(1, 0, 0);
  queue.push(1, 1, 0);
  expect(() => queue.popNth(2)).toThrow('popNth(2) of a group of 2');
  expect(() => queue.popNth(-1)).toThrow('popNth(-1) of a group of 2');
});

test('cancels nothing with a handle that only another copy gave', () => {
  const queue = new EventQueue();
  queue.push(1, 0, 0);
  const copy = queue.copy();
  copy.pop();
  const foreign = copy.push(2, 0, 0);
  queue.pop();
  expect(queue.cancel(foreign)).toBe(-1);
  expect(queue.size).toBe(0);
});
