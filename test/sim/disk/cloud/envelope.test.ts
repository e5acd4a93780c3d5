import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Envelope, type EnvelopeSpec } from '../../../../sim/disk/cloud/envelope.ts';

const second = 1_000_000_000;

function flat(ratePerSec: number) {
  return { ratePerSec, burstCount: 0, peakPerSec: ratePerSec };
}

const plain: EnvelopeSpec = {
  ioSectorCountMax: 512,
  isWholeIoCharged: false,
  io: flat(1_000),
  sectors: flat(100_000),
  instance: null,
};

const rateSpec = fc
  .record({
    ratePerSec: fc.integer({ min: 1, max: 2_000 }),
    burstCount: fc.constantFrom(0, 5, 50),
    extra: fc.integer({ min: 0, max: 5_000 }),
  })
  .map(({ ratePerSec, burstCount, extra }) => ({
    ratePerSec,
    burstCount,
    peakPerSec: ratePerSec + (burstCount === 0 ? 0 : extra),
  }));

const command = fc.record({
  op: fc.constantFrom('read' as const, 'write' as const, 'forcedWrite' as const),
  gapNs: fc.oneof(fc.constant(0), fc.nat(20_000_000)),
  place: fc.nat(20),
  sectorCount: fc.integer({ min: 1, max: 16 }),
});

interface Passed {
  readonly atNs: number;
  readonly cost: number;
}

/** The first window in which more passed than `burst` + rate t; null when every one holds. */
function windowAbove(passed: readonly Passed[], ratePerSec: number, burst: number) {
  for (const [from, first] of passed.entries()) {
    let sum = 0;
    for (const { atNs, cost } of passed.slice(from)) {
      sum += cost;
      const windowNs = atNs - first.atNs + 1;
      // Exact: 40 commands of 16 sectors, at most 7000 a second for some seconds.
      if ((sum - burst) * second > ratePerSec * windowNs) return { from: first.atNs, atNs, sum };
    }
  }
  return null;
}

test('holds every limit in every window, and the order of arrival (any limits)', () => {
  fc.assert(
    fc.property(
      rateSpec,
      rateSpec,
      fc.option(fc.record({ ioPerSec: fc.integer({ min: 1, max: 3_000 }) })),
      fc.array(command, { minLength: 2, maxLength: 40, size: 'max' }),
      (io, sectors, cap, commands) => {
        const instance = cap && { ...cap, sectorsPerSec: cap.ioPerSec * 3 };
        // I/Os are as large as commands, which never touch: each counts one.
        const spec = { ...plain, ioSectorCountMax: 16, io, sectors, instance };
        const envelope = new Envelope(spec);
        const ios: Passed[] = [];
        const moved: Passed[] = [];
        let nowNs = 0;
        let lastNs = 0;
        for (const { op, gapNs, place, sectorCount } of commands) {
          nowNs += gapNs;
          const sector = place * 100 + ios.length * 10_000;
          const atNs = envelope.releaseNs(op, sector, sectorCount, nowNs);
          expect(atNs).toBeGreaterThanOrEqual(Math.max(nowNs, lastNs));
          lastNs = atNs;
          ios.push({ atNs, cost: 1 });
          moved.push({ atNs, cost: sectorCount });
        }
        expect(windowAbove(ios, io.peakPerSec, 1)).toBeNull();
        expect(windowAbove(moved, sectors.peakPerSec, 16)).toBeNull();
        if (io.burstCount > 0) expect(windowAbove(ios, io.ratePerSec, io.burstCount)).toBeNull();
        // Credit for less than one command is as good as one command's.
        const credit = sectors.burstCount > 0 ? Math.max(16, sectors.burstCount) : 16;
        expect(windowAbove(moved, sectors.ratePerSec, credit)).toBeNull();
        if (!instance) return;
        expect(windowAbove(ios, instance.ioPerSec, 1)).toBeNull();
        expect(windowAbove(moved, instance.sectorsPerSec, 16)).toBeNull();
      },
    ),
    { seed: 1, numRuns: 300 },
  );
});

