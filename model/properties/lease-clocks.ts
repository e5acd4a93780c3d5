// Which leases of cells the clocks of a run leave any meaning: the record knows whose clock a fault
// has touched, by how much and when.
//
// The authority waits a quarter longer than a lease lasts. A member whose clock runs slow by d and
// an authority whose clock runs fast by d see the same end while (1 + d) / (1 - d) is up to 1.25:
// d up to 111,111 ppm. A fault may use 100,000 ppm of that; the rest is for what clocks are off
// without one. A clock that jumps or stands still means nothing, however short. What was asked for
// when all of it was over is a lease again.
import type { ActorId, Entry, FaultEntry, NodeId, Ns } from '../../sim/index.ts';
import type { VolumeId } from '../map-entry.ts';
import type { AskCellLease, CellLeaseGranted } from '../messages/lineage.ts';
import { isMark } from './marks.ts';

/** How far faults may put the rate of a clock off, in parts per million. */
const driftMaxPpm = 100_000;

/** What faults do to a clock now: rates by fault, and faults that leave nothing of it. */
interface Trouble {
  readonly ratesPpm: Map<number, number>;
  readonly breaks: Set<number>;
  /** When it was last beyond the bound; before that, -1. */
  lastNs: Ns;
}

/** Folds faults of clocks, and when leases were asked for. */
export class LeaseClocks {
  readonly #nodes = new Map<ActorId, NodeId>();
  readonly #authorities = new Set<ActorId>();
  readonly #troubles = new Map<NodeId, Trouble>();
  /** By member, volume and what its clock said then. */
  readonly #askedNs = new Map<string, Ns>();
  /** By member, volume and end. */
  readonly #leasedSinceNs = new Map<string, Ns>();

  take(entry: Entry): void {
    if (entry.kind === 'start') this.#nodes.set(entry.actor, entry.node);
    else if (entry.kind === 'fault' && entry.fault.startsWith('clock-')) this.#onFault(entry);
    else if (isMark(entry, 'lineage.recorded')) this.#authorities.add(entry.actor);
    else if (entry.kind !== 'message' || entry.outcome !== 'delivered') return;
    else if (entry.type === 'cell-lease.ask') {
      const { volume, sentNs } = entry.message as AskCellLease;
      this.#askedNs.set(keyOf(entry.from, volume, sentNs), entry.sentAtNs);
    } else if (entry.type === 'cell-lease.granted') {
      const { volume, sentNs, leaseNs } = entry.message as CellLeaseGranted;
      const askedNs = this.#askedNs.get(keyOf(entry.actor, volume, sentNs));
      if (askedNs === undefined) return;
      this.#leasedSinceNs.set(keyOf(entry.actor, volume, sentNs + leaseNs), askedNs);
    }
  }

  /** Whether the clocks of a member and of the authority were right since it asked for a lease. */
  isRight(member: ActorId, volume: VolumeId, untilNs: Ns | null): boolean {
    const sinceNs = this.#leasedSinceNs.get(keyOf(member, volume, untilNs ?? 0)) ?? 0;
    return [member, ...this.#authorities].every((actor) => {
      const trouble = this.#troubles.get(this.#nodes.get(actor) ?? actor);
      return trouble === undefined || (!isBeyond(trouble) && trouble.lastNs < sinceNs);
    });
  }

  #onFault({ targets, fault, faultId, phase, params, atNs }: FaultEntry): void {
    for (const node of targets) {
      const trouble = this.#troubles.get(node) ?? newTrouble();
      this.#troubles.set(node, trouble);
      const wasBeyond = isBeyond(trouble);
      const { ratesPpm, breaks } = trouble;
      if (phase === 'end') {
        ratesPpm.delete(faultId);
        breaks.delete(faultId);
      } else if (fault === 'clock-skew') ratesPpm.set(faultId, Number(params.by));
      else breaks.add(faultId);
      if (wasBeyond || isBeyond(trouble)) trouble.lastNs = atNs;
    }
  }
}

function newTrouble(): Trouble {
  return { ratesPpm: new Map(), breaks: new Set(), lastNs: -1 };
}

function isBeyond({ ratesPpm, breaks }: Trouble): boolean {
  const ppm = [...ratesPpm.values()].reduce((sum, one) => sum + one, 0);
  return breaks.size > 0 || Math.abs(ppm) > driftMaxPpm;
}

function keyOf(member: ActorId, volume: VolumeId, ns: Ns): string {
  return `${member} ${volume} ${ns}`;
}
