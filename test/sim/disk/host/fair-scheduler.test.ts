import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FairScheduler, fairDefaults } from '../../../../sim/disk/host/fair-scheduler.ts';
import { NaiveFair } from './naive-schedulers.ts';

function taken(scheduler: FairScheduler, count: number, nowNs = 0): number[] {
  return Array.from({ length: count }, () => scheduler.next(nowNs));
}

describe('fair', () => {
  test('has the numbers of bfq', () => {
    expect(fairDefaults).toEqual({
      kind: 'fair',
      budgetSectorCount: 16_384,
      expireNs: 125_000_000,
    });
  });

  test('gives each owner a budget in turn, in sector order within it', () => {
    const scheduler = new FairScheduler({ ...fairDefaults, budgetSectorCount: 16 });
    // Owner n has slots n0 to n3, at falling sectors.
    for (const owner of [7, 3, 9]) {
      for (let n = 0; n < 4; n += 1) {
        scheduler.add(owner * 10 + n, 'read', 100 - n * 8, 8, owner, 0);
      }
    }
    // Upwards from where the one before started, then from the lowest.
    expect(taken(scheduler, 6)).toEqual([33, 32, 72, 71, 91, 90]);
    expect(taken(scheduler, 7)).toEqual([30, 31, 70, 73, 93, 92, -1]);
  });

  test('goes on to the next owner when one has nothing left', () => {
    const scheduler = new FairScheduler(fairDefaults);
    scheduler.add(1, 'read', 0, 8, 1, 0);
    for (let slot = 10; slot < 14; slot += 1) scheduler.add(slot, 'write', slot, 8, 0, 0);
    expect(taken(scheduler, 5)).toEqual([10, 11, 12, 13, 1]);
    scheduler.add(2, 'read', 0, 8, 1, 0);
    expect(taken(scheduler, 2)).toEqual([2, -1]);
  });

  test('serves a command beyond the budget, as the only one of its turn', () => {
    const scheduler = new FairScheduler({ ...fairDefaults, budgetSectorCount: 10 });
    scheduler.add(0, 'read', 0, 500, 0, 0);
    scheduler.add(1, 'read', 500, 8, 0, 0);
    scheduler.add(2, 'read', 0, 8, 1, 0);
    expect(taken(scheduler, 3)).toEqual([0, 2, 1]);
  });

  test('begins a turn with the oldest command once that has expired', () => {
    const scheduler = new FairScheduler({ kind: 'fair', budgetSectorCount: 8, expireNs: 100 });
    scheduler.add(0, 'read', 50, 8, 0, 0);
    scheduler.add(1, 'read', 10, 8, 0, 1);
    expect(taken(scheduler.copy(), 1, 99)).toEqual([1]);
    expect(taken(scheduler, 2, 100)).toEqual([0, 1]);
  });

  test.each([-1, 0.5, Number.NaN])('refuses owner %d', (owner) => {
    const scheduler = new FairScheduler(fairDefaults);
    expect(() => scheduler.add(0, 'read', 0, 8, owner, 0)).toThrow('expected');
  });

  test.each([
    [{ budgetSectorCount: 0 }, 'a budget of 0 sectors'],
    [{ expireNs: -1 }, 'expire in -1 ns'],
  ])('refuses %o', (change, message) => {
    expect(() => new FairScheduler({ ...fairDefaults, ...change })).toThrow(message);
  });
});

const spec = fc.record({
  kind: fc.constant('fair' as const),
  budgetSectorCount: fc.integer({ min: 1, max: 60 }),
  expireNs: fc.integer({ min: 0, max: 60 }),
});
const step = fc.record({
  kind: fc.constantFrom('add', 'add', 'add', 'next', 'next', 'resize', 'fork' as const),
  owner: fc.nat(4),
  sector: fc.nat(40),
  sectorCount: fc.integer({ min: 1, max: 20 }),
  laterNs: fc.nat(5),
});

