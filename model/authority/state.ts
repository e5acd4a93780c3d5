// What the map authority remembers while it is up. All of it is lost in a crash; the log is what
// survives.
import type { ActorId, Message, Ns, Outbox, Self } from '../../sim/index.ts';
import type { ReceiptLevel } from '../cluster-spec.ts';
import type { CellName } from '../lineage/cell-record.ts';
import { allVolumeChecks } from '../lineage/volume-record.ts';
import type { ClientId, HostId, MapEntry, VolumeId } from '../map-entry.ts';
import type { ChangeVolume } from '../messages/lineage.ts';
import type { Attach, ChangeNotification, Detach } from '../messages/notifications.ts';
import type { ReplicationMode } from '../replication.ts';
import type { AuthorityVersion } from '../versions.ts';
import type { RecentChanges } from './changes.ts';
import type { MembersInput } from './consensus/members.ts';
import { piecesOf } from './map-checkpoint.ts';
import { copyDataMap, type DataMap, emptyDataMap, type LogRecord } from './map-state.ts';
import type { DurableRegister, RegisterInput, RegisterStep } from './register.ts';
import { ReplicatedRegister } from './replicated-register.ts';
import { SingleRegister } from './single-register.ts';

/** What a map authority is started with. */
export interface AuthorityInput extends RegisterInput {
  readonly receipts: ReceiptLevel;
  readonly portionEntryMax: number;
  readonly prefetchCount: number;
  readonly serviceTimeNs: Ns;
  /** Requests that wait for their turn at the most, where each takes its time. */
  readonly queueMax: number;
  /** A request so far above the first one that its client awaits is told `overloaded`. */
  readonly requestWindow: number;
  /** The members that keep the map together; null for a single one. */
  readonly members: MembersInput | null;
  readonly zoneOf: ReadonlyMap<HostId, string>;
  /** Volumes and their first entries, logged when the log is empty. */
  readonly volumes: readonly {
    readonly id: VolumeId;
    readonly replicaCount: number;
    /** `chain` where it is absent. */
    readonly replication?: ReplicationMode;
    /** The one cell that it is in, where its snapshots and moves are recorded. */
    readonly cell?: CellName;
    /** Those that its copies may lie in, for the record; all where it is absent. */
    readonly cells?: readonly CellName[];
    /** Its sessions come after this one; 0 where it is absent. */
    readonly baseSession?: number;
    readonly blocksPerRange: number;
    readonly entries: readonly MapEntry[];
  }[];
  /** How long a holder may be silent before its volume is given to who waits; 0 for ever. */
  readonly leaseNs: Ns;
  /** How long a cell may take snapshots without asking again. */
  readonly cellLeaseNs: Ns;
}

/** One requester's part of a batch. `record` is null when there is nothing to log for it. */
export interface BatchItem {
  readonly from: ActorId | null;
  readonly message: ChangeNotification | Attach | Detach | ChangeVolume | null;
  readonly record: LogRecord | null;
  /** Index of its record in the log; null without a record or before it has a place. */
  readonly logIndex: number | null;
}

/** Requests whose records were proposed, or that wait for nothing but their turn. */
export interface Batch {
  readonly items: readonly BatchItem[];
  /** Where its records have their place in the log, and how many there are. */
  readonly firstIndex: number;
  readonly recordCount: number;
  readonly term: number;
}

/** A request, and the round whose confirmation it waits for. */
export interface Unconfirmed {
  readonly round: number;
  readonly message: Message;
  readonly from: ActorId;
}

/** A client waits until hosts have fenced the sessions before its own. */
export interface Attaching {
  readonly client: ClientId;
  readonly attachId: string;
  readonly session: number;
  /** When the client asked, by its own clock. */
  readonly sentNs: Ns;
  /** Members that refuse older sessions, by range. */
  readonly fenced: Map<number, ReadonlySet<HostId>>;
}

/** A session has ended; its client waits until no host accepts anything of it. */
export interface Detaching {
  readonly client: ActorId;
  readonly volume: VolumeId;
  readonly session: number;
  /** Tenancies of slots that refuse it. */
  readonly fenced: Set<string>;
}

/** The holder of a volume was heard of. */
export interface Lease {
  readonly session: number;
  readonly sinceNs: Ns;
}

/** `Snapshot` is the authority machine's. */
export interface AuthorityState<Snapshot = unknown> {
  readonly input: AuthorityInput;
  readonly version: AuthorityVersion;
  machine: Snapshot;
  map: DataMap;
  readonly register: DurableRegister;
  /** How many records the checkpoint stands for that the state began with. */
  restoredCount: number;
  /** Requests that wait for their service; the first is being served. */
  inbox: { readonly message: Message; readonly from: ActorId }[];
  queue: BatchItem[];
  /** How many requests waited when that was last noted. */
  gaugedDepth: number;
  /** Requests in the queue or in the batch in flight, by volume, session and id. */
  readonly pendingKeys: Set<string>;
  /** Proposed and not committed yet, in the order of their indices. */
  batches: Batch[];
  /** Requests that wait until most members have confirmed that this one leads, in order. */
  unconfirmed: Unconfirmed[];
  readonly attaching: Map<VolumeId, Attaching>;
  /** The session that was granted last, by volume. */
  readonly granted: Map<VolumeId, number>;
  /** Sessions that have ended and were not told so yet, by volume and session. */
  readonly detaching: Map<string, Detaching>;
  readonly leases: Map<VolumeId, Lease>;
  /** When the owner of a volume was last given the right to take snapshots. */
  readonly cellLeases: Map<VolumeId, Ns>;
  /** When it had read its log: no lease that it does not know of is older. */
  recoveredNs: Ns;
  readonly changes: Map<VolumeId, RecentChanges>;
}

