// The event queue under the hold model (pop the first, push another) beside npm's heaps, and the
// price of chance.
//
// The job of the baseline is the world's: ties broken by phase, tie and order of push, and
// cancelling. `tinyqueue` with a comparator over event objects does it fastest (`heap-js` was
// slower at it); its cancelling is a flag that pop looks at. `flatqueue` orders by one number only,
// without ties and cancelling: its ratio is shown for orientation and has no target.
import FlatQueue from 'flatqueue';
import TinyQueue from 'tinyqueue';
import { EventQueue } from '../sim/event-queue.ts';
import { streamTable } from '../sim/random.ts';
import type { BenchRow } from './row.ts';

const holdCount = 1_000_000;
const timerCount = 300_000;
const drawCount = 5_000_000;
const roundCount = 4;
const phase = 3;
/** Armed and cancelled 100 operations later, long before it is due: a retry timeout. */
const timeoutNs = 30_000_000_000;
const timersPending = 100;
/** Gaps between events: uniform below 1 ms, from a fixed sequence, the same for every contender. */
const gapsNs = gapTable(65_536);

/** Measures queue and streams; takes about ten seconds. */
export function benchQueue(): BenchRow[] {
  const contenders = { ours: holdOurs, tiny: holdTiny, flat: holdFlat };
  const few = bestPerSec(contenders, 1_000);
  const many = bestPerSec(contenders, 100_000);
  const timers = bestPerSec({ ours: timersOurs, tiny: timersTiny }, 1_000);
  return [
    atLeast('queue: hold, 1000 pending', few.ours, 'holds/s', 10_000_000),
    atLeast('queue: hold over tinyqueue, 1000 pending', few.ours / few.tiny, 'x', 1),
    { name: 'queue: hold over flatqueue (less work), 1000', value: few.ours / few.flat, unit: 'x' },
    { name: 'queue: hold, 100000 pending', value: many.ours, unit: 'holds/s' },
    atLeast('queue: hold over tinyqueue, 100000 pending', many.ours / many.tiny, 'x', 1),
    {
      name: 'queue: hold over flatqueue (less work), 100000',
      value: many.ours / many.flat,
      unit: 'x',
    },
    atLeast(
      'queue: hold + timeout armed + cancelled, over tinyqueue',
      timers.ours / timers.tiny,
      'x',
      1,
    ),
    atMost('queue: copy, 1000 pending', queueCopyUs(), 'us', 20),
    { name: 'random: below(1000) of a named stream', value: drawsPerSec(), unit: 'draws/s' },
    atMost('random: copy of 50 streams', streamsCopyUs(), 'us', 20),
  ];
}

type Contender = (pendingCount: number) => number;

/** The best of some rounds, contenders taking turns so that a slow moment hits all alike. */
function bestPerSec<K extends string>(
  contenders: Readonly<Record<K, Contender>>,
  pendingCount: number,
): Record<K, number> {
  const names = Object.keys(contenders) as K[];
  const best = Object.fromEntries(names.map((name) => [name, 0])) as Record<K, number>;
  for (let round = 0; round < roundCount; round += 1) {
    for (const name of names) best[name] = Math.max(best[name], contenders[name](pendingCount));
  }
  return best;
}

function holdOurs(pendingCount: number): number {
  const queue = new EventQueue();
  for (let index = 0; index < pendingCount; index += 1) queue.push(gapNs(index), phase, 0);
  return perSec(holdCount, (index) => {
    queue.pop();
    queue.push(queue.poppedAtNs + gapNs(index), phase, 0);
  });
}

function holdTiny(pendingCount: number): number {
  const queue = new TinyQueue<TinyEvent>([], compareEvents);
  for (let index = 0; index < pendingCount; index += 1) queue.push(tinyEvent(gapNs(index), index));
  return perSec(holdCount, (index) => {
    const { atNs } = popLive(queue);
    queue.push(tinyEvent(atNs + gapNs(index), pendingCount + index));
  });
}

