// What a host remembers while it is up. Headers and stamps are copies of what is on its device.
import type { ActorId, Message, Ns, Outbox, Self } from '../../sim/index.ts';
import { type AuthorityContact, contactOf } from '../authority-contact.ts';
import type { MapEntry, Replica, VolumeId } from '../map-entry.ts';
import type { ChainMember, HostVerifier, ReadRequest, StoreRequest } from '../messages/blocks.ts';
import type { MutantSet } from '../mutants.ts';
import type { SlotLifeSpec } from '../policies.ts';
import type { VolumeRules } from '../replication.ts';
import type { HostVersion } from '../versions.ts';
import type { Gate, Keeping, PastRead, PendingStep, Prepared } from './cut-state.ts';
import {
  type ExtentLayout,
  type FormatMark,
  freeHeader,
  ledgerPartCount,
  type Run,
  type SlotHeader,
} from './extent-store.ts';

/** What a host is started with. */
export interface HostInput {
  readonly device: string;
  readonly layout: ExtentLayout;
  readonly zone: string;
  readonly cell: ActorId;
  /** Members of the map authority. */
  readonly authorities: readonly ActorId[];
  /** Targets that it fills at once at most. */
  readonly copiesPerHost: number;
  readonly slotLife: SlotLifeSpec;
  /** What each volume promises. */
  readonly volumes: ReadonlyMap<VolumeId, VolumeRules>;
  /** What its slots hold when the world begins. */
  readonly bindings: readonly { readonly volume: VolumeId; readonly entry: MapEntry }[];
  /** Who looks after the snapshots of each volume that has some. */
  readonly keepers: ReadonlyMap<VolumeId, ActorId>;
  readonly mutants: MutantSet;
}

/** A request on its way through this host: to its device, then along the chain. */
export interface BlockTask {
  readonly id: number;
  readonly slot: number;
  /** Who gets the answer; this host itself for pieces of its own copying. */
  readonly from: ActorId;
  readonly request: StoreRequest | ReadRequest;
  stage: 'waiting' | 'reading' | 'keeping' | 'ledger' | 'writing' | 'settling' | 'forwarded';
  /** What it keeps of what it overwrites; null when it keeps nothing. */
  keeping: Keeping | null;
  /** What goes down the chain: the stamps written, or those that were read; -1 for a lost block. */
  stamps: readonly number[];
  /** What is still to be written here. */
  runs: readonly Run[];
  /** Parts of the ledger, then writes, that are not done yet. */
  leftCount: number;
  /** How often what it is about had to be written first. */
  cleanCount: number;
  /** The device failed: it cannot hold what goes down the chain. */
  failed: boolean;
  /** How often lost contents were fetched from other members. */
  fetchCount: number;
  /** Members that were asked and have not answered. */
  awaited: readonly AwaitedMember[];
  /** What members that have answered hold, where it is more than was sent; else null. */
  supplied: readonly number[] | null;
  /** Of members that have answered. */
  verifiers: readonly HostVerifier[];
  /** When its sender was last told to wait. */
  toldNs: Ns;
}

/** A member that was asked to do its part of a task. */
export interface AwaitedMember {
  readonly member: ChainMember;
  /** Who comes after it. */
  readonly chain: readonly ChainMember[];
  readonly sentNs: Ns;
  readonly resendCount: number;
}

/** Device I/O under way on some blocks of a slot; another one that overlaps waits. */
export interface BusyBlocks {
  readonly taskId: number;
  readonly start: number;
  readonly end: number;
}

/** A target being filled by this head. */
export interface CopyJob {
  readonly target: Replica;
  readonly cfgEpoch: number;
  replyTo: ActorId;
  /** The blocks that the target lacks; null for all. */
  readonly only: ReadonlySet<number> | null;
  /** When its driver asked for it last: a copy that nobody asks for any more stops. */
  askedNs: Ns;
  nextBlock: number;
  /** Pieces on their way: request to first block. */
  readonly pieces: Map<number, number>;
  caughtUp: boolean;
}

/** One block of a slot's ledger on its way to the device, and who waits for it. */
export interface LedgerPart {
  /** Tasks that the write under way is for; null when none is. */
  committing: readonly number[] | null;
  /** Tasks that the next one will be for. */
  waiting: number[];
  /** On the device it still says of blocks that they may hold what they held before. */
  isLoose: boolean;
}

/** A message that is looked at again later. */
export interface Waiter {
  readonly message: Message;
  readonly from: ActorId;
}

