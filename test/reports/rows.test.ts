import { describe, expect, test } from 'vitest';
import { faultOverlap, reportRows } from '../../reports/rows.ts';
import type { Entry } from '../../sim/index.ts';
import { syntheticRun } from '../support/synthetic-record.ts';

type Loose = Omit<Entry, 'index' | 'id' | 'cause' | 'previous'> & Record<string, unknown>;

const base = syntheticRun({ opCount: 1 }).verdict;

function rowsOf(...bodies: readonly Loose[]): ReturnType<typeof reportRows> {
  const entries = bodies.map(
    (body, index) => ({ ...body, index, id: String(index), cause: null, previous: null }) as Entry,
  );
  return reportRows(entries, { ...base, simulatedNs: 100 });
}

const op = { kind: 'op', actor: 'c1', name: 'read', value: null } as const;
const host = { kind: 'start', actor: 'h1', behavior: 'host', node: 'n1', labels: {} } as const;

describe('operations', () => {
  test('joins each end with its own invocation (two actors, one op id)', () => {
    const { ops } = rowsOf(
      { ...op, phase: 'invoke', opId: 1, atNs: 10 },
      { ...op, phase: 'invoke', opId: 1, atNs: 20, actor: 'c2', name: 'write' },
      { ...op, phase: 'fail', opId: 1, atNs: 30, actor: 'c2', name: 'write' },
      { ...op, phase: 'ok', opId: 1, atNs: 40 },
    );
    expect(
      ops.map(({ actor, startNs, endNs, outcome }) => [actor, startNs, endNs, outcome]),
    ).toEqual([
      ['c1', 10, 40, 'ok'],
      ['c2', 20, 30, 'fail'],
    ]);
  });

  test('leaves an operation without an end pending until the end of the run', () => {
    const { ops } = rowsOf({ ...op, phase: 'invoke', opId: 1, atNs: 10 });
    expect(ops).toMatchObject([{ outcome: 'pending', endNs: 100 }]);
  });

  test('ignores an end without a beginning (record kept its last entries only)', () => {
    expect(rowsOf({ ...op, phase: 'ok', opId: 9, atNs: 10 }).ops).toEqual([]);
  });
});

describe('states', () => {
  test('shows a crash as down until the actor starts again', () => {
    const state = { kind: 'state', actor: 'h1' } as const;
    const rows = rowsOf(
      { ...host, incarnation: 0, atNs: 0 },
      { ...state, atNs: 0, state: 'serving' },
      { kind: 'stop', actor: 'h1', reason: 'crash', atNs: 30 },
      { ...host, incarnation: 1, atNs: 50 },
      { ...state, atNs: 50, state: 'recovering' },
    );
    expect(rows.states.map(({ state, startNs, endNs }) => [state, startNs, endNs])).toEqual([
      ['serving', 0, 30],
      ['down', 30, 50],
      ['recovering', 50, 100],
    ]);
    expect(rows.downs).toEqual([{ lane: 'n1', state: 'down', startNs: 30, endNs: 50 }]);
  });

  test('ends the lane of an actor that was stopped by its parent', () => {
    const rows = rowsOf(
      { kind: 'state', actor: 'h1/child', atNs: 5, state: 'copying' },
      { kind: 'stop', actor: 'h1/child', reason: 'done', atNs: 30 },
    );
    expect(rows.states).toMatchObject([{ state: 'copying', endNs: 30 }]);
    expect(rows.downs).toEqual([]);
  });

  test('counts one outage of a node whose actors all crashed at once', () => {
    const rows = rowsOf(
      { ...host, incarnation: 0, atNs: 0 },
      { ...host, actor: 'c1', incarnation: 0, atNs: 0 },
      { kind: 'stop', actor: 'h1', reason: 'crash', atNs: 30 },
      { kind: 'stop', actor: 'c1', reason: 'crash', atNs: 30 },
    );
    expect(rows.downs).toEqual([{ lane: 'n1', state: 'down', startNs: 30, endNs: 100 }]);
  });
});

describe('faults', () => {
  test('numbers faults in order of start and ends an open one with the run', () => {
    const late = { ...base.faults[0]!, faultId: 0, startNs: 50, endNs: null };
    const early = { ...base.faults[1]!, faultId: 1, startNs: 10, endNs: 20 };
    const rows = reportRows([], { ...base, simulatedNs: 100, faults: [late, early] });
    expect(
      rows.faults.map(({ label, startNs, endNs, undone }) => [label, startNs, endNs, undone]),
    ).toEqual([
      ['F1', 10, 20, true],
      ['F2', 50, 100, false],
    ]);
  });

  test('finds each operation that meets a fault (either edge, overlapping faults)', () => {
    const fault = { label: '', fault: '', targets: '', params: '', undone: true };
    const overlaps = faultOverlap([
      { ...fault, startNs: 40, endNs: 60 },
      { ...fault, startNs: 10, endNs: 20 },
      { ...fault, startNs: 15, endNs: 30 },
    ]);
    const meets = (startNs: number, endNs: number): boolean => overlaps(startNs, endNs);
    expect([meets(0, 10), meets(25, 26), meets(30, 39), meets(0, 100)]).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect([meets(0, 9), meets(31, 39), meets(61, 70)]).toEqual([false, false, false]);
    expect(faultOverlap([])(0, 100)).toBe(false);
  });
});
