// Deletes snapshots of a volume on a schedule, as a user does, or a retention rule of somebody
// else: without regard to what is under way. What the lineage store cannot delete now it leaves for
// the next time; whoever asked again at once would ask for ever.
import type { Behavior, Message, Ns, Outbox, Self } from '../../sim/index.ts';
import { type SeenListing, takeListing, unseen } from '../listings.ts';
import type { VolumeId } from '../map-entry.ts';
import type { ArchivedSnapshot, DeleteSnapshot, ListSnapshots } from '../messages/archive.ts';
import type { ModelMessage } from '../messages/messages.ts';
import type { PurgePlan } from '../policies.ts';

/** What a purge is started with. */
export interface PurgeInput {
  readonly volume: VolumeId;
  readonly everyNs: Ns;
  /** Nothing is deleted after this. */
  readonly untilNs: Ns;
  /** Which of the complete ones goes. */
  readonly which: PurgePlan['which'];
  readonly store: string;
}

interface PurgeState {
  readonly input: PurgeInput;
  seen: SeenListing;
  /** It has asked what there is. */
  isAsking: boolean;
}

interface Step {
  readonly state: PurgeState;
  readonly self: Self;
  readonly out: Outbox;
}

/** The behavior of a purge. */
export const purge: Behavior<PurgeState, PurgeInput> = {
  name: 'purge',

  init(input, _self, out) {
    out.setTimer('purge', input.everyNs, { type: 'purge.due' });
    return { input, seen: unseen, isAsking: false };
  },

  receive(state, message, _from, self, out) {
    const step: Step = { state, self, out };
    take(step, message);
    return state;
  },

  copy: (state) => ({ ...state }),
};

function take(step: Step, message: Message): void {
  const { state, self, out } = step;
  const { volume, store, everyNs, untilNs } = state.input;
  const known = message as ModelMessage | { readonly type: 'purge.due' };
  if (known.type === 'purge.due') {
    if (self.nowNs() >= untilNs) return;
    out.setTimer('purge', everyNs, { type: 'purge.due' });
    state.isAsking = true;
    const list: ListSnapshots = { type: 'archive.list', volume };
    out.send(store, list);
  } else if (known.type === 'archive.listed' && known.volume === volume) {
    const seen = takeListing(out, state.seen, known);
    if (seen === null) return;
    state.seen = seen;
    if (state.isAsking) deleteOne(step);
  }
}

function deleteOne({ state, out }: Step): void {
  const { volume, store, which } = state.input;
  state.isAsking = false;
  const complete = state.seen.snapshots.filter(isDeletable);
  const one = which === 'newest' ? complete.at(-1) : complete[0];
  if (one === undefined) return;
  const { snapshot } = one;
  out.mark('deletion.asked', { volume, snapshot });
  const message: DeleteSnapshot = { type: 'archive.delete', volume, snapshot };
  out.send(store, message);
}

// The root of a restored volume stays as long as the volume.
function isDeletable({ state, origin }: ArchivedSnapshot): boolean {
  return state === 'completed' && origin === null;
}
