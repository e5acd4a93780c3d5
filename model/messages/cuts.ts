// How a volume is cut for a snapshot at the hosts that hold it, and how its past is read there.
//
//   who cuts --cut.step--> every member: reserve    every head: hold    all writes wait
//            --cut.step--> every member: commit     every head: open    the cut counts
//
// model/host/cut.ts says what each step does and why a cut holds a prefix of the writes, and
// model/host/kept-past.ts how long a copy that was moved away can be read as of a cut.
import type { Message } from '../../sim/index.ts';
import type { VolumeId } from '../map-entry.ts';
import type { RangeCopy } from './archive.ts';

/**
 * `reserve`: find a slot for what is overwritten after the cut. `hold`: let no write begin, and
 * tell when all are over. `commit`: from now on keep what is overwritten. `open`: let writes go on,
 * the cut counts if they waited all the time. `release`: nobody wants the cut. `forget`: keep
 * nothing of what is older than this cut.
 */
export type CutPhase = 'reserve' | 'hold' | 'commit' | 'open' | 'release' | 'forget';

/** One copy of a range as a member of a configuration. */
interface CopyAddress {
  readonly volume: VolumeId;
  readonly range: number;
  readonly slot: number;
  readonly gen: number;
}

/**
 * Who made a cut, and as which of its cuts, by its life and in that. Whoever makes another one has
 * given up all earlier ones that are not wanted: they will never be a snapshot. Nor will those that
 * others made for an earlier epoch: no cell takes a snapshot in another epoch than it is active in.
 */
export interface CutLine {
  readonly maker: string;
  readonly life: number;
  readonly number: number;
  /** The epoch of the cell that is to take the snapshot; null where no cell is asked. */
  readonly epoch: number | null;
  /** Cuts of the volume that are snapshots. */
  readonly wanted: readonly string[];
}

/** A copy shall do its part of a cut. May be repeated. */
export interface CutStep extends Message, CopyAddress {
  readonly type: 'cut.step';
  readonly phase: CutPhase;
  /** The version of the entry that the sender believes in. */
  readonly cfgEpoch: number;
  /** The name of the cut, never used for another one. */
  readonly cut: string;
  /** With `commit`: its number at all copies, above those of all earlier cuts; else 0. */
  readonly cutEpoch: number;
  /** Null with `forget`, and with a `release` by who has made no cut. */
  readonly line: CutLine | null;
}

/**
 * `no-space`: no slot is free. `missed`: the copy knows nothing of the cut, or writes went on.
 * `unsupported`: no head orders the writes of this volume.
 */
export type CutStatus =
  | 'ok'
  | 'busy'
  | 'no-space'
  | 'missed'
  | 'stale-gen'
  | 'wrong-epoch'
  | 'unsupported';

/** What became of a step. */
export interface CutStepped extends Message {
  readonly type: 'cut.stepped';
  readonly phase: CutPhase;
  readonly cut: string;
  readonly range: number;
  readonly status: CutStatus;
  /** The number of the last cut that the copy has committed; 0 for none. */
  readonly cutEpoch: number;
}

/** A cut that counts, or is void: told to who began it. */
export interface CutEnded extends Message {
  readonly type: 'cut.ended';
  readonly volume: VolumeId;
  readonly cut: string;
  readonly status: 'taken' | 'void';
}

/**
 * To who cuts: nobody wants the cut, whether it counts or not. Answered by its end, as a void one.
 */
export interface CutDisowned extends Message {
  readonly type: 'cut.disowned';
}

/** What did some blocks hold at a cut? */
export interface ReadPast extends Message, CopyAddress {
  readonly type: 'past.read';
  readonly cut: string;
  readonly reqId: number;
  /** Counted from the start of the range. */
  readonly block: number;
  readonly blockCount: number;
}

/** Which blocks may have changed between two cuts, or hold anything at one? */
export interface ReadChanges extends Message, CopyAddress {
  readonly type: 'changes.read';
  readonly cut: string;
  /** The earlier cut; null for all that was ever written. */
  readonly base: string | null;
  /**
   * What is of this session or an earlier one is left out, for the volume began with it; 0 for all
   * but a restored volume.
   */
  readonly sinceSession: number;
  readonly reqId: number;
}

/**
 * `unknown-cut`: this copy was not there at the cut, or has forgotten it. `damaged`: it cannot tell
 * any more what it held then.
 */
export type PastStatus = 'ok' | 'busy' | 'unknown-cut' | 'damaged';

/** What blocks held at a cut; null unless that is known. */
export interface PastAnswer extends Message {
  readonly type: 'past';
  readonly reqId: number;
  readonly status: PastStatus;
  readonly stamps: readonly number[] | null;
}

/** The blocks, counted from the start of the range, ascending; null unless they are known. */
export interface ChangesAnswer extends Message {
  readonly type: 'changes';
  readonly reqId: number;
  readonly status: PastStatus;
  readonly blocks: readonly number[] | null;
}

/** Which copies of a host took part in a cut, whether the map names them or not? */
export interface FindCut extends Message {
  readonly type: 'cut.find';
  readonly volume: VolumeId;
  readonly cut: string;
}

/** All of them. */
export interface CutFound extends Message {
  readonly type: 'cut.found';
  readonly cut: string;
  readonly copies: readonly RangeCopy[];
}

/** To who looks after the snapshots of a volume: what of these cuts is still to be uploaded? */
export interface AskCuts extends Message {
  readonly type: 'cuts.ask';
  readonly volume: VolumeId;
  readonly cuts: readonly string[];
}

/** Of some cuts this is known, for good; in neither list: not known, or not yet. */
export interface CutsTold extends Message {
  readonly type: 'cuts.told';
  readonly volume: VolumeId;
  /** Snapshots that are to be uploaded. */
  readonly wanted: readonly string[];
  /** They are uploaded, lost or deleted. */
  readonly over: readonly string[];
}

/** Any of them. */
export type CutMessage =
  | CutStep
  | CutStepped
  | CutEnded
  | CutDisowned
  | ReadPast
  | ReadChanges
  | PastAnswer
  | ChangesAnswer
  | FindCut
  | CutFound
  | AskCuts
  | CutsTold;
