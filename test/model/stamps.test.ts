import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { sequenceMax, sessionMax, sessionOfStamp, stampOf } from '../../model/stamps.ts';

const session = fc.integer({ min: 1, max: sessionMax });
const sequence = fc.integer({ min: 1, max: sequenceMax });

describe('a stamp', () => {
  test.prop([session, sequence])('names its session and fits 31 bits', (epoch, count) => {
    const stamp = stampOf(epoch, count);
    expect(sessionOfStamp(stamp)).toBe(epoch);
    expect(stamp).toBe(stamp >>> 0);
    expect(stamp).toBeLessThan(2_147_483_648);
  });

  test.prop([session, sequence, session, sequence])(
    'of a later session is higher, whatever the sequences',
    (a, first, b, second) => {
      fc.pre(a < b);
      expect(stampOf(a, first)).toBeLessThan(stampOf(b, second));
    },
  );

  it('is refused outside its limits', () => {
    expect(() => stampOf(0, 1)).toThrow('session 0 outside 1..511');
    expect(() => stampOf(512, 1)).toThrow('session 512 outside 1..511');
    expect(() => stampOf(1, sequenceMax + 1)).toThrow('sequence 4194304 outside 1..4194303');
  });
});
