import { describe, expect, it } from 'vitest';
import { CutLog } from '../../sim/cut-log.ts';
import type { Disturbance } from '../../sim/disturbance.ts';

const cut = (reason: string, whom = 'b'): Disturbance => ({
  reason,
  cut: true,
  strikes: (_from, to) => to === whom,
});

describe('the log of cuts', () => {
  it('names the first cut of the link that fell after a message had set out', () => {
    const log = new CutLog();
    log.fall(0, cut('before'));
    log.end(0, 10);
    log.fall(1, cut('elsewhere', 'c'));
    log.fall(2, cut('first'));
    log.fall(3, cut('second'));
    expect(log.metSince(1, 'a', 'b')).toBe('first');
    expect(log.metSince(3, 'a', 'b')).toBe('second');
    expect(log.metSince(4, 'a', 'b')).toBeNull();
    expect(log.metSince(1, 'a', 'd')).toBeNull();
  });

  it('forgets a cut when nothing is in flight any more that it can have met, not before', () => {
    const log = new CutLog();
    log.fall(0, cut('over'));
    log.fall(1, cut('in force'));
    log.end(0, 10);
    log.forgetBefore(10);
    expect(log.metSince(0, 'a', 'b')).toBe('over');
    log.forgetBefore(11);
    expect(log.metSince(0, 'a', 'b')).toBe('in force');
    expect(log.count).toBe(2);
  });

  it('goes on alone in a copy', () => {
    const log = new CutLog();
    log.fall(0, cut('both'));
    const other = log.copy();
    other.fall(1, cut('one'));
    expect([log.count, other.count]).toEqual([1, 2]);
    expect([log.metSince(1, 'a', 'b'), other.metSince(1, 'a', 'b')]).toEqual([null, 'one']);
  });
});
