// What a profile says of a mechanical disk: numbers only, from a data sheet or a measurement.
import type { Ns } from '../../units.ts';

/** Cylinders that hold equally many sectors on each track. */
export interface HddZoneSpec {
  readonly firstCylinder: number;
  /** The last one that belongs to the zone. */
  readonly lastCylinder: number;
  readonly sectorsPerTrack: number;
  /** How far the first sector is turned from one track to the next of a cylinder. */
  readonly trackSkewSectors: number;
  /** The same from the last track of a cylinder to the first of the next. */
  readonly cylinderSkewSectors: number;
  /** How far the first sector of the zone is turned. */
  readonly offsetSectors: number;
  /** Sectors at the front of the zone that hold no data. */
  readonly reservedSectors: number;
  /** Sectors kept free in each spare region, see `spareRegionTracks`. */
  readonly spareSectors: number;
  /** Bad sectors that the numbering leaves out; counted from 0 in the zone, ascending. */
  readonly slippedSectors: readonly number[];
  /** Bad sectors and the ones used in their place, counted as above. */
  readonly remappedSectors: readonly { readonly from: number; readonly to: number }[];
}

/** Where the sectors are. */
export interface HddGeometrySpec {
  /** Sectors of 512 B that the disk offers. */
  readonly sectorCount: number;
  readonly headCount: number;
  /**
   * Which head comes first in a cylinder: always head 0, or the one that is there already, turning
   * at each cylinder of a zone or at each odd cylinder of the disk.
   */
  readonly mapping: 'cylinder' | 'serpentine-in-zone' | 'serpentine';
  /** Tracks that share their spare sectors; 0 is the whole zone. */
  readonly spareRegionTracks: number;
  /** Whether the spare sectors are the first of the region, not the last. */
  readonly sparesAtFront: boolean;
  /** Ascending by cylinder. */
  readonly zones: readonly HddZoneSpec[];
}

/** How long the arm takes for a distance, to the end of settling for a read. */
export interface SeekPoint {
  /** From 1. */
  readonly cylinderCount: number;
  readonly seekNs: Ns;
}

/** What is read on after a request while nothing else is to do. */
export interface HddReadAheadSpec {
  /**
   * How far: to the end of the track or cylinder of the last sector, until the segment is full, or
   * to the end of the track and, when the track before was read lately, of the next one.
   */
  readonly until: 'none' | 'track' | 'cylinder' | 'segment' | 'stream';
  /** At most so many sectors beyond the request. */
  readonly sectorCountMax: number;
  /** Whether it may overwrite the requested data in a full segment. */
  readonly isOverRequested: boolean;
  /** Whether a request that the cache could answer starts it again. */
  readonly isAfterHit: boolean;
}

/** Writes that are acknowledged before they are on the medium. */
export interface HddWriteBackSpec {
  /** Segments that may hold them; each holds one contiguous run. */
  readonly segmentCountMax: number;
  /** More than this share of those segments is written back before the arm is idle; 0 to 1. */
  readonly highShare: number;
  /** Whether they are written back before any other work of the arm. */
  readonly isDrainedFirst: boolean;
}

/** The memory of the disk, in segments of equal size. */
export interface HddCacheSpec {
  readonly segmentCount: number;
  readonly segmentSectors: number;
  /** Whether a read is answered from memory at all. */
  readonly isReadCache: boolean;
  /** Whether sectors that pass before the first one of a read are kept too. */
  readonly keepsPassed: boolean;
  /** Whether the first segment is for writes alone, and the only one for them. */
  readonly isFirstForWrites: boolean;
  /** Whether what was written answers a read once it is on the medium. */
  readonly keepsWritten: boolean;
  readonly readAhead: HddReadAheadSpec;
  /** null: a write is acknowledged when it is on the medium. */
  readonly writeBack: HddWriteBackSpec | null;
}

/**
 * Processing before data or the arm moves, by the command before. A read hits when the cache has
 * its first sector, a write when it is acknowledged from the cache.
 */
export interface HddOverheadSpec {
  readonly readHitAfterReadNs: Ns;
  readonly readHitAfterWriteNs: Ns;
  readonly readMissAfterReadNs: Ns;
  readonly readMissAfterWriteNs: Ns;
  readonly writeHitAfterReadNs: Ns;
  readonly writeHitAfterWriteNs: Ns;
  readonly writeMissAfterReadNs: Ns;
  readonly writeMissAfterWriteNs: Ns;
  /** After the data of a read, or of a write. */
  readonly readCompletionNs: Ns;
  readonly writeCompletionNs: Ns;
}

/** In which order the arm serves what waits. */
export interface HddSchedulingSpec {
  /**
   * `sptf` takes the shortest positioning time, less `ageWeight` times the wait so far; `c-look`
   * the next sector upwards.
   */
  readonly policy: 'fcfs' | 'c-look' | 'sptf';
  /** Nanoseconds of positioning that a nanosecond of waiting is worth; 0 can starve. */
  readonly ageWeight: number;
}

/** A mechanical disk. */
export interface HddSpec {
  readonly geometry: HddGeometrySpec;
  /** One revolution. */
  readonly rotationNs: Ns;
  /** Measured or computed points, ascending; between them the time is interpolated. */
  readonly seek: readonly SeekPoint[];
  /** Changing heads in a cylinder. */
  readonly headSwitchNs: Ns;
  /** More for a write after a seek or a change of heads. */
  readonly writeSettleNs: Ns;
  /** Whether a read, or a write, may begin in the middle of its sectors on a track. */
  readonly isZeroLatencyRead: boolean;
  readonly isZeroLatencyWrite: boolean;
  readonly cache: HddCacheSpec;
  readonly overhead: HddOverheadSpec;
  /** From the cache to the host, or back, for each sector. */
  readonly transferNsPerSector: Ns;
  readonly scheduling: HddSchedulingSpec;
  /** At most so many revolutions are spent on a sector that does not read. */
  readonly retryRevolutionCountMax: number;
}
