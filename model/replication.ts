// How the copies of a volume are kept alike, and what becomes of a volume with too few of them.
//
//   chain             client -> head -> member -> member, and the answers back the same way
//   primary-backup    client -> head -> all other members at once
//   client-quorum     client -> all members; a majority is enough
//
// The last is the multi-writer register of Attiya, Bar-Noy and Dolev (J. ACM 42(1), 1995) for each
// block, with stamps of session and sequence; model/client/quorum.ts has the argument.

/** A way to replicate, for listings. */
interface Way {
  readonly summary: string;
}

/** The table of replication modes. */
export const replicationModes = {
  chain: { summary: 'each member passes on to the next one, and answers when that has' },
  'primary-backup': { summary: 'the head passes on to all other members at once' },
  'client-quorum': { summary: 'the client asks all members, and a majority is enough' },
} as const satisfies Record<string, Way>;

/** A name in the table of replication modes. */
export type ReplicationMode = keyof typeof replicationModes;

/** The table of policies for volumes with too few copies. */
export const degradedPolicies = {
  'after-config-change': {
    summary: 'fewer copies acknowledge writes once the map authority has recorded them',
  },
  block: { summary: 'no write is acknowledged until all copies are there again' },
} as const satisfies Record<string, Way>;

/** A name in the table of policies. */
export type DegradedPolicy = keyof typeof degradedPolicies;

/** The table of what a volume's acknowledgements promise. */
export const durabilities = {
  'on-ack': { summary: 'what was acknowledged is on stable media of the members that count' },
  'on-flush': { summary: 'what was acknowledged may be in caches until a flush is answered' },
} as const satisfies Record<string, Way>;

/** A name in the table of durabilities. */
export type Durability = keyof typeof durabilities;

/** How a volume is replicated; fixed when it is made. */
export interface Replication {
  /** How many copies each range shall have. */
  readonly replicaCount: number;
  readonly replication: ReplicationMode;
}

/** What hosts go by; fixed when the volume is made. */
export interface VolumeRules extends Replication {
  readonly degraded: DegradedPolicy;
  readonly durability: Durability;
}

/**
 * How many members of a configuration have to do an operation. A configuration with fewer members
 * than the volume wants is one that members were dropped from: all that are left have to.
 */
export function quorumOf(rules: Replication, memberCount: number): number {
  if (rules.replication !== 'client-quorum' || memberCount < rules.replicaCount) return memberCount;
  return Math.floor(memberCount / 2) + 1;
}

/**
 * How many members have to refuse an older session until it can get nothing done: one of each
 * quorum.
 */
export function fenceCountOf(rules: Replication, memberCount: number): number {
  return memberCount - quorumOf(rules, memberCount) + 1;
}

/**
 * How few members a configuration may have: enough that one of them is in each quorum of the full
 * one.
 */
export function leastMemberCount(rules: Replication): number {
  return rules.replication === 'client-quorum' ? fenceCountOf(rules, rules.replicaCount) : 1;
}
