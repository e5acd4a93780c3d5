import type { Ns } from '../../units.ts';
import type { MediumOp } from '../medium.ts';

/** In order of arrival: what Linux calls `none`. */
export interface FifoSpec {
  readonly kind: 'none';
}

/** Linux mq-deadline: sector order in batches, reads first, nobody forgotten. */
export interface DeadlineSpec {
  readonly kind: 'mq-deadline';
  /** A read that waited this long goes first when the next batch of reads begins. */
  readonly readExpireNs: Ns;
  /** A write likewise. */
  readonly writeExpireNs: Ns;
  /** Batches of reads that go before waiting writes have their turn; 1 or more. */
  readonly writesStarved: number;
  /** The most commands in a batch. */
  readonly fifoBatch: number;
}

/** Turns by owner, each in sector order: a much simplified bfq. */
export interface FairSpec {
  readonly kind: 'fair';
  /** What an owner may move in one turn, in sectors of 512 bytes. */
  readonly budgetSectorCount: number;
  /** An owner's command that waited this long goes first in its next turn. */
  readonly expireNs: Ns;
}

/** Which scheduler, and its numbers. */
export type SchedulerSpec = FifoSpec | DeadlineSpec | FairSpec;

/** Commands that wait in the host, by slot. Plain numbers inside: `copy` gives a fork its own. */
export interface Scheduler {
  /** How many wait. */
  readonly count: number;
  /** A command begins to wait. `owner` is a whole number from 0. */
  add(
    slot: number,
    op: MediumOp,
    sector: number,
    sectorCount: number,
    owner: number,
    nowNs: Ns,
  ): void;
  /** A waiting command has grown, back or front; how long it has waited stays. */
  resize(slot: number, sector: number, sectorCount: number): void;
  /** Takes the slot that goes next; -1 when none waits. */
  next(nowNs: Ns): number;
  /** Forgets all of them: the power is gone. */
  clear(): void;
  copy(): Scheduler;
}