/** What a tenancy begins with. */
export type NewTenancy = Pick<SlotHeader, 'state' | 'volume' | 'range'> & {
  readonly reserveId: string;
};

/**
 * A free slot that is made ready for a reservation: old contents are overwritten, then the ledger.
 */
export interface Scrub {
  readonly tenancy: NewTenancy;
  readonly waiter: Waiter;
  /** At the end of the slot the ledger is written. */
  nextBlock: number;
}

/** One slot. */
export interface Slot {
  readonly index: number;
  header: SlotHeader;
  /** The stamp that each block should have on the device; null while free. */
  stamps: Uint32Array | null;
  /** True while `stamps` may belong to a fork, too: see `ownStamps`. */
  stampsShared: boolean;
  /** Stamps that a block may have as well: a write of them was begun, and nobody saw its end. */
  open: Map<number, readonly number[]>;
  /** Blocks whose stamps are in memory only, and the stamp that each has on the device. */
  readonly dirty: Map<number, number>;
  /** Blocks that were found with other contents than they should have. */
  bad: Set<number>;
  ledger: readonly LedgerPart[];
  /** Null, or how often header or ledger were read in vain: then nothing is known of the slot. */
  unread: number | null;
  /** The header on its way to the device, or null. */
  headerWriting: SlotHeader | null;
  /** Messages that are looked at again when the header is durable. */
  headerWaiters: Waiter[];
  busy: readonly BusyBlocks[];
  /** Tasks that wait for blocks, in order of arrival. */
  waiting: number[];
  job: CopyJob | null;
  scrub: Scrub | null;
  /** For the next cut; null when there is none. */
  prepared: Prepared | null;
  /** Closed for a cut, where this host is the head. */
  gate: Gate | null;
  /** The last cut that its gate was closed for all the time. */
  openedCut: string | null;
  /** A cut that is to be durable before anything is stored again. */
  sealing: PendingStep | null;
  /** When it last served its tenant, or its past was last wanted. */
  touchedNs: Ns;
  /** When its reservation was made, or was found after a restart. */
  reservedNs: Ns;
  /** Until when no tenant follows the last one. */
  graceUntilNs: Ns;
}

/** Progress of a recovery. */
export interface Recovery {
  readonly headers: (SlotHeader | null)[];
  mark: FormatMark | null;
  /** Nothing was ever written to the format block and the headers. */
  isBlank: boolean;
  /** Reads that are still to be submitted. */
  readonly scans: Scan[];
  inFlightCount: number;
  /** How often the authority was asked in vain about the device. */
  askCount: number;
}

/** A read of a slot's ledger, or of some of its blocks. */
export interface Scan {
  readonly what: 'ledger' | 'data';
  readonly slot: number;
  readonly block: number;
  readonly blockCount: number;
}

/** `Snapshot` is the host machine's. */
export interface HostState<Snapshot = unknown> {
  readonly input: HostInput;
  readonly version: HostVersion;
  machine: Snapshot;
  /** Whom it asks of the map authority. */
  readonly authority: AuthorityContact;
  readonly slots: Slot[];
  readonly tasks: Map<number, BlockTask>;
  readonly pastReads: Map<number, PastRead>;
  /** Slots that are held or sealed for a cut. */
  readonly cutting: Set<number>;
  /** Where ranges are that this host gave up, by volume and range: a hint, lost in a crash. */
  readonly forwards: Map<string, MapEntry>;
  nextTaskId: number;
  ticking: boolean;
  /** Counts recoveries of this incarnation; completions of an earlier one are ignored. */
  round: number;
  recovery: Recovery;
  /** Until when a device that failed is given no new tenants. */
  ailingUntilNs: Ns;
  healing: boolean;
  tightening: boolean;
  writingBack: boolean;
}

/** How a part of a host acts: on its state, through the outbox of this step. */
export interface HostStep {
  readonly state: HostState;
  readonly self: Self;
  readonly out: Outbox;
}

/** Ids of one incarnation never meet those of another. */
const idsPerIncarnation = 4_294_967_296;

/** A state that knows nothing of the device yet. */
export function freshHost<Snapshot>(
  made: { readonly input: HostInput; readonly version: HostVersion },
  machine: Snapshot,
  incarnation: number,
): HostState<Snapshot> {
  return {
    ...made,
    machine,
    authority: contactOf(made.input.authorities),
    slots: [],
    tasks: new Map(),
    pastReads: new Map(),
    cutting: new Set(),
    forwards: new Map(),
    nextTaskId: incarnation * idsPerIncarnation + 1,
    ticking: false,
    round: 0,
    recovery: freshRecovery(),
    ailingUntilNs: 0,
    healing: false,
    tightening: false,
    writingBack: false,
  };
}

