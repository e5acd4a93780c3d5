// What hosts note of their slots.
import type { SlotCount } from '../host/slot-count.ts';
import type { VolumeId } from '../map-entry.ts';

/** A tenancy of a slot: whose it is, and which one. */
export interface SlotFacts {
  readonly volume: VolumeId;
  readonly range: number;
  readonly slot: number;
  readonly gen: number;
}

/** The facts of each mark of a slot, by its name; the actor is the host. */
export interface SlotMarkFacts {
  readonly 'slot.reserved': SlotFacts & { readonly nowNs: number };
  /** A tenancy is over; by the host's own clock no other follows before `untilNs`. */
  readonly 'slot.freed': {
    readonly slot: number;
    readonly gen: number;
    readonly volume: VolumeId | null;
    readonly range: number;
    /** Released with the authority's consent, or given up as nobody can read what it was. */
    readonly reason: 'released' | 'unreadable';
    readonly untilNs: number;
  };
  /** Nothing was known of it since the host began; now its header is, and what it holds. */
  readonly 'slot.read': {
    readonly slot: number;
    readonly gen: number;
    readonly isTenancy: boolean;
  };
  readonly 'slots.counted': SlotCount;
}
