// Sessions: who holds a volume. Each attachment gets the next session, and is granted only once the
// hosts refuse all older ones: as many members of each range as there is no quorum without. Where
// every request passes through all members, one is enough.
import { type ActorId, nsPerMs } from '../../sim/index.ts';
import { holds, type MapEntry } from '../map-entry.ts';
import type { Attach, AttachGranted, AttachRefused } from '../messages/notifications.ts';
import type { Fence, Fenced } from '../messages/tenancy.ts';
import { fenceCountOf } from '../replication.ts';
import type { VolumeMap } from './map-state.ts';
import { isOverloaded } from './requests.ts';
import { type Attaching, type AuthorityStep, pendingKey } from './state.ts';

/** How often hosts are told again to fence, until enough of them have. */
const fenceAgainNs = 200 * nsPerMs;

/** A client wants the volume. */
export function takeAttach(step: AuthorityStep, message: Attach, from: ActorId): void {
  const { state } = step;
  const { volume: volumeId, client, attachId } = message;
  const volume = state.map.volumes.get(volumeId);
  if (volume === undefined) {
    refuse(step, message, from, 'unknown-volume');
    return;
  }
  const before = volume.attachments.get(`${client} ${attachId}`);
  if (before !== undefined) {
    onAttached(step, message, from, { session: before, superseded: before !== volume.session });
    return;
  }
  const key = pendingKey(message);
  if (state.pendingKeys.has(key) || isOverloaded(step)) return;
  state.pendingKeys.add(key);
  const record = { kind: 'attached', volume: volumeId, client, attachId } as const;
  state.queue.push({ from, message, record, logIndex: null });
}

/** The attachment is durable: fence older sessions, or grant at once if that was done before. */
export function onAttached(
  step: AuthorityStep,
  message: Attach,
  from: ActorId,
  outcome: { readonly session: number; readonly superseded: boolean },
): void {
  const { state } = step;
  const { volume, attachId } = message;
  if (outcome.superseded) {
    refuse(step, message, from, 'superseded');
    return;
  }
  if (state.granted.get(volume) === outcome.session) {
    grant(step, volume, { client: from, attachId, session: outcome.session });
    return;
  }
  if (state.attaching.get(volume)?.session === outcome.session) return;
  state.attaching.set(volume, {
    client: from,
    attachId,
    session: outcome.session,
    fenced: new Map(),
  });
  fenceAgain(step);
}

/** Tells the hosts of each volume that is being attached to fence, until enough of them have. */
export function fenceAgain(step: AuthorityStep): void {
  const { state, out } = step;
  for (const [volumeId, waiting] of state.attaching) {
    const volume = state.map.volumes.get(volumeId);
    const hosts = new Set<string>();
    for (const entry of volume?.entries ?? []) {
      for (const replica of entry.replicas) hosts.add(replica.host);
    }
    const fence: Fence = { type: 'fence', volume: volumeId, session: waiting.session };
    for (const host of hosts) out.send(host, fence);
  }
  if (state.attaching.size > 0) out.setTimer('fence', fenceAgainNs, { type: 'fence.again' });
}

/** A host refuses older sessions from now on. */
export function onFenced(step: AuthorityStep, message: Fenced, from: ActorId): void {
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

function grant(
  step: AuthorityStep,
  volumeId: string,
  to: { readonly client: ActorId; readonly attachId: string; readonly session: number },
): void {
  const { state, out } = step;
  const volume = state.map.volumes.get(volumeId);
  if (volume === undefined) return;
  const granted: AttachGranted = {
    type: 'attach.granted',
    volume: volumeId,
    attachId: to.attachId,
    session: to.session,
    mapVersion: volume.mapVersion,
    rangeCount: volume.entries.length,
    replicaCount: volume.replicaCount,
    replication: volume.replication,
  };
  out.send(to.client, granted);
  out.mark('attach.granted', { volume: volumeId, client: to.client, session: to.session });
}

function refuse(
  step: AuthorityStep,
  message: Attach,
  from: ActorId,
  reason: AttachRefused['reason'],
): void {
  const { volume, attachId } = message;
  const refused: AttachRefused = { type: 'attach.refused', volume, attachId, reason };
  step.out.send(from, refused);
}
