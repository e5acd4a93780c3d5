// Reading on after a request while the arm has nothing else to do. Nobody is told of it, so it is
// worked out only when somebody looks: what came in by an instant follows from where and when it
// began.
import type { Ns } from '../../units.ts';
import type { Arm } from './arm.ts';
import { type SectorPlace, sectorPlace } from './geometry.ts';
import { noSegment, type Segments } from './segments.ts';
import type { HddCacheSpec } from './spec.ts';

/** The read-ahead of one disk; the arm stays where it began until it is brought up to date. */
export class ReadAhead {
  readonly #spec: HddCacheSpec;
  readonly #arm: Arm;
  readonly #segments: Segments;
  readonly #place: SectorPlace = sectorPlace();
  /** The segment it fills; `noSegment` when it is over. */
  segment = noSegment;
  #sector = 0;
  #endSector = 0;
  #startNs: Ns = 0;

  constructor(spec: HddCacheSpec, arm: Arm, segments: Segments) {
    this.#spec = spec;
    this.#arm = arm;
    this.#segments = segments;
  }

  /** Begins at the end of a segment, at `startNs`, after a read that ended before `readEnd`. */
  start(segment: number, readEnd: number, startNs: Ns): void {
    const sector = this.#segments.end(segment);
    const endSector = this.#limit(segment, readEnd);
    if (endSector <= sector) return;
    this.segment = segment;
    this.#sector = sector;
    this.#endSector = endSector;
    this.#startNs = startNs;
  }

  /** A read from the segment that is being filled moves the limit on. */
  extend(readEnd: number): void {
    this.#endSector = Math.max(this.#endSector, this.#limit(this.segment, readEnd));
  }

  /** Puts into the segment what has come in until `untilNs`. */
  advance(untilNs: Ns): void {
    if (this.segment === noSegment) return;
    this.#arm.readOn(this.#sector, this.#endSector, this.#startNs, untilNs, false);
    const reached = this.#sector + this.#arm.passedCount;
    if (reached === this.#endSector) this.stop(untilNs);
    else if (reached > this.#sector) this.#segments.grow(this.segment, reached, untilNs);
  }

  /** Ends it at the first sector boundary from `atNs` on; returns when the arm is free. */
  stop(atNs: Ns): Ns {
    if (this.segment === noSegment) return atNs;
    const arm = this.#arm;
    arm.readOn(this.#sector, this.#endSector, this.#startNs, atNs, true);
    if (arm.passedCount > 0) {
      this.#segments.grow(this.segment, this.#sector + arm.passedCount, arm.endNs);
    }
    this.segment = noSegment;
    return Math.max(atNs, arm.endNs);
  }

  /** Whether it comes to `sector` within about a revolution. */
  isNear(sector: number): boolean {
    if (this.segment === noSegment || sector >= this.#endSector) return false;
    const { geometry } = this.#arm.parts;
    geometry.locate(sector, this.#place);
    const aheadCount = sector - this.#segments.end(this.segment);
    return aheadCount >= 0 && aheadCount * this.#place.sectorNs < geometry.rotationNs;
  }

  /** The power is gone. */
  forget(): void {
    this.segment = noSegment;
  }

  copy(arm: Arm, segments: Segments): ReadAhead {
    const twin = new ReadAhead(this.#spec, arm, segments);
    twin.segment = this.segment;
    twin.#sector = this.#sector;
    twin.#endSector = this.#endSector;
    twin.#startNs = this.#startNs;
    return twin;
  }

  #limit(segment: number, readEnd: number): number {
    const { readAhead, segmentSectors } = this.#spec;
    const { geometry } = this.#arm.parts;
    let end = Math.min(readEnd + readAhead.sectorCountMax, geometry.sectorCount);
    const { until } = readAhead;
    if (until === 'none') return readEnd;
    if (until === 'track' || until === 'cylinder') {
      end = Math.min(end, geometry.endOf(until, readEnd - 1, this.#place));
    } else if (until === 'stream') end = Math.min(end, this.#streamEnd(readEnd));
    if (readAhead.isOverRequested) return end;
    return Math.min(end, this.#segments.start(segment) + segmentSectors);
  }

  /** The end of the track, or of the next one when the one before is in memory. */
  #streamEnd(readEnd: number): number {
    const { geometry } = this.#arm.parts;
    geometry.locate(readEnd - 1, this.#place);
    const trackStart = readEnd - 1 - this.#place.onTrackIndex;
    const trackEnd = geometry.endOf('track', readEnd - 1, this.#place);
    const isStream = trackStart > 0 && this.#segments.find(trackStart - 1) !== noSegment;
    if (!isStream || trackEnd >= geometry.sectorCount) return trackEnd;
    return geometry.endOf('track', trackEnd, this.#place);
  }
}
