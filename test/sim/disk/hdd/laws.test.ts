import { describe, expect, it } from 'vitest';
import { Arm } from '../../../../sim/disk/hdd/arm.ts';
import { Geometry, sectorPlace } from '../../../../sim/disk/hdd/geometry.ts';
import { hdd } from '../../../../sim/disk/hdd/hdd.ts';
import { SeekTable } from '../../../../sim/disk/hdd/seek.ts';
import type { HddSpec } from '../../../../sim/disk/hdd/spec.ts';
import { Noise, noiseLane } from '../../../../sim/disk/noise.ts';
import { hc310, rotationNs, sectorsOf, uncached, zone } from './disks.ts';
import { DrivenDisk, randomRate } from './driven-disk.ts';

const ms = 1e6;

/** Waits for random sectors of one track at random instants, ascending. */
function rotationalWaits(drawCount: number): Float64Array {
  const zones = [zone(0, 0, 200)];
  const geometry = new Geometry(
    { ...hc310.geometry, headCount: 1, zones, sectorCount: sectorsOf(zones, 1) },
    rotationNs,
  );
  const arm = new Arm({
    geometry,
    seek: new SeekTable([{ cylinderCount: 1, seekNs: ms }], 3),
    headSwitchNs: 0,
    writeSettleNs: 0,
    isZeroLatencyRead: false,
    isZeroLatencyWrite: false,
    transferNsPerSector: 0,
  });
  const noise = new Noise(noiseLane(1, 'rotation'));
  const waits = new Float64Array(drawCount);
  for (let draw = 0; draw < drawCount; draw += 1) {
    const startNs = noise.next() * 1_000;
    arm.transfer(noise.below(200), 1, startNs, false);
    waits[draw] = arm.endNs - startNs - rotationNs / 200;
  }
  return waits.sort();
}

describe('H1: the wait for the angle is uniform over a revolution', () => {
  const waits = rotationalWaits(200_000);
  const mean = waits.reduce((sum, wait) => sum + wait, 0) / waits.length;

  it('has the mean T/2 and the variance T^2/12 (200,000 draws, 0.5 % and 1 %)', () => {
    const square = waits.reduce((sum, wait) => sum + (wait - mean) ** 2, 0) / waits.length;
    expect(mean / (rotationNs / 2)).toBeCloseTo(1, 2);
    expect(Math.abs(mean / (rotationNs / 2) - 1)).toBeLessThan(0.005);
    expect(Math.abs(square / (rotationNs ** 2 / 12) - 1)).toBeLessThan(0.01);
  });

  it('passes the Kolmogorov-Smirnov test at 0.1 %', () => {
    let farthest = 0;
    for (const [index, wait] of waits.entries()) {
      const share = wait / rotationNs;
      farthest = Math.max(farthest, Math.abs(share - index / waits.length));
      farthest = Math.max(farthest, Math.abs(share - (index + 1) / waits.length));
    }
    expect(farthest).toBeLessThan(1.95 / Math.sqrt(waits.length));
  });
});

describe('H2: random seeks', () => {
  it('go a third of the stroke on average, sqrt of it 8/15 (one zone, 400,000 seeks)', () => {
    const zones = [zone(0, 99_999, 10)];
    const sectorCount = sectorsOf(zones, 4);
    const geometry = new Geometry({ ...hc310.geometry, zones, sectorCount }, rotationNs);
    const noise = new Noise(noiseLane(2, 'seeks'));
    const place = sectorPlace();
    let [last, sum, rootSum] = [0, 0, 0];
    const drawCount = 400_000;
    for (let draw = 0; draw <= drawCount; draw += 1) {
      geometry.locate(noise.below(sectorCount), place);
      const share = Math.abs(place.cylinder - last) / geometry.cylinderCount;
      last = place.cylinder;
      if (draw === 0) continue;
      sum += share;
      rootSum += Math.sqrt(share);
    }
    expect(Math.abs(sum / drawCount / (1 / 3) - 1)).toBeLessThan(0.003);
    expect(Math.abs(rootSum / drawCount / (8 / 15) - 1)).toBeLessThan(0.003);
  });
});

describe('H3: the mean seek', () => {
  it('is the average of the data sheet by the drive makers’ sum (HC310: 7.4 ms, 1 %)', () => {
    expect(Math.abs(hdd(hc310).seek.averageNs() / (7.4 * ms) - 1)).toBeLessThan(0.01);
  });

  it('differs by more than that for a curve that is 2 % slower', () => {
    const seek = hc310.seek.map((point) => ({ ...point, seekNs: point.seekNs * 1.02 }));
    const averageNs = hdd({ ...hc310, seek }).seek.averageNs();
    expect(Math.abs(averageNs / (7.4 * ms) - 1)).toBeGreaterThan(0.01);
  });
});

