// How a session lasts and ends: leases are renewed, and a holder that lets go is told when it has.
import type { Message, Ns } from '../../sim/index.ts';
import type { ClientId, VolumeId } from '../map-entry.ts';

/** The holder is alive, and asks what changed in the map since `seenVersion`. Never logged. */
export interface Renew extends Message {
  readonly type: 'renew';
  readonly volume: VolumeId;
  readonly client: ClientId;
  readonly session: number;
  /** All changes up to this version of the map are known to it. */
  readonly seenVersion: number;
  /** When it was sent, by the clock of the client: the lease counts from then. */
  readonly sentNs: Ns;
}
/** An entry that changed, and its version now. */
export interface ChangedEntry {
  readonly range: number;
  readonly version: number;
}
/** The session goes on, is over, or the authority has no time to say so. */
export interface Renewed extends Message {
  readonly type: 'renewed';
  readonly volume: VolumeId;
  readonly session: number;
  readonly status: 'ok' | 'stale-session' | 'overloaded';
  /** As in the request. */
  readonly sentNs: Ns;
  /** How long the lease lasts from `sentNs` on; 0 where there are no leases. */
  readonly leaseNs: Ns;
  readonly mapVersion: number;
  /** Null when the authority does not remember so far back: anything may have changed. */
  readonly changed: readonly ChangedEntry[] | null;
  /** `changed` tells of all changes up to this version. */
  readonly throughVersion: number;
}
/** The session has ended, and no request of it takes effect any more. */
export interface Detached extends Message {
  readonly type: 'detached';
  readonly volume: VolumeId;
  readonly session: number;
}
