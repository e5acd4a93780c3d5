// One entry of a data map: which slots hold the copies of one block range of a volume.

/** The name of a volume: `vol-1`. */
export type VolumeId = string;
/** The node and actor of a host: `host-1`. */
export type HostId = string;
/** The node and actor of a client: `client-1`. */
export type ClientId = string;

/** One copy: a slot of a host, in one tenancy. A slot that is reused gets the next generation. */
export interface Replica {
  readonly host: HostId;
  readonly slot: number;
  readonly gen: number;
}

/**
 * Where a range is. The first replica is the head of the chain. `version` counts from 1, grows by
 * one with each change of this entry and is the configuration epoch that hosts check on each
 * request.
 */
export interface MapEntry {
  readonly range: number;
  readonly version: number;
  readonly replicas: readonly Replica[];
}

/** The same tenancy of the same slot. */
export function sameReplica(a: Replica, b: Replica): boolean {
  return a.host === b.host && a.slot === b.slot && a.gen === b.gen;
}

/** Whether the entry names exactly this replica. */
export function holds(entry: MapEntry, replica: Replica): boolean {
  return entry.replicas.some((member) => sameReplica(member, replica));
}

/** The replica on a host, if the entry has one. */
export function replicaOn(entry: MapEntry, host: HostId): Replica | undefined {
  return entry.replicas.find((member) => member.host === host);
}

/** Names a slot whatever its generation. */
export function slotKey(place: { readonly host: HostId; readonly slot: number }): string {
  return `${place.host}/${place.slot}`;
}
