// A volume that was restored begins with its root, a snapshot of which the lineage store tells when
// it is there. Until then nobody knows what the volume holds, and no snapshot of it is taken: the
// root is the first of the lineage.
//
//   take --> cut? --root unknown--> ask the store --listed--> cut
//                         ^              |
//                         '--- later ----'   the ask's time is over: answered as it is, not taken
//
// A root stays as long as its volume, so who has seen it once does not ask again in this life.
import { type Ns, nsPerMs } from '../../../sim/index.ts';
import type { ListSnapshots, SnapshotsListed } from '../../messages/archive.ts';
import type { CutPlace } from './cutting.ts';
import type { MemberStep } from './state.ts';

/** Without a root for so long the store is asked again: a restore takes as long (assumed). */
export const beginAgainNs: Ns = 200 * nsPerMs;

/** Whether the volume has begun, as far as this member knows. */
export function hasBegun({ state }: MemberStep, { volume, coordinator }: CutPlace): boolean {
  return coordinator.hasBegun || originAt(state.input.volumes, volume) === null;
}

function originAt(volumes: MemberStep['state']['input']['volumes'], volume: string) {
  return volumes.find(({ id }) => id === volume)?.origin ?? null;
}

/** Asks the lineage store whether the root is there. */
export function askForRoot({ state, out }: MemberStep, { volume }: CutPlace): void {
  const origin = originAt(state.input.volumes, volume);
  if (origin === null) return;
  const list: ListSnapshots = { type: 'archive.list', volume };
  out.send(origin.store, list);
}

/** The store has answered; true where the volume is seen to have begun by it. */
export function noteBeginning(
  step: MemberStep,
  place: CutPlace,
  { snapshots }: SnapshotsListed,
): boolean {
  const { coordinator, volume } = place;
  const origin = originAt(step.state.input.volumes, volume);
  if (hasBegun(step, place)) return false;
  coordinator.hasBegun = snapshots.some(({ snapshot }) => snapshot === origin?.root);
  return coordinator.hasBegun;
}
