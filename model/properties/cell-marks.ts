// What the members of cells note.
import type { CellCommand, CellName, CellRecord } from '../lineage/cell-record.ts';
import type { VolumeId } from '../map-entry.ts';
import type { Ballot } from '../messages/lineage.ts';

interface OfCell {
  readonly cell: CellName;
  readonly volume: VolumeId;
}

interface AskFacts extends OfCell {
  readonly from: string;
  readonly reqId: number;
}

/** The facts of each mark of a cell member, by its name; the actor is the member. */
export interface CellMarkFacts {
  /** The member keeps the record durably; the cell has `memberCount` of them. */
  readonly 'control.accepted': OfCell & {
    readonly ballot: Ballot;
    readonly record: CellRecord;
    readonly memberCount: number;
  };
  /** It wants most members to keep `record`, which the command has made of `before`. */
  readonly 'record.proposed': OfCell & {
    readonly ballot: Ballot;
    /** The attempt that `before` was accepted in; count 0: it holds from the beginning. */
    readonly basis: Ballot;
    readonly command: CellCommand | null;
    readonly before: CellRecord;
    readonly record: CellRecord;
    /** Both by the clock of the member; null without a lease. */
    readonly nowNs: number;
    readonly leasedUntilNs: number | null;
  };
  readonly 'cell.asked': AskFacts;
  /** With the attempt that the answer is of; null: it does not know. */
  readonly 'cell.answered': AskFacts & { readonly ballot: Ballot | null };
  /** A volume is wanted in a cell, and its last move is decided and not over. */
  readonly 'volume-move.awaited': {
    readonly volume: VolumeId;
    readonly move: number;
    readonly to: CellName;
  };
}
