import { describe, expect, test } from 'vitest';
import { Envelope } from '../../../../sim/disk/cloud/envelope.ts';
import { TokenBucket } from '../../../../sim/disk/cloud/token-bucket.ts';
import {
  gp2Volume,
  gp3Volume,
  io1Volume,
  io2BlockExpressVolume,
  io2Volume,
  sc1Volume,
  st1Volume,
  type VolumeSpec,
} from '../../../../sim/disk/cloud/volume-types.ts';

const second = 1_000_000_000;
const sectorsPerMiB = 2_048;
const mibPerTiB = 1_048_576;
const sectorsPerTiB = 2_147_483_648;

/** Releases of commands that all wait from the start: `visit` says when to stop. */
function drain(
  volume: VolumeSpec,
  sectorCount: number,
  stride: number,
  visit: (atNs: number, count: number) => boolean,
): void {
  const envelope = new Envelope(volume.envelope);
  for (let count = 1; ; count += 1) {
    const atNs = envelope.releaseNs('read', count * stride, sectorCount, 0);
    if (visit(atNs, count)) return;
  }
}

/** When the pace of a volume that is asked for more falls below its peak. */
function burstEnd(volume: VolumeSpec, sectorCount: number, stride: number) {
  const peakNs = gapNs(volume, sectorCount);
  let end = { count: 0, atNs: 0 };
  drain(volume, sectorCount, stride, (atNs, count) => {
    if (atNs > end.atNs + peakNs && count > 2) return true;
    end = { count, atNs };
    return false;
  });
  return end;
}

/** The largest gap between commands at peak. */
function gapNs({ envelope: { io, sectors } }: VolumeSpec, sectorCount: number): number {
  return Math.ceil(Math.max(1 / io.peakPerSec, sectorCount / sectors.peakPerSec) * second);
}

/** Commands a second of a volume that is always asked for more, at the peak. */
function rateOf(volume: VolumeSpec, sectorCount: number): number {
  let firstNs = 0;
  let rate = 0;
  drain(volume, sectorCount, 1 << 20, (atNs, count) => {
    // The first commands find the pace full.
    if (count === 100) firstNs = atNs;
    rate = ((count - 100) * second) / (atNs - firstNs);
    return count === 1_100;
  });
  return rate;
}

describe('T2: gp2', () => {
  const table = [
    [1, 100, 1_862, 54_000],
    [33, 100, 1_862, 54_000],
    [100, 300, 2_000, 18_000],
    [334, 1_002, 2_703, 5_389],
    [750, 2_250, 7_200, 2_400],
  ] as const;

  test.each(table)(
    '%d GiB: %d IOPS, bursts %d s, refills in %d s',
    (size, rate, burstS, refillS) => {
      const { io } = gp2Volume(size).envelope;
      expect(io).toEqual({ ratePerSec: rate, burstCount: 5_400_000, peakPerSec: 3_000 });
      const bucket = new TokenBucket({ ratePerSec: rate, capacity: io.burstCount });
      let atNs = 0;
      for (let count = 100; bucket.conformsAtNs(100, atNs) === atNs; count += 100) {
        bucket.take(100, atNs);
        atNs = Math.round((count * second) / 3_000);
      }
      expect(Math.round(atNs / second)).toBe(burstS);
      bucket.take(bucket.levelAt(atNs), atNs);
      const fullAtNs = bucket.conformsAtNs(5_400_000, atNs);
      expect(Math.round((fullAtNs - atNs) / second)).toBe(refillS);
    },
  );

  test('33 GiB asked for 4 KiB I/Os falls to 100 a second after 1,862 s, to the I/O', () => {
    const { count, atNs } = burstEnd(gp2Volume(33), 8, 4_096);
    expect(Math.round(atNs / second)).toBe(1_862);
    // The last one at peak is the last that the credit pays for.
    expect(count).toBe(5_400_000 + Math.floor((100 * atNs) / second));
  });

  test.each([
    [33, 100, 3_000, 128],
    [34, 102, 3_000, 128],
    [170, 510, 3_000, 128],
    [171, 513, 3_000, 250],
    [334, 1_002, 3_000, 250],
    [999, 2_997, 3_000, 250],
    [1_000, 3_000, 3_000, 250],
    [5_333, 15_999, 15_999, 250],
    [5_334, 16_000, 16_000, 250],
    [16_384, 16_000, 16_000, 250],
  ])('%d GiB: %d IOPS, at most %d, %d MiB/s', (size, rate, peak, mibPerSec) => {
    const { io, sectors } = gp2Volume(size).envelope;
    expect([io.ratePerSec, io.peakPerSec]).toEqual([rate, peak]);
    expect(sectors.peakPerSec).toBe(mibPerSec * sectorsPerMiB);
    expect(io.burstCount > 0).toBe(size < 1_000);
  });
});