describe('an envelope', () => {
  test('lets a command of an idle volume through at once', () => {
    const envelope = new Envelope(plain);
    expect(envelope.releaseNs('read', 0, 512, 7)).toBe(7);
    expect(envelope.releaseNs('write', 0, 512, second)).toBe(second);
  });

  test('never lets a command pass one that came before it', () => {
    const envelope = new Envelope(plain);
    envelope.releaseNs('read', 0, 512, 0);
    const largeNs = envelope.releaseNs('read', 10_000, 512, 0);
    expect(largeNs).toBe(5_120_000);
    expect(envelope.releaseNs('read', 50_000, 1, 0)).toBeGreaterThan(largeNs);
  });

  test('takes from all limits at one instant: what waits for bytes uses no I/O meanwhile', () => {
    // 1 I/O a ms. The second command waits 5.12 ms for its bytes; behind it, one I/O a ms again,
    // and not five at once for the time that passed.
    const envelope = new Envelope(plain);
    envelope.releaseNs('read', 0, 512, 0);
    const at = [512, 1, 1, 1].map((length, n) => envelope.releaseNs('read', n * 9_999, length, 0));
    expect(at).toEqual([5_120_000, 6_120_000, 7_120_000, 8_120_000]);
  });

  test('charges no I/O for what merges (64 sequential commands of 8 sectors)', () => {
    const envelope = new Envelope({ ...plain, sectors: flat(1_000_000) });
    let atNs = 0;
    for (let n = 0; n < 64; n += 1) atNs = envelope.releaseNs('read', n * 8, 8, 0);
    expect(atNs).toBe(0);
    expect(envelope.releaseNs('read', 512, 8, 0)).toBe(1_000_000);
  });

  test('charges a whole I/O for a small random one, where the volume counts so', () => {
    const spec = { ...plain, io: flat(1_000_000), isWholeIoCharged: true };
    const whole = new Envelope(spec);
    const moved = new Envelope({ ...spec, isWholeIoCharged: false });
    whole.releaseNs('read', 0, 1, 0);
    moved.releaseNs('read', 0, 1, 0);
    expect(whole.releaseNs('read', 5_000, 1, 0)).toBe(5_120_000);
    expect(moved.releaseNs('read', 5_000, 1, 0)).toBe(1_000);
    // Sequential ones share it.
    expect(whole.releaseNs('read', 5_001, 511, 0)).toBe(5_120_000);
  });

  test('shows the credit that is left', () => {
    const io = { ratePerSec: 10, burstCount: 100, peakPerSec: 1_000 };
    const sectors = { ratePerSec: 10, burstCount: 5_000, peakPerSec: 1_000 };
    const envelope = new Envelope({ ...plain, io, sectors });
    expect([envelope.ioCreditAt(0), envelope.sectorCreditAt(0)]).toEqual([100, 5_000]);
    envelope.releaseNs('read', 0, 8, 0);
    expect([envelope.ioCreditAt(0), envelope.sectorCreditAt(0)]).toEqual([99, 4_992]);
    expect(envelope.ioCreditAt(second)).toBe(100);
    expect(envelope.sectorCreditAt(0.8 * second)).toBe(5_000);
  });

  test('copies into one of its own', () => {
    const envelope = new Envelope(plain);
    envelope.releaseNs('read', 0, 8, 0);
    const twin = envelope.copy();
    // Merges as the source would, and waits as it would.
    expect(twin.releaseNs('read', 8, 8, 0)).toBe(0);
    expect(twin.releaseNs('read', 999, 8, 0)).toBe(1_000_000);
    expect(twin.releaseNs('read', 9_999, 8, 0)).toBe(2_000_000);
    expect(envelope.releaseNs('read', 9_999, 8, 0)).toBe(1_000_000);
  });

  test('forgets what waited when the power goes', () => {
    const envelope = new Envelope(plain);
    for (let n = 0; n < 50; n += 1) envelope.releaseNs('read', n * 9_999, 8, 0);
    expect(envelope.copy().releaseNs('read', 1, 8, 2_000_000)).toBe(50_000_000);
    envelope.powerOff(2_000_000);
    expect(envelope.releaseNs('read', 1, 8, 2_000_000)).toBe(3_000_000);
  });

  test.each([
    [{ ...plain, io: { ratePerSec: 10, burstCount: 5, peakPerSec: 9 } }, 'a peak of 9 I/Os'],
    [{ ...plain, sectors: { ratePerSec: 10, burstCount: 0, peakPerSec: 11 } }, 'without credit'],
    [{ ...plain, io: flat(0) }, '0 tokens a second'],
    [{ ...plain, instance: { ioPerSec: 1, sectorsPerSec: 0.5 } }, '0.5 tokens a second'],
  ])('refuses impossible limits, %#', (spec, message) => {
    expect(() => new Envelope(spec)).toThrow(message);
  });

  test('refuses a command without sectors', () => {
    expect(() => new Envelope(plain).releaseNs('read', 0, 0, 0)).toThrow('0 sectors');
  });
});
