// Which attachments are remembered: the last one of each client. A client numbers them in order,
// `life.number`, and heeds no answer but to its last; so whatever comes of an earlier one is a late
// copy, and is told that it was superseded, as if it were remembered. What is kept grows with the
// clients that ever held a volume, and not with how often they did.
import type { ClientId } from '../map-entry.ts';
import { dropAttachment, putAttachment, type VolumeMap } from './map-state.ts';

/** A client asks for a volume. */
export interface Attachment {
  readonly client: ClientId;
  readonly attachId: string;
}

/** What is known of an attachment that was decided before; null for a new one. */
export function attachedBefore(
  volume: VolumeMap,
  { client, attachId }: Attachment,
): { readonly session: number; readonly superseded: boolean } | null {
  const last = lastOf(volume, client);
  if (last === null) return null;
  const { session } = last;
  if (last.attachId === attachId) return { session, superseded: session !== volume.session };
  return isBefore(attachId, last.attachId) ? { session, superseded: true } : null;
}

/** The holder of a volume is another one: what its client had attached before is forgotten. */
export function noteAttached(volume: VolumeMap, { client, attachId }: Attachment): void {
  const last = lastOf(volume, client);
  if (last !== null) dropAttachment(volume, keyOf({ client, attachId: last.attachId }));
  putAttachment(volume, keyOf({ client, attachId }), volume.session);
}

function lastOf(volume: VolumeMap, client: ClientId) {
  const prefix = keyOf({ client, attachId: '' });
  for (const [key, session] of volume.attachments) {
    if (key.startsWith(prefix)) return { attachId: key.slice(prefix.length), session };
  }
  return null;
}

function keyOf({ client, attachId }: Attachment): string {
  return `${client} ${attachId}`;
}

function isBefore(attachId: string, other: string): boolean {
  const [life = 0, number = 0] = attachId.split('.').map(Number);
  const [otherLife = 0, otherNumber = 0] = other.split('.').map(Number);
  return life === otherLife ? number < otherNumber : life < otherLife;
}
