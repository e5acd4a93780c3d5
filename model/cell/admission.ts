// Which copies a cell lets drivers make, and how many at once.
//
//   find-slot -> asked of a host -> filling, renewed by its driver -> released, or lapsed
//                    '-- refused, or not answered for a while
//
// A copy loads the host it comes from and the host it goes to; a storm of them is what takes a cell
// down. So a copy is admitted only while both hosts and the cell have fewer under way than they
// may. An admission is a lease: a driver that dies leaves none behind. A cell that was restarted
// has forgotten its leases and admits nothing until they have lapsed or their drivers have renewed
// them.
import { type Ns, nsPerSec } from '../../sim/index.ts';
import type { HostId } from '../map-entry.ts';
import type { ReMirrorSpec } from '../policies.ts';

/** How long an admission lasts without a renewal: five times as long as drivers take for one. */
export const admissionNs = 5 * nsPerSec;
/** A reservation that a host does not answer for this long is forgotten. */
const unansweredNs = 2 * nsPerSec;

/** A copy that is admitted. */
export interface Admission {
  readonly reserveId: string;
  readonly driver: string;
  readonly source: HostId;
  readonly target: HostId;
  readonly untilNs: Ns;
  /** The target has reserved a slot. */
  readonly answered: boolean;
}

/** The copies that are admitted, by reservation. */
export type Admissions = Map<string, Admission>;

/** How many copies a host is the source of, or the target of. */
export function copiesAt(admissions: Admissions, side: 'source' | 'target', host: HostId): number {
  let count = 0;
  for (const admission of admissions.values()) if (admission[side] === host) count += 1;
  return count;
}

/** Whether one more copy from a host may be under way in the cell. */
export function hasBudget(admissions: Admissions, policy: ReMirrorSpec, source: HostId): boolean {
  if (admissions.size >= policy.copiesPerCell) return false;
  return copiesAt(admissions, 'source', source) < policy.copiesPerHost;
}

/** A copy that a host was asked to take. */
export function askedAdmission(
  what: Pick<Admission, 'reserveId' | 'driver' | 'source' | 'target'>,
  nowNs: Ns,
): Admission {
  return { ...what, untilNs: nowNs + unansweredNs, answered: false };
}

/** The same, which its host or its driver has spoken for. */
export function renewed(admission: Admission, nowNs: Ns): Admission {
  return { ...admission, untilNs: nowNs + admissionNs, answered: true };
}

/** Takes those out that have lapsed. */
export function takeLapsed(admissions: Admissions, nowNs: Ns): readonly Admission[] {
  const lapsed = [...admissions.values()].filter(({ untilNs }) => nowNs >= untilNs);
  for (const { reserveId } of lapsed) admissions.delete(reserveId);
  return lapsed;
}
