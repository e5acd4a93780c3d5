// Sessions: who holds a volume. Each attachment gets the next session, and is granted only once the
// hosts refuse all older ones: as many members of each range as there is no quorum without. Where
// every request passes through all members, one is enough.
//
//   attach --logged--> fence hosts --enough members of each range--> granted, its lease begins
//   detach --logged--> fence hosts --every member of each range--> detached
//
// An attachment by force takes the volume from its holder; any other waits until the holder has
// let go or its lease is over. That is courtesy, not safety: clocks may be wrong, fences are not.
import { type ActorId, nsPerMs } from '../../sim/index.ts';
import { holds, type MapEntry, type Replica, slotKey } from '../map-entry.ts';
import type { Detached } from '../messages/leases.ts';
import type { Attach, AttachGranted, AttachRefused, Detach } from '../messages/notifications.ts';
import type { Fence, Fenced } from '../messages/tenancy.ts';
import { fenceCountOf } from '../replication.ts';
import { sessionMax, sessionsPerRestore } from '../stamps.ts';
import { attachedBefore } from './attachments.ts';
import { beginLease, isHeld } from './leases.ts';
import type { VolumeMap } from './map-state.ts';
import { isOverloaded, requestWindowOf } from './requests.ts';
import { type Attaching, type AuthorityStep, pendingKey } from './state.ts';

/** How often hosts are told again to fence, until enough of them have. */
const fenceAgainNs = 200 * nsPerMs;

/** A client wants the volume. */
export function takeAttach(step: AuthorityStep, message: Attach, from: ActorId): void {
  const { state } = step;
  const { volume: volumeId, client, attachId } = message;
  const volume = state.map.volumes.get(volumeId);
  if (volume === undefined) {
    refuseAttach(step, message, from, 'unknown-volume');
    return;
  }
  const before = attachedBefore(volume, message);
  if (before !== null) {
    onAttached(step, message, from, before);
    return;
  }
  const key = pendingKey(message);
  if (state.pendingKeys.has(key)) return;
  if (isOverloaded(step) || isUsedUp(step, volume)) {
    refuseAttach(step, message, from, 'overloaded');
    return;
  }
  if (!message.force && isHeld(step, volume, client)) {
    const { holder } = volume;
    step.out.mark('attach.held', { volume: volumeId, client, holder });
    refuseAttach(step, message, from, 'held');
    return;
  }
  state.pendingKeys.add(key);
  const record = { kind: 'attached', volume: volumeId, client, attachId } as const;
  state.queue.push({ from, message, record, logIndex: null });
}

// A volume has as many sessions as stamps tell apart, with those that are on their way to the log.
function isUsedUp({ state }: AuthorityStep, { id, session }: VolumeMap): boolean {
  const { volumes } = state.input;
  const base = volumes.find((volume) => volume.id === id)?.baseSession ?? 0;
  const hasRestored = volumes.some(({ baseSession = 0 }) => baseSession > 0);
  const last = hasRestored ? base + sessionsPerRestore - 1 : sessionMax;
  return session + state.pendingKeys.size >= last;
}

/** The attachment is durable: fence older sessions, or grant at once if that was done before. */
export function onAttached(
  step: AuthorityStep,
  message: Attach,
  from: ActorId,
  outcome: { readonly session: number; readonly superseded: boolean },
): void {
  const { state } = step;
  const { volume, attachId, sentNs, force } = message;
  const { session } = outcome;
  if (outcome.superseded) {
    refuseAttach(step, message, from, 'superseded');
    return;
  }
  const trusts = state.input.mutants.has('trust-lease-only') && !force;
  if (state.granted.get(volume) === session || trusts) {
    grant(step, volume, { client: from, attachId, session, sentNs });
    return;
  }
  if (state.attaching.get(volume)?.session === session) return;
  state.attaching.set(volume, { client: from, attachId, session, sentNs, fenced: new Map() });
  fence(step, { volume, session });
  armFence(step);
}

/** The holder lets go of its volume; asked again, it is told again. */
export function takeDetach(step: AuthorityStep, message: Detach, from: ActorId): void {
  const { volume: id, client, session } = message;
  const volume = step.state.map.volumes.get(id);
  if (volume === undefined) return;
  if (volume.session > session) onDetached(step, message, from);
  if (volume.session !== session || isOverloaded(step)) return;
  const record = { kind: 'detached', volume: id, client, session } as const;
  step.state.queue.push({ from, message, record, logIndex: null });
}

/** The end of a session is durable: no host may accept anything of it before that is affirmed. */
export function onDetached(step: AuthorityStep, message: Detach, from: ActorId): void {
  const { state } = step;
  const { volume, session } = message;
  if (state.input.mutants.has('detach-without-fencing')) {
    sendDetached(step, { client: from, volume, session });
    return;
  }
  const key = `${volume} ${session}`;
  if (state.detaching.has(key)) return;
  state.detaching.set(key, { client: from, volume, session, fenced: new Set() });
  fence(step, { volume, session: session + 1 });
  armFence(step);
}