describe('T3: st1 and sc1', () => {
  test.each([
    [0.125, 5, 31],
    [2, 80, 500],
    [12.5, 500, 500],
  ])('st1 of %d TiB: %d MiB/s, bursts to %d', (sizeTiB, base, peak) => {
    const { sectors } = st1Volume(sizeTiB * 1_024).envelope;
    expect(Math.round(sectors.ratePerSec / sectorsPerMiB)).toBe(base);
    expect(Math.round(sectors.peakPerSec / sectorsPerMiB)).toBe(peak);
    expect(sectors.burstCount).toBe(base === peak ? 0 : sizeTiB * sectorsPerTiB);
  });

  test('sc1 of 16 TiB does 192 MiB/s, bursts to 250', () => {
    const { sectors } = sc1Volume(16_384).envelope;
    expect(sectors.ratePerSec).toBe(192 * sectorsPerMiB);
    expect(sectors.peakPerSec).toBe(250 * sectorsPerMiB);
  });

  test.each([
    { name: 'st1', type: st1Volume, tib: 1, base: 40, peak: 250, seconds: 4_993 },
    { name: 'st1', type: st1Volume, tib: 0.125, base: 5, peak: 31.25, seconds: 4_993 },
    { name: 'sc1', type: sc1Volume, tib: 1, base: 12, peak: 80, seconds: 15_420 },
  ])('$name of $tib TiB: a burst of 1 MiB I/Os lasts $seconds s, to the I/O', (row) => {
    const { type, tib, base, peak, seconds } = row;
    const { count, atNs } = burstEnd(type(tib * 1_024), sectorsPerMiB, sectorsPerMiB);
    expect(Math.round((tib * mibPerTiB) / (peak - base))).toBe(seconds);
    expect(Math.round(atNs / second)).toBe(seconds);
    expect(count).toBe(Math.floor(tib * mibPerTiB + (base * atNs) / second));
  });

  test.each([
    { name: 'st1', type: st1Volume, seconds: 10_486 },
    { name: 'sc1', type: sc1Volume, seconds: 20_972 },
  ])('$name: a scan of 5 TiB lasts $seconds s', ({ type, seconds }) => {
    const chunk = 16 * sectorsPerMiB;
    let scanNs = 0;
    drain(type(5 * 1_024), chunk, chunk, (atNs, count) => {
      scanNs = atNs;
      return count === (5 * mibPerTiB) / 16;
    });
    expect(Math.round(scanNs / second)).toBe(seconds);
  });

  test.each([
    { name: 'st1', type: st1Volume, iops: 500 },
    { name: 'sc1', type: sc1Volume, iops: 250 },
  ])('$name of 5 TiB: $iops random I/Os a second, of 4 KiB or of 1 MiB', ({ type, iops }) => {
    expect(rateOf(type(5 * 1_024), 8)).toBeCloseTo(iops, 2);
    expect(rateOf(type(5 * 1_024), sectorsPerMiB)).toBeCloseTo(iops, 2);
  });
});

describe('T4: the tighter of two caps', () => {
  test('gp2 of 1 TiB does 1000 I/Os of 256 KiB a second, to the ns', () => {
    drain(gp2Volume(1_024), 512, 1 << 20, (atNs, count) => {
      expect(atNs).toBe((count - 1) * 1_000_000);
      return count === 5_000;
    });
  });

  test.each([4, 16, 32, 41, 42, 64, 128, 256, 512, 1_024])('gp3 at %d KiB', (sizeKiB) => {
    const iops = 3_000 / Math.ceil(sizeKiB / 256);
    const expected = Math.min(iops, (125 * 1_024) / sizeKiB);
    expect(rateOf(gp3Volume({ sizeGiB: 100 }), sizeKiB * 2) / expected).toBeCloseTo(1, 6);
  });

  test('the instance caps what the volume could do, in I/Os and in bytes', () => {
    const volume = io2Volume({ sizeGiB: 1_000, iops: 64_000 });
    const instance = { ioPerSec: 4_000, sectorsPerSec: 100 * sectorsPerMiB };
    const capped = { ...volume, envelope: { ...volume.envelope, instance } };
    expect(rateOf(volume, 8)).toBeCloseTo(64_000, 0);
    expect(rateOf(capped, 8)).toBeCloseTo(4_000, 2);
    expect(rateOf(capped, 512)).toBeCloseTo(400, 2);
  });
});

