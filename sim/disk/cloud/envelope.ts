// What a cloud volume lets through: rates of I/Os and of sectors, each with credit for bursts, and
// the caps of the instance it is attached to.
//
//   command --> counted as I/Os --> I/O credit, I/O pace, sector credit, sector pace, instance
//                                       '------ all hold enough at the same instant ------' --> out
//
// Commands leave in the order they came; one leaves at the first instant at which every bucket
// holds its cost, which is taken from all at once. So in any window each limit holds by itself:
// at most burst + rate t by the credit, at most one I/O (or one I/O's sectors) + peak t by the
// pace. That pace has no slack, assumed: a larger one is not published.
import { AssertionError, assert } from '../../assert.ts';
import type { Ns } from '../../units.ts';
import type { MediumOp } from '../medium.ts';
import { IoCounter } from './io-counter.ts';
import { TokenBucket } from './token-bucket.ts';

/** A rate with credit for bursts. Numbers are whole; what they count, the field says. */
export interface RateSpec {
  /** Earned each second, from 1: what a volume does for ever. */
  readonly ratePerSec: number;
  /** The most credit that is kept; it begins full. 0: no bursts, the peak is the rate. */
  readonly burstCount: number;
  /** The most each second while credit lasts, not below `ratePerSec`. */
  readonly peakPerSec: number;
}

/** What the instance lets through, whatever the volume could do. */
export interface InstanceCapSpec {
  readonly ioPerSec: number;
  /** Sectors of 512 bytes. */
  readonly sectorsPerSec: number;
}

/** The limits of one volume. */
export interface EnvelopeSpec {
  /** The size of a counted I/O in sectors of 512 bytes: larger commands count as several. */
  readonly ioSectorCountMax: number;
  /** Each counted I/O is charged `ioSectorCountMax` sectors, however few it moves. */
  readonly isWholeIoCharged: boolean;
  /** In counted I/Os. */
  readonly io: RateSpec;
  /** In sectors of 512 bytes. */
  readonly sectors: RateSpec;
  readonly instance: InstanceCapSpec | null;
}

/** Says of each command, in order of arrival, when it passes all limits. */
export class Envelope {
  readonly #spec: EnvelopeSpec;
  readonly #counter: IoCounter;
  readonly #ioBuckets: readonly TokenBucket[];
  readonly #sectorBuckets: readonly TokenBucket[];

  /** Full of credit; or as `from`, a twin of it. */
  constructor(spec: EnvelopeSpec, from: Envelope | null = null) {
    this.#spec = spec;
    if (from === null) {
      this.#counter = new IoCounter(spec.ioSectorCountMax);
      this.#ioBuckets = ioBuckets(spec);
      this.#sectorBuckets = sectorBuckets(spec);
      return;
    }
    this.#counter = from.#counter.copy();
    this.#ioBuckets = from.#ioBuckets.map((bucket) => bucket.copy());
    this.#sectorBuckets = from.#sectorBuckets.map((bucket) => bucket.copy());
  }

  /** When the command may go on to the volume; its cost is taken. */
  releaseNs(op: MediumOp, sector: number, sectorCount: number, nowNs: Ns): Ns {
    if (sectorCount < 1) throw new AssertionError(`${sectorCount} sectors, expected 1 or more`);
    const ioCount = this.#counter.count(op, sector, sectorCount);
    const { isWholeIoCharged, ioSectorCountMax } = this.#spec;
    const charged = isWholeIoCharged ? ioCount * ioSectorCountMax : sectorCount;
    const ios = this.#ioBuckets;
    const sectors = this.#sectorBuckets;
    // No bucket conforms before what it gave last: commands stay in order.
    let atNs = nowNs;
    for (let i = 0; i < ios.length; i += 1) {
      atNs = Math.max(atNs, (ios[i] as TokenBucket).conformsAtNs(ioCount, nowNs));
    }
    for (let i = 0; i < sectors.length; i += 1) {
      atNs = Math.max(atNs, (sectors[i] as TokenBucket).conformsAtNs(charged, nowNs));
    }
    for (let i = 0; i < ios.length; i += 1) (ios[i] as TokenBucket).take(ioCount, atNs);
    for (let i = 0; i < sectors.length; i += 1) (sectors[i] as TokenBucket).take(charged, atNs);
    return atNs;
  }

  /** I/O credit left at `nowNs`; of a volume without bursts, what its pace holds. */
  ioCreditAt(nowNs: Ns): number {
    return (this.#ioBuckets[0] as TokenBucket).levelAt(nowNs);
  }

  /** Sector credit left at `nowNs`; of a volume without bursts, what its pace holds. */
  sectorCreditAt(nowNs: Ns): number {
    return (this.#sectorBuckets[0] as TokenBucket).levelAt(nowNs);
  }

  /**
   * Commands that still waited are gone. Their tokens are not given back: they are at most as many
   * as the host has in flight, and the volume lives on elsewhere.
   */
  powerOff(nowNs: Ns): void {
    for (const bucket of this.#ioBuckets) bucket.forgetAfter(nowNs);
    for (const bucket of this.#sectorBuckets) bucket.forgetAfter(nowNs);
  }

  copy(): Envelope {
    return new Envelope(this.#spec, this);
  }
}

function ioBuckets({ io, instance }: EnvelopeSpec): TokenBucket[] {
  const buckets = rateBuckets(io, 1, 'I/Os');
  if (instance !== null) buckets.push(pace(instance.ioPerSec, 1));
  return buckets;
}

function sectorBuckets({ sectors, instance, ioSectorCountMax }: EnvelopeSpec): TokenBucket[] {
  const buckets = rateBuckets(sectors, ioSectorCountMax, 'sectors');
  if (instance !== null) buckets.push(pace(instance.sectorsPerSec, ioSectorCountMax));
  return buckets;
}

function rateBuckets(rate: RateSpec, paceCapacity: number, of: string): TokenBucket[] {
  const { ratePerSec, burstCount, peakPerSec } = rate;
  assert(
    peakPerSec >= ratePerSec,
    `a peak of ${peakPerSec} ${of} a second below the rate of ${ratePerSec}`,
  );
  if (burstCount === 0) {
    assert(
      peakPerSec === ratePerSec,
      `a peak of ${peakPerSec} ${of} a second without credit, expected the rate of ${ratePerSec}`,
    );
    return [pace(ratePerSec, paceCapacity)];
  }
  return [new TokenBucket({ ratePerSec, capacity: burstCount }), pace(peakPerSec, paceCapacity)];
}

function pace(ratePerSec: number, capacity: number): TokenBucket {
  return new TokenBucket({ ratePerSec, capacity });
}
