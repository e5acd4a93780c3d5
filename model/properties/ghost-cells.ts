// What each cell truly is to each volume, and what the authority has recorded, as the record of a
// run tells it: the ghost that no actor can read.
//
// The record of a cell is what most of its members have accepted in one attempt, durably; of
// several such attempts the highest. What an attempt began with may have reached a minority only:
// it counts from then on, and everything it was made of in turn. So one attempt that most accept
// can be several steps of the record, told oldest first.
import type { Entry } from '../../sim/index.ts';
import { compareBallots, firstBallot } from '../lineage/cell-member/ballots.ts';
import {
  type CellCommand,
  type CellName,
  type CellRecord,
  firstRecord,
  isAuthoritative,
} from '../lineage/cell-record.ts';
import type { VolumeChange } from '../lineage/volume-change.ts';
import type { VolumeRecord } from '../lineage/volume-record.ts';
import type { VolumeId } from '../map-entry.ts';
import type { Ballot } from '../messages/lineage.ts';
import { GhostLineage, type Recorded } from './ghost-lineage.ts';
import { isMark, type MarkFacts } from './marks.ts';

/** The record of a cell has changed, or was written again as it was. */
export interface CellStep {
  readonly kind: 'cell';
  readonly volume: VolumeId;
  readonly cell: CellName;
  readonly ballot: Ballot;
  readonly command: CellCommand | null;
  readonly before: CellRecord;
  readonly after: CellRecord;
  readonly isChange: boolean;
  /** By the clock of who proposed it, and until when it had a lease. */
  readonly nowNs: number;
  readonly leasedUntilNs: number | null;
}

/** The authority has changed what it keeps of a volume; null for a new one. */
export interface PlaceStep {
  readonly kind: 'place';
  readonly volume: VolumeId;
  readonly change: VolumeChange | null;
  readonly before: VolumeRecord | null;
  readonly after: VolumeRecord;
}

/** Two attempts were accepted by most members, and neither builds upon the other. */
export interface ForkStep {
  readonly kind: 'fork';
  readonly volume: VolumeId;
  readonly cell: CellName;
  readonly ballots: readonly [Ballot, Ballot];
}

/** What an entry of the record means. */
export type LineageStep = CellStep | PlaceStep | ForkStep;

type Proposal = MarkFacts['record.proposed'];

interface GhostCell {
  record: CellRecord;
  ballot: Ballot;
  /** By ballot. */
  readonly proposals: Map<string, Proposal>;
  /** Members that have accepted, by ballot. */
  readonly accepts: Map<string, Set<string>>;
}

interface GhostVolume {
  record: VolumeRecord;
  readonly cells: Map<CellName, GhostCell>;
  /** Cells that were overruled by force, and the epoch in which that was decided. */
  readonly overruled: Map<CellName, number>;
}

const nothing: readonly LineageStep[] = [];

/** Folds the marks of cell members and of the authority. */
export class GhostCells {
  readonly #lineage = new GhostLineage();
  readonly #volumes = new Map<VolumeId, GhostVolume>();

  /** What the authority keeps of a volume; undefined before it was heard of. */
  recordOf(volume: VolumeId): VolumeRecord | undefined {
    return this.#volumes.get(volume)?.record;
  }

  /** What a cell is to a volume; undefined before it was heard of. */
  cellOf(volume: VolumeId, cell: CellName): CellRecord | undefined {
    return this.#volumes.get(volume)?.cells.get(cell)?.record;
  }

  /** Every cell that was heard of in the matter of a volume, and what it is to it. */
  cellsOf(volume: VolumeId): readonly (readonly [CellName, CellRecord])[] {
    const cells = this.#volumes.get(volume)?.cells ?? new Map<CellName, GhostCell>();
    return [...cells].map(([cell, { record }]) => [cell, record] as const);
  }

  /** The cells that are authoritative now, with what they hold. */
  authoritative(volume: VolumeId): readonly (readonly [CellName, CellRecord])[] {
    const known = this.#volumes.get(volume);
    if (known === undefined) return [];
    const found: [CellName, CellRecord][] = [];
    for (const [cell, { record }] of known.cells) {
      if (isAuthoritative(record.state) && !this.isOverruled(volume, cell, record.epoch)) {
        found.push([cell, record]);
      }
    }
    return found;
  }

  /** Whether a move away from the cell was decided by force since that epoch. */
  isOverruled(volume: VolumeId, cell: CellName, epoch: number): boolean {
    const sinceEpoch = this.#volumes.get(volume)?.overruled.get(cell);
    return sinceEpoch !== undefined && epoch < sinceEpoch;
  }

