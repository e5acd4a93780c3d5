import type { PerDirection } from './fio-values.ts';

/** One block size of a mix. */
export interface FioBlockSize {
  readonly sizeBytes: number;
  /** Percent of the requests; the percents of a mix add up to 100. */
  readonly percent: number;
}

/** Which offsets a random job visits how often. */
export type FioDistribution =
  | { readonly kind: 'uniform' }
  /** Rank r in proportion to (r + 1)^-theta. */
  | { readonly kind: 'zipf'; readonly theta: number }
  /** Pareto with the power h, 0 to 1. */
  | { readonly kind: 'pareto'; readonly h: number }
  /** Normal with a deviation in percent of the file. */
  | { readonly kind: 'normal'; readonly deviationPercent: number };

/** What a job does, in the words of fio's `rw`. */
export type FioDirection = 'read' | 'write' | 'mixed' | 'trim' | 'trimwrite';

/** A limit of what a job covers: an amount, or a share of the device. */
export interface FioExtent {
  readonly bytes?: number;
  readonly percent?: number;
}

/** One job of a job file, with fio's defaults where it says nothing. */
export interface FioJob {
  readonly name: string;
  readonly direction: FioDirection;
  readonly isRandom: boolean;
  /** `rw=randread:8`: so many requests in sequence before the next random offset; else 1. */
  readonly sequentialCount: number;
  /** Percent of a mixed job's requests that are reads. */
  readonly readPercent: number;
  /** One entry with 100 percent, or a `bssplit`. */
  readonly blockSizes: PerDirection<readonly FioBlockSize[]>;
  /** Requests in flight for each copy of the job. */
  readonly iodepth: number;
  /** Copies of the job that run at once. */
  readonly numjobs: number;
  readonly loops: number;
  /** What part of the device is used; the whole of it when missing. */
  readonly size?: FioExtent;
  /** Where that part begins. */
  readonly offset?: FioExtent;
  /** How much is moved when it differs from the part that is used. */
  readonly ioSize?: FioExtent;
  /** The job ends after so many requests. */
  readonly requestCount?: number;
  /** The job ends then. */
  readonly runtimeNs?: number;
  /** It goes on until `runtimeNs` even when the part is done. */
  readonly isTimeBased: boolean;
  /** Not measured at the start. */
  readonly rampNs: number;
  /** Writes between two flushes of data and metadata; 0 is never. */
  readonly fsyncEvery: number;
  /** Writes between two flushes of data; 0 is never. */
  readonly fdatasyncEvery: number;
  /** Each write is on stable media before it completes. */
  readonly isSync: boolean;
  /** At most so many requests a second; 0 is without limit. */
  readonly rateIops: PerDirection<number>;
  /** A pause after each `thinktimeBlocks` requests. */
  readonly thinktimeNs: number;
  readonly thinktimeBlocks: number;
  readonly distribution: FioDistribution;
  /** The seed of the offsets. */
  readonly randseed?: string;
  /** Past the page cache. */
  readonly isDirect: boolean;
  /** Begins when all jobs before it have ended. */
  readonly isStonewall: boolean;
}

/** What a job is before any option is read: fio's defaults. */
export function defaultFioJob(name: string): FioJob {
  const blockSizes = [{ sizeBytes: 4096, percent: 100 }];
  return {
    name,
    direction: 'read',
    isRandom: false,
    sequentialCount: 1,
    readPercent: 50,
    blockSizes: { read: blockSizes, write: blockSizes },
    iodepth: 1,
    numjobs: 1,
    loops: 1,
    isTimeBased: false,
    rampNs: 0,
    fsyncEvery: 0,
    fdatasyncEvery: 0,
    isSync: false,
    rateIops: { read: 0, write: 0 },
    thinktimeNs: 0,
    thinktimeBlocks: 1,
    distribution: { kind: 'uniform' },
    isDirect: false,
    isStonewall: false,
  };
}
