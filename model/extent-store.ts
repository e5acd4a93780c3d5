// Slots of a host on its block device: where they lie, what their headers say, which requests they
// accept.
//
//   block 0      1 .. slotCount     1 + slotCount ...
//   [formatted]  [header of slot i] [blocks of slot 0][blocks of slot 1] ...
//
// A slot holds one block range of a volume in one tenancy, named by its generation. Its header is
// one block, written with forced unit access: it changes as a whole or not at all. Stamps of all
// blocks are kept in memory and read back from the device after a restart.
import { type HostId, type Replica, replicaOn, sameReplica, type VolumeId } from './map-entry.ts';
import type { BlockStatus, ChainMember, ReadRequest, StoreRequest } from './messages.ts';

/** `reserved`: a target may be filled; `live`: named by the map when it was adopted. */
export type SlotState = 'free' | 'reserved' | 'live';

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
  /** Blocks may hold contents of an earlier tenancy. */
  readonly used: boolean;
}

/** Where things lie on a host's device. */
export interface ExtentLayout {
  readonly slotCount: number;
  readonly blocksPerSlot: number;
}

/** The block that says that all headers were written once. */
export const formatBlock = 0;

/** Device block of a slot's header. */
export function headerBlock(slot: number): number {
  return 1 + slot;
}

/** Device block of a slot's block. */
export function dataBlock(layout: ExtentLayout, slot: number, block: number): number {
  return 1 + layout.slotCount + slot * layout.blocksPerSlot + block;
}

/** How many blocks a host's device must have. */
export function deviceBlockCount(layout: ExtentLayout): number {
  return 1 + layout.slotCount * (1 + layout.blocksPerSlot);
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
    used,
  };
}

/** Takes a block's payload for a slot header; null when it is none. */
export function slotHeaderOf(payload: unknown): SlotHeader | null {
  if (typeof payload !== 'object' || payload === null) return null;
  return (payload as { readonly kind?: unknown }).kind === 'slot' ? (payload as SlotHeader) : null;
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

/**
 * The part of `incoming` that has to be written: from the first to the last block that is higher.
 */
export interface HigherSpan {
  readonly start: number;
  readonly stamps: readonly number[];
}

/** Merges by "the higher stamp wins"; null when nothing is higher than what is there. */
export function higherSpan(
  stamps: Uint32Array,
  block: number,
  incoming: readonly number[],
): HigherSpan | null {
  let first = -1;
  let last = -1;
  for (let i = 0; i < incoming.length; i++) {
    if (incoming[i]! <= stamps[block + i]!) continue;
    if (first < 0) first = i;
    last = i;
  }
  if (first < 0) return null;
  if (first === 0 && last === incoming.length - 1 && allHigher(stamps, block, incoming)) {
    return { start: block, stamps: incoming };
  }
  const merged: number[] = [];
  for (let i = first; i <= last; i++) merged.push(Math.max(incoming[i]!, stamps[block + i]!));
  return { start: block + first, stamps: merged };
}

function allHigher(stamps: Uint32Array, block: number, incoming: readonly number[]): boolean {
  for (let i = 0; i < incoming.length; i++) {
    if (incoming[i]! <= stamps[block + i]!) return false;
  }
  return true;
}
