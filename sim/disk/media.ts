// How long the parts of a device are busy with a command. This is the seam for finer models: an arm
// over a seek table, flash dies with garbage collection, a table calibrated from measurements. They
// answer the same four questions, from the block and the instant the service starts (a platter's
// angle depends on it). Times are fixed per command here; a medium that varies them draws from its
// own stream.
import type { Ns } from '../units.ts';
import type { Cost, DeviceProfile } from './profiles.ts';

/** `forcedWrite` is a write with forced unit access. */
export type MediaOp = 'read' | 'write' | 'forcedWrite';

/** Service times of one device, in whole ns, before any slow-down. */
export interface Media {
  /** How long the shared front (controller and link) is busy with the command. */
  linkNs(op: MediaOp, blockCount: number): Ns;
  /** From the start of service on a channel to the completion. */
  serviceNs(op: MediaOp, block: number, blockCount: number, startNs: Ns): Ns;
  /** From the start of service until the channel can serve the next command. */
  busyNs(op: MediaOp, block: number, blockCount: number, startNs: Ns): Ns;
  /** How long a flush of `dirtyCount` cached blocks takes once the channels are idle. */
  flushNs(dirtyCount: number): Ns;
  /** The same medium for a fork; one without memory may return itself. */
  copy(): Media;
}

/** A medium without memory: every time comes from the table of the profile. */
export function tableMedia(profile: DeviceProfile): Media {
  return new TableMedia(profile);
}

class TableMedia implements Media {
  readonly #profile: DeviceProfile;

  constructor(profile: DeviceProfile) {
    this.#profile = profile;
  }

  /** Command rate and bandwidth are two caps on one stage: the tighter one counts. */
  linkNs(op: MediaOp, blockCount: number): Ns {
    const link = this.#profile.ops[op].link;
    return Math.max(link.baseNs, link.perBlockNs * blockCount);
  }

  serviceNs(op: MediaOp, _block: number, blockCount: number, _startNs: Ns): Ns {
    return costNs(this.#profile.ops[op].service, blockCount);
  }

  busyNs(op: MediaOp, _block: number, blockCount: number, _startNs: Ns): Ns {
    return costNs(this.#profile.ops[op].busy, blockCount);
  }

  flushNs(dirtyCount: number): Ns {
    return costNs(this.#profile.flush, dirtyCount);
  }

  copy(): Media {
    return this;
  }
}

function costNs(cost: Cost, blockCount: number): Ns {
  return cost.baseNs + cost.perBlockNs * blockCount;
}
