import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkRegister, type RegisterOp } from '../../sim/index.ts';

const unknown = Number.POSITIVE_INFINITY;

function write(value: number, startNs: number, endNs: number): RegisterOp {
  return { kind: 'write', value, startNs, endNs };
}

function read(value: number, startNs: number, endNs: number): RegisterOp {
  return { kind: 'read', value, startNs, endNs };
}

/** Tries every order that keeps real time; a write of unknown outcome may be left out. */
function someOrderExplains(ops: readonly RegisterOp[], value: number): boolean {
  if (ops.every((op) => op.kind === 'write' && op.endNs === unknown)) return true;
  return ops.some((op, i) => {
    if (ops.some((other) => other.endNs < op.startNs)) return false;
    if (op.kind === 'read' && op.value !== value) return false;
    const rest = ops.filter((_, j) => j !== i);
    return someOrderExplains(rest, op.value);
  });
}

const span = fc.tuple(fc.nat(9), fc.nat(6)).map(([startNs, length]) => ({
  startNs,
  endNs: startNs + length,
}));

// Writes get values of their own; reads claim any of them, the initial value or one never written.
const history = fc
  .tuple(
    fc.array(fc.tuple(span, fc.boolean()), { maxLength: 3 }),
    fc.array(fc.tuple(span, fc.nat(4)), { maxLength: 3 }),
  )
  .map(([writes, reads]) => [
    ...writes.map(([at, known], i) => write(i + 1, at.startNs, known ? at.endNs : unknown)),
    ...reads.map(([at, value]) => read(value, at.startNs, at.endNs)),
  ]);

describe('register histories', () => {
  it('agree with a search over all orders (up to 6 operations)', () => {
    let explainedCount = 0;
    let refusedCount = 0;
    fc.assert(
      fc.property(history, (ops) => {
        const explained = someOrderExplains(ops, 0);
        if (explained) explainedCount += 1;
        else refusedCount += 1;
        expect(checkRegister(ops, 0) === null).toBe(explained);
      }),
      { seed: 20_202, numRuns: 5_000 },
    );
    expect(Math.min(explainedCount, refusedCount)).toBeGreaterThan(500);
  });

  it('may be empty, or reads of the initial value only', () => {
    expect(checkRegister([], 0)).toBeNull();
    expect(checkRegister([read(0, 0, 1), read(0, 5, 6)], 0)).toBeNull();
  });

  it('refuse a read of what nobody wrote', () => {
    expect(checkRegister([read(7, 0, 1)], 0)).toEqual({
      what: 'read 7, never written',
      values: [7],
    });
  });

  it('refuse a read that ended before its write began', () => {
    const problem = checkRegister([read(1, 0, 1), write(1, 2, 3)], 0);
    expect(problem?.what).toBe('read 1 before it was written');
  });

  it('refuse the initial value after a write has ended', () => {
    const problem = checkRegister([write(1, 0, 1), read(0, 2, 3)], 0);
    expect(problem?.values).toEqual([0, 1]);
  });

  it('refuse reads that go back (two reads, one after the other)', () => {
    const ops = [write(1, 0, 9), write(2, 0, 9), read(2, 1, 2), read(1, 3, 4), read(2, 5, 6)];
    expect(checkRegister(ops, 0)).not.toBeNull();
  });

  it('let concurrent writes end in either order', () => {
    const ops = [write(1, 0, 9), write(2, 0, 9)];
    expect(checkRegister([...ops, read(1, 10, 11)], 0)).toBeNull();
    expect(checkRegister([...ops, read(2, 10, 11)], 0)).toBeNull();
  });

  it('let a write of unknown outcome take effect late, but only once', () => {
    const ops = [write(1, 0, unknown), write(2, 2, 3), read(1, 8, 9)];
    expect(checkRegister([...ops, read(2, 4, 5)], 0)).toBeNull();
    expect(checkRegister([...ops, read(2, 10, 11)], 0)).not.toBeNull();
  });

  it('let a write of unknown outcome never take effect', () => {
    const ops = [write(1, 0, unknown), write(2, 2, 3), read(2, 8, 9)];
    expect(checkRegister(ops, 0)).toBeNull();
  });
});
