// When nothing has been completed or deleted for a while, all that complete snapshots hold is read
// back from the device once, piece by piece: what has rotted, or was written over, is found while
// the volume may still have it, and not when somebody restores.
//
//   completed, deleted, recovered --quiet for a while--> read a piece --> ... --> until the next
//            ^                                             |
//            +---------- anew, from the beginning ---------+
import { nsPerSec } from '../../sim/index.ts';
import type { ReadArchive } from '../messages/archive.ts';
import { takeRead } from './reads.ts';
import { noteReferences } from './references.ts';
import type { Archived, ScrubPiece, StoreStep } from './state.ts';

/** How long nothing has changed before all is read (assumed: not in the way of uploads). */
const quietNs = nsPerSec;
/** Blocks of a range that are read at once, at most (assumed: as who restores does). */
const pieceBlockCount = 64;

/** What a store tells itself when it is time to read. */
export interface ScrubDue {
  readonly type: 'scrub.due';
}

/** Something has changed: all is to be read once more, when it is quiet. */
export function scrubLater({ state, out }: StoreStep): void {
  state.unread = [];
  const due: ScrubDue = { type: 'scrub.due' };
  out.setTimer('scrub', quietNs, due);
}

/** Begins to read all that there is. */
export function scrub(step: StoreStep): void {
  const { state } = step;
  noteReferences(step);
  const complete = [...state.archived.values()].filter(isReadable);
  // The variant that has read enough when it has read one.
  const isOneEnough = state.input.mutants.has('oldest-read-back-only');
  state.unread = (isOneEnough ? complete.slice(0, 1) : complete).flatMap(piecesOf);
  readNext(step);
}

function isReadable({ manifest, isDamaged }: Archived): boolean {
  return manifest.state === 'completed' && !isDamaged;
}

function piecesOf({ manifest, ranges }: Archived): readonly ScrubPiece[] {
  const { snapshot } = manifest;
  return [...ranges].flatMap(([range, { entries }]) => {
    const starts = new Set<number>();
    for (const block of entries.keys()) starts.add(block - (block % pieceBlockCount));
    const inOrder = [...starts].sort((a, b) => a - b);
    return inOrder.map((block) => ({ snapshot, range, block, blockCount: pieceBlockCount }));
  });
}

function readNext(step: StoreStep): void {
  const { state, self } = step;
  const [piece] = state.unread;
  if (piece === undefined) return;
  state.scrubReqId += 1;
  const request: ReadArchive = { type: 'archive.read', reqId: state.scrubReqId, ...piece };
  takeRead(step, request, self.id);
}

/** A piece was read, or cannot be, which is noted where it was found. */
export function onScrubbed(step: StoreStep, { reqId }: ReadArchive): void {
  const { state } = step;
  if (reqId !== state.scrubReqId) return;
  state.unread = state.unread.slice(1);
  readNext(step);
}
