// Where a copy is that took part in a cut, and that the map does not name any more: all hosts are
// asked. One that does not answer for a while may be gone for good, and is waited for no longer.
import { type Ns, nsPerMs, nsPerSec, type Outbox } from '../../sim/index.ts';
import type { HostId } from '../map-entry.ts';
import type { FindCut } from '../messages/cuts.ts';

/** A silent host is asked again after so long. */
const againNs: Ns = 750 * nsPerMs;
/** Longer than a host takes to start again (assumed). */
const patienceNs: Ns = 10 * nsPerSec;

/** How far a search is. */
export interface Search {
  readonly silent: readonly HostId[];
  readonly untilNs: Ns;
  readonly sentNs: Ns;
}

/** Asks all hosts, or, if it is time to, those that have not answered. */
export function search(
  before: Search | null,
  hosts: readonly HostId[],
  message: FindCut,
  { out, nowNs }: { readonly out: Outbox; readonly nowNs: Ns },
): Search {
  const { silent, untilNs, sentNs } = before ?? {
    silent: hosts,
    untilNs: nowNs + patienceNs,
    sentNs: nowNs - againNs,
  };
  const isDue = nowNs < untilNs && nowNs - sentNs >= againNs;
  for (const host of isDue ? silent : []) out.send(host, message);
  return { silent, untilNs, sentNs: isDue ? nowNs : sentNs };
}

/** A host has answered. */
export function heardOf(before: Search, host: HostId): Search {
  return { ...before, silent: before.silent.filter((one) => one !== host) };
}

/** Nobody is waited for any more. */
export function isOver({ silent, untilNs }: Search, nowNs: Ns): boolean {
  return silent.length === 0 || nowNs >= untilNs;
}
