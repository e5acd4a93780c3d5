// What a host counts of its slots. Those of the design: free (vacant or resting), reserved, live
// and past (tenancies), snapshot-shared (shadows), quarantined (unread). A slot that is of no kind
// is lost.
import { isVacant } from './slots.ts';
import type { HostStep, Slot } from './state.ts';

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

/** Leaves behind how many slots there are of each kind. */
export function countSlots(step: HostStep): void {
  const { slots } = step.state;
  const read = slots.filter(({ unread }) => unread === null);
  const count: SlotCount = {
    capacity: step.state.input.layout.slotCount,
    vacant: read.filter((slot) => isVacant(step, slot)).length,
    resting: read.filter((slot) => isResting(step, slot)).length,
    changing: read.filter(isChanging).length,
    shadows: read.filter(({ header }) => header.state === 'shadow').length,
    unread: slots.length - read.length,
    tenancies: read.filter(isTenancy).map(({ index }) => index),
  };
  step.out.mark('slots.counted', { ...count });
}

function isResting(step: HostStep, slot: Slot): boolean {
  if (slot.header.state !== 'free' || isChanging(slot) || isVacant(step, slot)) return false;
  return step.self.nowNs() < slot.graceUntilNs;
}

function isChanging({ header, headerWriting, scrub }: Slot): boolean {
  return header.state === 'free' && (headerWriting !== null || scrub !== null);
}

/** Whether a slot is reserved, live, or kept for its past. */
export function isTenancy({ header: { state } }: Pick<Slot, 'header'>): boolean {
  return state === 'reserved' || state === 'live' || state === 'past';
}
