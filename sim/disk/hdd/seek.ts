// Seek times by distance: a table, so that no formula runs while the disk does. Measured curves
// dip here and there by noise; the table is the closest one that never falls (isotonic least
// squares, pool adjacent violators), linear between its points.
import { assert } from '../../assert.ts';
import type { Ns } from '../../units.ts';
import type { SeekPoint } from './spec.ts';

/** Distances a curve from a data sheet is sampled at; between them it is straight. */
const sampleCount = 256;

/** Seek times of one disk, in whole ns; shared by its forks. */
export class SeekTable {
  readonly #seekNs: Float64Array;

  /** `cylinderCount` of the disk; `points` ascend in distance. */
  constructor(points: readonly SeekPoint[], cylinderCount: number) {
    assert(points.length > 0, 'no seek times, expected one or more');
    const times = risingTimes(points);
    this.#seekNs = new Float64Array(Math.max(2, cylinderCount));
    let index = 0;
    for (let distance = 1; distance < this.#seekNs.length; distance += 1) {
      while (index < points.length - 1 && points[index + 1]!.cylinderCount <= distance) index += 1;
      this.#seekNs[distance] = Math.round(timeAt(points, times, index, distance));
    }
  }

  /** From 0 to the cylinders of the disk less one. */
  seekNs(distance: number): Ns {
    return this.#seekNs[distance] as number;
  }

  /**
   * The mean over all pairs of different cylinders: the sum over n of (max + 1 - n) times twice the
   * time for n, over (max + 1) max, as drive manuals define it (HGST Ultrastar, "average seek").
   */
  averageNs(): number {
    const farthest = this.#seekNs.length - 1;
    let sum = 0;
    for (let distance = 1; distance <= farthest; distance += 1) {
      sum += (farthest + 1 - distance) * 2 * (this.#seekNs[distance] as number);
    }
    return sum / ((farthest + 1) * farthest);
  }
}

/** What a data sheet says of seeks, for reads. */
export interface SeekSheet {
  readonly cylinderCount: number;
  readonly singleTrackNs: Ns;
  readonly averageNs: Ns;
  readonly fullStrokeNs: Ns;
}

/**
 * The curve a + b sqrt(x) + c x, x the share of the full stroke, through the three times of a data
 * sheet: a is a single track, a + b + c the full stroke, and a + 8b/15 + c/3 the mean, since over
 * random seeks E sqrt(x) = 8/15 and E x = 1/3.
 */
export function sheetSeek(sheet: SeekSheet): SeekPoint[] {
  const { cylinderCount, singleTrackNs, averageNs, fullStrokeNs } = sheet;
  const root = 5 * (averageNs - singleTrackNs) - (5 / 3) * (fullStrokeNs - singleTrackNs);
  const line = fullStrokeNs - singleTrackNs - root;
  return sampledSeek(cylinderCount, (distance) => {
    const x = (distance - 1) / (cylinderCount - 2);
    return singleTrackNs + root * Math.sqrt(x) + line * x;
  });
}

/** A formula as points: every distance while they are few, then ever wider apart. */
export function sampledSeek(cylinderCount: number, seekNs: (distance: number) => Ns): SeekPoint[] {
  assert(cylinderCount >= 3, `${cylinderCount} cylinders, expected 3 or more`);
  const points: SeekPoint[] = [];
  const farthest = cylinderCount - 1;
  let last = 0;
  for (let index = 1; index <= sampleCount; index += 1) {
    const share = index / sampleCount;
    const distance = Math.max(last + 1, Math.round(farthest * share * share));
    if (distance > farthest) break;
    points.push({ cylinderCount: distance, seekNs: Math.round(seekNs(distance)) });
    last = distance;
  }
  return points;
}

function timeAt(
  points: readonly SeekPoint[],
  times: readonly number[],
  index: number,
  distance: number,
): number {
  const [from, to] = [points[index]!, points[index + 1]];
  const time = times[index] as number;
  if (to === undefined || distance <= from.cylinderCount) return time;
  const share = (distance - from.cylinderCount) / (to.cylinderCount - from.cylinderCount);
  return time + share * ((times[index + 1] as number) - time);
}

function risingTimes(points: readonly SeekPoint[]): number[] {
  const pools: { mean: number; count: number }[] = [];
  for (const { seekNs } of points) {
    let pool = { mean: seekNs, count: 1 };
    for (
      let last = pools.at(-1);
      last !== undefined && last.mean > pool.mean;
      last = pools.at(-1)
    ) {
      const count = last.count + pool.count;
      pool = { mean: (last.mean * last.count + pool.mean * pool.count) / count, count };
      pools.pop();
    }
    pools.push(pool);
  }
  return pools.flatMap(({ mean, count }) => new Array<number>(count).fill(mean));
}
