// Looks after the snapshots of one volume: has those that are registered uploaded into the lineage
// store one after the other, deletes the oldest beyond those that are to be kept, and reads the
// oldest one that is left once more, to see that it is what it was. Who cuts on a schedule
// registers what was cut (backup-set.ts); what routers publish is registered here, in the order of
// the lineage.
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
import type { VolumeId } from '../map-entry.ts';
import type {
  ArchiveContents,
  ArchivedSnapshot,
  DeleteSnapshot,
  ListSnapshots,
  ReadArchive,
  RegisterSnapshot,
  SnapshotsListed,
} from '../messages/archive.ts';
import type { ReadRoute, Route } from '../messages/lineage.ts';
import type { ModelMessage } from '../messages/messages.ts';
import type { MutantSet } from '../mutants.ts';
import type { SnapshotSource } from '../policies.ts';
import { type UploadInput, upload } from '../upload/upload.ts';
import { lastPublished, nextPublished } from './following.ts';
import { type BackupAsk, backupMachine } from './machine.ts';
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
  /** The last question for the lineage. */
  routeReqId: number;
  isUnanswered: boolean;
  /** What the store listed last. */
  seen: SeenListing;
  /** What it has asked the store to delete last. */
  pruned: string;
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
      routeReqId: 0,
      isUnanswered: false,
      seen: unseen,
      pruned: '',
      checked: '',
      checkedBlock: 0,
      tidying: noTidying(),
    }));
  },

  receive(state, message, from, self, out) {
    const step: Step = { state, self, out };
    heardFrom(state.authority, from);
    if (!modes.takeTimer(step, message)) take(step, message);
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

function take(step: Step, message: Message): void {
  const { state } = step;
  const known = message as ModelMessage;
  if (known.type === 'route') {
    onRoute(step, known);
  } else if (known.type === 'archive.listed') {
    onListed(step, known);
  } else if (known.type === 'upload.done') {
    if (known.snapshot !== state.snapshot) return;
    step.out.stop(uploadName(known.snapshot));
    const isOver = known.state === 'completed' || known.state === 'error';
    modes.enter(step, { type: 'UPLOADED', isOver });
  } else if (known.type === 'archive.contents') {
    onContents(step, known);
  } else if (known.type === 'surveyed') {
    onTidyPage(tidyStep(step), known);
  }
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
      tidy(tidyStep(step), state.seen.snapshots);
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
function follow({ state, out }: Step): void {
  if (state.isUnanswered) askNext(state.authority);
  state.isUnanswered = true;
  state.routeReqId += 1;
  const { routeReqId: reqId, input } = state;
  const message: ReadRoute = { type: 'route.read', volume: input.volume, reqId };
  out.send(memberAsked(state.authority), message);
}

// What is published next is registered; the store answers with what there is then.
function onRoute(step: Step, { reqId, known }: Route): void {
  const { state, out } = step;
  if (reqId !== state.routeReqId || modes.mode(state) !== 'following' || known === null) return;
  state.isUnanswered = false;
  const { volume, store, root, mutants } = state.input;
  const have = new Set([...state.seen.snapshots.map(({ snapshot }) => snapshot), state.snapshot]);
  const isGuessing = mutants.has('lineage-guessed');
  const next = (isGuessing ? lastPublished : nextPublished)(known.record.chain, have);
  if (next === null) {
    modes.enter(step, { type: 'NOTHING' });
    return;
  }
  // The first one of a restored volume stands behind what that began with.
  const followed = next.parent === null ? { ...next, parent: root } : next;
  const register: RegisterSnapshot = { type: 'archive.register', volume, ...followed };
  out.send(store, register);
}

function uploadName(snapshot: string): string {
  return `upload-${snapshot}`;
}

function beginUpload({ state, self, out }: Step): void {
  const { volume, store, authorities, mutants } = state.input;
  const { snapshot } = state;
  const input: UploadInput = { parent: self.id, volume, snapshot, store, authorities, mutants };
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
  const pending = snapshots.find((one) => one.state === 'pending');
  const isFailed = snapshots.some((one) => one.state === 'error');
  if (isFailed && state.input.mutants.has('stops-at-failed-upload')) {
    modes.enter(step, { type: 'NOTHING' });
  } else if (pending !== undefined) {
    state.snapshot = pending.snapshot;
    modes.enter(step, { type: 'PENDING' });
  } else if (mode === 'listing') {
    modes.enter(step, { type: source === 'lineage' ? 'FOLLOW' : 'NOTHING' });
  }
}

// One at a time: whatever is left of those that are to go is deleted when the store has answered.
// What is still there then is in use, and left for the next time.
function prune(step: Step): void {
  const { state, out } = step;
  const { volume, store, keepCount, source } = state.input;
  // What the volume was restored from is no snapshot of its own to be counted.
  const complete = state.seen.snapshots.filter(isOwnComplete);
  const spare = complete.length > keepCount ? complete[0] : undefined;
  // The last one that came from the lineage tells how far that was followed.
  const over = source === 'lineage' ? state.seen.snapshots.slice(0, -1) : state.seen.snapshots;
  const lost = over.find((one) => one.state === 'error');
  const snapshot = (lost ?? spare)?.snapshot;
  if (snapshot === undefined || snapshot === state.pruned) {
    state.pruned = '';
    modes.enter(step, { type: 'PRUNED' });
    return;
  }
  state.pruned = snapshot;
  const message: DeleteSnapshot = { type: 'archive.delete', volume, snapshot };
  out.send(store, message);
}

function isOwnComplete({ state, origin }: ArchivedSnapshot): boolean {
  return state === 'completed' && origin === null;
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
