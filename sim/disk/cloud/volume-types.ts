// Amazon EBS volume types: from a size and what is provisioned to the limits of the volume.
//
//   type   I/Os a second                    throughput                     credit
//   gp2    3/GiB, 100..16,000               128 or 250 MiB/s               5.4 M I/Os up to 3,000/s
//   gp3    3,000, to 500/GiB and 80,000     125, to .25 MiB/s per IOPS     -
//   io1    provisioned, to 50/GiB, 64,000   256 KiB per IOPS, to 1,000     -
//   io2    provisioned, to 500/GiB, 64,000  as io1                         -
//   io2bx  provisioned, to 1,000/GiB        .256 MiB/s per IOPS, to 4,000  -
//   st1    500                              40/TiB, to 250/TiB and 500     the size of the volume
//   sc1    250                              12/TiB, to 80/TiB and 250      the size of the volume
//
// Source, unless another is named: EC2 user guide at d289961 (2023-05), doc_source/
// general-purpose.md, provisioned-iops.md, hdd-vols.md and ebs-io-characteristics.md. It promises
// gp3 90 percent of the provisioned rate in 99 percent of the time, and io2 in 99.9 percent: here a
// rate is always met in full. Limits marked as assumed are not in the passages that were read.
import { assert } from '../../assert.ts';
import type { QuantileTable } from '../../distribution.ts';
import type { EnvelopeSpec, RateSpec } from './envelope.ts';
import {
  blockExpressLatency,
  diskLatency,
  gp2Latency,
  replicatedLatency,
} from './volume-latency.ts';

/** What a cloud volume is: its size, its limits and its latency within them. */
export interface VolumeSpec {
  readonly sizeGiB: number;
  readonly envelope: EnvelopeSpec;
  /** Of a read, from its release by the limits to its completion. */
  readonly readLatency: QuantileTable;
  /** Of a write, likewise; and of a flush. */
  readonly writeLatency: QuantileTable;
}

const sectorsPerKiB = 2;
const sectorsPerMiB = 2_048;
const sectorsPerGiB = 2_097_152;
const gibPerTiB = 1_024;

/** SSD volumes count I/Os of at most 256 KiB, HDD volumes of 1,024 KiB. */
const ssdIoSectorCountMax = 256 * sectorsPerKiB;
const hddIoSectorCountMax = 1_024 * sectorsPerKiB;

/** gp2 earns 3 IOPS for each GiB, 100 at least and 16,000 at most. */
const gp2 = { iopsPerGiB: 3, iopsMin: 100, iopsMax: 16_000, burstIops: 3_000 };
/** The gp2 bucket holds 5.4 million I/Os and is full at first. */
const gp2CreditIos = 5_400_000;

/** General-purpose gp2 of `sizeGiB`, 1 to 16,384 GiB (assumed). */
export function gp2Volume(sizeGiB: number): VolumeSpec {
  assertWithin('gp2: size in GiB', sizeGiB, { min: 1, max: 16 * gibPerTiB });
  const ratePerSec = within(gp2.iopsPerGiB * sizeGiB, gp2.iopsMin, gp2.iopsMax);
  // Below 1,000 GiB there is something to burst to; credit is earned at the rate itself.
  const io =
    ratePerSec < gp2.burstIops ? burst(ratePerSec, gp2CreditIos, gp2.burstIops) : flat(ratePerSec);
  // 128 MiB/s up to 170 GiB, else 250. Below 334 GiB the 250 last as long as the credit: the rate
  // times 256 KiB is less.
  const mibPerSec = sizeGiB <= 170 ? 128 : 250;
  return ssdVolume(sizeGiB, io, flat(mibPerSec * sectorsPerMiB), gp2Latency);
}

/** What a gp3 volume is provisioned with. */
export interface Gp3Options {
  /** 1 (assumed) to 65,536 GiB. */
  readonly sizeGiB: number;
  /** 3,000 (the default) to 500 for each GiB, 80,000 at most. */
  readonly iops?: number;
  /** In MiB a second: 125 (the default) to 0.25 for each IOPS, 2,000 at most. */
  readonly throughputMiBPerSec?: number;
}

/**
 * General-purpose gp3: no bursts. The limits are those since late 2025: 64 TiB and 80,000 IOPS (AWS
 * re:Invent 2025, STG320), and 2,000 MiB/s (assumed: no page read says so). In 2023 they were
 * 16 TiB, 16,000 IOPS and 1,000 MiB/s.
 */
export function gp3Volume(options: Gp3Options): VolumeSpec {
  const { sizeGiB, iops = 3_000, throughputMiBPerSec = 125 } = options;
  assertWithin('gp3: size in GiB', sizeGiB, { min: 1, max: 64 * gibPerTiB });
  const iopsMax = within(500 * sizeGiB, 3_000, 80_000);
  assertWithin(`gp3 of ${sizeGiB} GiB: IOPS`, iops, { min: 3_000, max: iopsMax });
  const throughputMax = within(Math.floor(iops / 4), 125, 2_000);
  const what = `gp3 with ${iops} IOPS: MiB a second`;
  assertWithin(what, throughputMiBPerSec, { min: 125, max: throughputMax });
  const sectors = flat(throughputMiBPerSec * sectorsPerMiB);
  return ssdVolume(sizeGiB, flat(iops), sectors, replicatedLatency);
}

/** What a provisioned-IOPS volume is provisioned with. */
export interface ProvisionedOptions {
  readonly sizeGiB: number;
  readonly iops: number;
}

/**
 * Provisioned-IOPS io1: 4 to 16,384 GiB (assumed); 100 (assumed) to 50 IOPS for each GiB, 64,000 at
 * most.
 */
