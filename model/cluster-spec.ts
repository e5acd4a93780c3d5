// What a block store is built from: plain data, all units resolved, made by a scenario or a test.
import type { DeviceSpec, Ns } from '../sim/index.ts';
import type {
  ArchiveSpec,
  LineageSpec,
  OptimizerSpec,
  ReMirrorSpec,
  RestorePlan,
  SlotLifeSpec,
} from './policies.ts';
import type { DegradedPolicy, Durability, ReplicationMode } from './replication.ts';

/** Bytes of one block, the unit of every read, write and version stamp. */
export const blockBytes = 4096;

/** A host: its place, its device and how many slots it has. */
export interface HostSpec {
  /** The node and actor id: `host-1`. */
  readonly id: string;
  readonly zone: string;
  readonly cell: string;
  /** A name in `ClusterSpec.devices`. */
  readonly device: string;
  /** How many slots (each holds one block range of a volume) the device is divided into. */
  readonly slotCount: number;
}

/** A volume and how it is replicated. */
export interface VolumeSpec {
  readonly id: string;
  readonly sizeBytes: number;
  /** How much of the volume one map entry covers. */
  readonly rangeBytes: number;
  /** Copies of each range, each in another zone. */
  readonly replicas: number;
  /** Cells whose hosts hold its copies and new ones; all cells where it is absent. */
  readonly cells?: readonly string[];
  /** How its copies are kept alike; `chain` where it is absent. */
  readonly replication?: ReplicationMode;
  /** What it does with fewer copies; `after-config-change` where it is absent. */
  readonly degraded?: DegradedPolicy;
  /** What an acknowledgement promises; `on-ack` where it is absent. */
  readonly durability?: Durability;
  /** What it begins with; nothing where it is absent. */
  readonly restoredFrom?: RestorePlan;
}

/** One request of a recorded workload. */
export interface TraceRequest {
  readonly atNs: Ns;
  readonly op: 'read' | 'write' | 'flush';
  readonly offsetBytes: number;
  readonly lengthBytes: number;
}

/**
 * What a client asks of its volume. Open loop: requests are issued at their times, whatever is
 * pending.
 */
export type WorkloadSpec =
  | {
      readonly kind: 'pattern';
      /** Share of reads, 0 to 1. */
      readonly readShare: number;
      readonly blocksMin: number;
      readonly blocksMax: number;
      readonly ratePerSec: number;
      /** `zipf` favours few blocks with the given exponent (0.5 to 1.5); `uniform` none. */
      readonly keys:
        | { readonly kind: 'uniform' }
        | { readonly kind: 'zipf'; readonly exponent: number };
      /** One in so many requests is a flush; 0 for none. */
      readonly flushEvery: number;
      /** Share of the writes that are discards, 0 to 1; none where it is absent. */
      readonly discardShare?: number;
    }
  | {
      readonly kind: 'trace';
      readonly requests: readonly TraceRequest[];
      /** Plays the trace this many times as fast; 1 as recorded. */
      readonly speed: number;
      /** Begins again at its end until the run's first act is over. */
      readonly repeat: boolean;
    };

/** A client of one volume or several, and how patient it is. */
export interface ClientSpec {
  /** The node and actor id: `client-1`. */
  readonly id: string;
  readonly zone: string;
  /** Each of them has a session and the workload of its own; the client's end is the end of all. */
  readonly volumes: readonly string[];
  readonly workload: WorkloadSpec;
  /** A request without an answer for this long is an unknown outcome to the program (`info`). */
  readonly timeoutNs: Ns;
  /** How long a host may be silent before its replicas are re-mirrored. */
  readonly suspectNs: Ns;
  /**
   * After so many notifications the ids of its requests begin again, once, as those of a virtual
   * machine do that goes on from an older image; 0 for never.
   */
  readonly requestIdsRestartAfter?: number;
  /** When it attaches, and when it lets go in order; at once and never unless given. */
  readonly attachAtNs?: Ns;
  readonly detachAtNs?: Ns;
  /** Takes the volume over at once by fencing its holder (the default), or waits for its end. */
  readonly force?: boolean;
  /** What it does some time after another client took its volume: `reattach` unless given. */
  readonly afterFenced?: 'reattach' | 'stop';
  /** Goes on when its lease is over, for hosts fence who is replaced (the default), or stops. */
  readonly onLeaseLost?: 'keep' | 'stop';
  /** How often it asks what changed in the map; unless given, as often as it renews its lease. */
  readonly refreshNs?: Ns;
  /** At most so many entries of the map are kept; unless given, all that it learned. */
  readonly cacheRangeMax?: number;
}

/**
 * What a receipt promises. `received`: the request arrived, no more. `logged`: it survives any
 * crash. `applied`: it was decided, too, and the map says so.
 */
export const receiptLevels = ['received', 'logged', 'applied'] as const;

/** A level of receipts. */
export type ReceiptLevel = (typeof receiptLevels)[number];

/** The map authority: one node, or members that keep the map together. */
export interface AuthoritySpec {
  /** Where it is; members lie in the zones in turn, beginning with this one. */
  readonly zone: string;
  /** A name in `ClusterSpec.devices`. */
  readonly device: string;
  /** 1, 3 or 5; one of its own unless given. */
  readonly members?: number;
  /** How long a member waits for its leader: from this long to twice as long, drawn each time. */
  readonly electionTimeoutNs?: Ns;
  /** How often a leader is heard of. */
  readonly heartbeatNs?: Ns;
  /** Records between checkpoints, from 1; 1024 by default. */
  readonly checkpointEvery?: number;
  /** Bytes of the log and its checkpoints, from 256 KiB; 256 MiB by default. */
  readonly logBytes?: number;
  /** What its receipts promise; `logged` by default. */
  readonly receipts?: ReceiptLevel;
  /** Entries that one page of a portion of the map holds, from 1; 64 by default. */
  readonly portionEntryMax?: number;
  /** Entries that a portion holds beyond those that were asked for; 0 by default. */
  readonly prefetchCount?: number;
  /** How long it works on each request before it looks at the next; 0 by default. */
  readonly serviceTimeNs?: Ns;
  /**
   * Requests that wait for their turn at the most, from 1, where each takes its time; the next is
   * told `overloaded`. As many as can be served in a second by default.
   */
  readonly queueMax?: number;
  /** How long a session lasts without word from its client; for ever unless given. */
  readonly leaseNs?: Ns;
}

/** Everything a cluster is built from. */
export interface ClusterSpec {
  readonly zones: readonly string[];
  readonly cells: readonly string[];
  readonly hosts: readonly HostSpec[];
  readonly authority: AuthoritySpec;
  /** What the devices are that hosts and authority name. */
  readonly devices: Readonly<Record<string, DeviceSpec>>;
  readonly volumes: readonly VolumeSpec[];
  readonly clients: readonly ClientSpec[];
  /** How copies are restored; left out: `defaultReMirror`. */
  readonly reMirror?: ReMirrorSpec;
  /** Who evens hosts out; left out: nobody. */
  readonly optimizer?: OptimizerSpec;
  /** How long slots are kept; left out: `defaultSlotLife`. */
  readonly slotLife?: SlotLifeSpec;
  /** Snapshots and moves between cells; left out: none. */
  readonly lineage?: LineageSpec;
  /** Where the contents of snapshots go; left out: nowhere. */
  readonly archive?: ArchiveSpec;
  /** Names in the table of mutants: known wrong variants, switched on to prove the checks. */
  readonly mutants: readonly string[];
  /** The end of the first act: workloads issue nothing after it. */
  readonly workloadUntilNs: Ns;
}
