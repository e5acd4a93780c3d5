// Restores a volume: has the lineage store make its root out of a snapshot of another volume, then
// brings all that the root holds to the hosts, piece by piece at a bounded rate, while the volume
// is already read and written.
//
//   store: make the root        from now on clients read what is not loaded from the store
//   store: what does it hold? --> head of the range: store it, unless there is something later
//   store: all is loaded        nobody asks the store any more
//
// It keeps nothing: one that comes after a crash begins anew, and what was loaded is loaded again,
// which changes nothing.
import {
  actorModes,
  type Behavior,
  type Message,
  type ModalStep,
  type ModeOf,
  type Ns,
  nsPerMs,
  nsPerSec,
} from '../../sim/index.ts';
import { type AuthorityContact, askNext, contactOf, heardFrom } from '../authority-contact.ts';
import { blockBytes } from '../cluster-spec.ts';
import type { VolumeId } from '../map-entry.ts';
import type {
  ArchiveContents,
  CloneSnapshot,
  ReadArchive,
  RestoreLoaded,
  SnapshotsListed,
} from '../messages/archive.ts';
import type { BlockReply, LoadBlocks } from '../messages/blocks.ts';
import type { ModelMessage } from '../messages/messages.ts';
import { dataBytes } from '../messages/sizes.ts';
import { beginSurvey, entriesOf, type SurveyedVolume, takePage } from '../surveying.ts';
import { type RestoreAsk, restoreMachine } from './machine.ts';

/** What a restore is started with. */
export interface RestoreInput {
  readonly volume: VolumeId;
  readonly rangeCount: number;
  readonly blocksPerRange: number;
  /** The volume whose last complete snapshot is restored, and when. */
  readonly from: VolumeId;
  readonly atNs: Ns;
  readonly bitsPerSec: number;
  /** The snapshot that the volume begins with; sessions of its own come after this one. */
  readonly root: string;
  readonly baseSession: number;
  readonly store: string;
  /** Members of the map authority. */
  readonly authorities: readonly string[];
}

/** Blocks that are asked for at once, and how often that is under way (assumed). */
const pieceBlockCount = 64;
const windowSize = 4;
/** What is not answered for so long is asked for again. */
const againNs = 500 * nsPerMs;

const modes = actorModes(restoreMachine, carryOut);

/** Consecutive blocks of a range on their way. */
interface Piece {
  readonly range: number;
  readonly block: number;
  readonly blockCount: number;
  /** What the root holds there; null while that is not known. */
  readonly stamps: readonly number[] | null;
  readonly sentNs: Ns;
}

interface RestoreState {
  readonly input: RestoreInput;
  machine: ModeOf<typeof restoreMachine>;
  readonly authority: AuthorityContact;
  readonly found: Map<VolumeId, SurveyedVolume>;
  /** Some host has another map. */
  isStale: boolean;
  /** Pieces that were begun. */
  pieceCount: number;
  readonly pieces: Map<number, Piece>;
  nextReqId: number;
}

type Step = ModalStep<RestoreState>;

