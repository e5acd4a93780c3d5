// A flush of a volume that is durable on flush, after all writes before it have ended.
//
//   for each range of which something is kept, for the first of a session each range there is:
//   flush --> head --> members --> verifiers --> durable
//                                       '------> lost perhaps: written again, through all caches
//
// It ends when each block that was kept when it began is durable, as it was or as it is by now.
import { type Doers, keptByRange, settleKept } from './kept.ts';
import { sendPiece, splitAtRanges } from './pieces.ts';
import type { ClientStep, KeptBlock, PendingOp, Piece } from './state.ts';

/** Blocks of one write that is done again, at most. */
const againBlockMax = 64;

/** Asks hosts to make durable what is kept; the operation waits for so many pieces. */
export function commitKept(step: ClientStep, op: PendingOp): void {
  const pieces: Piece[] = [];
  const kept = keptByRange(step);
  for (const range of rangesToFlush(step, kept)) {
    const block = range * step.state.input.blocksPerRange;
    const what = { id: op.id, block, blockCount: 1, stamps: null };
    for (const piece of splitAtRanges(step, what)) {
      pieces.push({ ...piece, blockCount: 0, commits: kept.get(range) ?? nothing });
    }
  }
  sendPieces(step, op, pieces);
}

const nothing: ReadonlyMap<number, KeptBlock> = new Map();

// Earlier sessions may have left something in the caches of any range.
function rangesToFlush({ state }: ClientStep, kept: ReadonlyMap<number, unknown>): number[] {
  const isFirst = state.session > 1 && !state.flushedOnce;
  if (!isFirst) return [...kept.keys()];
  return Array.from({ length: state.rangeCount }, (_, range) => range).filter(
    (range) => !state.gone.has(range),
  );
}

/** Hosts have flushed a range: what they may have lost is written again. */
export function onCommitted(step: ClientStep, op: PendingOp, piece: Piece, doers: Doers): void {
  const { commits } = piece;
  if (commits === null) return;
  const again = settleKept(step, piece.range, { blocks: commits, doers });
  const { volume } = step.state.input;
  if (again.length > 0) {
    step.out.mark('writes.repeated', { volume, range: piece.range, blocks: again.length });
  }
  const pieces: Piece[] = [];
  for (const { block, stamps } of runsOf(step, again)) {
    const what = { id: op.id, block, blockCount: stamps.length, stamps };
    for (const write of splitAtRanges(step, what)) pieces.push({ ...write, through: true });
  }
  sendPieces(step, op, pieces);
}

function sendPieces({ state, ...step }: ClientStep, op: PendingOp, pieces: readonly Piece[]): void {
  op.openCount += pieces.length;
  op.reqIds = [...op.reqIds, ...pieces.map(({ reqId }) => reqId)];
  for (const piece of pieces) {
    state.pieces.set(piece.reqId, piece);
    sendPiece({ state, ...step }, piece);
  }
}

// Neighbours go together, each as it is kept by now.
function runsOf({ state }: ClientStep, blocks: readonly number[]) {
  const runs: { readonly block: number; readonly stamps: number[] }[] = [];
  for (const block of blocks) {
    const { stamp } = state.kept.get(block)!;
    const last = runs.at(-1);
    const isNext = last !== undefined && last.block + last.stamps.length === block;
    if (isNext && last.stamps.length < againBlockMax) last.stamps.push(stamp);
    else runs.push({ block, stamps: [stamp] });
  }
  return runs;
}
