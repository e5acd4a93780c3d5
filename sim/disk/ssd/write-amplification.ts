// How much a drive writes for each page of the host once its flash is full of old versions.
import { assert } from '../../assert.ts';
import { portableExp } from '../../portable-math.ts';

/** Above this there is hardly anything left to move. */
const spareShareMax = 100;

/**
 * Pages programmed for each page of the host, uniform random writes, blocks cleaned in the order
 * they were filled. With a = 1 + `spareShare`, all flash over what holds data:
 *
 *   WA = a / (a + W0(-a e^-a))
 *
 * P. Desnoyers, "Analytic Models of SSD Write Performance", ACM Transactions on Storage 10 (2014):
 * the model for cleaning in order. Infinite at 0, 1 at infinity.
 */
export function writeAmplification(spareShare: number): number {
  assert(spareShare > 0, `a spare share of ${spareShare}, expected above 0`);
  if (spareShare >= spareShareMax) return 1;
  const a = 1 + spareShare;
  return a / (a + lambertW0(-a * portableExp(-a)));
}

const stepsMax = 100;

/** The branch of w e^w = x with w >= -1, for x from -1/e to 0; absolute error below 1e-9. */
export function lambertW0(x: number): number {
  assert(x >= -1 / Math.E && x <= 0, `Lambert W0 of ${x}, expected -1/e to 0`);
  // The series around the branch point, where Newton's steps are slow.
  const p = Math.sqrt(Math.max(0, 2 * (Math.E * x + 1)));
  let w = -1 + p - (p * p) / 3 + (11 / 72) * p * p * p;
  for (let step = 0; step < stepsMax; step += 1) {
    const power = portableExp(w);
    const slope = power * (w + 1);
    if (slope < 1e-14) return w;
    const stepSize = (w * power - x) / slope;
    w -= stepSize;
    if (stepSize < 1e-13 && stepSize > -1e-13) return w;
  }
  return w;
}
