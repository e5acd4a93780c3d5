// What the numbers of a profile must agree on. What passes here makes a device; what does not would
// mean nothing, and an assertion of the kernel would say so too late.
import type * as z from 'zod';
import type { ValuePath } from '../document.ts';
import { volumeProblem } from './profile-cloud.ts';
import { type MediumKind, mediumSchemas } from './profile-media.ts';

/** Says that the value at `path` cannot stay. */
export type Refuse = (path: ValuePath, message: string) => void;

type Media = { readonly [K in MediumKind]: z.output<(typeof mediumSchemas)[K]> };
type Shape = readonly { readonly share: number; readonly factor: number }[];
type Zone = Media['hdd']['geometry']['zones'][number];

/**
 * Refuses what of a medium does not agree; paths are seen from the medium, which has passed the
 * schema of its kind. Answers how many blocks of 4 KiB it holds at most.
 */
export function checkMedium(kind: MediumKind, medium: unknown, refuse: Refuse): number {
  switch (kind) {
    case 'hdd': {
      const disk = mediumSchemas.hdd.parse(medium);
      checkDisk(disk, refuse);
      return Math.floor(disk.geometry.sectorCount / 8);
    }
    case 'ssd': {
      const drive = mediumSchemas.ssd.parse(medium);
      checkSsd(drive, refuse);
      return Math.floor(drive.capacityBytes / 4_096);
    }
    case 'xpoint': {
      const drive = mediumSchemas.xpoint.parse(medium);
      checkXpoint(drive, refuse);
      return Math.floor(drive.capacityBytes / 4_096);
    }
    case 'calibrated':
      checkCurves(mediumSchemas.calibrated.parse(medium), refuse);
      return Number.POSITIVE_INFINITY;
    case 'cloud': {
      const volume = mediumSchemas.cloud.parse(medium);
      const problem = volumeProblem(volume);
      if (problem !== null) refuse([problem.key], problem.message);
      return volume.sizeGiB * 262_144;
    }
    case 'table':
      return Number.POSITIVE_INFINITY;
  }
}

function checkShape(shape: Shape, path: ValuePath, refuse: Refuse): void {
  const [first, last] = [shape[0]!, shape.at(-1)!];
  if (last.factor <= 0) refuse(path, 'expected a largest factor above 0, found 0');
  if (shape.length === 1) return;
  if (first.share !== 0 || last.share !== 1) {
    refuse(path, `expected shares from 0 to 1, found ${first.share} to ${last.share}`);
  }
  for (let index = 1; index < shape.length; index += 1) {
    const [before, point] = [shape[index - 1]!, shape[index]!];
    if (point.share <= before.share) {
      refuse([...path, index], `expected a share above ${before.share}, found ${point.share}`);
    }
    if (point.factor < before.factor) {
      refuse([...path, index], `expected a factor from ${before.factor}, found ${point.factor}`);
    }
  }
}

function checkStalls(stalls: Media['ssd']['stalls'], refuse: Refuse): void {
  if (stalls === null) return;
  checkShape(stalls.intervalShape, ['stalls', 'intervalShape'], refuse);
  checkShape(stalls.durationShape, ['stalls', 'durationShape'], refuse);
}

function checkSsd(drive: Media['ssd'], refuse: Refuse): void {
  const { flash, buffer, cleaning, slc } = drive;
  checkShape(flash.readShape, ['flash', 'readShape'], refuse);
  checkShape(flash.programShape, ['flash', 'programShape'], refuse);
  checkStalls(drive.stalls, refuse);
  if (flash.channelCount > flash.dieCount) {
    const found = `found ${flash.channelCount} for ${flash.dieCount} dies`;
    refuse(['flash', 'channelCount'], `expected no more channels than dies, ${found}`);
  }
  if (flash.pageBytes % 4_096 !== 0) {
    refuse(['flash', 'pageBytes'], `expected a multiple of 4096, found ${flash.pageBytes}`);
  }
  const programBytes = flash.planeCount * flash.pageBytes;
  if (buffer.capacityBytes < 2 * programBytes) {
    const least = `at least two programs, ${2 * programBytes} bytes`;
    refuse(['buffer', 'capacityBytes'], `expected ${least}, found ${buffer.capacityBytes}`);
  }
  const { spareShare, freeLowShare, freeHighShare } = cleaning;
  if (spareShare < 1e-3) {
    refuse(['cleaning', 'spareShare'], `expected 0.001 or more, found ${spareShare}`);
  }
  const freeMax = spareShare / (1 + spareShare);
  if (freeLowShare > freeHighShare || freeHighShare >= freeMax) {
    const limit = `from ${freeLowShare} to below ${freeMax}, the spare share of all flash`;
    refuse(['cleaning', 'freeHighShare'], `expected a share ${limit}, found ${freeHighShare}`);
  }
  if (slc !== null && slc.resumeShare >= 1) {
    refuse(['slc', 'resumeShare'], 'expected a share below 1, found 1');
  }
  if (cleaning.model === 'pageMap') checkPageMap(drive, refuse);
}

/** As many pages as are followed one by one. */
const followedPageMax = 67_108_864;