/** Forgets all requests: nobody was promised anything, and who asked asks again. */
export function forgetRequests(state: AuthorityState): void {
  state.inbox = [];
  state.queue = [];
  state.pendingKeys.clear();
  state.batches = [];
  state.unconfirmed = [];
  state.attaching.clear();
  state.granted.clear();
  state.detaching.clear();
  state.leases.clear();
  state.cellLeases.clear();
  state.changes.clear();
}

/** How a part of the authority acts: on its state, through the outbox of this step. */
export interface AuthorityStep {
  readonly state: AuthorityState;
  readonly self: Self;
  readonly out: Outbox;
}

/** What the register of the authority acts by in the same step. */
export function registerStep({ state, self, out }: AuthorityStep): RegisterStep {
  const forgets = state.input.mutants.has('checkpoint-forgets-requests');
  return { self, out, snapshot: () => piecesOf(state.map, forgets) };
}

/** A state that knows nothing. */
export function freshAuthority<Snapshot>(
  made: { readonly input: AuthorityInput; readonly version: AuthorityVersion },
  machine: Snapshot,
): AuthorityState<Snapshot> {
  return {
    ...made,
    machine,
    map: freshMap(made.input),
    register:
      made.input.members === null
        ? new SingleRegister(made.input)
        : new ReplicatedRegister(made.input, made.input.members),
    restoredCount: 0,
    inbox: [],
    queue: [],
    gaugedDepth: 0,
    pendingKeys: new Set(),
    batches: [],
    unconfirmed: [],
    attaching: new Map(),
    granted: new Map(),
    detaching: new Map(),
    leases: new Map(),
    cellLeases: new Map(),
    recoveredNs: 0,
    changes: new Map(),
  };
}

/** An empty map under the rules that the mutants leave. */
export function freshMap(input: AuthorityInput): DataMap {
  const isChecked = !input.mutants.has('no-publish-check');
  return emptyDataMap(input.zoneOf, {
    compareAndSet: !input.mutants.has('skip-compare-and-set'),
    deduplicate: !input.mutants.has('apply-twice-on-retry'),
    refuseConflicts: !input.mutants.has('conflict-applied'),
    keepFailed: !input.mutants.has('failed-to-the-last'),
    takeOut: !input.mutants.has('old-copies-kept'),
    ofPlaces: {
      ...allVolumeChecks,
      publishNeedsOwner: isChecked && !input.mutants.has('publish-unowned'),
      publishNeedsHead: isChecked,
      deduplicate: !input.mutants.has('request-forgotten'),
      deleteByName: !input.mutants.has('head-deleted'),
      quarantineHolds: !input.mutants.has('quarantine-ignored'),
      decidedStays: !input.mutants.has('roll-back-overturns'),
      publishNeedsSameEpoch: input.mutants.has('publish-in-same-epoch'),
    },
  });
}

/** An independent copy for a fork. */
export function copyAuthority<Snapshot>(state: AuthorityState<Snapshot>): AuthorityState<Snapshot> {
  const attaching = new Map<VolumeId, Attaching>();
  for (const [id, waiting] of state.attaching) {
    attaching.set(id, { ...waiting, fenced: new Map(waiting.fenced) });
  }
  const detaching = new Map<string, Detaching>();
  for (const [key, leaving] of state.detaching) {
    detaching.set(key, { ...leaving, fenced: new Set(leaving.fenced) });
  }
  const changes = new Map<VolumeId, RecentChanges>();
  for (const [id, recent] of state.changes) {
    changes.set(id, { ...recent, changed: recent.changed.slice() });
  }
  return {
    ...state,
    map: copyDataMap(state.map),
    register: state.register.copy(),
    inbox: state.inbox.slice(),
    queue: state.queue.slice(),
    batches: state.batches.slice(),
    unconfirmed: state.unconfirmed.slice(),
    pendingKeys: new Set(state.pendingKeys),
    attaching,
    granted: new Map(state.granted),
    detaching,
    leases: new Map(state.leases),
    cellLeases: new Map(state.cellLeases),
    changes,
  };
}

/** Names a request that is on its way to the log. */
export function pendingKey(message: {
  readonly type: string;
  readonly volume: string;
  readonly client: string;
  readonly session?: number;
  readonly reqId?: number;
  readonly attachId?: string;
}): string {
  const { type, volume, client, session, reqId, attachId } = message;
  return `${type} ${volume} ${client} ${session ?? attachId} ${reqId ?? ''}`;
}
