// Leases: how long the holder of a volume may be taken for alive without word from it.
//
//   authority   |-- granted ------------------ lease + margin ------------------|  may be given on
//   client    |-- asked -------------- lease ------------|  stops, if it keeps to it
//
// The client counts from when it asked, the authority from when it answered, each on its own clock,
// so with clocks of one rate the client is always the first to see the end. Leases are not logged:
// after a recovery the authority takes every holder for one whose lease has just begun.
import type { ActorId, Ns } from '../../sim/index.ts';
import type { ClientId, VolumeId } from '../map-entry.ts';
import type { Renew, Renewed } from '../messages/leases.ts';
import { entryBytes } from '../messages/sizes.ts';
import { changesSince } from './changes.ts';
import type { VolumeMap } from './map-state.ts';
import type { AuthorityStep } from './state.ts';

/** Waited beyond a lease, as its share: rates of two clocks up to a quarter apart do no harm. */
const marginShare = 0.25;

/** The session of a volume has a lease from now on. */
export function beginLease(step: AuthorityStep, volume: VolumeId, session: number): void {
  const { state, self } = step;
  if (state.input.leaseNs > 0) state.leases.set(volume, { session, sinceNs: self.nowNs() });
}

/** Whether another client has to wait for the holder of a volume. */
export function isHeld(step: AuthorityStep, volume: VolumeMap, by: ClientId): boolean {
  const { state, self } = step;
  const { leaseNs } = state.input;
  if (state.attaching.has(volume.id) || isAttachPending(step, volume.id)) return true;
  if (volume.holder === null || volume.holder === by) return false;
  if (leaseNs === 0) return true;
  const lease = state.leases.get(volume.id);
  const sinceNs = lease?.session === volume.session ? lease.sinceNs : state.recoveredNs;
  return self.nowNs() < sinceNs + leaseNs + marginOf(leaseNs);
}

function isAttachPending({ state }: AuthorityStep, volume: VolumeId): boolean {
  for (const key of state.pendingKeys) if (key.startsWith(`attach ${volume} `)) return true;
  return false;
}

/** Added to a lease of so long. */
export function marginOf(leaseNs: Ns): Ns {
  return Math.floor(leaseNs * marginShare);
}

/** The holder is alive: its lease begins anew, and it hears what changed. */
export function takeRenew(step: AuthorityStep, message: Renew, from: ActorId): void {
  const { map } = step.state;
  const volume = map.volumes.get(message.volume);
  if (volume === undefined || volume.session !== message.session || volume.holder === null) {
    answerRenew(step, message, from, 'stale-session');
    return;
  }
  beginLease(step, message.volume, message.session);
  answerRenew(step, message, from, 'ok');
}

/** Answers a renewal; `overloaded` without having looked at it. */
export function answerRenew(
  step: AuthorityStep,
  message: Renew,
  from: ActorId,
  status: Renewed['status'],
): void {
  const { state, out } = step;
  const { volume, session, sentNs, seenVersion } = message;
  const isOk = status === 'ok';
  const mapVersion = state.map.volumes.get(volume)?.mapVersion ?? 0;
  const since = isOk
    ? changesSince(step, { volume, seenVersion, mapVersion })
    : { changed: [], throughVersion: seenVersion };
  const renewed: Renewed = {
    type: 'renewed',
    volume,
    session,
    status,
    sentNs,
    leaseNs: isOk ? state.input.leaseNs : 0,
    mapVersion,
    ...since,
  };
  out.send(from, renewed, entryBytes(since.changed?.length ?? 0));
}
