// How long a host that comes and goes has to be well before it gets copies again.
//
//   heard --- silent --- heard again: 10 s well --- silent --- heard again: 20 s well --- ... 5 min
//
// The emptiest host is the first choice for a copy, and a host that came back without its copies is
// the emptiest one: without a memory a host that flaps gets the copies again that it will lose next
// (on 2025-10-19 hosts whose checks flapped were taken out and put back again and again; AWS,
// Summary of the DynamoDB disruption in us-east-1). Damping grows with each return, as that of
// routes does (RFC 2439), and ends at a bound. What a cell remembers is gone when it restarts.
import type { Ns } from '../../sim/index.ts';
import type { HostId } from '../map-entry.ts';
import type { ProbationSpec } from '../policies.ts';

/** A host that was silent and came back. */
export interface Returned {
  /** How often, since it was last well for long; from 1 on. */
  readonly count: number;
  /** When last. */
  readonly atNs: Ns;
}

/** So many of the longest waits without a return make all of them forgotten. */
const forgottenFactor = 2;

/** 11 days, for a first wait of a second. */
const doublingsMax = 20;

/** A host is heard again after it was silent. */
export function noteReturned(
  known: Returned | undefined,
  spec: ProbationSpec,
  nowNs: Ns,
): Returned {
  const isLate = known === undefined || nowNs - known.atNs >= forgottenFactor * spec.maxNs;
  return { count: isLate ? 1 : known.count + 1, atNs: nowNs };
}

/** Whether a host has not been well for long enough. */
export function isOnProbation(
  returned: ReadonlyMap<HostId, Returned>,
  host: HostId,
  { spec, nowNs }: { readonly spec: ProbationSpec; readonly nowNs: Ns },
): boolean {
  const known = returned.get(host);
  return known !== undefined && nowNs - known.atNs < probationNs(spec, known.count);
}

// How long it lasts after so many returns.
function probationNs({ firstNs, maxNs }: ProbationSpec, count: number): Ns {
  return Math.min(firstNs * (1 << Math.min(count - 1, doublingsMax)), maxNs);
}
