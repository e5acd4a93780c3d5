// Looks after the snapshots of one volume: has those that are registered uploaded into the lineage
// store one after the other, deletes the oldest beyond those that are to be kept, and what the
// lineage says is deleted, and reads the oldest one that is left once more, to see that it is what
// it was. Who cuts on a schedule registers what was cut (backup-set.ts); what routers publish is
// registered here, in the order of the lineage.
//
// It remembers nothing durably: the store lists what is there, and one that is still pending is
// uploaded by whoever comes after a crash.
import {
  actorModes,
  type Behavior,
  type Message,
  type ModalStep,
  type ModeOf,
  type Ns,
  nsPerMs,
} from '../../sim/index.ts';
import {
  type AuthorityContact,
  askNext,
  contactOf,
  heardFrom,
  memberAsked,
} from '../authority-contact.ts';
import { type SeenListing, takeListing, unseen } from '../listings.ts';
import type { HostId, VolumeId } from '../map-entry.ts';
import type {
  ArchiveContents,
  ArchivedSnapshot,
  DeleteSnapshot,
  ListSnapshots,
  ReadArchive,
  RegisterSnapshot,
  SnapshotsListed,
} from '../messages/archive.ts';
import type { AskCuts, CutsTold } from '../messages/cuts.ts';
import type { ChangeVolume, ReadRoute, Route, VolumeChanged } from '../messages/lineage.ts';
import type { ModelMessage } from '../messages/messages.ts';
import type { MutantSet } from '../mutants.ts';
import type { SnapshotSource } from '../policies.ts';
import { type UploadInput, upload } from '../upload/upload.ts';
import { type Lineage, lastPublished, nextPublished, publishedAs, toldOf } from './following.ts';
import { type BackupAsk, backupMachine } from './machine.ts';
import { isOwnComplete, nextPruning, type Pruning } from './pruning.ts';
import { copyTidying, noTidying, onTidyPage, type Tidying, tidy } from './tidying.ts';

/** What a backup is started with. */
export interface BackupInput {
  readonly volume: VolumeId;
  readonly rangeCount: number;
  readonly blocksPerRange: number;
  /** `schedule`: somebody else registers its snapshots. */
  readonly source: SnapshotSource;
  /** How long after one snapshot the next is looked for. */
  readonly everyNs: Ns;
  /** How many complete ones are kept. */
  readonly keepCount: number;
  /** Of a restored volume: the snapshot that comes before all of them; else null. */
  readonly root: string | null;
  readonly store: string;
  /** Members of the map authority. */
  readonly authorities: readonly string[];
  /** All hosts: some that the map does not name may have been there at a cut. */
  readonly hosts: readonly HostId[];
  readonly mutants: MutantSet;
}

/** How many blocks of a snapshot are read at once to check it. */
const checkBlockCount = 64;

const modes = actorModes(backupMachine, carryOut);

interface BackupState {
  readonly input: BackupInput;
  machine: ModeOf<typeof backupMachine>;
  /** The snapshot under way, or that was the last. */
  snapshot: string;
  readonly authority: AuthorityContact;
  /** The last question about the lineage, or change of it. */
  lineageReqId: number;
  isUnanswered: boolean;
  /** What it said last; null before. */
  lineage: Lineage | null;
  /** What the store listed last. */
  seen: SeenListing;
  /** What it has asked the store to delete since it began to prune. */
  pruned: ReadonlySet<string>;
  /** The snapshot that is checked, and from which block of the volume on. */
  checked: string;
  checkedBlock: number;
  readonly tidying: Tidying;
}

type Step = ModalStep<BackupState>;

/** The behavior of a backup. */
export const backup: Behavior<BackupState, BackupInput> = {
  name: 'backup',

  init(input, self, out) {
    const everyMs = Math.ceil(input.everyNs / nsPerMs);
    return modes.begin({ everyMs }, self, out, (machine) => ({
      input,
      machine,
      snapshot: '',
      authority: contactOf(input.authorities),
      lineageReqId: 0,
      isUnanswered: false,
      lineage: null,
      seen: unseen,
      pruned: new Set(),
      checked: '',
      checkedBlock: 0,
      tidying: noTidying(),
    }));
  },

  receive(state, message, from, self, out) {
    const step: Step = { state, self, out };
    heardFrom(state.authority, from);
    if (!modes.takeTimer(step, message)) take(step, message, from);
    return state;
  },

  copy: (state) => ({
    ...state,
    authority: { ...state.authority },
    tidying: copyTidying(state.tidying),
  }),
  mode: modes.mode,
  modes: modes.modes,
};

