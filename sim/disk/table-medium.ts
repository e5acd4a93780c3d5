// A medium without memory: interchangeable channels behind a serial link, with fixed times.
//
//   begin --> link --> first free channel --> done        all computed when a command begins
//
// A volatile cache drains through every channel when it is flushed; one that survives power loss
// has only to answer.
import type { Ns } from '../units.ts';
import { Calendar } from './calendar.ts';
import type { FlushState, Medium, MediumCommand, MediumEvents } from './medium.ts';
import type { Cost, DeviceProfile } from './profiles.ts';

const sectorsPerBlock = 8;

/** Times from the table of a profile. */
export class TableMedium implements Medium {
  readonly #profile: DeviceProfile;
  #calendar: Calendar;
  #linkFreeAtNs: Ns = 0;

  constructor(profile: DeviceProfile) {
    this.#profile = profile;
    this.#calendar = new Calendar(new Float64Array(profile.channelCount));
  }

  begin(command: Readonly<MediumCommand>, events: MediumEvents): void {
    const { slot, op, sectorCount, readyAtNs, slowFactor } = command;
    const cost = this.#profile.ops[op];
    const blockCount = Math.ceil(sectorCount / sectorsPerBlock);
    const arrivedAtNs = this.#passLink(cost.link, blockCount, readyAtNs, slowFactor);
    const startNs = this.#calendar.startNs(arrivedAtNs);
    this.#calendar.book(startNs + slowed(costNs(cost.busy, blockCount), slowFactor));
    events.done(slot, startNs + slowed(costNs(cost.service, blockCount), slowFactor));
  }

  flush(slot: number, readyAtNs: Ns, events: MediumEvents, state: Readonly<FlushState>): void {
    const { dirtyCount, slowFactor } = state;
    const arrivedAtNs = this.#passLink(this.#profile.ops.read.link, 0, readyAtNs, slowFactor);
    const flushNs = slowed(costNs(this.#profile.flush, dirtyCount), slowFactor);
    if (this.#profile.cache !== 'volatile') {
      events.done(slot, arrivedAtNs + flushNs);
      return;
    }
    const doneAtNs = Math.max(arrivedAtNs, this.#calendar.drainedAtNs()) + flushNs;
    this.#calendar.holdAll(doneAtNs);
    events.done(slot, doneAtNs);
  }

  /** Never asked for: every completion is known when its command begins. */
  wake(): void {}

  powerOff(nowNs: Ns): void {
    this.#calendar = new Calendar(new Float64Array(this.#profile.channelCount));
    this.#linkFreeAtNs = nowNs;
  }

  copy(): Medium {
    const twin = new TableMedium(this.#profile);
    twin.#calendar = this.#calendar.copy();
    twin.#linkFreeAtNs = this.#linkFreeAtNs;
    return twin;
  }

  /** Command rate and bandwidth are two caps on one stage: the tighter one counts. */
  #passLink(link: Cost, blockCount: number, readyAtNs: Ns, slowFactor: number): Ns {
    const linkNs = Math.max(link.baseNs, link.perBlockNs * blockCount);
    this.#linkFreeAtNs = Math.max(this.#linkFreeAtNs, readyAtNs) + slowed(linkNs, slowFactor);
    return this.#linkFreeAtNs;
  }
}

function costNs(cost: Cost, blockCount: number): Ns {
  return cost.baseNs + cost.perBlockNs * blockCount;
}

function slowed(serviceNs: Ns, factor: number): Ns {
  return factor === 1 ? serviceNs : Math.round(serviceNs * factor);
}
