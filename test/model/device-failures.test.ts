import { describe, expect, it } from 'vitest';
import {
  type DeviceFailures,
  failedAgain,
  noFailures,
  retryDelayMs,
} from '../../model/device-failures.ts';

function failedBefore(count: number, jitter: number): DeviceFailures {
  let failures = noFailures;
  for (let i = 0; i < count; i++) failures = failedAgain(failures, { type: 'FAILED', jitter });
  return failures;
}

describe('the wait of an actor whose device fails', () => {
  it('doubles four times, and then stays', () => {
    const delaysMs = [1, 2, 3, 4, 5, 6, 50].map((count) => retryDelayMs(failedBefore(count, 0)));
    expect(delaysMs).toEqual([125, 250, 500, 1000, 2000, 2000, 2000]);
  });

  it('is at most doubled by chance', () => {
    expect(retryDelayMs(failedBefore(1, 32_768))).toBe(187);
    expect(retryDelayMs(failedBefore(9, 65_535))).toBe(3999);
  });

  it('keeps the last draw where an event has none', () => {
    expect(failedAgain(failedBefore(1, 7), { type: 'FAILED' })).toEqual({
      failCount: 2,
      jitter: 7,
    });
  });
});