  /** Takes an entry; answers what has changed by it, oldest first. */
  take(entry: Entry): readonly LineageStep[] {
    const recorded = this.#lineage.take(entry);
    if (recorded !== null) return [this.#recorded(recorded)];
    if (isMark(entry, 'record.proposed')) {
      const { volume, cell, ballot, before } = entry.facts;
      this.#cell(volume, cell, before)?.proposals.set(keyOf(ballot), entry.facts);
    } else if (isMark(entry, 'control.accepted')) {
      return this.#accepted(entry.facts, entry.actor);
    }
    return nothing;
  }

  #recorded({ facts, before }: Recorded): PlaceStep {
    const { volume, change, record } = facts;
    let known = this.#volumes.get(volume);
    if (known === undefined) {
      const owner = newCell(firstRecord(record.epoch));
      const cells = new Map(change === null ? [[record.owner, owner]] : []);
      known = { record, cells, overruled: new Map() };
      this.#volumes.set(volume, known);
    }
    known.record = record;
    const { move } = record;
    if (change?.kind === 'commit' && move?.isForced === true && move.decidedEpoch !== null) {
      known.overruled.set(move.source, move.decidedEpoch);
    }
    return { kind: 'place', volume, change, before, after: record };
  }

  // Nothing is said of a volume that the authority does not know.
  #cell(volume: VolumeId, cell: CellName, record: CellRecord): GhostCell | undefined {
    const cells = this.#volumes.get(volume)?.cells;
    let known = cells?.get(cell);
    if (cells === undefined || known !== undefined) return known;
    known = newCell(record);
    cells.set(cell, known);
    return known;
  }

  #accepted(facts: MarkFacts['control.accepted'], member: string): readonly LineageStep[] {
    const { volume, cell, ballot, memberCount } = facts;
    const known = this.#volumes.get(volume)?.cells.get(cell);
    if (known === undefined) return nothing;
    const key = keyOf(ballot);
    const members = known.accepts.get(key) ?? new Set();
    known.accepts.set(key, members);
    const neededCount = Math.floor(memberCount / 2) + 1;
    if (members.size >= neededCount || members.size === members.add(member).size) return nothing;
    return members.size < neededCount ? nothing : decided(known, { volume, cell, ballot });
  }
}

function newCell(record: CellRecord): GhostCell {
  return { record, ballot: firstBallot, proposals: new Map(), accepts: new Map() };
}

// Most members have accepted: either it is news, or what is known was built upon it.
function decided(
  known: GhostCell,
  what: { readonly volume: VolumeId; readonly cell: CellName; readonly ballot: Ballot },
): readonly LineageStep[] {
  const { volume, cell, ballot } = what;
  const before = known.ballot;
  const isNews = compareBallots(ballot, before) > 0;
  const [upper, lower] = isNews ? [ballot, before] : [before, ballot];
  const path = pathDown(known, upper, lower);
  if (isNews) {
    known.ballot = ballot;
    known.record = known.proposals.get(keyOf(ballot))?.record ?? known.record;
  }
  if (path === null) return [{ kind: 'fork', volume, cell, ballots: [lower, upper] }];
  if (!isNews) return nothing;
  return path.reverse().map((proposal) => ({
    kind: 'cell',
    volume,
    cell,
    ballot: proposal.ballot,
    command: proposal.command,
    before: proposal.before,
    after: proposal.record,
    isChange: isChange(proposal.before, proposal.record),
    nowNs: proposal.nowNs,
    leasedUntilNs: proposal.leasedUntilNs,
  }));
}

/** The attempts from the upper one down to the lower one, without that; null: it is not below. */
function pathDown(known: GhostCell, upper: Ballot, lower: Ballot): Proposal[] | null {
  const path: Proposal[] = [];
  let at = upper;
  while (compareBallots(at, lower) > 0) {
    const proposal = known.proposals.get(keyOf(at));
    if (proposal === undefined) return null;
    path.push(proposal);
    at = proposal.basis;
  }
  return compareBallots(at, lower) === 0 ? path : null;
}

function isChange(before: CellRecord, after: CellRecord): boolean {
  if (before === after) return false;
  return (
    before.state !== after.state ||
    before.epoch !== after.epoch ||
    before.moveId !== after.moveId ||
    before.closedMove !== after.closedMove ||
    before.forward !== after.forward ||
    before.lineage.length !== after.lineage.length ||
    before.knownHead?.count !== after.knownHead?.count
  );
}

function keyOf({ count, by }: Ballot): string {
  return `${count} ${by}`;
}
