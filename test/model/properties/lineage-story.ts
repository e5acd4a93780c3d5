// What the one member of a cell does to the record of a volume.
import type { CellCommand, CellRecord } from '../../../model/lineage/cell-record.ts';
import { type Body, mark } from '../../support/entries.ts';

/** What a member of a cell wants its record to be, and of what it has made that. */
export interface Attempt {
  readonly cell: string;
  readonly count: number;
  readonly basis?: number;
  readonly command: CellCommand | null;
  readonly before: CellRecord;
  readonly record: CellRecord;
  readonly leasedUntilNs?: number | null;
}

/** The nth attempt; 0 for the beginning. */
export const ballot = (count: number) => (count === 0 ? { count, by: '' } : { count, by: 'm' });

/** An attempt that the one member of a cell accepts. */
export function decided(attempt: Attempt): readonly Body[] {
  const { cell, count, basis = count - 1, command, before, record, leasedUntilNs = 10 } = attempt;
  const of = { cell, volume: 'vol-1', ballot: ballot(count) };
  const proposal = {
    ...of,
    basis: ballot(basis),
    command,
    before,
    record,
    nowNs: 5,
    leasedUntilNs,
  };
  return [
    mark(`host-${cell}:control`, 'record.proposed', proposal),
    mark(`host-${cell}:control`, 'control.accepted', { ...of, record, memberCount: 1 }),
  ];
}
