// What a log store is made with, what it is given, and what it tells of.
import type { MutantSet } from '../mutants.ts';
import type { CheckpointPieces } from './checkpoint.ts';
import type { LogEntry } from './log.ts';
import type { Spoiled } from './log-tail.ts';
import type { Vote } from './superblock.ts';

/** What a log store is made with. */
export interface LogStoreInput {
  /** The device of this node that it lies on. */
  readonly device: string;
  readonly logBlockCount: number;
  /** What the device may leave of a block that it was writing when the power went. */
  readonly cutOffAs: readonly Spoiled[];
  readonly mutants: MutantSet;
  /** Damage is told, to be formatted; else the device fails until it can be read. */
  readonly salvages?: boolean;
}

/** What a log store tells of. */
export type LogStoreNews =
  /** What the cache held is durable; now the device is read. */
  | { readonly type: 'flushed' }
  /** What the device had: a checkpoint of so many records, and the entries from that index on. */
  | {
      readonly type: 'opened';
      readonly vote: Vote;
      readonly isRefilling: boolean;
      readonly recordCount: number;
      /** Term of the last record of the checkpoint. */
      readonly term: number;
      readonly pieces: CheckpointPieces | null;
      readonly entries: readonly LogEntry[];
      readonly tornTail: boolean;
    }
  /** Promised records are not there; what the superblock says of the vote. */
  | { readonly type: 'damaged'; readonly vote: Vote }
  /** Formatted, or a checkpoint of another member is installed. */
  | { readonly type: 'rewritten' }
  | { readonly type: 'refilled' }
  /** Durable up to this index. */
  | { readonly type: 'appended'; readonly logIndex: number }
  | { readonly type: 'vote.saved'; readonly vote: Vote }
  | { readonly type: 'checkpointed'; readonly recordCount: number }
  | { readonly type: 'checkpoint.abandoned' }
  | { readonly type: 'failed' };

/** The state after the first `recordCount` records; `term` is that of the last of them. */
export interface Checkpoint {
  readonly recordCount: number;
  readonly term: number;
  readonly pieces: CheckpointPieces;
}