/** A recovery that has read nothing. */
export function freshRecovery(): Recovery {
  return { headers: [], mark: null, isBlank: true, scans: [], inFlightCount: 0, askCount: 0 };
}

/** A slot with a header and no contents. */
export function freshSlot(index: number, header: SlotHeader, layout: ExtentLayout): Slot {
  const slot: Slot = {
    index,
    header,
    stamps: null,
    stampsShared: false,
    open: new Map(),
    dirty: new Map(),
    bad: new Set(),
    ledger: Array.from({ length: ledgerPartCount(layout) }, () => ({
      committing: null,
      waiting: [],
      isLoose: false,
    })),
    unread: null,
    headerWriting: null,
    headerWaiters: [],
    busy: [],
    waiting: [],
    job: null,
    scrub: null,
    prepared: null,
    gate: null,
    openedCut: null,
    sealing: null,
    touchedNs: 0,
    reservedNs: 0,
    graceUntilNs: 0,
  };
  emptySlot(slot, layout);
  return slot;
}

/** A tenancy begins, with zeros, or ends: of what was known of blocks nothing holds any more. */
export function emptySlot(slot: Slot, layout: ExtentLayout): void {
  slot.stamps = slot.header.state === 'free' ? null : new Uint32Array(layout.blocksPerSlot);
  slot.stampsShared = false;
  slot.open = new Map();
  slot.dirty.clear();
  slot.bad = new Set();
  for (const part of slot.ledger) part.isLoose = false;
}

/**
 * The first generation of a tenancy that begins in an incarnation: above all that began before,
 * whatever the device has forgotten of them.
 */
export function firstGen(incarnation: number): number {
  return incarnation * 65_536;
}

/**
 * Headers of a blank device. On the first of its host bindings are live, all else is free; a later
 * one is a replacement: nothing is there any more of what the map says.
 */
export function blankHeaders(
  input: HostInput,
  host: string,
  device: { readonly incarnation: number; readonly isFirst: boolean },
): SlotHeader[] {
  const headers: SlotHeader[] = [];
  const gen = device.isFirst ? 0 : firstGen(device.incarnation);
  for (let i = 0; i < input.layout.slotCount; i++) headers.push(freeHeader(gen, false));
  if (!device.isFirst) return headers;
  for (const { volume, entry } of input.bindings) {
    const replica = entry.replicas.find((member) => member.host === host);
    if (replica === undefined) continue;
    headers[replica.slot] = {
      ...freeHeader(replica.gen, true),
      state: 'live',
      volume,
      range: entry.range,
      cfgEpoch: entry.version,
      members: entry.replicas,
    };
  }
  return headers;
}

/** An independent copy for a fork; headers and requests are immutable and shared. */
export function copyHost<Snapshot>(state: HostState<Snapshot>): HostState<Snapshot> {
  const tasks = new Map<number, BlockTask>();
  for (const [id, task] of state.tasks) tasks.set(id, { ...task });
  return {
    ...state,
    authority: { ...state.authority },
    slots: state.slots.map(copySlot),
    tasks,
    pastReads: new Map([...state.pastReads].map(([id, read]) => [id, { ...read }])),
    cutting: new Set(state.cutting),
    forwards: new Map(state.forwards),
    recovery: {
      ...state.recovery,
      headers: state.recovery.headers.slice(),
      scans: state.recovery.scans.slice(),
    },
  };
}

/** A slot's stamps to write to: a fork shares them until one side does. */
export function ownStamps(slot: Slot): Uint32Array | null {
  if (slot.stampsShared && slot.stamps !== null) slot.stamps = slot.stamps.slice();
  slot.stampsShared = false;
  return slot.stamps;
}

function copySlot(slot: Slot): Slot {
  slot.stampsShared = true;
  return {
    ...slot,
    headerWaiters: slot.headerWaiters.slice(),
    waiting: slot.waiting.slice(),
    open: new Map(slot.open),
    dirty: new Map(slot.dirty),
    bad: new Set(slot.bad),
    ledger: slot.ledger.map((part) => ({ ...part, waiting: part.waiting.slice() })),
    job: slot.job === null ? null : { ...slot.job, pieces: new Map(slot.job.pieces) },
    scrub: slot.scrub === null ? null : { ...slot.scrub },
  };
}
