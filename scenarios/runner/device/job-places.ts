// Where the next request of a job goes, in fio's way: an offset inside the part of the device that
// the job uses, and a size.
//
//   sequential   one after the other, from the start again at the end
//   random       any place, in units of the smallest block size; places may come again, as with
//                fio's norandommap
//   zipf, pareto a rank, low ones more often; ranks are strewn over the part by a hash, as fio does
//   normal       around the middle of the part; the sum of twelve uniform draws, which ends at six
//                deviations
import { mix, type Noise, type ZipfTable, zipf, zipfRank } from '../../../sim/index.ts';
import { drawsOf } from './draws.ts';
import type { FioBlockSize, FioExtent, FioJob } from './fio-job.ts';

/** A part of a device, in bytes. */
export interface JobPart {
  readonly startBytes: number;
  readonly sizeBytes: number;
}

/** A part, or why there is none. */
export type JobPartReading =
  | { readonly ok: true; readonly part: JobPart }
  | { readonly ok: false; readonly message: string };

const sectorBytes = 512;
const unitCountMax = 4_294_967_296;

/** The part of a device of `deviceBytes` that a job uses. */
export function partOf(job: FioJob, deviceBytes: number): JobPartReading {
  const refuse = (message: string): JobPartReading => ({ ok: false, message });
  for (const { sizeBytes } of [...job.blockSizes.read, ...job.blockSizes.write]) {
    if (sizeBytes % sectorBytes !== 0) {
      return refuse(`bs: expected a multiple of ${sectorBytes} bytes, found ${sizeBytes}`);
    }
  }
  const unitBytes = smallest(job);
  const largestBytes = largest(job);
  const startBytes = floorTo(extentBytes(job.offset, deviceBytes, 0), unitBytes);
  const roomBytes = deviceBytes - startBytes;
  const sizeBytes = floorTo(extentBytes(job.size, deviceBytes, roomBytes), unitBytes);
  if (sizeBytes > roomBytes) {
    return refuse(
      `size: ${sizeBytes} bytes from offset ${startBytes} on a device of ${deviceBytes} bytes`,
    );
  }
  if (sizeBytes < largestBytes) {
    return refuse(`size: ${sizeBytes} bytes, expected room for a request of ${largestBytes}`);
  }
  return { ok: true, part: { startBytes, sizeBytes } };
}

function extentBytes(extent: FioExtent | undefined, wholeBytes: number, missing: number): number {
  if (extent?.percent !== undefined) return Math.floor((wholeBytes * extent.percent) / 100);
  return extent?.bytes ?? missing;
}

function floorTo(value: number, unit: number): number {
  return value - (value % unit);
}

function smallest({ direction, blockSizes }: FioJob): number {
  return Math.min(...sizesUsed(direction, blockSizes).map(({ sizeBytes }) => sizeBytes));
}

function largest({ direction, blockSizes }: FioJob): number {
  return Math.max(...sizesUsed(direction, blockSizes).map(({ sizeBytes }) => sizeBytes));
}

function sizesUsed(
  direction: FioJob['direction'],
  { read, write }: FioJob['blockSizes'],
): readonly FioBlockSize[] {
  if (direction === 'mixed') return [...read, ...write];
  return direction === 'read' ? read : write;
}

/** Places and sizes of one copy of a job. */
export class JobPlaces {
  readonly #job: FioJob;
  readonly #part: JobPart;
  readonly #unitBytes: number;
  readonly #unitCount: number;
  readonly #offsets: Noise;
  readonly #sizes: Noise;
  readonly #zipf: ZipfTable | undefined;
  /** Where each direction goes on: reads, writes. */
  readonly #nextBytes: [number, number] = [0, 0];
  readonly #runLeft: [number, number] = [0, 0];
  /** Of the request that was placed last. */
  startBytes = 0;
  sizeBytes = 0;

  constructor(job: FioJob, part: JobPart, seed: string) {
    this.#job = job;
    this.#part = part;
    this.#unitBytes = smallest(job);
    this.#unitCount = Math.min(unitCountMax, Math.floor(part.sizeBytes / this.#unitBytes));
    this.#offsets = drawsOf(seed, 'offset');
    this.#sizes = drawsOf(seed, 'size');
    const { distribution } = job;
    this.#zipf =
      distribution.kind === 'zipf' ? zipf(this.#unitCount, distribution.theta) : undefined;
  }

  /** Places the next read (0) or write (1) in `startBytes` and `sizeBytes`. */
  place(direction: 0 | 1): void {
    const { sizeBytes: partBytes, startBytes: partStartBytes } = this.#part;
    const sizeBytes = this.#size(direction);
    let offset = this.#nextBytes[direction];
    if (this.#job.isRandom && this.#runLeft[direction] === 0) {
      offset = this.#unit() * this.#unitBytes;
      this.#runLeft[direction] = this.#job.sequentialCount;
    }
    if (offset + sizeBytes > partBytes) offset = this.#job.isRandom ? partBytes - sizeBytes : 0;
    this.#runLeft[direction] = Math.max(0, this.#runLeft[direction] - 1);
    this.#nextBytes[direction] = offset + sizeBytes;
    this.startBytes = partStartBytes + offset;
    this.sizeBytes = sizeBytes;
  }

  #size(direction: 0 | 1): number {
    const { read, write } = this.#job.blockSizes;
    const sizes = direction === 0 ? read : write;
    if (sizes.length === 1) return sizes[0]!.sizeBytes;
    let percent = this.#sizes.share() * 100;
    for (const size of sizes) {
      percent -= size.percent;
      if (percent < 0) return size.sizeBytes;
    }
    return sizes.at(-1)!.sizeBytes;
  }

  #unit(): number {
    const { distribution } = this.#job;
    const draws = this.#offsets;
    const count = this.#unitCount;
    switch (distribution.kind) {
      case 'uniform':
        return draws.below(count);
      case 'zipf':
        return this.#strewn(zipfRank(this.#zipf!, (n) => draws.below(n)));
      case 'pareto':
        return this.#strewn(paretoRank(count, distribution.h, draws.share()));
      case 'normal':
        return normalUnit(count, distribution.deviationPercent, draws);
    }
  }

  /** Ranks that follow one another lie far apart. */
  #strewn(rank: number): number {
    const hash = mix(mix(0x9e3779b9, rank), Math.floor(rank / unitCountMax)) >>> 0;
    return Math.floor((hash * this.#unitCount) / unitCountMax);
  }
}

/** Source: pareto_next in lib/zipf.c of fio 3.33: (n - 1) u^(ln h / ln(1 - h)). */
function paretoRank(count: number, h: number, share: number): number {
  if (h <= 0 || h >= 1) return 0;
  const power = Math.log(h) / Math.log(1 - h);
  return Math.floor((count - 1) * share ** power);
}

function normalUnit(count: number, deviationPercent: number, draws: Noise): number {
  let sum = -6;
  for (let index = 0; index < 12; index += 1) sum += draws.share();
  const unit = Math.floor(count / 2 + (sum * count * deviationPercent) / 100);
  return ((unit % count) + count) % count;
}
