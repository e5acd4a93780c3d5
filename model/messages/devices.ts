// What hosts say of their devices: which one they have, and what is damaged on it.
import type { Message } from '../../sim/index.ts';
import type { VolumeId } from '../map-entry.ts';

/**
 * A host has no device that it knows, or has formatted one. `identity` counts the devices of a
 * host; it is null while the device is blank.
 */
export interface Join extends Message {
  readonly type: 'join';
  readonly identity: number | null;
}
/** Which device of the host is logged; null for none ever. */
export interface Joined extends Message {
  readonly type: 'joined';
  readonly identity: number | null;
}

/**
 * A member asks its head to read blocks that it has lost: the head's confirmation restores them.
 */
export interface Heal extends Message {
  readonly type: 'heal';
  readonly volume: VolumeId;
  readonly range: number;
  readonly slot: number;
  readonly gen: number;
  readonly cfgEpoch: number;
  readonly block: number;
  readonly blockCount: number;
}
