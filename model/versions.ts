// Versions of the block store that run side by side while one is rolled out over the other.
//
//   both agree on    messages, and what lies on the devices: each goes on where the other stopped
//   they differ in   how much they do at once, and by which commands a header becomes durable
//
// `previous` is how a release may have been before it was tuned. Clients and cells are the same in
// both: what they do is in their messages alone.

/** The other versions by name: what scenarios can name; to add one, add its settings below. */
export const versions = {
  previous: {
    summary:
      'the release before: hosts flush each header, fence slot by slot and copy in small pieces, ' +
      'the authority logs one request at a time',
  },
} as const satisfies Record<string, { readonly summary: string }>;

/** The name of another version. */
export type VersionId = keyof typeof versions;

/** What a version of the host may do in its own way. */
export interface HostVersion {
  readonly name: VersionId | 'current';
  /** A header is written by forced unit access; else it is written and the device is flushed. */
  readonly forcesHeaders: boolean;
  /** How many headers a fence writes at once. */
  readonly fencedAtOnceMax: number;
  /** How many blocks a piece of a copy has, 1 to 64, and how many pieces are under way at once. */
  readonly copyPieceBlockCount: number;
  readonly copyWindow: number;
}

/** What a version of the map authority may do in its own way. */
export interface AuthorityVersion {
  readonly name: VersionId | 'current';
  /** At most so many requests are gathered into one batch. */
  readonly batchItemMax: number;
}

/** The hosts of each version. Frozen: the states of all hosts hold them. */
export const hostVersions = {
  current: Object.freeze({
    name: 'current',
    forcesHeaders: true,
    fencedAtOnceMax: Number.POSITIVE_INFINITY,
    copyPieceBlockCount: 64,
    copyWindow: 4,
  }),
  previous: Object.freeze({
    name: 'previous',
    forcesHeaders: false,
    fencedAtOnceMax: 1,
    copyPieceBlockCount: 16,
    copyWindow: 1,
  }),
} as const satisfies Record<VersionId | 'current', HostVersion>;

/** The authorities of each version, frozen, too. */
export const authorityVersions = {
  current: Object.freeze({ name: 'current', batchItemMax: 256 }),
  previous: Object.freeze({ name: 'previous', batchItemMax: 1 }),
} as const satisfies Record<VersionId | 'current', AuthorityVersion>;
