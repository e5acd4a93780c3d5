import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  DeadlineScheduler,
  deadlineDefaults,
} from '../../../../sim/disk/host/deadline-scheduler.ts';
import type { DeadlineSpec } from '../../../../sim/disk/host/scheduler.ts';
import { Noise, noiseLane } from '../../../../sim/disk/noise.ts';
import { NaiveDeadline } from './naive-schedulers.ts';

const ms = 1_000_000;

/** Slots are the sectors; writes are 1000 and above. */
function waiting(sectors: readonly number[], spec: Partial<DeadlineSpec> = {}) {
  const scheduler = new DeadlineScheduler({ ...deadlineDefaults, ...spec });
  for (const sector of sectors) add(scheduler, sector, 0);
  return scheduler;
}

function add(scheduler: DeadlineScheduler, sector: number, nowNs: number): void {
  scheduler.add(sector, sector >= 1_000 ? 'write' : 'read', sector, 8, 0, nowNs);
}

function taken(scheduler: DeadlineScheduler, count: number, nowNs = 0): number[] {
  return Array.from({ length: count }, () => scheduler.next(nowNs));
}

function range(from: number, count: number): number[] {
  return Array.from({ length: count }, (_, n) => from + n);
}

describe('mq-deadline', () => {
  test('has the numbers of Linux', () => {
    expect(deadlineDefaults).toEqual({
      kind: 'mq-deadline',
      readExpireNs: 500 * ms,
      writeExpireNs: 5_000 * ms,
      writesStarved: 2,
      fifoBatch: 16,
    });
  });

  test('serves reads upwards, then from the oldest', () => {
    const scheduler = waiting([50, 10, 90, 40]);
    expect(taken(scheduler, 2)).toEqual([10, 40]);
    add(scheduler, 45, 0);
    add(scheduler, 20, 0);
    expect(taken(scheduler, 5)).toEqual([45, 50, 90, 20, -1]);
  });

  test('prefers reads, two batches of them to one of writes (16 a batch)', () => {
    const scheduler = waiting(range(0, 70));
    // The direction at the start is writing: a batch of reads first.
    expect(taken(scheduler, 1)).toEqual([0]);
    for (const sector of range(1_000, 40)) add(scheduler, sector, 0);
    expect(taken(scheduler, 15)).toEqual(range(1, 15));
    expect(taken(scheduler, 32)).toEqual(range(16, 32));
    expect(taken(scheduler, 16)).toEqual(range(1_000, 16));
    expect(taken(scheduler, 22)).toEqual(range(48, 22));
    expect(taken(scheduler, 25)).toEqual([...range(1_016, 24), -1]);
  });

  test('begins the next batch with the oldest read once it has expired (500 ms)', () => {
    const late = waiting(range(100, 40));
    expect(taken(late, 1)).toEqual([100]);
    add(late, 10, 0);
    const early = late.copy();
    // 100 to 139 wait as long as 10 does, and 101 came first.
    expect(taken(late, 16, 500 * ms)).toEqual(range(101, 16));
    expect(taken(early, 40, 500 * ms - 1)).toEqual([...range(101, 39), 10]);
  });

  test('goes back for a single expired read, and on from there', () => {
    const scheduler = waiting([10, ...range(100, 40)]);
    expect(taken(scheduler, 1)).toEqual([10]);
    add(scheduler, 5, 1);
    expect(taken(scheduler, 15, 1)).toEqual(range(100, 15));
    const rest = range(115, 25);
    for (const sector of rest) expect(scheduler.next(499 * ms)).toBe(sector);
    for (const sector of [200, 201]) add(scheduler, sector, 500 * ms);
    expect(taken(scheduler, 3, 501 * ms)).toEqual([200, 201, 5]);
  });

  test('sorts a command that grew to the front anew, and keeps its place in line', () => {
    const scheduler = waiting([50, 60, 70], { readExpireNs: 10, fifoBatch: 1 });
    scheduler.resize(70, 40, 38);
    const twin = scheduler.copy();
    expect(taken(scheduler, 3)).toEqual([70, 50, 60]);
    expect(taken(twin, 3, 10)).toEqual([50, 60, 70]);
  });

  test.each([
    [{ fifoBatch: 0 }, 'batches of 0'],
    [{ writesStarved: 0 }, 'writes passed over 0 times'],
    [{ readExpireNs: -1 }, 'reads that expire in -1 ns'],
    [{ writeExpireNs: Number.NaN }, 'writes that expire in NaN ns'],
  ])('refuses %o', (change, message) => {
    expect(() => new DeadlineScheduler({ ...deadlineDefaults, ...change })).toThrow(message);
  });
});

