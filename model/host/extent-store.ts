// Slots of a host on its block device: where they lie, what their headers say, which requests they
// accept.
//
//   block 0      1 .. slotCount     1 + slotCount ...
//   [formatted]  [header of slot i] [ledgers of slot i] [blocks of slot 0][blocks of slot 1] ...
//
// A slot holds one block range of a volume in one tenancy, named by its generation. Its header is
// one block, written with forced unit access: it changes as a whole or not at all, and it carries
// its place and a checksum. What each block shall hold is in the slot's ledger (ledger.ts),
// away from the blocks themselves.
import { digestOf } from '../digest.ts';
import { type HostId, type Replica, replicaOn, sameReplica, type VolumeId } from '../map-entry.ts';
import type { BlockStatus, ChainMember, ReadRequest, StoreRequest } from '../messages/blocks.ts';
import type { CutLine } from '../messages/cuts.ts';

/**
 * `reserved`: a target may be filled; `live`: named by the map when it was adopted; `past`: in no
 * map any more, what it held at cuts is still to be read; `shadow`: keeps what another slot of this
 * host held at a cut.
 */
export type SlotState = 'free' | 'reserved' | 'live' | 'past' | 'shadow';

/** A cut that a copy took part in, and the slot that keeps what is overwritten since. */
export interface Shadow {
  /** Null: nobody wants that cut; what it keeps is of use to earlier ones only. */
  readonly cut: string | null;
  /** Who made it, and as which of its cuts. */
  readonly by: Omit<CutLine, 'wanted'>;
  readonly cutEpoch: number;
  readonly slot: number;
  readonly gen: number;
}

/** The cuts of a copy. */
export interface CutHistory {
  /** Of the last one that was committed. */
  readonly cutEpoch: number;
  /** Of those that are not forgotten, oldest first. */
  readonly shadows: readonly Shadow[];
}

/** The contents of a slot's header block. Immutable: each change is a new header. */
export interface SlotHeader {
  readonly kind: 'slot';
  readonly state: SlotState;
  /** Counts tenancies. */
  readonly gen: number;
  readonly volume: VolumeId | null;
  readonly range: number;
  /** Version of the map entry that was adopted last; 0 before the first. */
  readonly cfgEpoch: number;
  /** Members of that configuration, the head first. */
  readonly members: readonly Replica[];
  /** Who is being filled by this head, and gets all it does. Stays until a newer configuration. */
  readonly joint: Replica | null;
  /** Requests of sessions below this one are refused. */
  readonly maxSession: number;
  readonly reserveId: string | null;
  /** Null before the first cut. */
  readonly cuts: CutHistory | null;
  /** Blocks may hold contents of an earlier tenancy. */
  readonly used: boolean;
}

/** Where things lie on a host's device. */
export interface ExtentLayout {
  readonly slotCount: number;
  readonly blocksPerSlot: number;
}

/** The block that says that all headers were written once, and by whom. */
export const formatBlock = 0;

/** The contents of the format block. */
export interface FormatMark {
  readonly kind: 'formatted';
  /** Which device of its host this is: the incarnation that formatted it. */
  readonly identity: number;
  /** The map authority has logged this identity: from then on the host may serve. */
  readonly joined: boolean;
}

/**
 * How many blocks one ledger block answers for: 8 bytes each, as for a version and a checksum, are
 * half of it; the other half is for writes under way (assumed).
 */
export const ledgerSpan = 256;

/** How many ledger blocks a slot has. */
export function ledgerPartCount(layout: ExtentLayout): number {
  return Math.ceil(layout.blocksPerSlot / ledgerSpan);
}

/** Device block of a part of a slot's ledger. */
export function ledgerBlock(layout: ExtentLayout, slot: number, part: number): number {
  return 1 + layout.slotCount + slot * ledgerPartCount(layout) + part;
}

/** Device block of a slot's header. */
export function headerBlock(slot: number): number {
  return 1 + slot;
}

/** Device block of a slot's block. */
export function dataBlock(layout: ExtentLayout, slot: number, block: number): number {
  const first = 1 + layout.slotCount * (1 + ledgerPartCount(layout));
  return first + slot * layout.blocksPerSlot + block;
}

/** How many blocks a host's device must have. */
export function deviceBlockCount(layout: ExtentLayout): number {
  return 1 + layout.slotCount * (1 + ledgerPartCount(layout) + layout.blocksPerSlot);
}

/** A slot that nobody has. */
export function freeHeader(gen: number, used: boolean): SlotHeader {
  return {
    kind: 'slot',
    state: 'free',
    gen,
    volume: null,
    range: 0,
    cfgEpoch: 0,
    members: [],
    joint: null,
    maxSession: 0,
    reserveId: null,
    cuts: null,
    used,
  };
}

/** A header as it lies on the device. */
export interface SealedHeader {
  readonly kind: 'sealed';
  readonly place: number;
  /** Of the place and the header. */
  readonly checksum: number;
  readonly header: SlotHeader;
}

