import { describe, expect, it } from 'vitest';
import { type CellRecord, firstRecord, noRecord } from '../../../../model/lineage/cell-record.ts';
import {
  abortMove,
  clearMove,
  commitMove,
  importedMove,
  newVolume,
  openMove,
  type VolumeRecord,
} from '../../../../model/lineage/volume-record.ts';
import { lineageRows } from '../../../../scenarios/runner/reporters/lineage.ts';
import type { Entry } from '../../../../sim/index.ts';

const volume = 'vol-1';
const mark = (atNs: number, actor: string, name: string, facts: object): Entry =>
  ({ kind: 'mark', atNs, index: atNs, actor, name, facts }) as unknown as Entry;
const recorded = (atNs: number, record: VolumeRecord) =>
  mark(atNs, 'authority', 'lineage.recorded', { volume, record });
const accepted = (atNs: number, host: number, count: number, record: CellRecord, cell = 'cell-1') =>
  mark(atNs, `host-${host}`, 'control.accepted', {
    cell,
    volume,
    ballot: { count, by: 'host-1' },
    record,
    memberCount: 3,
  });

const snapshot = { request: 's1', cell: 'cell-1', epoch: 1 };
const created: VolumeRecord = { ...newVolume('cell-1'), chain: [] };
const published: VolumeRecord = { ...created, chain: [snapshot] };
const opened = openMove(published, 'cell-2');
const imported = importedMove(opened, 1);
const committed = commitMove(imported, 1);
const sealed: CellRecord = { ...firstRecord(1), state: 'sealed', moveId: 1 };
const active: CellRecord = { ...noRecord, state: 'active', epoch: 2 };

describe('what is drawn of volumes in cells', () => {
  it('is what most hosts of a cell keep, from the second of three on', () => {
    const { holdings } = lineageRows([
      recorded(0, created),
      accepted(10, 1, 1, sealed),
      accepted(20, 2, 1, sealed),
      accepted(30, 3, 1, sealed),
      mark(40, 'x', 'other', {}),
    ]);
    expect(holdings.map(({ state, startNs, endNs }) => [state, startNs, endNs])).toEqual([
      ['active', 0, 20],
      ['sealed', 20, 40],
    ]);
  });

  it('is not what an attempt left that came too late', () => {
    const late = accepted(50, 2, 1, firstRecord(1));
    const { holdings } = lineageRows([
      accepted(10, 1, 2, sealed),
      accepted(20, 2, 2, sealed),
      accepted(40, 3, 1, firstRecord(1)),
      late,
      mark(60, 'x', 'other', {}),
    ]);
    expect(holdings.map(({ state }) => state)).toEqual(['sealed']);
  });

  it('tells a move from its opening to its end, with the seal', () => {
    const { moves, snapshots, steps } = lineageRows([
      recorded(0, created),
      recorded(5, published),
      recorded(10, opened),
      recorded(15, imported),
      accepted(20, 1, 1, sealed),
      accepted(21, 2, 1, sealed),
      recorded(30, committed),
      // A log that is replayed says all again.
      recorded(30, committed),
      accepted(40, 4, 1, active, 'cell-2'),
      accepted(41, 5, 1, active, 'cell-2'),
      recorded(50, clearMove(committed, 1)),
      mark(60, 'x', 'other', {}),
    ]);
    expect(moves).toEqual([
      {
        volume,
        move: 1,
        source: 'cell-1',
        target: 'cell-2',
        openedNs: 10,
        sealedNs: 21,
        decidedNs: 30,
        decision: 'commit',
        resumedNs: 41,
        closedNs: 50,
      },
    ]);
    expect(snapshots).toMatchObject([{ request: 's1', publishedNs: 5, parent: null }]);
    expect(steps.map(({ move, what }) => `${move}: ${what}`)).toEqual([
      '0: publishes s1',
      '1: opens move 1 to cell-2',
      '1: notes that cell-2 has the data',
      '1: is sealed',
      '1: decides move 1: commit',
      '1: is active',
      '1: clears move 1',
    ]);
  });

  it('tells of a roll-back once, whoever tells of it', () => {
    const change = { kind: 'swap-merits', preferred: 'cell-1' };
    const facts = { volume, logIndex: 7, record: abortMove(imported, 1), change };
    const { moves, steps } = lineageRows([
      recorded(0, created),
      recorded(10, opened),
      recorded(15, imported),
      mark(20, 'authority', 'lineage.recorded', facts),
      mark(21, 'authority-2', 'lineage.recorded', facts),
    ]);
    expect(moves).toMatchObject([{ move: 1, decision: 'abort', decidedNs: 20 }]);
    expect(steps.slice(-2).map(({ what }) => what)).toEqual([
      'rolls back: prefers cell-1 for what is new',
      'decides move 1: abort',
    ]);
  });

  it('says which rule was applied, and where the snapshot is taken', () => {
    const applied = { volume, request: 's1', rule: 'active/creating', taker: 'cell-1' };
    const { steps } = lineageRows([mark(10, 'router-1/request-1', 'rule.applied', applied)]);
    expect(steps[0]).toMatchObject({
      actor: 'router-1',
      isRule: true,
      what: 'rule active/creating for s1: cell-1 takes it',
    });
  });

  it('says how far the contents of each snapshot are', () => {
    const chain = ['c1', 'c2', 'c3', 'c4'].map((cut, i) => ({
      ...snapshot,
      request: `s${i}`,
      cut,
    }));
    const stored = (atNs: number, name: string, cut: string) =>
      mark(atNs, 'lineage-store', `snapshot.${name}`, { volume, snapshot: cut });
    const { snapshots } = lineageRows([
      recorded(5, { ...created, chain }),
      stored(10, 'registered', 'c1'),
      stored(20, 'completed', 'c1'),
      stored(30, 'registered', 'c2'),
      stored(40, 'lost', 'c2'),
      stored(50, 'registered', 'c3'),
      stored(60, 'deleted', 'c1'),
      stored(70, 'deleted', 'c2'),
      stored(80, 'registered', 'of another volume'),
    ]);
    expect(snapshots.map(({ state }) => state)).toEqual([
      'deleted',
      'error',
      'pending',
      'published',
    ]);
  });

  it('counts each pair of the rule table, met or not', () => {
    const applied = { volume, request: 's1', rule: 'active/creating', taker: 'cell-1' };
    const twice = [10, 20].map((atNs) => mark(atNs, 'router-1/request-1', 'rule.applied', applied));
    const { rules } = lineageRows(twice);
    expect(rules).toHaveLength(49);
    expect(rules.filter(({ count }) => count > 0)).toEqual([
      { first: 'active', alternate: 'creating', codes: 'T1 D', count: 2 },
    ]);
    expect(lineageRows([]).rules).toEqual([]);
  });
});
