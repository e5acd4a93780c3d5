// How copies are restored and slots reused: plain data, all units resolved, defaults for who does
// not care.
import { type Ns, nsPerMs, nsPerSec } from '../sim/index.ts';

/** How many copies are made at once, and how long who was refused waits. */
export interface ReMirrorSpec {
  /** Copies that one host may be the source of, or the target of, at once; from 1 on. */
  readonly copiesPerHost: number;
  /** Copies that one cell admits at once; from 1 on. */
  readonly copiesPerCell: number;
  /** Bound of the first wait of an attempt; each further one doubles it, drawn with full jitter. */
  readonly backOffFirstNs: Ns;
  /** The bound that doubling ends at. */
  readonly backOffMaxNs: Ns;
  /** Share of a cell's slots, 0 to 1, that is kept for copies that were lost: moves leave it. */
  readonly reserveShare: number;
  /** A copy whose host comes back is brought up to date by what changed, and kept. */
  readonly merge: boolean;
  /**
   * A cell gives slots for the copies of at most so many suspected hosts in a minute, from 1 on;
   * null for any number.
   */
  readonly hostsPerMinute: number | null;
  /** How long a host that comes and goes gets no copies; null for not at all. */
  readonly probation: ProbationSpec | null;
}

/** How long a host has to be well, after a silence, before it gets copies again. */
export interface ProbationSpec {
  /** After the first silence; each further one doubles it. */
  readonly firstNs: Ns;
  /** The bound that doubling ends at. Twice as long without one, and all are forgotten. */
  readonly maxNs: Ns;
}

/**
 * Waits of 100 ms to 5 s are the design's; four copies at a host and 32 in a cell keep a host's
 * device and the network of a cell free for clients (assumed, no source gives a number).
 */
export const defaultReMirror: ReMirrorSpec = Object.freeze({
  copiesPerHost: 4,
  copiesPerCell: 32,
  backOffFirstNs: 100 * nsPerMs,
  backOffMaxNs: 5 * nsPerSec,
  reserveShare: 0.05,
  merge: false,
  hostsPerMinute: null,
  probation: null,
});

/** How long a slot is kept for whom. */
export interface SlotLifeSpec {
  /** So long after a slot was reserved its host asks the authority whether a map names it. */
  readonly reserveNs: Ns;
  /** So long after a tenancy has ended its slot is given to nobody. */
  readonly graceNs: Ns;
}

/**
 * A reservation outlasts a driver's patience with one copy (30 s); the grace outlasts every
 * resend of a request (assumed).
 */
export const defaultSlotLife: SlotLifeSpec = Object.freeze({
  reserveNs: 60 * nsPerSec,
  graceNs: 2 * nsPerSec,
});

/** Who moves copies from full hosts to empty ones. */
export interface OptimizerSpec {
  readonly zone: string;
  /** How often it looks for a move. */
  readonly everyNs: Ns;
  /** Moves under way at once, from 1 on. */
  readonly movesAtOnce: number;
}

/** Who asks for snapshots of a volume, and how persistently. */
export interface SnapshotPlan {
  /** The node and actor: `requester-1`. */
  readonly id: string;
  readonly zone: string;
  readonly volume: string;
  /** When it asks for the first one, and how often then. */
  readonly firstNs: Ns;
  readonly everyNs: Ns;
  /** How many it asks for; null for as many as there is time for. */
  readonly count: number | null;
  /** After so long without an answer it asks another router for the same. */
  readonly retryNs: Ns;
  /** How many routers it asks for the same at once; from 1 on. */
  readonly askedAtOnce: number;
  /** After so long it gives the request up; null for never. */
  readonly giveUpNs: Ns | null;
}

/** A volume is to be moved into another cell. */
export interface VolumeMovePlan {
  readonly volume: string;
  /** Name of the cell; null for the one that the merits prefer then. */
  readonly to: string | null;
  readonly atNs: Ns;
}