export function io1Volume(options: ProvisionedOptions): VolumeSpec {
  return provisionedVolume('io1', { ...options, iopsPerGiB: 50 });
}

/** Provisioned-IOPS io2: as io1, with up to 500 IOPS for each GiB. */
export function io2Volume(options: ProvisionedOptions): VolumeSpec {
  return provisionedVolume('io2', { ...options, iopsPerGiB: 500 });
}

/**
 * io2 Block Express: 4 (assumed) to 65,536 GiB; 100 (assumed) to 1,000 IOPS for each GiB, 256,000
 * at most.
 */
export function io2BlockExpressVolume({ sizeGiB, iops }: ProvisionedOptions): VolumeSpec {
  assertWithin('io2 Block Express: size in GiB', sizeGiB, { min: 4, max: 64 * gibPerTiB });
  const iopsMax = Math.min(1_000 * sizeGiB, 256_000);
  assertWithin(`io2 Block Express of ${sizeGiB} GiB: IOPS`, iops, { min: 100, max: iopsMax });
  // 0.256 MiB/s for each IOPS, in whole sectors rounded down; 4,000 MiB/s from 15,625 IOPS on.
  const perIops = Math.floor((iops * 256 * sectorsPerMiB) / 1_000);
  const sectors = flat(Math.min(perIops, 4_000 * sectorsPerMiB));
  return ssdVolume(sizeGiB, flat(iops), sectors, blockExpressLatency);
}

/** Throughput-optimised HDD st1 of `sizeGiB`, 0.125 to 16 TiB. */
export function st1Volume(sizeGiB: number): VolumeSpec {
  return hddVolume('st1', sizeGiB, { base: 40, burst: 250, maxMiBPerSec: 500, maxIops: 500 });
}

/** Cold HDD sc1 of `sizeGiB`, 0.125 to 16 TiB. */
export function sc1Volume(sizeGiB: number): VolumeSpec {
  return hddVolume('sc1', sizeGiB, { base: 12, burst: 80, maxMiBPerSec: 250, maxIops: 250 });
}

function provisionedVolume(
  type: string,
  { sizeGiB, iops, iopsPerGiB }: ProvisionedOptions & { readonly iopsPerGiB: number },
): VolumeSpec {
  assertWithin(`${type}: size in GiB`, sizeGiB, { min: 4, max: 16 * gibPerTiB });
  const iopsMax = Math.min(iopsPerGiB * sizeGiB, 64_000);
  assertWithin(`${type} of ${sizeGiB} GiB: IOPS`, iops, { min: 100, max: iopsMax });
  // Up to 32,000 IOPS each moves 256 KiB, 500 MiB/s at most; above, throughput is 16 KiB for each
  // IOPS: 1,000 MiB/s with 64,000.
  const sectorsPerSec =
    iops <= 32_000
      ? Math.min(iops * 256 * sectorsPerKiB, 500 * sectorsPerMiB)
      : iops * 16 * sectorsPerKiB;
  return ssdVolume(sizeGiB, flat(iops), flat(sectorsPerSec), replicatedLatency);
}

interface HddType {
  /** MiB a second for each TiB. */
  readonly base: number;
  readonly burst: number;
  readonly maxMiBPerSec: number;
  readonly maxIops: number;
}

/** A TiB earns `base` and bursts to `burst` MiB/s, of a bucket that holds the volume's own size. */
function hddVolume(type: string, sizeGiB: number, hdd: HddType): VolumeSpec {
  assertWithin(`${type}: size in GiB`, sizeGiB, { min: gibPerTiB / 8, max: 16 * gibPerTiB });
  const sectorsOf = (mibPerSecPerTiB: number): number =>
    Math.min(
      (mibPerSecPerTiB * sizeGiB * sectorsPerMiB) / gibPerTiB,
      hdd.maxMiBPerSec * sectorsPerMiB,
    );
  const ratePerSec = sectorsOf(hdd.base);
  const peakPerSec = sectorsOf(hdd.burst);
  const sectors =
    ratePerSec < peakPerSec
      ? burst(ratePerSec, sizeGiB * sectorsPerGiB, peakPerSec)
      : flat(ratePerSec);
  return {
    sizeGiB,
    envelope: {
      ioSectorCountMax: hddIoSectorCountMax,
      // A random small I/O counts one, and one is 1,024 KiB; of the credit too, assumed, because
      // that is kept in the same unit.
      isWholeIoCharged: true,
      io: flat(hdd.maxIops),
      sectors,
      instance: null,
    },
    readLatency: diskLatency,
    writeLatency: diskLatency,
  };
}

function ssdVolume(
  sizeGiB: number,
  io: RateSpec,
  sectors: RateSpec,
  latency: QuantileTable,
): VolumeSpec {
  return {
    sizeGiB,
    envelope: {
      ioSectorCountMax: ssdIoSectorCountMax,
      isWholeIoCharged: false,
      io,
      sectors,
      instance: null,
    },
    readLatency: latency,
    writeLatency: latency,
  };
}

function flat(ratePerSec: number): RateSpec {
  return { ratePerSec, burstCount: 0, peakPerSec: ratePerSec };
}

function burst(ratePerSec: number, burstCount: number, peakPerSec: number): RateSpec {
  return { ratePerSec, burstCount, peakPerSec };
}

function within(value: number, min: number, max: number): number {
  return Math.min(Math.max(value, min), max);
}

/** The whole numbers that a setting may be. */
interface Range {
  readonly min: number;
  readonly max: number;
}

function assertWithin(what: string, value: number, { min, max }: Range): void {
  assert(
    Number.isInteger(value) && value >= min && value <= max,
    `${what} ${value}, expected a whole number from ${min} to ${max}`,
  );
}
