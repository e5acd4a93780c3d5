// How fast a cell evacuates hosts, whatever their clients think of them.
//
//   repair for 'host-1' -> admitted: counts for a minute -> and for as long gets no copies itself
//   repair for 'host-7' -> as many hosts as may be counted: refused until one of them has aged
//
// Suspicion is a guess from silence. When a check or a network goes wrong, all hosts look lost at
// once, and making all their copies again takes more capacity away than the accident did: on
// 2025-10-19 failing checks of load balancers removed healthy ones (AWS, Summary of the DynamoDB
// disruption in us-east-1; a limit on how fast checks may remove capacity was the remedy). A
// host that is evacuated too late is short of a copy for a minute; one that flaps goes once.
import { type Ns, nsPerSec } from '../../sim/index.ts';
import type { HostId } from '../map-entry.ts';

/** For so long a host that was evacuated counts, and gets no copies. */
const countedNs: Ns = 60 * nsPerSec;

/** Hosts whose copies are made again, and since when. */
export type Evacuated = Map<HostId, Ns>;

/** Whether a host was evacuated within the last minute. */
export function isEvacuated(evacuated: Evacuated, host: HostId, nowNs: Ns): boolean {
  const sinceNs = evacuated.get(host);
  return sinceNs !== undefined && nowNs - sinceNs < countedNs;
}

/** Whether a host may be evacuated; one that is already may have further copies made. */
export function mayEvacuate(
  evacuated: Evacuated,
  host: HostId,
  { hostsMax, nowNs }: { readonly hostsMax: number; readonly nowNs: Ns },
): boolean {
  for (const [one, sinceNs] of evacuated) if (nowNs - sinceNs >= countedNs) evacuated.delete(one);
  return evacuated.has(host) || evacuated.size < hostsMax;
}
