// What decides about a power loss: the versions of blocks that are not durable, and what the device
// does with them. Chance has the rest, see crash.ts.
import type { Ns } from '../units.ts';
import type { AtomicityRules } from './atomicity.ts';

/** One version of one block that is newer than the durable image. */
export interface BlockVersion {
  readonly block: number;
  readonly stamp: number;
  readonly payload: unknown;
  /** The sectors of the block that it covers, a bit for each. */
  readonly mask: number;
  /** `completed`: acknowledged. `inFlight`: nobody was told. */
  readonly state: 'completed' | 'inFlight';
  /** Its command is written as a whole or not at all. */
  readonly isPromised: boolean;
  /** Tells the versions of one command from those of others. */
  readonly command: number;
  /** Infinite while in flight. */
  readonly completedAtNs: Ns;
}

/**
 * What of the versions survives. `any`: each unit takes any of its versions. `prefixPerLba`: each
 * unit takes its versions up to one of them. `fifo`: what completed up to one instant, then what
 * was in flight in the order of submission. `epoch`: all that flushes separate from the rest (also
 * flushes that lie), then any part of what lies between two of them. `all`: what was acknowledged
 * (capacitors, or luck); only in-flight writes are open. `none`: nothing.
 *
 * `any` and `prefixPerLba` differ in blocks written in part: `any` may keep a later part without an
 * earlier one. `epoch` is what CrashMonkey explores (Mohan and others, OSDI 2018, section 4).
 */
export type CrashPolicy = 'any' | 'prefixPerLba' | 'fifo' | 'epoch' | 'all' | 'none';

/** What decides about a power loss, apart from chance. */
export interface CrashRules extends AtomicityRules {
  readonly policy: CrashPolicy;
  /** When flushes were asked for that still count as barriers, ascending. */
  readonly barriersNs: readonly Ns[];
}
