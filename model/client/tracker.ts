// Which blocks of a range were asked for since one of its copies was dropped (US 8,930,364): if
// that copy comes back, it lacks nothing else, and need not be made anew.
//
//   suspected      dropped          back              in the map again
//   ----+-------------+---------------+----------------------+----
//       '- pending and later requests are noted ... '- sent to it -'
//
// Every acknowledged write from before is on all members, the dropped one among them. What was
// pending is noted; a write that nobody saw the end of may be on some members only, but no read has
// shown it without the dropped copy, unless that read was noted. So reads count, too. It is known
// in one session only: a client that died, or was fenced, knows nothing, and the copy is made anew.
import { holds, type MapEntry, type Replica, sameReplica } from '../map-entry.ts';
import { keptByRange } from './kept.ts';
import type { ClientStep } from './state.ts';

/** What may differ between a copy that was dropped and the others. */
export interface Tracker {
  readonly dropped: Replica;
  /** Counted from the start of the range. */
  readonly blocks: Set<number>;
}

/** A copy is about to be dropped: from now on its range is watched. */
export function beginTracking(step: ClientStep, entry: MapEntry, suspect: Replica): void {
  const { state } = step;
  const { range } = entry;
  if (!state.input.reMirror.merge || state.replication === 'client-quorum') return;
  // What is loaded meanwhile does not pass this client.
  if (state.input.origin !== null && !state.isLoaded) return;
  if (!holds(entry, suspect)) return;
  const known = state.trackers.get(range);
  // Suspected before, and still a member: what was noted then counts.
  if (known !== undefined && sameReplica(known.dropped, suspect)) return;
  state.trackers.set(range, { dropped: suspect, blocks: new Set() });
  for (const piece of state.pieces.values()) if (piece.range === range) noteTouched(step, piece);
  // The dropped one may have lost what no flush was answered for.
  for (const block of keptByRange(step).get(range)?.keys() ?? []) {
    noteTouched(step, { range, block: block - range * state.input.blocksPerRange, blockCount: 1 });
  }
}

/** Blocks of a range are asked for. */
export function noteTouched(
  { state }: ClientStep,
  piece: { readonly range: number; readonly block: number; readonly blockCount: number },
): void {
  const tracker = state.trackers.get(piece.range);
  if (tracker === undefined) return;
  for (let i = 0; i < piece.blockCount; i++) tracker.blocks.add(piece.block + i);
}

/** What a copy that came back lacks; null when nobody knows. */
export function touchedBlocks({ state }: ClientStep, range: number): readonly number[] | null {
  const tracker = state.trackers.get(range);
  if (tracker === undefined) return null;
  // The variant that loses its notes and calls that nothing to do.
  if (state.input.mutants.has('tracker-cleared')) return [];
  return [...tracker.blocks].sort((a, b) => a - b);
}
