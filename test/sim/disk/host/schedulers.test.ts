import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deadlineDefaults } from '../../../../sim/disk/host/deadline-scheduler.ts';
import { fairDefaults } from '../../../../sim/disk/host/fair-scheduler.ts';
import type { Scheduler, SchedulerSpec } from '../../../../sim/disk/host/scheduler.ts';
import { makeScheduler } from '../../../../sim/disk/host/schedulers.ts';

const specs: SchedulerSpec[] = [{ kind: 'none' }, deadlineDefaults, fairDefaults];

/** Everything that waits, in the order in which it leaves. */
function drained(scheduler: Scheduler, nowNs = 0): number[] {
  const slots: number[] = [];
  for (let slot = scheduler.next(nowNs); slot !== -1; slot = scheduler.next(nowNs)) {
    slots.push(slot);
  }
  return slots;
}

const step = fc.oneof(
  fc.record({
    kind: fc.constant('add' as const),
    op: fc.constantFrom('read' as const, 'write' as const, 'forcedWrite' as const),
    sector: fc.nat(50),
    owner: fc.nat(3),
  }),
  fc.record({ kind: fc.constant('next' as const), laterNs: fc.nat(200_000_000) }),
);

describe.each(specs)('$kind', (spec) => {
  test('every command leaves exactly once, whatever comes between', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200, size: 'max' }), (steps) => {
        const scheduler = makeScheduler(spec);
        const left: number[] = [];
        let nowNs = 0;
        let slotNext = 0;
        for (const one of steps) {
          if (one.kind === 'add') {
            scheduler.add(slotNext++, one.op, one.sector, 8, one.owner, nowNs);
          } else {
            nowNs += one.laterNs;
            const waitedCount = scheduler.count;
            const slot = scheduler.next(nowNs);
            expect(slot === -1).toBe(waitedCount === 0);
            if (slot !== -1) left.push(slot);
          }
          expect(scheduler.count).toBe(slotNext - left.length);
        }
        left.push(...drained(scheduler, nowNs));
        expect(left.sort((a, b) => a - b)).toEqual(Array.from({ length: slotNext }, (_, n) => n));
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  test('a copy goes on as its source would, and neither sees the other', () => {
    const scheduler = makeScheduler(spec);
    for (let slot = 0; slot < 300; slot += 1) {
      const op = slot % 3 === 0 ? 'read' : 'write';
      scheduler.add(slot, op, (slot * 37) % 301, 8, slot % 5, slot);
    }
    for (let count = 0; count < 40; count += 1) scheduler.next(1_000);
    const twin = scheduler.copy();
    const expected = drained(scheduler.copy(), 2_000);
    drained(scheduler, 2_000);
    expect(scheduler.count).toBe(0);
    expect(twin.count).toBe(260);
    expect(drained(twin, 2_000)).toEqual(expected);
  });

  test('a slot that left may wait again, one that waits may not', () => {
    const scheduler = makeScheduler(spec);
    scheduler.add(70, 'read', 5, 8, 0, 0);
    expect(() => scheduler.add(70, 'read', 5, 8, 0, 0)).toThrow('slot 70 waits already');
    expect(scheduler.next(0)).toBe(70);
    scheduler.add(70, 'write', 6, 8, 0, 0);
    expect(drained(scheduler)).toEqual([70]);
  });

  test('starts over after a power loss', () => {
    const scheduler = makeScheduler(spec);
    const fill = (one: Scheduler) => {
      for (let slot = 0; slot < 100; slot += 1) {
        one.add(slot, slot % 2 ? 'read' : 'write', 100 - slot, 8, slot % 3, 0);
      }
    };
    fill(scheduler);
    for (let count = 0; count < 41; count += 1) scheduler.next(0);
    scheduler.clear();
    expect([scheduler.count, scheduler.next(0)]).toEqual([0, -1]);
    const fresh = makeScheduler(spec);
    fill(scheduler);
    fill(fresh);
    expect(drained(scheduler)).toEqual(drained(fresh));
  });
});

test('none: in the order of arrival, grown or not', () => {
  const scheduler = makeScheduler({ kind: 'none' });
  const slots = [5, 3, 900, 4, 0];
  for (const slot of slots) scheduler.add(slot, 'read', 1_000 - slot, 8, slot, 0);
  scheduler.resize(4, 0, 16);
  expect(drained(scheduler)).toEqual(slots);
});
