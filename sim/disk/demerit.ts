// How far a simulated distribution of response times is from a measured one: the demerit figure,
// the root mean square of the horizontal distance between the two distribution curves (C. Ruemmler,
// J. Wilkes, "An introduction to disk drive modeling", IEEE Computer 27/3, 1994).
import { assert } from '../assert.ts';

/**
 * The demerit figure, in the unit of its samples: 0 for equal distributions. The order of the
 * samples does not matter, nor that both are equally many.
 */
export function demeritNs(measured: ArrayLike<number>, simulated: ArrayLike<number>): number {
  assert(measured.length > 0, 'no measured times, expected one or more');
  assert(simulated.length > 0, 'no simulated times, expected one or more');
  const [left, right] = [Float64Array.from(measured).sort(), Float64Array.from(simulated).sort()];
  // Between two steps of either curve the distance is constant: go from step to step.
  let [leftIndex, rightIndex, share, sum] = [0, 0, 0, 0];
  while (leftIndex < left.length && rightIndex < right.length) {
    const leftShare = (leftIndex + 1) / left.length;
    const rightShare = (rightIndex + 1) / right.length;
    const next = Math.min(leftShare, rightShare);
    const distance = (left[leftIndex] as number) - (right[rightIndex] as number);
    sum += (next - share) * distance * distance;
    share = next;
    if (leftShare <= next) leftIndex += 1;
    if (rightShare <= next) rightIndex += 1;
  }
  return Math.sqrt(sum);
}
