import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readIolog } from '../../../scenarios/runner/iolog.ts';
import { writeIolog } from '../../../scenarios/runner/iolog-writer.ts';
import type { TraceOp } from '../../../scenarios/runner/trace-op.ts';

const seed = 20260101;
const nsPerUnit = { 2: 1_000_000, 3: 1_000 } as const;

/** Ops in the order of time; times are whole units, as each version keeps them. */
function traceOps(unitNs: number): fc.Arbitrary<TraceOp[]> {
  const body = fc.oneof(
    fc.record({
      op: fc.constantFrom('read' as const, 'write' as const),
      offsetBytes: fc.nat({ max: 2 ** 40 }),
      lengthBytes: fc.integer({ min: 1, max: 4294967295 }),
    }),
    fc.constant({ op: 'flush' as const, offsetBytes: 0, lengthBytes: 0 }),
  );
  const gap = fc.oneof(fc.constant(0), fc.nat({ max: 5_000_000 }));
  return fc.array(fc.tuple(gap, body), { minLength: 1, maxLength: 60 }).map((pairs) => {
    let atNs = 0;
    return pairs.map(([units, rest]) => {
      atNs += units * unitNs;
      return { atNs, ...rest };
    });
  });
}

const filenames = fc.stringMatching(/^[!-~]{1,40}$/);

describe.each([2, 3] as const)('version %i', (version) => {
  test('reads back what it wrote', () => {
    fc.assert(
      fc.property(traceOps(nsPerUnit[version]), filenames, (ops, filename) => {
        const back = readIolog(writeIolog(ops, { version, filename }));
        expect(back.problems).toEqual([]);
        expect(back.filenames).toEqual([filename]);
        expect(back.ops).toEqual(ops);
      }),
      { seed, numRuns: 200 },
    );
  });

  test('refuses ops out of order and names that fio cannot read', () => {
    const ops: TraceOp[] = [
      { atNs: 5e9, op: 'flush', offsetBytes: 0, lengthBytes: 0 },
      { atNs: 4e9, op: 'flush', offsetBytes: 0, lengthBytes: 0 },
    ];
    expect(() => writeIolog(ops, { version, filename: 'f' })).toThrow('op at 4000000000 ns comes');
    expect(() => writeIolog([], { version, filename: 'a b' })).toThrow("file name 'a b'");
  });
});

test('survives any cut of a log without a throw', () => {
  const ops: TraceOp[] = [{ atNs: 3000, op: 'write', offsetBytes: 4096, lengthBytes: 4096 }];
  const text = writeIolog(ops, { version: 3, filename: 'f' });
  for (let cut = 0; cut <= text.length; cut += 1) {
    const { ops: found, problems } = readIolog(text.slice(0, cut));
    expect(found.length + problems.length).toBeGreaterThan(0);
  }
});

test('writes the bytes that fio reads', () => {
  const ops: TraceOp[] = [
    { atNs: 0, op: 'read', offsetBytes: 0, lengthBytes: 4096 },
    { atNs: 2_500_900, op: 'flush', offsetBytes: 0, lengthBytes: 0 },
  ];
  expect(writeIolog(ops, { version: 3, filename: 'f' })).toBe(
    'fio version 3 iolog\n0 f add\n0 f open\n0 f read 0 4096\n2500 f sync 0 0\n2500 f close\n',
  );
  expect(writeIolog(ops, { version: 2, filename: 'f' })).toBe(
    'fio version 2 iolog\nf add\nf open\nf read 0 4096\nf wait 2 0\nf sync 0 0\nf close\n',
  );
});
