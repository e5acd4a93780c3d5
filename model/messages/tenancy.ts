// What the map authority and hosts say of sessions and tenancies of slots.
import type { Message } from '../../sim/index.ts';
import type { MapEntry, VolumeId } from '../map-entry.ts';

/** No request of an older session may be accepted any more. */
export interface Fence extends Message {
  readonly type: 'fence';
  readonly volume: VolumeId;
  readonly session: number;
}
/** These slots refuse sessions below `session`, durably. */
export interface Fenced extends Message {
  readonly type: 'fenced';
  readonly volume: VolumeId;
  readonly session: number;
  readonly slots: readonly SlotReport[];
}
/** A slot as its host names it. */
export interface SlotReport {
  readonly slot: number;
  readonly gen: number;
  readonly volume: VolumeId;
  readonly range: number;
}
/** Does the map still name these slots? */
export interface Verify extends Message {
  readonly type: 'verify';
  readonly slots: readonly SlotReport[];
}
/** A tenancy that is over, and where its range is instead. */
export interface GoneSlot {
  readonly slot: number;
  readonly gen: number;
  readonly volume?: VolumeId;
  readonly movedTo?: MapEntry;
}
/** These will never be named again: their tenancy is over. */
export interface VerifyAnswer extends Message {
  readonly type: 'verify.answer';
  readonly gone: readonly GoneSlot[];
}
