// Reads of a restored volume before all that it began with is at its hosts.
//
//   read --> hosts: 41 0 0 7 --> the two in the middle were never written: what did it begin with?
//        --> lineage store: . 12 0 . --> 41 12 0 7
//
// A block that was not loaded is one that nobody has written: it holds nothing. What it began with
// is what it holds until somebody writes it, so where that comes from makes no difference to a
// program, and no block has to be stored to be read. Before the lineage store has the root of the
// volume nobody knows what it began with: a read that needs that ends as not ready.
import type { ArchiveContents, ReadArchive } from '../messages/archive.ts';
import { endPiece } from './ends.ts';
import { resendNs } from './pieces.ts';
import { backOff } from './send.ts';
import type { ClientStep, Piece } from './state.ts';

/** Whether what hosts hold is not all that there is of a read. */
export function lacks(
  { state }: ClientStep,
  piece: Piece,
  held: readonly number[] | null,
): boolean {
  const { origin, mutants } = state.input;
  if (origin === null || state.isLoaded || held === null || piece.stamps !== null) return false;
  if (piece.commits !== null || mutants.has('restore-reads-zeros')) return false;
  return held.includes(0);
}

/** Asks the lineage store what blocks began with that hosts hold nothing of. */
export function askStore(step: ClientStep, piece: Piece, held: readonly number[]): void {
  const { state, self, out } = step;
  const { store, root: snapshot } = state.input.origin!;
  const { reqId, range, block, blockCount } = piece;
  piece.state = 'waiting-store';
  piece.held = held;
  piece.retryNs = self.nowNs() + resendNs;
  const read: ReadArchive = { type: 'archive.read', snapshot, reqId, range, block, blockCount };
  out.send(store, read);
}

/** The store has answered; if it does not know, everything is asked for once more, later. */
export function onOrigin(step: ClientStep, contents: ArchiveContents): void {
  const { state } = step;
  if (contents.isLoaded) state.isLoaded = true;
  const piece = state.pieces.get(contents.reqId);
  if (piece === undefined || piece.held === null || piece.state !== 'waiting-store') return;
  const { stamps } = contents;
  if (stamps === null) {
    piece.refusal = 'not-ready';
    backOff(step, piece);
    return;
  }
  const found = piece.held.map((stamp, i) => (stamp === 0 ? (stamps[i] ?? 0) : stamp));
  endPiece(step, piece, { found, doers: { version: piece.sentVersion, verifiers: [] } });
}
