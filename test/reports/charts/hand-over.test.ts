import { expect, test } from 'vitest';
import { handOver, moveTitle } from '../../../reports/charts/hand-over.ts';
import { ruleTable } from '../../../reports/charts/rule-table.ts';
import { snapshotLineage } from '../../../reports/charts/snapshot-lineage.ts';
import { volumeOwnership } from '../../../reports/charts/volume-ownership.ts';
import { reportRows } from '../../../reports/rows.ts';
import { syntheticLineage } from '../../support/synthetic-lineage.ts';
import { syntheticRun } from '../../support/synthetic-record.ts';

const run = syntheticRun({ opCount: 10 });
const lineage = syntheticLineage(6);
const rows = reportRows(run.entries, run.verdict, lineage);

test('says of a move where it went, how it ended and how long no cell took snapshots', () => {
  const [there, back] = lineage.moves;
  expect(moveTitle(there!)).toBe('vol-1, move 1: cell-1 to cell-2, committed, sealed for 30 ms');
  expect(moveTitle(back!)).toBe('vol-1, move 2: cell-2 to cell-1, aborted, never sealed');
  const stuck = { ...there!, decision: 'open', resumedNs: null };
  expect(moveTitle(stuck)).toBe('vol-1, move 1: cell-1 to cell-2, undecided, sealed to the end');
});

test('numbers the steps of each move from its opening on', () => {
  const { table } = handOver.draw(rows)!;
  expect(table.rows).toHaveLength(9);
  expect(table.rows[2]).toEqual(['vol-1 1', '3', '10.4 s', '400 ms', 'mover-1', '', 'seals']);
  expect(table.rows[7]?.slice(0, 2)).toEqual(['vol-1 2', '1']);
});

test('names the parent of each snapshot, and counts those in another cell', () => {
  const { subtitle, table } = snapshotLineage.draw(rows)!;
  expect(subtitle).toBe('6 snapshots, 1 parent in another cell');
  expect(table.rows.map((row) => row[5])).toEqual(['', 's1', 's2', 's3', 's4', 's5']);
});

test('numbers the snapshots that have room for it', () => {
  const { snapshots } = lineage;
  const dense = snapshots.map((row, index) => ({
    ...row,
    cell: 'x',
    publishedNs: snapshots[0]!.publishedNs + (index < 3 ? index : index * (rows.endNs / 10)),
  }));
  const { spec, table } = snapshotLineage.draw({
    ...rows,
    lineage: { ...lineage, snapshots: dense },
  })!;
  const layers = (spec as { layer: { data: { values: Record<string, string>[] } }[] }).layer;
  const texts = layers.flatMap(({ data }) => data.values.map(({ text }) => text));
  const numbers = texts.filter((text) => /^[0-9]+$/.test(text ?? ''));
  expect(numbers).toEqual(['1', '4', '5', '6']);
  expect(table.rows.map(([number]) => number)).toEqual(['1', '2', '3', '4', '5', '6']);
});

test('counts the pairs of observations that routers met, and names what the rules say', () => {
  const { subtitle, table } = ruleTable.draw(rows)!;
  expect(subtitle).toBe('25 of 49 pairs of observations met, in 4,858 decisions');
  expect(table.rows[0]).toEqual(['not-found', 'not-found', 'NF', '1']);
  expect(table.rows.at(-1)).toEqual(['unreachable', 'unreachable', 'RT', '1,297']);
  expect(ruleTable.draw({ ...rows, lineage: { ...lineage, rules: [] } })).toBeNull();
});

test('draws a seal, however short, at least two pixels wide', () => {
  const { spec } = volumeOwnership.draw(rows)!;
  const layers = (spec as { layer: { data: { values: Record<string, number>[] } }[] }).layer;
  const values = layers.flatMap(({ data }) => data.values);
  const sealed = values.find((one) => (one.state as unknown) === 'sealed')!;
  const secPerPixel = rows.endNs / 1e9 / 960;
  expect(sealed.end! - sealed.start!).toBeGreaterThanOrEqual(2 * secPerPixel * 0.999);
});

test('makes text from a scenario printable', () => {
  const odd = { ...lineage, moves: [{ ...lineage.moves[0]!, source: 'cell\u0007' }] };
  const { lineage: clean } = reportRows(run.entries, run.verdict, odd);
  expect(clean.moves[0]!.source).toBe('cell\ufffd');
});
