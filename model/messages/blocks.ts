// Reads and writes of blocks, from clients to hosts and along chains.
import type { Message } from '../../sim/index.ts';
import type { HostId, MapEntry, Replica, VolumeId } from '../map-entry.ts';

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
 * `flush` has no blocks: what members hold of the range has to be on stable media.
 */
export interface StoreRequest extends BlockRequest {
  readonly type: 'write' | 'confirm' | 'flush';
  /** -1 in a `confirm` for a block whose contents the sender has lost. */
  readonly stamps: readonly number[];
  /** Who comes after the receiver; null from a client: the head fills it in. */
  readonly chain: readonly ChainMember[] | null;
  /** The receiver is addressed as a target: a reserved slot may accept it. */
  readonly target: boolean;
  /** Zeros, of the version that the stamps say: a discard. */
  readonly hole?: true;
  /**
   * On stable media before it is answered, whatever the volume's rules allow; a `confirm` with it
   * carries data that members do not hold.
   */
  readonly through?: true;
}
/**
 * What a restored volume began with, for blocks that nobody has written: the head stores it and has
 * all others store it. Of no session: what any session wrote is higher.
 */
export interface LoadBlocks extends Message {
  readonly type: 'load';
  readonly volume: VolumeId;
  readonly range: number;
  readonly slot: number;
  readonly gen: number;
  readonly cfgEpoch: number;
  /** The last one that the map knows of: some member may have heard of it before the head. */
  readonly session: number;
  readonly reqId: number;
  readonly block: number;
  readonly stamps: readonly number[];
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

/**
 * A number that a host has for as long as it is up: the write verifier of NFS version 4 (RFC 8881,
 * section 18.32). Where it has changed, what was in the host's cache may be lost.
 */
export interface HostVerifier {
  readonly host: HostId;
  readonly verifier: number;
}

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
  /** With `ok` to a write or a flush of a volume that is durable on flush: of all who took part. */
  readonly verifiers?: readonly HostVerifier[];
  /** A read's contents. Between hosts, what members hold, where it is more than was sent. */
  readonly stamps: readonly number[] | null;
}
