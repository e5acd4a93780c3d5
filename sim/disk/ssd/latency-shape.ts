// How service times vary around their mean: quantiles divided by the mean, with straight lines
// between them. One 32-bit draw finds its line by its high bits, at most a few steps away; so the
// quantiles that were given come out exactly, wherever they lie.
import { assert } from '../../assert.ts';
import { type Noise, noiseCount } from '../noise.ts';

/** One quantile: a `share` of the times is at most `factor` times as long as some unit. */
export interface ShapePoint {
  /** From 0 to 1. */
  readonly share: number;
  /** In any unit: the whole shape is scaled to a mean of 1. */
  readonly factor: number;
}

/**
 * Quantiles from share 0 to share 1, both rising; straight lines between them. A single point is a
 * time that never varies.
 */
export type LatencyShape = readonly ShapePoint[];

/** A table of 256 steps, and then some. */
const pointCountMax = 4_097;
const guideCount = 256;
const guideBits = 24;

/** A compiled shape: draws factors with mean 1. Shared by forks, it never changes. */
export class ShapeTable {
  // Between two points: the first draw beyond it, and the factor as a straight line over draws.
  readonly #ends: Float64Array;
  readonly #starts: Float64Array;
  readonly #slopes: Float64Array;
  /** By the high bits of a draw: the first straight line that it can fall on. */
  readonly #guide: Uint16Array;
  readonly #isConstant: boolean;

  constructor(shape: LatencyShape) {
    assertShape(shape);
    const lineCount = shape.length - 1;
    this.#ends = new Float64Array(lineCount);
    this.#starts = new Float64Array(lineCount);
    this.#slopes = new Float64Array(lineCount);
    this.#guide = new Uint16Array(guideCount);
    this.#isConstant = shape[0]!.factor === shape[lineCount]!.factor;
    const mean = meanOf(shape);
    for (let line = 0; line < lineCount; line += 1) {
      const [from, to] = [shape[line]!, shape[line + 1]!];
      const slope = (to.factor - from.factor) / mean / ((to.share - from.share) * noiseCount);
      this.#ends[line] = to.share * noiseCount;
      this.#slopes[line] = slope;
      this.#starts[line] = from.factor / mean - slope * from.share * noiseCount;
    }
    for (let index = 0, line = 0; index < guideCount && lineCount > 0; index += 1) {
      while ((this.#ends[line] as number) <= (index * noiseCount) / guideCount) line += 1;
      this.#guide[index] = line;
    }
  }

  /** A factor with mean 1; draws nothing when it never varies. */
  draw(noise: Noise): number {
    if (this.#isConstant) return 1;
    const bits = noise.next();
    let line = this.#guide[bits >>> guideBits] as number;
    while (bits >= (this.#ends[line] as number)) line += 1;
    return (this.#starts[line] as number) + (this.#slopes[line] as number) * bits;
  }
}

function assertShape(shape: LatencyShape): void {
  assert(shape.length >= 1, 'a latency shape without a point');
  if (shape.length === 1) {
    assert(shape[0]!.factor > 0, `factor ${shape[0]!.factor}, expected above 0`);
    return;
  }
  assert(shape.length <= pointCountMax, `${shape.length} points, at most ${pointCountMax}`);
  assert(shape[0]!.share === 0, `a shape from share ${shape[0]!.share}, expected from 0`);
  assert(shape.at(-1)!.share === 1, `a shape up to share ${shape.at(-1)!.share}, expected 1`);
  assert(shape[0]!.factor >= 0, `factor ${shape[0]!.factor}, expected 0 or more`);
  assert(shape.at(-1)!.factor > 0, `largest factor ${shape.at(-1)!.factor}, expected above 0`);
  for (let index = 1; index < shape.length; index += 1) {
    const [before, point] = [shape[index - 1]!, shape[index]!];
    assert(point.share > before.share, `share ${point.share} after ${before.share}`);
    assert(point.factor >= before.factor, `factor ${point.factor} after ${before.factor}`);
  }
}

function meanOf(shape: LatencyShape): number {
  let sum = 0;
  for (let index = 1; index < shape.length; index += 1) {
    const [from, to] = [shape[index - 1]!, shape[index]!];
    sum += ((from.factor + to.factor) / 2) * (to.share - from.share);
  }
  return sum;
}
