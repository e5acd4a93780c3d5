// The order of attempts to change a record: by count, then by who attempts.
import type { Ballot } from '../../messages/lineage.ts';

/** Below 0, 0 or above, as the first ballot is before, the same as or after the second. */
export function compareBallots(a: Ballot, b: Ballot): number {
  if (a.count !== b.count) return a.count - b.count;
  return a.by === b.by ? 0 : a.by < b.by ? -1 : 1;
}

/** Before every attempt: what nobody had to accept, as it holds from the beginning. */
export const firstBallot: Ballot = Object.freeze({ count: 0, by: '' });