function take(step: Step, message: Message, from: string): void {
  const { state } = step;
  const known = message as ModelMessage;
  if (known.type === 'route') {
    onRoute(step, known);
  } else if (known.type === 'volume.changed') {
    onChanged(step, known);
  } else if (known.type === 'archive.listed') {
    onListed(step, known);
  } else if (known.type === 'upload.done') {
    if (known.snapshot !== state.snapshot) return;
    step.out.stop(uploadName(known.snapshot));
    // The variant that does not know how to go on when contents are lost.
    if (known.state === 'error' && state.input.mutants.has('stops-at-failed-upload')) return;
    modes.enter(step, { type: 'UPLOADED' });
  } else if (known.type === 'archive.contents') {
    onContents(step, known);
  } else if (known.type === 'surveyed') {
    onTidyPage(tidyStep(step), known);
  } else if (known.type === 'cuts.ask') {
    onCutsAsked(step, known, from);
  }
}

// A store that is away keeps it from following the lineage, and what is published meanwhile from
// being known: it is asked for, so that who asks again is told.
function onCutsAsked(step: Step, { volume, cuts }: AskCuts, from: string): void {
  const { state, out } = step;
  const what = toldOf(cuts, state.lineage, state.seen.snapshots);
  const told: CutsTold = { type: 'cuts.told', volume, ...what };
  out.send(from, told);
  if (state.input.source !== 'lineage') return;
  const isAsking = modes.mode(state) === 'following' || modes.mode(state) === 'pruning';
  if (!isAsking && what.wanted.length + what.over.length < cuts.length) follow(step);
}

function carryOut(step: Step, ask: BackupAsk): void {
  const { state, out } = step;
  const { volume, store } = state.input;
  switch (ask.type) {
    case 'list':
    case 'prune': {
      const list: ListSnapshots = { type: 'archive.list', volume };
      out.send(store, list);
      break;
    }
    case 'tidy':
      tidy(tidyStep(step), state.seen.snapshots, state.lineage);
      break;
    case 'follow':
      follow(step);
      break;
    case 'upload':
      beginUpload(step);
      break;
    case 'choose':
      chooseChecked(step);
      break;
    case 'check':
      checkNext(step);
      break;
  }
}

function tidyStep({ state, self, out }: Step) {
  const { tidying, authority, input } = state;
  return { tidying, authority, volume: input.volume, self, out };
}

// Whoever answered last is asked; who is silent is not asked again.
function askLineage<T extends ReadRoute | ChangeVolume>(
  { state, out }: Step,
  message: (reqId: number) => T,
): void {
  if (state.isUnanswered) askNext(state.authority);
  state.isUnanswered = true;
  state.lineageReqId += 1;
  out.send(memberAsked(state.authority), message(state.lineageReqId));
}

function follow(step: Step): void {
  const { volume } = step.state.input;
  askLineage(step, (reqId): ReadRoute => ({ type: 'route.read', volume, reqId }));
}

// What is next is registered, unless it is already; the store answers with what there is then.
function onRoute(step: Step, { reqId, known }: Route): void {
  const { state, out } = step;
  if (reqId !== state.lineageReqId || known === null) return;
  state.isUnanswered = false;
  state.lineage = known.record;
  if (modes.mode(state) !== 'following') return;
  const { volume, store, root, mutants } = state.input;
  const isGuessing = mutants.has('lineage-guessed');
  const next = (isGuessing ? lastPublished : nextPublished)(known.record, state.seen.snapshots);
  if (next === null) {
    modes.enter(step, { type: duePruning(state) === null ? 'NOTHING' : 'PRUNE' });
    return;
  }
  state.snapshot = next.snapshot;
  // The first one of a restored volume stands behind what that began with.
  const followed = next.parent === null ? { ...next, parent: root } : next;
  const register: RegisterSnapshot = { type: 'archive.register', volume, ...followed };
  out.send(store, register);
}

function askDeletion(step: Step, cut: string): void {
  const { state, out } = step;
  const { volume } = state.input;
  const snapshot = state.lineage === null ? undefined : publishedAs(state.lineage, cut);
  if (snapshot === undefined) {
    modes.enter(step, { type: 'PRUNED' });
    return;
  }
  out.mark('deletion.asked', { volume, snapshot: cut });
  const change = { kind: 'delete', snapshot } as const;
  askLineage(step, (reqId): ChangeVolume => ({ type: 'volume.change', volume, reqId, change }));
}

// It is recorded now, whoever has had it done.
function onChanged(step: Step, { reqId, known }: VolumeChanged): void {
  const { state } = step;
  if (reqId !== state.lineageReqId || modes.mode(state) !== 'pruning' || known === null) return;
  state.isUnanswered = false;
  state.lineage = known.record;
  if (duePruning(state)?.kind === 'delete') modes.enter(step, { type: 'PRUNED' });
  else prune(step);
}

