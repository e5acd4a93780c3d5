// What a host remembers, while it is up, of cuts and of its past; the durable part is in the
// headers of slots.
import type { ActorId, Ns } from '../../sim/index.ts';
import type { CutStep, ReadPast } from '../messages/cuts.ts';
import type { Run } from './extent-store.ts';

/** A slot that is made ready for a cut that is not committed yet. */
export interface Prepared {
  readonly cut: string;
  readonly slot: number;
  readonly gen: number;
  /** After that it is nobody's. */
  readonly untilNs: Ns;
  /** Its gate was closed, and has opened: it is not closed again. */
  readonly isSpent: boolean;
}

/** A step of a cut that goes on when what is under way is over. */
export interface PendingStep {
  readonly message: CutStep;
  readonly from: ActorId;
  /** After that it is given up. */
  readonly untilNs: Ns;
}

/** A head that lets no write begin. */
export interface Gate extends PendingStep {
  /** All that had begun are over. */
  readonly isHeld: boolean;
}

/** What a task has to keep before it overwrites, on its way into the newest shadow. */
export interface Keeping {
  /** The slot of the shadow, in its tenancy. */
  readonly slot: number;
  readonly gen: number;
  readonly blocks: readonly number[];
  readonly stage: 'reading' | 'ledger' | 'writing';
  readonly runs: readonly Run[];
  readonly failed: boolean;
}

/** Blocks as of a cut, on their way from the device. */
export interface PastRead {
  readonly from: ActorId;
  readonly request: ReadPast;
  /** The slot of each block, at the end of its way through the shadows. */
  sources: readonly number[];
  stamps: readonly number[];
  leftCount: number;
  /** The device failed, or what it has is not what it should be. */
  failed: boolean;
  /** Blocks were overwritten while they were read: begun again so often. */
  againCount: number;
}