/**
 * The merits of a volume's two cells are to be swapped back: a move that is not decided then is
 * given up, one that is decided stays, and what is new prefers the cell before.
 */
export interface RollBackPlan {
  readonly volume: string;
  readonly atNs: Ns;
}

/** A cell gives volumes away when the records of its volumes change too often. */
export interface CellSplitPlan {
  readonly cell: string;
  /** The new cell: snapshots of the volumes that leave are taken there from then on. */
  readonly to: string;
  /** Changes of records of its volumes in a second, snapshots above all, that it may have. */
  readonly ratePerSecMax: number;
  /** Over how long they are counted. */
  readonly windowNs: Ns;
}

/** A volume is put in quarantine by hand. */
export interface HoldPlan {
  readonly volume: string;
  readonly fromNs: Ns;
  readonly untilNs: Ns;
}

/** An operator looks at the volumes: it lifts each quarantine that it does not want itself. */
export interface OperatorPlan {
  /** How often it looks. */
  readonly everyNs: Ns;
  readonly holds: readonly HoldPlan[];
}

/** Snapshots and moves of volumes between cells. */
export interface LineageSpec {
  /** Routers `router-1` and on, in the zones in turn; from 1 on. */
  readonly routerCount: number;
  /** Movers `mover-1` and on, in the zones in turn; each takes every move that is planned. */
  readonly moverCount: number;
  /** How long a cell may take snapshots without asking the authority again. */
  readonly cellLeaseNs: Ns;
  readonly snapshots: readonly SnapshotPlan[];
  readonly moves: readonly VolumeMovePlan[];
  /** Each after a move of its volume; left out: none. */
  readonly rollBacks?: readonly RollBackPlan[];
  /** Left out: a quarantine is never lifted. */
  readonly operator?: OperatorPlan;
  /** Left out: no cell is split. */
  readonly split?: CellSplitPlan;
}

/** Where the snapshots of a volume come from that are uploaded. */
export type SnapshotSource = 'schedule' | 'lineage';

/** Who looks after the snapshots of a volume. */
export interface BackupPlan {
  readonly volume: string;
  /** `lineage`: those that routers publish; they have contents then. Else they are begun here. */
  readonly source?: SnapshotSource;
  /** How long after one snapshot the next is begun, or looked for in the lineage. */
  readonly everyNs: Ns;
  /** How many complete ones are kept, from 1 on. */
  readonly keepCount: number;
}

/**
 * Snapshots of a volume that are deleted while others are taken. Of a volume whose snapshots come
 * from the lineage that is where each is deleted first, published and not yet uploaded ones, too.
 */
export interface PurgePlan {
  readonly volume: string;
  readonly everyNs: Ns;
  /** Which of those that are complete, or published, goes. */
  readonly which: 'oldest' | 'newest';
}

/** What a volume begins with: the last complete snapshot of another one. */
export interface RestorePlan {
  readonly volume: string;
  /** When it is restored: before, its blocks cannot be read. */
  readonly atNs: Ns;
  /** How fast it is loaded at most, while it is in use. */
  readonly bitsPerSec: number;
}

/** Volumes that are cut at one instant, again and again: each has a snapshot of each cut. */
export interface BackupSetPlan {
  /** Two or more, each in one set only and with no backup of its own. */
  readonly volumes: readonly string[];
  /** How long after one cut the next is begun. */
  readonly everyNs: Ns;
  /** How many complete snapshots are kept of each volume, from 1 on. */
  readonly keepCount: number;
}

/** Where the contents of snapshots go, and which volumes have some taken on a schedule. */
export interface ArchiveSpec {
  /** Of the lineage store and of who looks after the snapshots, on a node each. */
  readonly zone: string;
  /** A name in `ClusterSpec.devices`: the store's. */
  readonly device: string;
  readonly backups: readonly BackupPlan[];
  /** Who else deletes snapshots; nobody where it is absent. */
  readonly purges?: readonly PurgePlan[];
  /** Left out: none. */
  readonly sets?: readonly BackupSetPlan[];
}
