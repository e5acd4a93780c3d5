// How long a mover has been waiting for what, by its own clock. It forgets all of it when it dies:
// then it waits anew.
import { type Ns, nsPerSec } from '../../../sim/index.ts';
import type { CellName } from '../cell-record.ts';
import type { Seen } from '../drive.ts';
import type { VolumeRecord } from '../volume-record.ts';

/** An open move is given up after so long (the design's T_move). */
const moveMaxNs: Ns = 60 * nsPerSec;
/** After an abort the same move is opened again after so long, doubled so often (assumed). */
const retryFirstNs: Ns = 5 * nsPerSec;
const retryDoublingsMax = 4;
/** A source that is silent for so long is to be overruled; the authority knows when it may be. */
const sourceLostMaxNs: Ns = 2 * nsPerSec;
/** Each mover behind the first acts once nothing has moved for so much longer (assumed). */
const standInNs: Ns = 5 * nsPerSec;
/** Or for this long where the source is sealed: nobody takes snapshots meanwhile (T_seal). */
const standInSealedNs: Ns = 2 * nsPerSec;

/** Since when things are as they are. */
export interface Waits {
  /** The open move that is waited for; 0 for none. */
  readonly move: number;
  readonly openNs: Ns;
  /** Its source is sealed. */
  readonly isSealed: boolean;
  /** Since its source was last seen; null while it answers. */
  readonly sourceLostNs: Ns | null;
  /** The aborted move that was counted last, and how many in a row. */
  readonly abortedMove: number;
  readonly abortCount: number;
  readonly abortedNs: Ns;
  /** What moves on, in short, and since when it is the same. */
  readonly progress: string;
  readonly progressNs: Ns;
}

/** Nothing is waited for yet. */
export function noWaits(nowNs: Ns): Waits {
  return {
    move: 0,
    openNs: nowNs,
    isSealed: false,
    sourceLostNs: null,
    abortedMove: 0,
    abortCount: 0,
    abortedNs: nowNs,
    progress: '',
    progressNs: nowNs,
  };
}

/** What was just learned. */
export interface Observation {
  readonly record: VolumeRecord;
  readonly seen: ReadonlyMap<CellName, Seen>;
  readonly wanted: CellName | null;
  readonly strayCount: number;
}

/** The waits after an observation. */
export function observe(waits: Waits, { record, ...now }: Observation, nowNs: Ns): Waits {
  const { move, owner, epoch } = record;
  const openMove = move?.decision === 'open' ? move.id : 0;
  const isSame = openMove !== 0 && openMove === waits.move;
  const source = move === null ? undefined : now.seen.get(move.source);
  const isSealed = isSame && source?.state === 'sealed' && source.moveId === openMove;
  const isLost = isSame && source?.state === 'unreachable';
  const progress = [owner, epoch, move?.id, move?.decision, move?.isImported, now.strayCount];
  const text = `${progress.join()} ${now.wanted}`;
  return {
    ...aborts(waits, record, nowNs),
    move: openMove,
    openNs: isSame ? waits.openNs : nowNs,
    isSealed,
    sourceLostNs: isLost ? (waits.sourceLostNs ?? nowNs) : null,
    progress: text,
    progressNs: text === waits.progress ? waits.progressNs : nowNs,
  };
}

function aborts(waits: Waits, { move }: VolumeRecord, nowNs: Ns): Waits {
  if (move === null || move.id <= waits.abortedMove) return waits;
  if (move.decision === 'commit') return { ...waits, abortedMove: move.id, abortCount: 0 };
  if (move.decision === 'open') return waits;
  const abortCount = waits.abortCount + 1;
  return { ...waits, abortedMove: move.id, abortCount, abortedNs: nowNs };
}

/** The recorded move takes too long. */
export function isOverdue({ move, openNs, isSealed }: Waits, nowNs: Ns): boolean {
  return move !== 0 && !isSealed && nowNs - openNs >= moveMaxNs;
}

/** The source of the recorded move does not answer any more. */
export function isSourceLost({ sourceLostNs: sinceNs }: Waits, nowNs: Ns): boolean {
  return sinceNs !== null && nowNs - sinceNs >= sourceLostMaxNs;
}

/** Whether a move may be opened, or opened again. */
export function mayOpen({ abortCount, abortedNs }: Waits, nowNs: Ns): boolean {
  if (abortCount === 0) return true;
  const doublings = Math.min(abortCount - 1, retryDoublingsMax);
  return nowNs - abortedNs >= retryFirstNs * (1 << doublings);
}

/** Whether it is this mover's turn; `index` counts movers from 0. */
export function isItsTurn({ progressNs, isSealed }: Waits, index: number, nowNs: Ns): boolean {
  return nowNs - progressNs >= index * (isSealed ? standInSealedNs : standInNs);
}
