// What the map authority remembers while it is up. All of it is lost in a crash; the log is what
// survives.
import type { ActorId, Outbox, Self } from '../../sim/index.ts';
import type { ClientId, HostId, MapEntry, VolumeId } from '../map-entry.ts';
import type { Attach, ChangeNotification, Detach } from '../messages/notifications.ts';
import type { MutantSet } from '../mutants.ts';
import type { AuthorityVersion } from '../versions.ts';
import { copyDataMap, type DataMap, emptyDataMap, type LogRecord } from './data-map.ts';
import { emptyScan, type LogScan } from './log.ts';

/** What a map authority is started with. */
export interface AuthorityInput {
  readonly device: string;
  readonly logBlockCount: number;
  readonly zoneOf: ReadonlyMap<HostId, string>;
  /** Volumes and their first entries, logged when the log is empty. */
  readonly volumes: readonly {
    readonly id: VolumeId;
    readonly replicaCount: number;
    readonly blocksPerRange: number;
    readonly entries: readonly MapEntry[];
  }[];
  readonly mutants: MutantSet;
}

/** One requester's part of a batch. `record` is null when there is nothing to log for it. */
export interface BatchItem {
  readonly from: ActorId | null;
  readonly message: ChangeNotification | Attach | Detach | null;
  readonly record: LogRecord | null;
  /** Index of its record in the log; null without a record or before it has a place. */
  readonly logIndex: number | null;
}

/** Records that are on their way to the medium. */
export interface BatchInFlight {
  readonly items: readonly BatchItem[];
  readonly blockCount: number;
  readonly recordCount: number;
  readonly checksum: number;
}

/** A client waits until hosts have fenced the sessions before its own. */
export interface Attaching {
  readonly client: ClientId;
  readonly attachId: string;
  readonly session: number;
  /** Ranges with at least one member that refuses older sessions. */
  readonly fenced: Set<number>;
}

/** `Snapshot` is the authority machine's. */
export interface AuthorityState<Snapshot = unknown> {
  readonly input: AuthorityInput;
  readonly version: AuthorityVersion;
  machine: Snapshot;
  map: DataMap;
  scan: LogScan;
  /** Counts recoveries of this incarnation; completions of an earlier one are ignored. */
  round: number;
  /** Where the next batch goes, and what it is called. */
  nextBlock: number;
  nextBatch: number;
  nextLogIndex: number;
  /** Of the last batch in the log. */
  checksum: number;
  /** Index of the last record that a flush made durable; -1 for none. */
  durableIndex: number;
  queue: BatchItem[];
  /** Requests in the queue or in the batch in flight, by volume, session and id. */
  readonly pendingKeys: Set<string>;
  inFlight: BatchInFlight | null;
  readonly attaching: Map<VolumeId, Attaching>;
  /** The session that was granted last, by volume. */
  readonly granted: Map<VolumeId, number>;
}

/** How a part of the authority acts: on its state, through the outbox of this step. */
export interface AuthorityStep {
  readonly state: AuthorityState;
  readonly self: Self;
  readonly out: Outbox;
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
    scan: emptyScan(),
    round: 0,
    nextBlock: 0,
    nextBatch: 0,
    nextLogIndex: 0,
    checksum: 0,
    durableIndex: -1,
    queue: [],
    pendingKeys: new Set(),
    inFlight: null,
    attaching: new Map(),
    granted: new Map(),
  };
}

/** An empty map under the rules that the mutants leave. */
export function freshMap(input: AuthorityInput): DataMap {
  return emptyDataMap(input.zoneOf, {
    compareAndSet: !input.mutants.has('skip-compare-and-set'),
    deduplicate: !input.mutants.has('apply-twice-on-retry'),
  });
}

/** An independent copy for a fork. */
export function copyAuthority<Snapshot>(state: AuthorityState<Snapshot>): AuthorityState<Snapshot> {
  const attaching = new Map<VolumeId, Attaching>();
  for (const [id, waiting] of state.attaching) {
    attaching.set(id, { ...waiting, fenced: new Set(waiting.fenced) });
  }
  return {
    ...state,
    map: copyDataMap(state.map),
    scan: {
      ...state.scan,
      records: state.scan.records.slice(),
      pending: state.scan.pending.slice(),
    },
    queue: state.queue.slice(),
    pendingKeys: new Set(state.pendingKeys),
    attaching,
    granted: new Map(state.granted),
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
