import { sheetSeek } from '../../../../sim/disk/hdd/seek.ts';
import type { HddSpec, HddZoneSpec } from '../../../../sim/disk/hdd/spec.ts';

const us = 1e3;
const ms = 1e6;

/** 7200 rpm: a revolution in 8.333 ms. */
export const rotationNs = 8_333_333;

/** A zone without spare or bad sectors. */
export function zone(
  firstCylinder: number,
  lastCylinder: number,
  sectorsPerTrack: number,
  more: Partial<HddZoneSpec> = {},
): HddZoneSpec {
  return {
    firstCylinder,
    lastCylinder,
    sectorsPerTrack,
    trackSkewSectors: 0,
    cylinderSkewSectors: 0,
    offsetSectors: 0,
    reservedSectors: 0,
    spareSectors: 0,
    slippedSectors: [],
    remappedSectors: [],
    ...more,
  };
}

/** Capacity of zones without spares. */
export function sectorsOf(zones: readonly HddZoneSpec[], headCount: number): number {
  return zones.reduce(
    (sum, { firstCylinder, lastCylinder, sectorsPerTrack }) =>
      sum + (lastCylinder - firstCylinder + 1) * headCount * sectorsPerTrack,
    0,
  );
}

const headCount = 4;
const cylinderCount = 150_000;
const zoneCount = 15;

// Zones are assumed: the data sheet gives none. Rates fall to about a half from the outer to the
// inner zone, skews cover a head switch of 0.9 ms and a single-track seek of 0.23 ms with settling.
const zones = Array.from({ length: zoneCount }, (_, index) => {
  const width = cylinderCount / zoneCount;
  const sectorsPerTrack = 3_600 - index * 120;
  return zone(index * width, (index + 1) * width - 1, sectorsPerTrack, {
    trackSkewSectors: Math.ceil(sectorsPerTrack * 0.12),
    cylinderSkewSectors: Math.ceil(sectorsPerTrack * 0.13),
  });
});

/**
 * A disk like the WD Ultrastar DC HC310: 7200 rpm, average seek 7.4 ms, single track 0.23 ms, from
 * its specification (manualshive.com, ultrastar-dc-hc310, page 23); full stroke 16 ms and the rest
 * assumed.
 */
export const hc310: HddSpec = {
  geometry: {
    sectorCount: sectorsOf(zones, headCount),
    headCount,
    mapping: 'cylinder',
    spareRegionTracks: 0,
    sparesAtFront: false,
    zones,
  },
  rotationNs,
  seek: sheetSeek({
    cylinderCount,
    singleTrackNs: 0.23 * ms,
    averageNs: 7.4 * ms,
    fullStrokeNs: 16 * ms,
  }),
  headSwitchNs: 0.9 * ms,
  writeSettleNs: 0.1 * ms,
  isZeroLatencyRead: true,
  isZeroLatencyWrite: true,
  cache: {
    segmentCount: 64,
    segmentSectors: 4_096,
    isReadCache: true,
    keepsPassed: false,
    isFirstForWrites: false,
    keepsWritten: true,
    readAhead: {
      until: 'segment',
      sectorCountMax: 4_096,
      isOverRequested: true,
      isAfterHit: true,
    },
    writeBack: { segmentCountMax: 32, highShare: 0.75, isDrainedFirst: false },
  },
  overhead: {
    readHitAfterReadNs: 50 * us,
    readHitAfterWriteNs: 50 * us,
    readMissAfterReadNs: 80 * us,
    readMissAfterWriteNs: 80 * us,
    writeHitAfterReadNs: 50 * us,
    writeHitAfterWriteNs: 50 * us,
    writeMissAfterReadNs: 80 * us,
    writeMissAfterWriteNs: 80 * us,
    readCompletionNs: 0,
    writeCompletionNs: 0,
  },
  // 6 Gbit/s with 8b/10b coding: 600 MB/s.
  transferNsPerSector: 853,
  scheduling: { policy: 'sptf', ageWeight: 0 },
  retryRevolutionCountMax: 840,
};

/** The same disk without any use of its memory. */
export const uncached: HddSpec = {
  ...hc310,
  cache: {
    ...hc310.cache,
    isReadCache: false,
    writeBack: null,
    readAhead: { ...hc310.cache.readAhead, until: 'none' },
  },
};

const smallZones = [zone(0, 99, 100)];

/**
 * Two heads over 100 cylinders of 100 sectors a track; a revolution takes 1 ms, a sector 10 us, no
 * skew, no processing; a seek 200 us and 1 us a cylinder. Times can be worked out by hand.
 */
export const small: HddSpec = {
  ...hc310,
  geometry: { ...hc310.geometry, sectorCount: 20_000, headCount: 2, zones: smallZones },
  rotationNs: ms,
  seek: [
    { cylinderCount: 1, seekNs: 201 * us },
    { cylinderCount: 99, seekNs: 299 * us },
  ],
  headSwitchNs: 100 * us,
  writeSettleNs: 50 * us,
  isZeroLatencyRead: false,
  isZeroLatencyWrite: false,
  cache: {
    segmentCount: 4,
    segmentSectors: 60,
    isReadCache: true,
    keepsPassed: false,
    isFirstForWrites: false,
    keepsWritten: true,
    readAhead: { until: 'none', sectorCountMax: 60, isOverRequested: true, isAfterHit: false },
    writeBack: null,
  },
  overhead: {
    readHitAfterReadNs: 0,
    readHitAfterWriteNs: 0,
    readMissAfterReadNs: 0,
    readMissAfterWriteNs: 0,
    writeHitAfterReadNs: 0,
    writeHitAfterWriteNs: 0,
    writeMissAfterReadNs: 0,
    writeMissAfterWriteNs: 0,
    readCompletionNs: 0,
    writeCompletionNs: 0,
  },
  transferNsPerSector: us,
  scheduling: { policy: 'fcfs', ageWeight: 0 },
  retryRevolutionCountMax: 5,
};

/** `small` with its memory in use for writes: two segments may be dirty. */
export const smallWriteBack: HddSpec = {
  ...small,
  cache: {
    ...small.cache,
    writeBack: { segmentCountMax: 2, highShare: 1, isDrainedFirst: false },
  },
};

/** `small` that reads on until the segment is full. */
export const smallReadAhead: HddSpec = {
  ...small,
  cache: { ...small.cache, readAhead: { ...small.cache.readAhead, until: 'segment' } },
};
