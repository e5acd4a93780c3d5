// How a free slot is found and reserved.
import type { Message } from '../../sim/index.ts';
import type { HostId, Replica, VolumeId } from '../map-entry.ts';

/** A host is there and has so many free slots. */
export interface Heartbeat extends Message {
  readonly type: 'heartbeat';
  readonly zone: string;
  readonly freeCount: number;
}
/**
 * A driver looks for a slot to fill. The same `reserveId` asks for the same reservation. A `move`
 * is no repair: it leaves the cell's reserve alone.
 */
export interface FindSlot extends Message {
  readonly type: 'find-slot';
  readonly reserveId: string;
  readonly volume: VolumeId;
  readonly range: number;
  readonly purpose: 'repair' | 'move';
  /** The head that the slot will be filled from. */
  readonly source: HostId;
  readonly excludeHosts: readonly HostId[];
  readonly excludeZones: readonly string[];
  /** The host whose copy was dropped for silence or errors; null when nobody remembers. */
  readonly replaces: HostId | null;
  /** A copy that was dropped and is there again: it is wanted as the target, and no other. */
  readonly back?: Replica;
}
/** What a cell found for a driver. */
export interface SlotFound extends Message {
  readonly type: 'slot.found';
  readonly reserveId: string;
  /** Null when no host can take it now. */
  readonly replica: Replica | null;
  /** For a copy that is back: only the budget is spent. */
  readonly busy?: true;
}
/** A driver still fills a slot that a cell found: the copy stays admitted for a while. */
export interface RenewCopy extends Message {
  readonly type: 'copy.renew';
  readonly reserveId: string;
  readonly volume: VolumeId;
  readonly range: number;
  readonly source: HostId;
  readonly target: HostId;
}
/** A driver has no more use for a copy that a cell admitted. */
export interface ReleaseCopy extends Message {
  readonly type: 'copy.release';
  readonly reserveId: string;
}
/** A cell asks a host for a slot. */
export interface Reserve extends Message {
  readonly type: 'reserve';
  readonly reserveId: string;
  readonly volume: VolumeId;
  readonly range: number;
}
/**
 * A copy that was dropped is to be a target again: it keeps its contents, and serves nobody until
 * it is in the map. Answered as a reservation.
 */
export interface Reopen extends Message {
  readonly type: 'reopen';
  readonly reserveId: string;
  readonly volume: VolumeId;
  readonly range: number;
  readonly slot: number;
  readonly gen: number;
}
/** What a host reserved; null when it has no free slot. */
export interface Reserved extends Message {
  readonly type: 'reserved';
  readonly reserveId: string;
  readonly replica: Replica | null;
}