function checkPageMap({ capacityBytes, flash, cleaning }: Media['ssd'], refuse: Refuse): void {
  const pageCount = Math.floor(capacityBytes / 4_096);
  const pagesPerBlock =
    Math.floor((flash.planeCount * flash.pageBytes) / 4_096) * flash.pagesPerBlock;
  const flashPageCount = pageCount * (1 + cleaning.spareShare);
  if (flashPageCount > followedPageMax) {
    refuse(['cleaning', 'model'], 'a drive of more than 256 GiB is too large for a page map');
    return;
  }
  const blockCount = Math.floor(flashPageCount / pagesPerBlock);
  const freeCount = Math.max(2, Math.floor(blockCount * cleaning.freeHighShare));
  const dataCount = Math.ceil(pageCount / pagesPerBlock);
  if (dataCount + freeCount + 1 >= blockCount) {
    const found = `found ${blockCount} for ${dataCount} of data and ${freeCount} free ones`;
    refuse(['cleaning', 'spareShare'], `expected more blocks than are in use, ${found}`);
  }
}

function checkXpoint(drive: Media['xpoint'], refuse: Refuse): void {
  checkShape(drive.readShape, ['readShape'], refuse);
  checkShape(drive.writeShape, ['writeShape'], refuse);
  checkStalls(drive.stalls, refuse);
  if (drive.stripeBytes % 512 !== 0) {
    refuse(['stripeBytes'], `expected a multiple of 512, found ${drive.stripeBytes}`);
  }
}

function checkDisk({ geometry, seek, cache }: Media['hdd'], refuse: Refuse): void {
  const { headCount, spareRegionTracks, zones } = geometry;
  let nextCylinder = 0;
  let sectorCount = 0;
  for (const [index, zone] of zones.entries()) {
    const path = ['geometry', 'zones', index];
    if (zone.firstCylinder !== nextCylinder) {
      const found = `found ${zone.firstCylinder}`;
      refuse([...path, 'firstCylinder'], `expected ${nextCylinder}, the next one, ${found}`);
    }
    if (zone.lastCylinder < zone.firstCylinder) {
      refuse([...path, 'lastCylinder'], `expected ${zone.firstCylinder} or more`);
      return;
    }
    nextCylinder = zone.lastCylinder + 1;
    const zoneSectors = dataSectors(zone, headCount, spareRegionTracks);
    if (zoneSectors <= 0) refuse(path, 'expected sectors for data, found none left');
    sectorCount += zoneSectors;
  }
  if (geometry.sectorCount > sectorCount) {
    const found = `found ${geometry.sectorCount}`;
    refuse(
      ['geometry', 'sectorCount'],
      `expected at most the ${sectorCount} of the zones, ${found}`,
    );
  }
  checkSeek(seek, refuse);
  const { writeBack, segmentCount } = cache;
  if (writeBack !== null && writeBack.segmentCountMax > segmentCount) {
    const path = ['cache', 'writeBack', 'segmentCountMax'];
    refuse(path, `expected at most the ${segmentCount} of the cache`);
  }
}

function dataSectors(zone: Zone, headCount: number, regionTracks: number): number {
  const { firstCylinder, lastCylinder, sectorsPerTrack, spareSectors, reservedSectors } = zone;
  const trackCount = (lastCylinder - firstCylinder + 1) * headCount;
  const zoneSectors = trackCount * sectorsPerTrack;
  const regionSectors = (regionTracks === 0 ? trackCount : regionTracks) * sectorsPerTrack;
  if (regionSectors <= spareSectors) return 0;
  const wholeCount = Math.floor(zoneSectors / regionSectors);
  const restSectors = Math.max(0, zoneSectors - wholeCount * regionSectors - spareSectors);
  return wholeCount * (regionSectors - spareSectors) + restSectors - reservedSectors;
}

function checkSeek(seek: Media['hdd']['seek'], refuse: Refuse): void {
  if (!('averageNs' in seek)) {
    for (let index = 1; index < seek.length; index += 1) {
      const before = seek[index - 1]!.cylinderCount;
      if (seek[index]!.cylinderCount > before) continue;
      refuse(['seek', index, 'cylinderCount'], `expected a distance above ${before}`);
    }
    return;
  }
  const { singleTrackNs, averageNs, fullStrokeNs } = seek;
  if (!(singleTrackNs <= averageNs && averageNs <= fullStrokeNs)) {
    refuse(['seek'], 'expected a single track to take least and the full stroke most');
  }
}

function checkCurves({ curves }: Media['calibrated'], refuse: Refuse): void {
  const seen = new Set<string>();
  for (const [index, { op, sectorCount, readShare, points, shape }] of curves.entries()) {
    const path = ['curves', index];
    const name = `${op} of ${sectorCount} sectors at read share ${readShare}`;
    if (seen.has(name)) refuse(path, `two curves of a ${name}`);
    seen.add(name);
    checkShape(shape, [...path, 'shape'], refuse);
    for (let at = 1; at < points.length; at += 1) {
      const [before, point] = [points[at - 1]!, points[at]!];
      const isRising =
        point.inFlight > before.inFlight && point.commandsPerSec >= before.commandsPerSec;
      if (!isRising) refuse([...path, 'points', at], 'expected more in flight and no lower rate');
    }
  }
  for (const op of ['read', 'write']) {
    if (!curves.some((curve) => curve.op === op)) refuse(['curves'], `no curve of a ${op}`);
  }
}
