// Reads and writes of blocks, from clients to hosts and along chains.
import type { Message } from '../../sim/index.ts';
import type { MapEntry, Replica, VolumeId } from '../map-entry.ts';

/** A member of a chain; `target` is one that is being filled and not in the map yet. */
export interface ChainMember extends Replica {
  readonly target: boolean;
}

interface BlockRequest extends Message {
  readonly volume: VolumeId;
  readonly range: number;
  readonly slot: number;
  readonly gen: number;
  /** The version of the entry that the sender believes in. */
  readonly cfgEpoch: number;
  readonly session: number;
  readonly reqId: number;
  /** First block, counted from the start of the range. */
  readonly block: number;
  /** A client asks each member itself: nobody is to be asked in turn. */
  readonly direct?: true;
}
/**
 * Store stamps that are higher. `confirm` is the same without new data: write-back, copy, re-sync.
 */
export interface StoreRequest extends BlockRequest {
  readonly type: 'write' | 'confirm';
  /** -1 in a `confirm` for a block whose contents the sender has lost. */
  readonly stamps: readonly number[];
  /** Who comes after the receiver; null from a client: the head fills it in. */
  readonly chain: readonly ChainMember[] | null;
  /** The receiver is addressed as a target: a reserved slot may accept it. */
  readonly target: boolean;
}
/** Read blocks, as all members confirm them. */
export interface ReadRequest extends BlockRequest {
  readonly type: 'read';
  readonly blockCount: number;
}

/**
 * `waiting`: no answer yet, the sender is alive and waits for another member. `behind`: `about`
 * does not know the configuration yet. `retry`: contents are being repaired, ask again.
 * `via-head`: a target is being filled, only the head may be asked. `degraded`: the volume takes no
 * writes until all its copies are there again. `replica-silent`: `about` did not answer the member
 * before it. `io-error`: the device of `about` failed. `corrupt`: no member has contents that are
 * what they should be.
 */
export type BlockStatus =
  | 'ok'
  | 'busy'
  | 'waiting'
  | 'stale-gen'
  | 'wrong-epoch'
  | 'behind'
  | 'fenced'
  | 'retry'
  | 'via-head'
  | 'degraded'
  | 'corrupt'
  | 'replica-silent'
  | 'io-error';

/** The answer to a read or a write, from the head or from the next member. */
export interface BlockReply extends Message {
  readonly type: 'block.reply';
  readonly reqId: number;
  readonly status: BlockStatus;
  /** Who refused or was silent; with `ok`, whose device cannot hold its copy; else null. */
  readonly about: Replica | null;
  /** The configuration epoch and the session that the refusing slot knows. */
  readonly cfgEpoch: number;
  readonly session: number;
  /** With a refusal: where the range is by now, as far as the refusing host has heard. */
  readonly movedTo?: MapEntry;
  /** A read's contents. Between hosts, what members hold, where it is more than was sent. */
  readonly stamps: readonly number[] | null;
}
