import { describe, expect, it } from 'vitest';
import {
  allCellGuards,
  applyCommand,
  type CellCommand,
  type CellRecord,
  type CellState,
  cellStates,
  firstRecord,
  noRecord,
} from '../../../model/lineage/cell-record.ts';

const at = { cell: 'x', guards: allCellGuards };
const apply = (record: CellRecord, ...commands: readonly CellCommand[]) =>
  commands.reduce((now, command) => applyCommand(now, command, at), record);

const chain = [{ request: 'r1', cell: 'y', epoch: 1 }];

describe('the commands of a cell', () => {
  it('lead a source to its end: migrate, seal, retire', () => {
    const record = apply(
      firstRecord(1),
      { kind: 'migrate', move: 1, epoch: 1 },
      { kind: 'take', request: 'r2', epoch: 1 },
      { kind: 'seal', move: 1, epoch: 1 },
      { kind: 'retire', move: 1, chain, target: 'y', isForced: false },
    );
    expect(record).toMatchObject({ state: 'retired', closedMove: 1, forward: 'y' });
    // What was taken and not published is dropped.
    expect(record.lineage).toEqual(chain);
  });

  it('end a move for a source that was fenced before it heard of the decision', () => {
    const record = apply(
      firstRecord(1),
      { kind: 'migrate', move: 1, epoch: 1 },
      { kind: 'fence', epoch: 2, chain, owner: 'y' },
      { kind: 'retire', move: 1, chain, target: 'y', isForced: true },
    );
    expect(record).toMatchObject({ state: 'retired', closedMove: 1, forward: 'y' });
  });

  it('lead a target to its beginning: prepare, activate', () => {
    const record = apply(
      noRecord,
      { kind: 'prepare', move: 1 },
      { kind: 'activate', move: 1, epoch: 2, chain },
    );
    expect(record).toMatchObject({ state: 'active', epoch: 2, closedMove: 1, lineage: chain });
  });

  it('tell any cell how far the chain is published, and never less than it knows', () => {
    const [head] = chain as [(typeof chain)[number]];
    const late = { count: 1, head };
    const known = { count: 2, head: { ...head, request: 'r2' } };
    const record = apply(noRecord, { kind: 'note-head', known });
    expect(record).toEqual({ ...noRecord, knownHead: known });
    expect(apply(record, { kind: 'note-head', known: late })).toBe(record);
    const active = apply(noRecord, { kind: 'activate', move: 1, epoch: 2, chain });
    expect(active.knownHead).toEqual({ count: chain.length, head: chain.at(-1) });
  });

  it('mean nothing once their move is closed', () => {
    const record = apply(noRecord, { kind: 'abort-import', move: 1 });
    expect(record.closedMove).toBe(1);
    const late: readonly CellCommand[] = [
      { kind: 'prepare', move: 1 },
      { kind: 'activate', move: 1, epoch: 2, chain },
      { kind: 'abort-import', move: 1 },
    ];
    for (const command of late) expect(apply(record, command)).toBe(record);
  });

  it('bring an aborted import back to what was before it', () => {
    const retired: CellRecord = { ...noRecord, state: 'retired', forward: 'y', closedMove: 1 };
    const prepare = { kind: 'prepare', move: 2 } as const;
    const abort = { kind: 'abort-import', move: 2 } as const;
    expect(apply(retired, prepare, abort).state).toBe('retired');
    expect(apply(noRecord, prepare, abort).state).toBe('not-found');
  });

  it('fence a cell of an earlier epoch, and no other', () => {
    const fence = { kind: 'fence', epoch: 3, chain, owner: 'y' } as const;
    expect(apply(firstRecord(2), fence)).toMatchObject({ state: 'retired', forward: 'y' });
    const newer = firstRecord(3);
    expect(apply(newer, fence)).toBe(newer);
  });

  it('do nothing, and keep the very record, wherever their guard does not hold', () => {
    const inState = (state: CellState): CellRecord => ({ ...firstRecord(1), state, moveId: 9 });
    // Who takes a command of move 9, by state; all others ignore it.
    const takers: Readonly<Record<string, readonly CellState[]>> = {
      prepare: ['not-found', 'retired'],
      migrate: ['active'],
      seal: ['active', 'migrating'],
      activate: ['creating', 'not-found', 'retired'],
      retire: ['sealed', 'retired'],
      unseal: ['active', 'sealed', 'migrating'],
      'abort-import': ['creating', 'not-found', 'retired'],
      take: ['active', 'migrating'],
    };
    const commands: readonly CellCommand[] = [
      { kind: 'prepare', move: 9 },
      { kind: 'migrate', move: 9, epoch: 1 },
      { kind: 'seal', move: 9, epoch: 1 },
      { kind: 'activate', move: 9, epoch: 2, chain },
      { kind: 'retire', move: 9, chain, target: 'y', isForced: false },
      { kind: 'unseal', move: 9, epoch: 2 },
      { kind: 'abort-import', move: 9 },
      { kind: 'take', request: 'r9', epoch: 1 },
    ];
    for (const command of commands) {
      for (const state of cellStates) {
        const record = inState(state);
        const isTaken = applyCommand(record, command, at) !== record;
        expect([command.kind, state, isTaken]).toEqual([
          command.kind,
          state,
          takers[command.kind]!.includes(state),
        ]);
      }
    }
  });
});

describe('taking a snapshot', () => {
  it('answers a request that is in the lineage with what is there', () => {
    const record = apply(firstRecord(1), { kind: 'take', request: 'r1', epoch: 1 });
    expect(record.lineage).toEqual([{ request: 'r1', cell: 'x', epoch: 1 }]);
    expect(apply(record, { kind: 'take', request: 'r1', epoch: 1 })).toBe(record);
  });

  it('needs the epoch and the lease', () => {
    const record = firstRecord(2);
    expect(apply(record, { kind: 'take', request: 'r1', epoch: 1 })).toBe(record);
    const expired = { ...record, leased: false };
    expect(apply(expired, { kind: 'take', request: 'r1', epoch: 2 })).toBe(expired);
  });
});
