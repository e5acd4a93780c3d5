// What the lineage store says of its snapshots: to who asks, and in the record.
import type { SnapshotState, SnapshotsListed } from '../messages/archive.ts';
import type { Manifest } from './layout.ts';
import type { StoreStep } from './state.ts';

const stateMarks: Readonly<Record<SnapshotState, string>> = {
  pending: 'snapshot.registered',
  completed: 'snapshot.completed',
  error: 'snapshot.lost',
};

/** Notes what a snapshot is from now on. */
export function markState({ out }: StoreStep, manifest: Manifest): void {
  out.mark(stateMarks[manifest.state], factsOf(manifest));
}

/** Where a snapshot stands among others. */
export function factsOf({ snapshot, volume, lineageParent, deltaBase, root }: Manifest) {
  const facts = { snapshot, volume, lineageParent, deltaBase };
  return root === null ? facts : { ...facts, origin: root.origin };
}

/** Listings of one incarnation never meet those of another. */
const listingsPerIncarnation = 1_048_576 * 1_024;

/** Says which snapshots of a volume there are, oldest first. */
export function listSnapshots({ state, self, out }: StoreStep, volume: string, to: string): void {
  state.listingCount += 1;
  const ofVolume = [...state.archived.values()].filter((one) => one.manifest.volume === volume);
  const listed: SnapshotsListed = {
    type: 'archive.listed',
    volume,
    number: self.incarnation * listingsPerIncarnation + state.listingCount,
    snapshots: ofVolume.map(({ manifest }) => {
      const { snapshot, state: has, lineageParent, deltaBase, root } = manifest;
      const { origin = null, isLoaded = false } = root ?? {};
      return { snapshot, state: has, lineageParent, deltaBase, origin, isLoaded };
    }),
  };
  out.send(to, listed);
}
