// How copies of a range are made and configurations adopted.
import type { Message } from '../../sim/index.ts';
import type { MapEntry, Replica, VolumeId } from '../map-entry.ts';

/** Adopt this configuration, which the authority has stored. */
export interface Reconfigure extends Message {
  readonly type: 'reconfigure';
  readonly volume: VolumeId;
  readonly entry: MapEntry;
  readonly session: number;
  readonly slot: number;
  readonly gen: number;
}
/** Whether a host has adopted a configuration. */
export interface Reconfigured extends Message {
  readonly type: 'reconfigured';
  readonly range: number;
  readonly version: number;
  readonly status: 'ok' | 'busy' | 'stale-gen' | 'wrong-epoch';
}
/** Fill `target` from the head of `entry`, and pass everything on to it from now on. */
export interface CopyTo extends Message {
  readonly type: 'copy-to';
  readonly volume: VolumeId;
  readonly entry: MapEntry;
  readonly target: Replica;
  readonly session: number;
  /** The blocks that the target lacks; left out: all. `none-yet` only passes on what comes. */
  readonly only?: readonly number[] | 'none-yet';
}
/**
 * Whether a target holds all that its head holds. `over-budget`: the head fills as many targets as
 * it may; ask again. `joined`: the target gets what comes, and awaits what it lacks.
 */
export interface CaughtUp extends Message {
  readonly type: 'caught-up';
  readonly range: number;
  readonly version: number;
  readonly target: Replica;
  /** How much of it was sent, 0 to 1, while `filling`. */
  readonly doneShare?: number;
  readonly status:
    | 'ok'
    | 'busy'
    | 'joined'
    | 'filling'
    | 'stale-gen'
    | 'wrong-epoch'
    | 'behind'
    | 'fenced'
    | 'over-budget'
    | 'target-failed';
}
/** Is this copy there and being served? */
export interface Probe extends Message {
  readonly type: 'probe';
  readonly volume: VolumeId;
  readonly range: number;
  readonly slot: number;
  readonly gen: number;
}
/** `held`: the copy is there. */
export interface Probed extends Message {
  readonly type: 'probed';
  readonly range: number;
  readonly held: boolean;
}