const spec = fc.record({
  kind: fc.constant('mq-deadline' as const),
  readExpireNs: fc.integer({ min: 0, max: 60 }),
  writeExpireNs: fc.integer({ min: 0, max: 200 }),
  writesStarved: fc.integer({ min: 1, max: 3 }),
  fifoBatch: fc.integer({ min: 1, max: 5 }),
});
const op = fc.constantFrom('read' as const, 'write' as const, 'forcedWrite' as const);
const step = fc.record({
  kind: fc.constantFrom('add', 'add', 'add', 'next', 'next', 'resize', 'fork' as const),
  op,
  sector: fc.nat(40),
  laterNs: fc.nat(5),
});

test('agrees with lists searched from end to end, forked or not (any order of calls)', () => {
  fc.assert(
    fc.property(spec, fc.array(step, { maxLength: 250, size: 'max' }), (numbers, steps) => {
      let scheduler = new DeadlineScheduler(numbers);
      const naive = new NaiveDeadline(numbers);
      let nowNs = 0;
      let slotNext = 0;
      const inside: number[] = [];
      for (const { kind, op: direction, sector, laterNs } of steps) {
        nowNs += laterNs;
        if (kind === 'add') {
          scheduler.add(slotNext, direction, sector, 8, 0, nowNs);
          naive.add(slotNext, direction, sector, 8, 0, nowNs);
          inside.push(slotNext++);
        } else if (kind === 'next') {
          const slot = naive.next(nowNs);
          expect(scheduler.next(nowNs)).toBe(slot);
          if (slot !== -1) inside.splice(inside.indexOf(slot), 1);
        } else if (kind === 'fork') {
          scheduler = scheduler.copy();
        } else if (inside.length > 0) {
          const slot = inside[sector % inside.length] as number;
          scheduler.resize(slot, sector, 9);
          naive.resize(slot, sector, 9);
        }
      }
      while (scheduler.count > 0) expect(scheduler.next(nowNs)).toBe(naive.next(nowNs));
    }),
    { seed: 1, numRuns: 200 },
  );
});

test('an expired command, once the oldest of its direction, waits for bounded batches', () => {
  fc.assert(
    fc.property(
      spec,
      fc.array(fc.record({ op, sector: fc.nat(1_000) }), {
        minLength: 80,
        maxLength: 250,
        size: 'max',
      }),
      fc.integer({ min: 2, max: 20 }),
      (numbers, commands, depth) => {
        const scheduler = new DeadlineScheduler(numbers);
        const lines = { read: [] as number[], write: [] as number[] };
        const passed = new Map<number, number>();
        // More always wait: one comes for each that leaves, and one ns passes.
        for (const [nowNs, { op: direction, sector }] of commands.entries()) {
          scheduler.add(nowNs, direction, sector, 8, 0, nowNs);
          lines[direction === 'read' ? 'read' : 'write'].push(nowNs);
          if (nowNs < depth) continue;
          const slot = scheduler.next(nowNs);
          for (const [name, line] of Object.entries(lines)) {
            const oldest = line[0];
            const isRead = name === 'read';
            const expireNs = isRead ? numbers.readExpireNs : numbers.writeExpireNs;
            if (oldest === slot || oldest === undefined || oldest + expireNs > nowNs) continue;
            // What is under way, and what the other direction may still have.
            const turns = isRead ? 1 : numbers.writesStarved;
            const passedCount = (passed.get(oldest) ?? 0) + 1;
            passed.set(oldest, passedCount);
            expect(passedCount).toBeLessThanOrEqual(numbers.fifoBatch * (1 + turns));
          }
          for (const line of [lines.read, lines.write]) {
            if (line.includes(slot)) line.splice(line.indexOf(slot), 1);
          }
        }
      },
    ),
    { seed: 2, numRuns: 100 },
  );
});

