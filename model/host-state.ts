// What a host remembers while it is up. Headers and stamps are copies of what is on its device.
import type { ActorId, Message, Ns, Outbox, Self } from '../sim/index.ts';
import { type ExtentLayout, freeHeader, type SlotHeader } from './extent-store.ts';
import type { MapEntry, Replica, VolumeId } from './map-entry.ts';
import type { ChainMember, ReadRequest, Reserve, StoreRequest } from './messages.ts';
import type { MutantSet } from './mutants.ts';

/** What a host is started with. */
export interface HostInput {
  readonly device: string;
  readonly layout: ExtentLayout;
  readonly zone: string;
  readonly cell: ActorId;
  readonly authority: ActorId;
  /** What its slots hold when the world begins. */
  readonly bindings: readonly { readonly volume: VolumeId; readonly entry: MapEntry }[];
  readonly mutants: MutantSet;
}

/** A request on its way through this host: to its device, then along the chain. */
export interface BlockTask {
  readonly id: number;
  readonly slot: number;
  /** Who gets the answer; this host itself for pieces of its own copying. */
  readonly from: ActorId;
  readonly request: StoreRequest | ReadRequest;
  stage: 'waiting' | 'device' | 'forwarded';
  /** What goes down the chain: the stamps written, or those that were read. */
  stamps: readonly number[];
  next: ChainMember | null;
  sentNs: Ns;
  resendCount: number;
  /** How many hosts the answer has to come back through. */
  depth: number;
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
  nextBlock: number;
  inFlightCount: number;
  caughtUp: boolean;
}

/** A free slot whose old contents are being overwritten for a reservation. */
export interface Scrub {
  readonly request: Reserve;
  readonly from: ActorId;
  nextBlock: number;
}

/** One slot. */
export interface Slot {
  readonly index: number;
  header: SlotHeader;
  /** The stamp of each block as it is on the device; null while free. */
  stamps: Uint32Array | null;
  /** True while `stamps` may belong to a fork, too: see `ownStamps`. */
  stampsShared: boolean;
  /** The header on its way to the device, or null. */
  headerWriting: SlotHeader | null;
  /** Messages that are looked at again when the header is durable. */
  headerWaiters: { readonly message: Message; readonly from: ActorId }[];
  busy: readonly BusyBlocks[];
  /** Tasks that wait for blocks, in order of arrival. */
  waiting: number[];
  job: CopyJob | null;
  scrub: Scrub | null;
  touchedNs: Ns;
}

/** Progress of a recovery. */
export interface Recovery {
  readonly headers: (SlotHeader | null)[];
  formatted: boolean;
  /** Reads that are still to be submitted. */
  readonly scans: { readonly slot: number; readonly block: number; readonly blockCount: number }[];
  inFlightCount: number;
}

/** `Snapshot` is the host machine's. */
export interface HostState<Snapshot = unknown> {
  readonly input: HostInput;
  machine: Snapshot;
  readonly slots: Slot[];
  readonly tasks: Map<number, BlockTask>;
  nextTaskId: number;
  ticking: boolean;
  /** Counts recoveries of this incarnation; completions of an earlier one are ignored. */
  round: number;
  recovery: Recovery;
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
  input: HostInput,
  machine: Snapshot,
  incarnation: number,
): HostState<Snapshot> {
  return {
    input,
    machine,
    slots: [],
    tasks: new Map(),
    nextTaskId: incarnation * idsPerIncarnation + 1,
    ticking: false,
    round: 0,
    recovery: freshRecovery(),
  };
}

/** A recovery that has read nothing. */
export function freshRecovery(): Recovery {
  return { headers: [], formatted: false, scans: [], inFlightCount: 0 };
}

/** A slot with a header and no contents. */
export function freshSlot(index: number, header: SlotHeader, blocksPerSlot: number): Slot {
  return {
    index,
    header,
    stamps: header.state === 'free' ? null : new Uint32Array(blocksPerSlot),
    stampsShared: false,
    headerWriting: null,
    headerWaiters: [],
    busy: [],
    waiting: [],
    job: null,
    scrub: null,
    touchedNs: 0,
  };
}

/** Headers of a new device: bindings of the first start are live, all else is free. */
export function firstHeaders(input: HostInput, host: string, incarnation: number): SlotHeader[] {
  const headers: SlotHeader[] = [];
  // A blank device later on was replaced: generations begin above all that were there before.
  const gen = incarnation * 65_536;
  for (let i = 0; i < input.layout.slotCount; i++) headers.push(freeHeader(gen, false));
  if (incarnation > 0) return headers;
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
    slots: state.slots.map(copySlot),
    tasks,
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
    job: slot.job === null ? null : { ...slot.job },
    scrub: slot.scrub === null ? null : { ...slot.scrub },
  };
}