test('agrees with lists searched from end to end, forked or not (any order of calls)', () => {
  fc.assert(
    fc.property(spec, fc.array(step, { maxLength: 250, size: 'max' }), (numbers, steps) => {
      let scheduler = new FairScheduler(numbers);
      const naive = new NaiveFair(numbers);
      let nowNs = 0;
      let slotNext = 0;
      const inside: number[] = [];
      for (const { kind, owner, sector, sectorCount, laterNs } of steps) {
        nowNs += laterNs;
        if (kind === 'add') {
          scheduler.add(slotNext, 'read', sector, sectorCount, owner, nowNs);
          naive.add(slotNext, 'read', sector, sectorCount, owner, nowNs);
          inside.push(slotNext++);
        } else if (kind === 'next') {
          const slot = naive.next(nowNs);
          expect(scheduler.next(nowNs)).toBe(slot);
          if (slot !== -1) inside.splice(inside.indexOf(slot), 1);
        } else if (kind === 'fork') {
          scheduler = scheduler.copy();
        } else if (inside.length > 0) {
          const slot = inside[owner % inside.length] as number;
          scheduler.resize(slot, sector, sectorCount);
          naive.resize(slot, sector, sectorCount);
        }
      }
      while (scheduler.count > 0) expect(scheduler.next(nowNs)).toBe(naive.next(nowNs));
    }),
    { seed: 1, numRuns: 200 },
  );
});

test('what owners have moved differs by one budget and a command a round (all wait)', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 5 }),
      fc.integer({ min: 8, max: 64 }),
      fc.array(fc.tuple(fc.nat(1_000), fc.integer({ min: 1, max: 8 })), {
        minLength: 400,
        maxLength: 400,
      }),
      (ownerCount, budgetSectorCount, commands) => {
        const scheduler = new FairScheduler({ ...fairDefaults, budgetSectorCount });
        const lengths = commands.map(([, length]) => length);
        for (const [slot, [sector, length]] of commands.entries()) {
          scheduler.add(slot, 'read', sector, length, slot % ownerCount, 0);
        }
        const moved = new Float64Array(ownerCount);
        const left = new Float64Array(ownerCount).fill(Math.floor(400 / ownerCount));
        const turns = new Float64Array(ownerCount);
        let last = -1;
        let turnSectorCount = 0;
        while (left.every((count) => count > 0)) {
          const slot = scheduler.next(0);
          const owner = slot % ownerCount;
          if (owner !== last) {
            // The last turn ended because the next command did not fit: at most 7 were left over.
            if (last !== -1) expect(turnSectorCount).toBeGreaterThan(budgetSectorCount - 8);
            turns[owner] = (turns[owner] as number) + 1;
            turnSectorCount = 0;
          }
          last = owner;
          turnSectorCount += lengths[slot] as number;
          expect(turnSectorCount).toBeLessThanOrEqual(budgetSectorCount);
          moved[owner] = (moved[owner] as number) + (lengths[slot] as number);
          left[owner] = (left[owner] as number) - 1;
        }
        expect(Math.max(...turns) - Math.min(...turns)).toBeLessThanOrEqual(1);
        const rounds = Math.max(...turns);
        const spread = Math.max(...moved) - Math.min(...moved);
        expect(spread).toBeLessThanOrEqual(budgetSectorCount + 8 * rounds);
      },
    ),
    { seed: 2, numRuns: 40 },
  );
});

test('an expired command waits for the rest of the ring only, once the oldest of its owner', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(2), fc.nat(1_000)), { minLength: 100, maxLength: 300, size: 'max' }),
      fc.integer({ min: 1, max: 6 }),
      (commands, turnCommandCount) => {
        const numbers = {
          kind: 'fair',
          budgetSectorCount: turnCommandCount * 8,
          expireNs: 20,
        } as const;
        const scheduler = new FairScheduler(numbers);
        const lines: number[][] = [[], [], []];
        const passed = new Map<number, number>();
        for (const [nowNs, [owner, sector]] of commands.entries()) {
          scheduler.add(nowNs, 'read', sector, 8, owner, nowNs);
          (lines[owner] as number[]).push(nowNs);
          if (nowNs < 15) continue;
          const slot = scheduler.next(nowNs);
          for (const line of lines) {
            const oldest = line[0];
            if (oldest === undefined || oldest === slot || oldest + 20 > nowNs) continue;
            passed.set(oldest, (passed.get(oldest) ?? 0) + 1);
            expect(passed.get(oldest)).toBeLessThanOrEqual(3 * turnCommandCount);
          }
          for (const line of lines) if (line.includes(slot)) line.splice(line.indexOf(slot), 1);
        }
      },
    ),
    { seed: 3, numRuns: 100 },
  );
});