/** Tells the hosts to fence the sessions that have ended, until enough of them have. */
export function fenceAgain(step: AuthorityStep): void {
  const { state } = step;
  for (const [volume, { session }] of state.attaching) fence(step, { volume, session });
  for (const { volume, session } of state.detaching.values()) {
    fence(step, { volume, session: session + 1 });
  }
  armFence(step);
}

function armFence({ state, out }: AuthorityStep): void {
  if (state.attaching.size + state.detaching.size === 0) return;
  out.setTimer('fence', fenceAgainNs, { type: 'fence.again' });
}

function fence(
  step: AuthorityStep,
  what: { readonly volume: string; readonly session: number },
): void {
  const hosts = new Set<string>();
  for (const entry of step.state.map.volumes.get(what.volume)?.entries ?? []) {
    for (const replica of entry.replicas) hosts.add(replica.host);
  }
  const message: Fence = { type: 'fence', ...what };
  for (const host of hosts) step.out.send(host, message);
}

/** A host refuses older sessions from now on. */
export function onFenced(step: AuthorityStep, message: Fenced, from: ActorId): void {
  const { state } = step;
  if (!state.map.volumes.has(message.volume)) return;
  grantIfFenced(step, message, from);
  for (const [key, leaving] of state.detaching) {
    if (leaving.volume !== message.volume || message.session <= leaving.session) continue;
    for (const { slot, gen } of message.slots) {
      leaving.fenced.add(tenancy({ host: from, slot, gen }));
    }
    if (!isFencedOff(step, leaving)) continue;
    state.detaching.delete(key);
    sendDetached(step, leaving);
  }
}

function grantIfFenced(step: AuthorityStep, message: Fenced, from: ActorId): void {
  const { state } = step;
  const waiting = state.attaching.get(message.volume);
  const volume = state.map.volumes.get(message.volume);
  if (waiting === undefined || volume === undefined || message.session < waiting.session) return;
  for (const { range, slot, gen } of message.slots) {
    const entry = volume.entries[range];
    if (entry === undefined || !holds(entry, { host: from, slot, gen })) continue;
    waiting.fenced.set(range, new Set(waiting.fenced.get(range)).add(from));
  }
  if (!volume.entries.every((entry) => isFenced(volume, entry, waiting.fenced))) return;
  state.attaching.delete(message.volume);
  state.granted.set(message.volume, waiting.session);
  grant(step, message.volume, waiting);
}

// As many members as it takes that no quorum is left which would serve an older session.
function isFenced(volume: VolumeMap, entry: MapEntry, fenced: Attaching['fenced']): boolean {
  const hosts = fenced.get(entry.range);
  if (hosts === undefined) return false;
  const count = entry.replicas.filter(({ host }) => hosts.has(host)).length;
  return count >= fenceCountOf(volume, entry.replicas.length);
}

// One unfenced member could still keep what another one refuses, for a later session to find. So
// all of them have to refuse what has ended for good.
function isFencedOff(
  step: AuthorityStep,
  leaving: { readonly volume: string; readonly fenced: ReadonlySet<string> },
): boolean {
  const entries = step.state.map.volumes.get(leaving.volume)?.entries ?? [];
  return entries.every(({ replicas }) =>
    replicas.every((replica) => leaving.fenced.has(tenancy(replica))),
  );
}

function tenancy(replica: Replica): string {
  return `${slotKey(replica)}/${replica.gen}`;
}

function sendDetached(
  step: AuthorityStep,
  to: { readonly client: ActorId; readonly volume: string; readonly session: number },
): void {
  const { client, volume, session } = to;
  const detached: Detached = { type: 'detached', volume, session };
  step.out.send(client, detached);
}

function grant(
  step: AuthorityStep,
  volumeId: string,
  to: {
    readonly client: ActorId;
    readonly attachId: string;
    readonly session: number;
    readonly sentNs: number;
  },
): void {
  const { state, out } = step;
  const volume = state.map.volumes.get(volumeId);
  if (volume === undefined) return;
  const { client, attachId, session, sentNs } = to;
  beginLease(step, volumeId, session);
  const granted: AttachGranted = {
    type: 'attach.granted',
    volume: volumeId,
    attachId,
    session,
    mapVersion: volume.mapVersion,
    rangeCount: volume.entries.length,
    replicaCount: volume.replicaCount,
    replication: volume.replication,
    requestWindow: requestWindowOf(step),
    sentNs,
    leaseNs: state.input.leaseNs,
  };
  out.send(client, granted);
  out.mark('attach.granted', { volume: volumeId, client, session });
}

/** Tells a client that it does not get the volume now, and why. */
export function refuseAttach(
  step: AuthorityStep,
  message: Attach,
  from: ActorId,
  reason: AttachRefused['reason'],
): void {
  const { volume, attachId } = message;
  const refused: AttachRefused = { type: 'attach.refused', volume, attachId, reason };
  step.out.send(from, refused);
}