describe('H4: one random read at a time', () => {
  const rate = randomRate(uncached, 1);

  it('makes 86 a second (HC310, 2 %)', () => {
    expect(Math.abs(rate / 86 - 1)).toBeLessThan(0.02);
  });

  it('takes processing, mean seek, half a revolution, its sectors and a transfer (2 %)', () => {
    const seekNs = hdd(hc310).seek.averageNs();
    const passNs = (8 / 2_760) * rotationNs;
    const { readMissAfterReadNs } = hc310.overhead;
    const expectedNs =
      readMissAfterReadNs + seekNs + rotationNs / 2 + passNs + hc310.transferNsPerSector;
    expect(Math.abs((rate * expectedNs) / 1e9 - 1)).toBeLessThan(0.02);
  });
});

/** Bytes a second of 256 KiB reads one after the other, from the start of a zone. */
function sequentialRate(spec: HddSpec, zoneIndex: number): number {
  const driven = new DrivenDisk(spec);
  const startSector = driven.disk.geometry.zoneStart(zoneIndex);
  const [warmCount, ioCount] = [100, 2_000];
  let startNs = 0;
  for (let index = 0; index < warmCount + ioCount; index += 1) {
    if (index === warmCount) startNs = driven.nowNs;
    const sector = startSector + index * 512;
    driven.took({ op: 'read', sector, count: 512, atNs: driven.nowNs });
  }
  return (ioCount * 512 * 512) / ((driven.nowNs - startNs) / 1e9);
}

/** The same by the geometry: whole cylinders with their skews. */
function mediaRate(spec: HddSpec, zoneIndex: number): number {
  const { headCount, zones } = spec.geometry;
  const { sectorsPerTrack, trackSkewSectors, cylinderSkewSectors } = zones[zoneIndex]!;
  const skewSectors = (headCount - 1) * trackSkewSectors + cylinderSkewSectors;
  const turnCount = headCount + skewSectors / sectorsPerTrack;
  return (headCount * sectorsPerTrack * 512) / ((turnCount * rotationNs) / 1e9);
}

describe('H5: sequential reads', () => {
  it.each([0, 7, 14])('run at the rate of the medium in zone %i (1 %)', (zoneIndex) => {
    const rate = sequentialRate(hc310, zoneIndex);
    expect(Math.abs(rate / mediaRate(hc310, zoneIndex) - 1)).toBeLessThan(0.01);
  });

  it('are slower inside by the ratio of sectors on a track (1 %)', () => {
    const ratio = sequentialRate(hc310, 0) / sequentialRate(hc310, 14);
    expect(Math.abs(ratio / (3_600 / 1_920) - 1)).toBeLessThan(0.01);
  });

  it('lose a revolution at each track without skew', () => {
    const zones = hc310.geometry.zones.map((bare) => ({ ...bare, trackSkewSectors: 0 }));
    const unskewed = { ...hc310, geometry: { ...hc310.geometry, zones } };
    const share = sequentialRate(unskewed, 0) / mediaRate(hc310, 0);
    expect(share).toBeGreaterThan(0.6);
    expect(share).toBeLessThan(0.7);
  });
});

describe('H6: queued random reads', () => {
  const depths = [1, 2, 4, 8, 16, 32];
  const policy = (name: HddSpec['scheduling']['policy'], ageWeight = 0): HddSpec => ({
    ...uncached,
    scheduling: { policy: name, ageWeight },
  });

  it('gain with depth, 2 to 3.5 times at 32 (shortest positioning time first)', () => {
    const rates = depths.map((depth) => randomRate(policy('sptf'), depth));
    // At depth 2 the one command that waits is all there is to pick from.
    for (const [index, rate] of rates.slice(1).entries()) {
      expect(rate).toBeGreaterThan(0.99 * rates[index]!);
    }
    const gain = rates.at(-1)! / rates[0]!;
    expect(gain).toBeGreaterThan(2);
    expect(gain).toBeLessThan(3.5);
  });

  it('gain nothing in order of arrival (1 %)', () => {
    const ioCount = 40_000;
    const [one, many] = [1, 32].map((depth) => randomRate(policy('fcfs'), depth, { ioCount }));
    expect(Math.abs(many! / one! - 1)).toBeLessThan(0.01);
  });

  it('gain less going round upwards than by position', () => {
    const [look, shortest] = (['c-look', 'sptf'] as const).map((name) =>
      randomRate(policy(name), 32),
    );
    expect(look!).toBeGreaterThan(1.5 * randomRate(policy('fcfs'), 32));
    expect(look!).toBeLessThan(0.85 * shortest!);
  });

  it('come near the order of arrival as age weighs more', () => {
    const rates = [0, 1, 100].map((weight) => randomRate(policy('sptf', weight), 32));
    expect(rates[1]!).toBeLessThan(rates[0]!);
    expect(rates[2]! / randomRate(policy('fcfs'), 32)).toBeCloseTo(1, 1);
  });
});