function holdFlat(pendingCount: number): number {
  const queue = new FlatQueue<number>();
  for (let index = 0; index < pendingCount; index += 1) queue.push(index, gapNs(index));
  return perSec(holdCount, (index) => {
    const atNs = queue.peekValue() ?? 0;
    queue.push(queue.pop() ?? 0, atNs + gapNs(index));
  });
}

function timersOurs(pendingCount: number): number {
  const queue = new EventQueue();
  const handles = new Float64Array(timersPending);
  for (let index = 0; index < pendingCount; index += 1) queue.push(gapNs(index), phase, 0);
  return perSec(timerCount, (index) => {
    queue.pop();
    const atNs = queue.poppedAtNs;
    queue.push(atNs + gapNs(index), phase, 0);
    queue.cancel(handles[index % timersPending] ?? 0);
    handles[index % timersPending] = queue.push(atNs + timeoutNs, phase, 0);
  });
}

function timersTiny(pendingCount: number): number {
  const queue = new TinyQueue<TinyEvent>([], compareEvents);
  const timers: TinyEvent[] = [];
  for (let index = 0; index < pendingCount; index += 1) queue.push(tinyEvent(gapNs(index), index));
  return perSec(timerCount, (index) => {
    const { atNs } = popLive(queue);
    queue.push(tinyEvent(atNs + gapNs(index), pendingCount + 2 * index));
    const old = timers[index % timersPending];
    if (old !== undefined) old.isCancelled = true;
    const timer = tinyEvent(atNs + timeoutNs, pendingCount + 2 * index + 1);
    timers[index % timersPending] = timer;
    queue.push(timer);
  });
}

interface TinyEvent {
  readonly atNs: number;
  readonly phase: number;
  readonly tie: number;
  readonly sequence: number;
  isCancelled: boolean;
}

function tinyEvent(atNs: number, sequence: number): TinyEvent {
  return { atNs, phase, tie: 0, sequence, isCancelled: false };
}

function compareEvents(a: TinyEvent, b: TinyEvent): number {
  return a.atNs - b.atNs || a.phase - b.phase || a.tie - b.tie || a.sequence - b.sequence;
}

function popLive(queue: TinyQueue<TinyEvent>): TinyEvent {
  for (;;) {
    const event = queue.pop();
    if (event === undefined) throw new Error('the baseline queue ran empty');
    if (!event.isCancelled) return event;
  }
}

function queueCopyUs(): number {
  const queue = new EventQueue();
  for (let index = 0; index < 1_000; index += 1) queue.push(gapNs(index), phase, 0);
  return 1e6 / bestOf(20_000, () => queue.copy());
}

function drawsPerSec(): number {
  const streams = streamTable('1');
  return bestOf(drawCount, () => streams.below('net a->b', 1_000));
}

function streamsCopyUs(): number {
  const streams = streamTable('1');
  for (let index = 0; index < 50; index += 1) streams.below(`actor ${index}`, 10);
  return 1e6 / bestOf(20_000, () => streams.copy());
}

/** The best of some rounds of `perSec`. */
function bestOf(count: number, operation: (index: number) => unknown): number {
  let best = 0;
  for (let round = 0; round < roundCount; round += 1) {
    best = Math.max(best, perSec(count, operation));
  }
  return best;
}

/** How often a second `operation` runs; its results are kept so that none is optimised away. */
function perSec(count: number, operation: (index: number) => unknown): number {
  let last: unknown;
  const startMs = performance.now();
  for (let index = 0; index < count; index += 1) last = operation(index);
  const rate = (count / (performance.now() - startMs)) * 1_000;
  if (last === null) throw new Error('an operation gave null');
  return rate;
}

function atLeast(name: string, value: number, unit: string, min: number): BenchRow {
  return { name, value, unit, target: `at least ${min}`, held: value >= min };
}

function atMost(name: string, value: number, unit: string, max: number): BenchRow {
  return { name, value, unit, target: `at most ${max}`, held: value <= max };
}

function gapNs(index: number): number {
  return gapsNs[index & 65_535] ?? 0;
}

function gapTable(count: number): Int32Array {
  let state = 12_345;
  return Int32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % 1_000_000;
  });
}