describe('provisioned types', () => {
  const limits = ({ envelope: { io, sectors } }: VolumeSpec) => [
    io.ratePerSec,
    sectors.ratePerSec / sectorsPerMiB,
  ];

  test.each([
    ['gp3, base', gp3Volume({ sizeGiB: 1 }), 3_000, 125],
    ['gp3, full', gp3Volume({ sizeGiB: 160, iops: 80_000, throughputMiBPerSec: 2_000 }), 8e4, 2e3],
    ['io1, small', io1Volume({ sizeGiB: 4, iops: 200 }), 200, 50],
    ['io1, 500 MiB/s', io1Volume({ sizeGiB: 640, iops: 32_000 }), 32_000, 500],
    ['io1, 31,999', io1Volume({ sizeGiB: 640, iops: 31_999 }), 31_999, 500],
    ['io1, 48,000', io1Volume({ sizeGiB: 960, iops: 48_000 }), 48_000, 750],
    ['io1, full', io1Volume({ sizeGiB: 1_280, iops: 64_000 }), 64_000, 1_000],
    ['io2, full', io2Volume({ sizeGiB: 128, iops: 64_000 }), 64_000, 1_000],
    ['io2bx, slow', io2BlockExpressVolume({ sizeGiB: 4, iops: 1_000 }), 1_000, 256],
    ['io2bx, 4,000', io2BlockExpressVolume({ sizeGiB: 16, iops: 15_625 }), 15_625, 4_000],
    ['io2bx, full', io2BlockExpressVolume({ sizeGiB: 256, iops: 256_000 }), 256_000, 4_000],
  ])('%s: its IOPS and its throughput', (_what, volume, iops, mibPerSec) => {
    expect(limits(volume)).toEqual([iops, mibPerSec]);
  });

  test.each([
    [() => gp2Volume(0), 'gp2: size in GiB 0, expected a whole number from 1 to 16384'],
    [() => gp2Volume(10.5), 'size in GiB 10.5'],
    [() => gp3Volume({ sizeGiB: 65_537 }), 'from 1 to 65536'],
    [() => gp3Volume({ sizeGiB: 10, iops: 5_001 }), 'gp3 of 10 GiB: IOPS 5001, expected a whole'],
    [() => gp3Volume({ sizeGiB: 1, iops: 3_001 }), 'from 3000 to 3000'],
    [() => gp3Volume({ sizeGiB: 999, iops: 80_001 }), 'from 3000 to 80000'],
    [
      () => gp3Volume({ sizeGiB: 100, throughputMiBPerSec: 751 }),
      'gp3 with 3000 IOPS: MiB a second 751, expected a whole number from 125 to 750',
    ],
    [() => io1Volume({ sizeGiB: 3, iops: 100 }), 'io1: size in GiB 3'],
    [() => io1Volume({ sizeGiB: 10, iops: 501 }), 'io1 of 10 GiB: IOPS 501'],
    [() => io1Volume({ sizeGiB: 9_999, iops: 64_001 }), 'from 100 to 64000'],
    [() => io2Volume({ sizeGiB: 10, iops: 5_001 }), 'from 100 to 5000'],
    [() => io2BlockExpressVolume({ sizeGiB: 10, iops: 10_001 }), 'from 100 to 10000'],
    [() => io2BlockExpressVolume({ sizeGiB: 999, iops: 256_001 }), 'from 100 to 256000'],
    [() => io2BlockExpressVolume({ sizeGiB: 65_537, iops: 100 }), 'from 4 to 65536'],
    [() => st1Volume(127), 'st1: size in GiB 127, expected a whole number from 128 to 16384'],
    [() => sc1Volume(16_385), 'from 128 to 16384'],
  ])('refuses what cannot be provisioned, %#', (make, message) => {
    expect(make).toThrow(message);
  });
});