function uploadName(snapshot: string): string {
  return `upload-${snapshot}`;
}

function beginUpload({ state, self, out }: Step): void {
  const { volume, store, authorities, hosts, mutants } = state.input;
  const { snapshot } = state;
  const where = { store, authorities, hosts };
  const input: UploadInput = { parent: self.id, volume, snapshot, ...where, mutants };
  out.spawn(uploadName(snapshot), upload, input);
}

function onListed(step: Step, listed: SnapshotsListed): void {
  const { state } = step;
  const { volume, snapshots } = listed;
  const seen = volume === state.input.volume ? takeListing(step.out, state.seen, listed) : null;
  if (seen === null) return;
  state.seen = seen;
  if (modes.mode(state) === 'pruning') prune(step);
  else look(step, snapshots);
}

function look(step: Step, snapshots: readonly ArchivedSnapshot[]): void {
  const { state } = step;
  const mode = modes.mode(state);
  const { root, source } = state.input;
  if (mode !== 'listing' && mode !== 'following') return;
  // It is nothing yet: asked again later.
  if (root !== null && !snapshots.some(({ snapshot }) => snapshot === root)) return;
  if (source === 'lineage' && mode === 'listing') {
    modes.enter(step, { type: 'FOLLOW' });
    return;
  }
  // Who follows the lineage goes by that: what is pending may be deleted already.
  const isNext = ({ snapshot }: ArchivedSnapshot) =>
    mode === 'listing' || snapshot === state.snapshot;
  const pending = snapshots.find((one) => one.state === 'pending' && isNext(one));
  if (pending !== undefined) {
    state.snapshot = pending.snapshot;
    modes.enter(step, { type: 'PENDING' });
  } else if (mode === 'listing') {
    modes.enter(step, { type: 'NOTHING' });
  }
}

// One at a time: whatever is left of those that are to go is deleted when the store has answered.
// What is still there then is in use, and left for the next time.
function prune(step: Step): void {
  const { state, out } = step;
  const { volume, store } = state.input;
  const due = duePruning(state);
  if (due === null) {
    state.pruned = new Set();
    modes.enter(step, { type: 'PRUNED' });
    return;
  }
  const { kind, snapshot } = due;
  if (kind === 'delete') {
    askDeletion(step, snapshot);
    return;
  }
  state.pruned = new Set([...state.pruned, snapshot]);
  const message: DeleteSnapshot = { type: 'archive.delete', volume, snapshot };
  out.send(store, message);
}

function duePruning({ input, seen, lineage, pruned: tried }: BackupState): Pruning | null {
  const { keepCount, mutants } = input;
  return nextPruning(seen.snapshots, { keepCount, lineage: believedOf(lineage, mutants), tried });
}

function believedOf(lineage: Lineage | null, mutants: MutantSet): Lineage | null {
  // The variant that deletes contents, and tells nobody.
  if (mutants.has('contents-deleted-first')) return null;
  // The variant that never hears of a deletion.
  if (lineage !== null && mutants.has('deleted-contents-stay')) return { ...lineage, deleted: [] };
  return lineage;
}

function chooseChecked({ state }: Step): void {
  const oldest = state.seen.snapshots.find(isOwnComplete);
  state.checked = oldest?.snapshot ?? '';
  state.checkedBlock = 0;
}

// Asks for the part that is not there yet, or is done.
function checkNext(step: Step): void {
  const { state, out } = step;
  const { rangeCount } = state.input;
  if (state.checked === '' || state.checkedBlock >= rangeCount * state.input.blocksPerRange) {
    modes.enter(step, { type: 'CHECKED' });
    return;
  }
  const { blocksPerRange, store } = state.input;
  const range = Math.floor(state.checkedBlock / blocksPerRange);
  const block = state.checkedBlock - range * blocksPerRange;
  const blockCount = Math.min(checkBlockCount, blocksPerRange - block);
  const reqId = state.checkedBlock;
  const place = { snapshot: state.checked, reqId, range, block, blockCount };
  const read: ReadArchive = { type: 'archive.read', ...place };
  out.send(store, read);
}

function onContents(step: Step, { snapshot, reqId }: ArchiveContents): void {
  const { state } = step;
  const { blocksPerRange } = state.input;
  if (modes.mode(state) !== 'checking') return;
  if (snapshot !== state.checked || reqId !== state.checkedBlock) return;
  const inRange = reqId % blocksPerRange;
  state.checkedBlock += Math.min(checkBlockCount, blocksPerRange - inRange);
  checkNext(step);
}