test('one direction: an expired command that is the oldest waits for one batch at most', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(1_000), { minLength: 100, maxLength: 300, size: 'max' }),
      (sectors) => {
        const { fifoBatch } = deadlineDefaults;
        const scheduler = new DeadlineScheduler({ ...deadlineDefaults, readExpireNs: 30 });
        const line: number[] = [];
        let passedCount = 0;
        for (const [nowNs, sector] of sectors.entries()) {
          scheduler.add(nowNs, 'read', sector, 8, 0, nowNs);
          line.push(nowNs);
          if (nowNs < 20) continue;
          const slot = scheduler.next(nowNs);
          const oldest = line[0] as number;
          passedCount = slot !== oldest && oldest + 30 <= nowNs ? passedCount + 1 : 0;
          expect(passedCount).toBeLessThan(fifoBatch);
          line.splice(line.indexOf(slot), 1);
        }
      },
    ),
    { seed: 3, numRuns: 200 },
  );
});

/** One server, two classes: Poisson arrivals and services drawn as given; mean waits in ns. */
function twoClasses(readRate: number, writeRate: number, serviceNs: (noise: Noise) => number) {
  // Batches of one and writes that are always passed over: strict priority, nobody interrupted.
  const scheduler = new DeadlineScheduler({
    kind: 'mq-deadline',
    readExpireNs: Number.MAX_SAFE_INTEGER,
    writeExpireNs: Number.MAX_SAFE_INTEGER,
    writesStarved: Number.MAX_SAFE_INTEGER,
    fifoBatch: 1,
  });
  const noise = new Noise(noiseLane(11, 'arrivals'));
  const services = new Noise(noiseLane(11, 'services'));
  const gapNs = () => Math.round((-Math.log(1 - noise.share()) * 1e9) / (readRate + writeRate));
  const [waitNs, count] = [
    [0, 0],
    [0, 0],
  ];
  let [squareSum, serviceSum, freeAtNs, arrivesAtNs, slotNext] = [0, 0, 0, gapNs(), 0];
  const arrivedAtNs = new Float64Array(1 << 16);
  const direction = new Uint8Array(1 << 16);
  for (let served = 0; served < 1_000_000; ) {
    while (arrivesAtNs <= freeAtNs || scheduler.count === 0) {
      const slot = slotNext++ & 0xffff;
      direction[slot] = noise.share() * (readRate + writeRate) < readRate ? 0 : 1;
      arrivedAtNs[slot] = arrivesAtNs;
      scheduler.add(slot, direction[slot] === 0 ? 'read' : 'write', noise.below(1e6), 8, 0, 0);
      freeAtNs = Math.max(freeAtNs, scheduler.count === 1 ? arrivesAtNs : 0);
      arrivesAtNs += gapNs();
    }
    const slot = scheduler.next(freeAtNs);
    const group = direction[slot] as 0 | 1;
    waitNs[group] = (waitNs[group] as number) + freeAtNs - (arrivedAtNs[slot] as number);
    count[group] = (count[group] as number) + 1;
    const busyNs = serviceNs(services);
    serviceSum += busyNs;
    squareSum += busyNs * busyNs;
    freeAtNs += busyNs;
    served += 1;
  }
  const total = (count[0] as number) + (count[1] as number);
  const mean = [0, 1].map((group) => (waitNs[group] as number) / (count[group] as number));
  const rho = [0, 1].map((group) => ((count[group] as number) * serviceSum) / total / freeAtNs);
  return { mean, rho, residualNs: squareSum / 2 / freeAtNs };
}

describe('A9: two classes, the first goes first (3 percent)', () => {
  test.each([
    ['exponential service, 30 and 40 percent', 300, 400, (n: Noise) => -Math.log(1 - n.share())],
    ['exponential service, 50 and 30 percent', 500, 300, (n: Noise) => -Math.log(1 - n.share())],
    ['constant service, 40 and 40 percent', 400, 400, () => 1],
  ])('%s', (_what, readRate, writeRate, serviceMs) => {
    const draw = (noise: Noise) => Math.round(serviceMs(noise) * 1e6);
    const { mean, rho, residualNs } = twoClasses(readRate, writeRate, draw);
    const [first, second] = rho as [number, number];
    const expected = residualNs / ((1 - first) * (1 - first - second));
    expect(Math.abs((mean[1] as number) / expected - 1)).toBeLessThan(0.03);
    expect(Math.abs((mean[0] as number) / (residualNs / (1 - first)) - 1)).toBeLessThan(0.03);
  });
});
