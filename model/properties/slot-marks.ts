// What hosts note of their slots.
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

/** What a host has of slots, and what for; each of them is of one kind. */
export interface SlotCount {
  /** As many as its device has. */
  readonly capacity: number;
  /** That may get a tenant at once. */
  readonly vacant: number;
  /** That had one, and their grace is not over. */
  readonly resting: number;
  /** That are made ready for a tenant, or change hands. */
  readonly changing: number;
  /** That keep the past of others. */
  readonly shadows: number;
  /** That nobody can read: in quarantine. */
  readonly unread: number;
  /** Those that are reserved or live. */
  readonly tenancies: readonly number[];
}
