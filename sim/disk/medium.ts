// What stores the blocks: platters under an arm, flash dies, a table. A medium says when a command
// is done; what is on it is the store's business.
//
//   device --begin(slot, ...)--> medium --done(slot, atNs)--> device
//                                       --wake(atNs)--> ... --wake()--> medium
//
// A medium that can tell the completion when a command begins says so at once: one event for each
// command. One that must choose later (an arm that picks the nearest command when it is free) asks
// to be woken.
import type { Ns } from '../units.ts';

/** `forcedWrite` is a write with forced unit access: it is done on stable media. */
export type MediumOp = 'read' | 'write' | 'forcedWrite';

/** What a medium tells the device it is in. */
export interface MediumEvents {
  /** The command in `slot` completes at `atNs`, now or later. Said once for each command. */
  done(slot: number, atNs: Ns): void;
  /** The medium wants to be woken at `atNs`; of several wishes the earliest counts. */
  wake(atNs: Ns): void;
  /** Cached blocks that were written back: what completed of them is on stable media now. */
  destaged(sector: number, sectorCount: number): void;
}

/** One command for a medium. The object is reused: a medium copies what it keeps. */
export interface MediumCommand {
  slot: number;
  op: MediumOp;
  /** Position in units of 512 bytes. */
  sector: number;
  sectorCount: number;
  /** When it reaches the medium: now or later, and never before the one that was begun before. */
  readyAtNs: Ns;
  /** How many times as long the medium takes for it; 1 is healthy. */
  slowFactor: number;
  /** A read that will fail at every try; absent, it does not. */
  isUnreadable?: boolean;
}

/** What else a flush is told. The object is reused. */
export interface FlushState {
  /** Versions of blocks in the volatile cache that a power loss could take. */
  dirtyCount: number;
  slowFactor: number;
}

/** Flash dies, each of which can fail. What fails twice has to be revived twice. */
export interface MediumDies {
  readonly dieCount: number;
  /** Dies that serve. */
  readonly servingCount: number;
  /** Sectors that lie on one die before the next one follows. */
  readonly stripeSectorCount: number;
  /** The others take over its share of the load; not the last one. */
  failDie(index: number): void;
  reviveDie(index: number): void;
}

/** Times of one device. Plain data inside: `copy` gives a fork its own. */
export interface Medium {
  begin(command: Readonly<MediumCommand>, events: MediumEvents): void;
  /** Done when all that has completed before is on stable media. */
  flush(slot: number, readyAtNs: Ns, events: MediumEvents, state: Readonly<FlushState>): void;
  /** Its dies, where it has some. */
  readonly dies?: MediumDies;
  /** What is deallocated costs nothing to keep any more; without it the medium does not care. */
  trim?(sector: number, sectorCount: number): void;
  /** An instant that was asked for has come. */
  wake(nowNs: Ns, events: MediumEvents): void;
  /** The power is gone: whatever was under way is forgotten. */
  powerOff(nowNs: Ns): void;
  copy(): Medium;
}

/** Bytes in a sector, the unit of positions on a medium. */
export const sectorSizeBytes = 512;
