// The lease of a cell at one of its members: how long that one may take snapshots of a volume in
// the name of the cell without word from the authority, by its own clock.
//
//   member     |-- asked ----------- lease ---------|  takes nothing more until it has another
//   authority     |-- granted ------------ lease + margin ----------|  may overrule the cell
//
// The member counts from when it asked, the authority from when it answered and for a quarter
// longer: clocks whose rates are that far apart do no harm. It is asked for when a snapshot is to
// be taken, and in its last third ahead of time; a volume that nobody takes snapshots of has none.
import { type Ns, nsPerMs } from '../../../sim/index.ts';
import { askNext, heardFrom, memberAsked } from '../../authority-contact.ts';
import type { VolumeId } from '../../map-entry.ts';
import type { AskCellLease, CellLeaseGranted } from '../../messages/lineage.ts';
import { headerBytes } from '../../messages/sizes.ts';
import type { CellLease, MemberStep } from './state.ts';

/** How long an answer may take before another member of the authority is asked. */
export const leaseAnswerNs: Ns = 100 * nsPerMs;

/** Whether the cell may take a snapshot now, as far as this member knows. */
export function holdsLease({ self }: MemberStep, lease: CellLease | null): boolean {
  return lease !== null && self.nowNs() < lease.untilNs;
}

/** Whether it is time to ask again, though a lease may still hold. */
export function isRenewalDue({ self }: MemberStep, lease: CellLease | null): boolean {
  return lease === null || self.nowNs() >= lease.renewNs;
}

/** Asks for a lease; `again` where the last member of the authority that was asked is silent. */
export function askForLease(step: MemberStep, volume: VolumeId, again: boolean): void {
  const { state, self, out } = step;
  if (again) askNext(state.authority);
  const { cell } = state.input;
  const ask: AskCellLease = { type: 'cell-lease.ask', volume, cell, sentNs: self.nowNs() };
  out.send(memberAsked(state.authority), ask, headerBytes);
}

/** The authority answered: the lease that the member has now. */
export function leaseAfter(
  step: MemberStep,
  before: CellLease | null,
  granted: CellLeaseGranted,
  from: string,
): CellLease | null {
  const { state, out } = step;
  heardFrom(state.authority, from);
  const { volume, cell, leaseNs, sentNs } = granted;
  const untilNs = sentNs + leaseNs;
  if (leaseNs === 0 || untilNs <= (before?.untilNs ?? Number.NEGATIVE_INFINITY)) return before;
  out.mark('cell-lease.held', { volume, cell, untilNs });
  return { untilNs, renewNs: untilNs - Math.floor(leaseNs / 3) };
}