/** A header with what shows that it is whole and where it belongs. */
export function sealHeader(header: SlotHeader, place: number): SealedHeader {
  return { kind: 'sealed', place, checksum: digestOf([place, header]), header };
}

/** Takes a block's payload for the header of a slot; null when it is not that, as a whole. */
export function slotHeaderOf(payload: unknown, place: number): SlotHeader | null {
  if (!isOfKind<SealedHeader>(payload, 'sealed')) return null;
  const { header, checksum } = payload;
  const isWhole = payload.place === place && checksum === digestOf([place, header]);
  return isWhole ? header : null;
}

/** Takes a block's payload for the format mark; null when it is none. */
export function formatMarkOf(payload: unknown): FormatMark | null {
  return isOfKind<FormatMark>(payload, 'formatted') ? payload : null;
}

/** Whether structured contents of a block say that they are of a kind. */
export function isOfKind<T extends { readonly kind: string }>(
  payload: unknown,
  kind: T['kind'],
): payload is T {
  if (typeof payload !== 'object' || payload === null) return false;
  return (payload as { readonly kind?: unknown }).kind === kind;
}

/**
 * Why a slot does not accept a request; null when it does (the session may have to be raised
 * first).
 */
export function refusalOf(
  header: SlotHeader,
  request: StoreRequest | ReadRequest,
): BlockStatus | null {
  if (header.gen !== request.gen || !isTenant(header, request)) return 'stale-gen';
  if (header.state === 'past') return 'stale-gen';
  const asTarget = request.type !== 'read' && request.target;
  if (request.session < header.maxSession) return 'fenced';
  if (request.cfgEpoch < header.cfgEpoch) return 'wrong-epoch';
  if (header.state === 'reserved') return asTarget ? null : 'behind';
  return request.cfgEpoch > header.cfgEpoch ? 'behind' : null;
}

/** Whether the slot holds this range of this volume, in whatever tenancy. */
export function isTenant(
  header: SlotHeader,
  request: { readonly volume: VolumeId; readonly range: number },
): boolean {
  return (
    header.state !== 'free' && header.volume === request.volume && header.range === request.range
  );
}

/** Who comes after a host in the chain of its configuration; a target under way comes last. */
export function chainAfter(header: SlotHeader, host: HostId): readonly ChainMember[] {
  const at = header.members.findIndex((member) => member.host === host);
  const chain = header.members.slice(at + 1).map((member) => ({ ...member, target: false }));
  if (header.joint !== null) chain.push({ ...header.joint, target: true });
  return chain;
}

/** Whether the host is the head of its configuration. */
export function isHead(header: SlotHeader, host: HostId): boolean {
  return header.members[0]?.host === host;
}

/** The header after a newer configuration was adopted. */
export function adopted(
  header: SlotHeader,
  entry: { readonly version: number; readonly replicas: readonly Replica[] },
  session: number,
): SlotHeader {
  return {
    ...header,
    state: 'live',
    cfgEpoch: entry.version,
    members: entry.replicas,
    joint: null,
    maxSession: Math.max(header.maxSession, session),
  };
}

/** What a slot has of a configuration before it has adopted one. */
export const noConfig = Object.freeze({
  cfgEpoch: 0,
  members: Object.freeze([]),
  joint: null,
  cuts: null,
});

/** The header of a slot whose tenancy is over. */
export function emptied(header: SlotHeader): SlotHeader {
  return { ...header, ...noConfig, state: 'free', volume: null, reserveId: null };
}

/** The header of a slot that no map names any more, as long as its past is wanted. */
export function pastOf(header: SlotHeader): SlotHeader {
  return { ...header, state: 'past', members: [], joint: null, reserveId: null };
}

/** Whether an entry names this very slot in this tenancy. */
export function namesSlot(
  entry: {
    readonly range: number;
    readonly version: number;
    readonly replicas: readonly Replica[];
  },
  replica: Replica,
): boolean {
  const member = replicaOn(entry, replica.host);
  return member !== undefined && sameReplica(member, replica);
}

/** Consecutive blocks of one write. */
export interface Run {
  /** Counted from the start of the range. */
  readonly start: number;
  readonly stamps: readonly number[];
}

/**
 * What of `incoming` has to be written, by "the higher stamp wins". A bad block takes whatever
 * comes; -1 comes from who has nothing. Blocks in between are left alone: what is in memory is no
 * copy of what is on the device.
 */
export function runsToStore(
  held: { readonly stamps: Uint32Array; readonly bad: ReadonlySet<number> },
  block: number,
  incoming: readonly number[],
): readonly Run[] {
  const { stamps, bad } = held;
  const runs: Run[] = [];
  let start = -1;
  for (let i = 0; i <= incoming.length; i++) {
    const stamp = incoming[i] ?? -1;
    const at = block + i;
    if (stamp >= 0 && (stamp > stamps[at]! || (bad.size > 0 && bad.has(at)))) {
      if (start < 0) start = i;
    } else if (start >= 0) {
      runs.push({ start: block + start, stamps: incoming.slice(start, i) });
      start = -1;
    }
  }
  return runs;
}
