import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  pieceCountOf,
  pieceSectorCount,
  SubmissionQueues,
} from '../../../../sim/disk/host/submission.ts';

describe('submission queues', () => {
  test('submit one command at a time in each, and queues side by side', () => {
    const queues = new SubmissionQueues({ queueCount: 2, submitNs: 300 });
    expect(queues.submittedAtNs(0, 1_000)).toBe(1_300);
    expect(queues.submittedAtNs(0, 1_000)).toBe(1_600);
    expect(queues.submittedAtNs(1, 1_100)).toBe(1_400);
    expect(queues.submittedAtNs(2, 1_100)).toBe(1_900);
    expect(queues.submittedAtNs(0, 5_000)).toBe(5_300);
  });

  test('bound the rate of one processor to 1 / submitNs', () => {
    const queues = new SubmissionQueues({ queueCount: 1, submitNs: 2_500 });
    let atNs = 0;
    for (let n = 0; n < 400_000; n += 1) atNs = queues.submittedAtNs(0, n);
    expect(atNs).toBe(1_000_000_000);
  });

  test('cost nothing with 0 ns', () => {
    const queues = new SubmissionQueues({ queueCount: 1, submitNs: 0 });
    expect([queues.submittedAtNs(0, 7), queues.submittedAtNs(0, 7)]).toEqual([7, 7]);
  });

  test('copy, and are free after a power loss', () => {
    const queues = new SubmissionQueues({ queueCount: 1, submitNs: 100 });
    queues.submittedAtNs(0, 0);
    const twin = queues.copy();
    queues.submittedAtNs(0, 0);
    expect(twin.submittedAtNs(0, 0)).toBe(200);
    expect(queues.submittedAtNs(0, 0)).toBe(300);
    queues.powerOff(50);
    expect(queues.submittedAtNs(0, 50)).toBe(150);
  });

  test.each([
    [{ queueCount: 0, submitNs: 1 }, '0 submission queues'],
    [{ queueCount: 4_097, submitNs: 1 }, '4097 submission queues'],
    [{ queueCount: 1, submitNs: -1 }, '-1 ns to submit'],
    [{ queueCount: 1, submitNs: 0.5 }, '0.5 ns to submit'],
  ])('refuse %o', (spec, message) => {
    expect(() => new SubmissionQueues(spec)).toThrow(message);
  });
});

test('pieces are as few as possible, full but for the last, and cover the command', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 10_000 }),
      fc.integer({ min: 1, max: 3_000 }),
      (n, max) => {
        const count = pieceCountOf(n, max);
        const lengths = Array.from({ length: count }, (_, index) =>
          pieceSectorCount(n, max, index),
        );
        expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(n);
        expect(lengths.slice(0, -1).every((length) => length === max)).toBe(true);
        expect(lengths[count - 1]).toBeGreaterThan(0);
        expect(lengths[count - 1]).toBeLessThanOrEqual(max);
      },
    ),
    { seed: 1, numRuns: 300 },
  );
});
