// Copies that took part in a cut keep what a snapshot held until it is uploaded. When they are
// moved away that is gone, so the import waits for uploads; but not for long, for there may be no
// end of them: then snapshots that are still pending end in an error.
import { type Ns, nsPerSec } from '../../../sim/index.ts';
import { nextPublished } from '../../backup/following.ts';
import type { MoverState } from './state.ts';

/** How long after a move was opened its import may wait: many uploads take as long (assumed). */
const uploadWaitNs: Ns = 5 * nsPerSec;

/** Whether the import of the recorded move is to wait for uploads. */
export function isPastNeeded(
  { input, place, archived, waits }: Pick<MoverState, 'input' | 'place' | 'archived' | 'waits'>,
  nowNs: Ns,
): boolean {
  if (input.store === null || place?.record.move?.decision !== 'open') return false;
  if (nowNs - waits.openNs >= uploadWaitNs) return false;
  return archived === null || nextPublished(place.record, archived) !== null;
}
