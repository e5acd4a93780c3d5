// Looks after the snapshots of one volume, on a schedule: cuts the volume, has the cut uploaded
// into the lineage store, deletes the oldest snapshots beyond those that are to be kept, and reads
// the oldest one that is left once more, to see that it is what it was.
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
import { type CutInput, cut } from '../cut/cut.ts';
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
import type { ModelMessage } from '../messages/messages.ts';
import { type UploadInput, upload } from '../upload/upload.ts';
import { type BackupAsk, backupMachine } from './machine.ts';

/** What a backup is started with. */
export interface BackupInput {
  readonly volume: VolumeId;
  readonly rangeCount: number;
  readonly blocksPerRange: number;
  /** How long after one snapshot the next is begun. */
  readonly everyNs: Ns;
  /** No snapshot is begun after this. */
  readonly untilNs: Ns;
  /** How many complete ones are kept. */
  readonly keepCount: number;
  /** Of a restored volume: the snapshot that comes before all of them; else null. */
  readonly root: string | null;
  readonly store: string;
  /** Members of the map authority. */
  readonly authorities: readonly string[];
}

/** How many blocks of a snapshot are read at once to check it. */
const checkBlockCount = 64;

const modes = actorModes(backupMachine, carryOut);

interface BackupState {
  readonly input: BackupInput;
  machine: ModeOf<typeof backupMachine>;
  /** Counts cuts of this incarnation. */
  cutCount: number;
  /** The snapshot under way. */
  snapshot: string;
  /** What the store listed last. */
  listed: readonly ArchivedSnapshot[];
  /** The snapshot that is checked, and from which block of the volume on. */
  checked: string;
  checkedBlock: number;
}

type Step = ModalStep<BackupState>;

/** The behavior of a backup. */
export const backup: Behavior<BackupState, BackupInput> = {
  name: 'backup',

  init(input, self, out) {
    const context = { everyMs: Math.ceil(input.everyNs / nsPerMs) };
    return modes.begin(context, self, out, (machine) => ({
      input,
      machine,
      cutCount: 0,
      snapshot: '',
      listed: [],
      checked: '',
      checkedBlock: 0,
    }));
  },

  receive(state, message, _from, self, out) {
    const step: Step = { state, self, out };
    if (!modes.takeTimer(step, message)) take(step, message);
    return state;
  },

  copy: (state) => ({ ...state }),
  mode: modes.mode,
  modes: modes.modes,
};

function take(step: Step, message: Message): void {
  const { state } = step;
  const known = message as ModelMessage;
  if (known.type === 'cut.ended') {
    if (known.cut === state.snapshot)
      modes.enter(step, { type: 'CUT', isTaken: known.status === 'taken' });
  } else if (known.type === 'archive.listed') {
    onListed(step, known);
  } else if (known.type === 'upload.done') {
    if (known.snapshot !== state.snapshot) return;
    step.out.stop(uploadName(known.snapshot));
    const isOver = known.state === 'completed' || known.state === 'error';
    modes.enter(step, { type: 'UPLOADED', isOver });
  } else if (known.type === 'archive.contents') {
    onContents(step, known);
  }
}

function carryOut(step: Step, ask: BackupAsk): void {
  const { state, self, out } = step;
  const { volume, store } = state.input;
  switch (ask.type) {
    case 'list':
    case 'prune': {
      const list: ListSnapshots = { type: 'archive.list', volume };
      out.send(store, list);
      break;
    }
    case 'wait':
      if (self.nowNs() >= state.input.untilNs) modes.enter(step, { type: 'ENOUGH' });
      break;
    case 'cut':
      beginCut(step);
      break;
    case 'drop-cut':
      out.stop(cutName(state.snapshot));
      break;
    case 'register': {
      const register: RegisterSnapshot = {
        type: 'archive.register',
        volume,
        snapshot: state.snapshot,
      };
      out.send(store, register);
      break;
    }
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

function cutName(snapshot: string): string {
  return `cut-${snapshot}`;
}

function uploadName(snapshot: string): string {
  return `upload-${snapshot}`;
}

function beginCut({ state, self, out }: Step): void {
  const { volume, authorities } = state.input;
  state.cutCount += 1;
  state.snapshot = `${volume}-${self.incarnation}-${state.cutCount}`;
  const input: CutInput = { parent: self.id, volume, cut: state.snapshot, authorities };
  out.spawn(cutName(state.snapshot), cut, input);
}

function beginUpload({ state, self, out }: Step): void {
  const { volume, store, authorities } = state.input;
  const { snapshot } = state;
  const input: UploadInput = { parent: self.id, volume, snapshot, store, authorities };
  out.spawn(uploadName(snapshot), upload, input);
}

function onListed(step: Step, { volume, snapshots }: SnapshotsListed): void {
  const { state } = step;
  if (volume !== state.input.volume) return;
  state.listed = snapshots;
  const mode = modes.mode(state);
  if (mode === 'pruning') {
    prune(step);
  } else if (mode === 'registering') {
    const isThere = snapshots.some((one) => one.snapshot === state.snapshot);
    modes.enter(step, { type: 'LISTED', isPending: isThere });
  } else if (mode === 'listing') {
    const { root } = state.input;
    // It is nothing yet: asked again later.
    if (root !== null && !snapshots.some(({ snapshot }) => snapshot === root)) return;
    const pending = snapshots.find((one) => one.state === 'pending');
    if (pending !== undefined) state.snapshot = pending.snapshot;
    modes.enter(step, { type: 'LISTED', isPending: pending !== undefined });
  }
}

// One at a time: whatever is left of those that are to go is deleted when the store has answered.
function prune(step: Step): void {
  const { state, out } = step;
  const { volume, store, keepCount } = state.input;
  // What the volume was restored from is no snapshot of its own to be counted.
  const complete = state.listed.filter((one) => one.state === 'completed' && one.origin === null);
  const spare = complete.length > keepCount ? complete[0] : undefined;
  const lost = state.listed.find((one) => one.state === 'error');
  const snapshot = (lost ?? spare)?.snapshot;
  if (snapshot === undefined) {
    modes.enter(step, { type: 'PRUNED' });
    return;
  }
  const message: DeleteSnapshot = { type: 'archive.delete', volume, snapshot };
  out.send(store, message);
}

function chooseChecked({ state }: Step): void {
  const oldest = state.listed.find((one) => one.state === 'completed');
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
