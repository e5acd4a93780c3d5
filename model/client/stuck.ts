// A volume is stuck while an operation of it has waited for longer than a program bears: what users
// of a block store see of all that goes wrong below it (Amazon EBS, April 2011: volumes that found
// no place for a new copy were called that).
import { type Ns, nsPerSec } from '../../sim/index.ts';
import type { ClientStep } from './state.ts';

/** So long an operation may wait (assumed: above any retry, below a guest's time-out of 30 s). */
const stuckNs = 2 * nsPerSec;

/** Says when a volume gets stuck, and when it is not any more. */
export function noteStuck({ state, out }: ClientStep, nowNs: Ns): void {
  const { volume, timeoutNs } = state.input;
  let isStuck = false;
  // In the order in which they began: the first has waited longest.
  for (const { deadlineNs } of state.ops.values()) {
    isStuck = nowNs - (deadlineNs - timeoutNs) >= stuckNs;
    break;
  }
  if (isStuck === state.stuck) return;
  state.stuck = isStuck;
  out.mark(isStuck ? 'volume.stuck' : 'volume.unstuck', { volume });
}