/** The behavior of a restore. */
export const restore: Behavior<RestoreState, RestoreInput> = {
  name: 'restore',

  init(input, self, out) {
    const waitMs = Math.max(0, Math.ceil((input.atNs - self.nowNs()) / nsPerMs));
    out.mark('restore.planned', { volume: input.volume, from: input.from });
    return modes.begin({ waitMs }, self, out, (machine) => ({
      input,
      machine,
      authority: contactOf(input.authorities),
      found: new Map(),
      isStale: false,
      pieceCount: 0,
      pieces: new Map(),
      nextReqId: 1,
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
    found: new Map(state.found),
    pieces: new Map(state.pieces),
  }),
  mode: modes.mode,
  modes: modes.modes,
};

function take(step: Step, message: Message): void {
  const known = message as ModelMessage | { readonly type: 'piece.due' };
  switch (known.type) {
    case 'archive.listed':
      onListed(step, known);
      break;
    case 'surveyed':
      if (modes.mode(step.state) !== 'surveying') return;
      if (takePage({ ...step.state, out: step.out }, known)) {
        modes.enter(step, { type: 'SURVEYED' });
      }
      break;
    case 'archive.contents':
      onContents(step, known);
      break;
    case 'block.reply':
      onLoaded(step, known);
      break;
    case 'piece.due':
      press(step);
      break;
    default:
      break;
  }
}

function carryOut(step: Step, ask: RestoreAsk): void {
  const { state, out } = step;
  const { volume, from, baseSession, store } = state.input;
  switch (ask.type) {
    case 'clone': {
      const clone: CloneSnapshot = { type: 'archive.clone', volume, from, baseSession };
      out.send(store, clone);
      break;
    }
    case 'survey':
      askNext(state.authority);
      beginSurvey({ ...state, out }, [volume]);
      break;
    case 'load':
      state.isStale = false;
      press(step);
      break;
    case 'report': {
      const loaded: RestoreLoaded = { type: 'archive.loaded', volume };
      out.send(store, loaded);
      break;
    }
  }
}

function onListed(step: Step, { volume, snapshots }: SnapshotsListed): void {
  const { input } = step.state;
  if (volume !== input.volume) return;
  const root = snapshots.find(({ snapshot }) => snapshot === input.root);
  const isLoaded = root?.isLoaded ?? false;
  modes.enter(step, { type: 'LISTED', isThere: root !== undefined, isLoaded });
}

// Begins one more piece, asks again for what was not answered, and comes back in time for the rate.
function press(step: Step): void {
  const { state, self, out } = step;
  if (modes.mode(state) !== 'loading') return;
  const { bitsPerSec } = state.input;
  const periodNs = Math.ceil((pieceBlockCount * blockBytes * 8 * nsPerSec) / bitsPerSec);
  out.setTimer('piece', periodNs, { type: 'piece.due' });
  if (state.isStale) {
    modes.enter(step, { type: 'STALE' });
    return;
  }
  for (const [reqId, piece] of [...state.pieces]) {
    if (self.nowNs() - piece.sentNs >= againNs) send(step, reqId, piece);
  }
  if (state.pieces.size < windowSize) beginPiece(step);
  if (state.pieces.size === 0) modes.enter(step, { type: 'LOADED' });
}

function beginPiece(step: Step): void {
  const { state } = step;
  const { rangeCount, blocksPerRange } = state.input;
  const piecesPerRange = Math.ceil(blocksPerRange / pieceBlockCount);
  if (state.pieceCount >= rangeCount * piecesPerRange) return;
  const range = Math.floor(state.pieceCount / piecesPerRange);
  const block = (state.pieceCount % piecesPerRange) * pieceBlockCount;
  const blockCount = Math.min(pieceBlockCount, blocksPerRange - block);
  state.pieceCount += 1;
  send(step, state.nextReqId++, { range, block, blockCount, stamps: null, sentNs: 0 });
}

// To the store while it is not known what is there, then to the head of the range.
function send({ state, self, out }: Step, reqId: number, piece: Piece): void {
  const { volume, root: snapshot, store } = state.input;
  const { range, block, blockCount, stamps } = piece;
  state.pieces.set(reqId, { ...piece, sentNs: self.nowNs() });
  if (stamps === null) {
    const read: ReadArchive = { type: 'archive.read', snapshot, reqId, range, block, blockCount };
    out.send(store, read);
    return;
  }
  const entry = entriesOf(state, volume)[range];
  const head = entry?.replicas[0];
  if (entry === undefined || head === undefined) return;
  const { slot, gen } = head;
  const place = { volume, range, slot, gen, cfgEpoch: entry.version };
  const { session = 0 } = state.found.get(volume) ?? {};
  const load: LoadBlocks = { type: 'load', ...place, session, reqId, block, stamps };
  out.send(head.host, load, dataBytes(stamps.length));
}

function onContents(step: Step, { reqId, stamps }: ArchiveContents): void {
  const { state } = step;
  const piece = state.pieces.get(reqId);
  if (piece === undefined || piece.stamps !== null || stamps === null) return;
  // What the root has nothing of stays as it is.
  if (stamps.every((stamp) => stamp === 0)) state.pieces.delete(reqId);
  else send(step, reqId, { ...piece, stamps });
}

function onLoaded({ state }: Step, { reqId, status }: BlockReply): void {
  const piece = state.pieces.get(reqId);
  if (piece === undefined || piece.stamps === null || status === 'waiting') return;
  if (status === 'ok') state.pieces.delete(reqId);
  else state.isStale = true;
}
