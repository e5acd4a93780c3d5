import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ioCompletion } from '../../../sim/disk/device.ts';
import { rottenPayload } from '../../../sim/disk/rot.ts';
import { mixValue } from '../../../sim/fingerprint.ts';
import { everyImage, storeRig } from './store-rig.ts';

const all = 1_000_000;

describe('a block written in part', () => {
  test('keeps what was there in its other sectors', () => {
    const rig = storeRig();
    rig.write({ block: 0, stamps: [1, 2, 3], startSector: 6, endSector: 2 });
    expect(rig.image()).toBe('0,0,0,0,0,0,1,1 2 3,3,0,0,0,0,0,0 0');
    rig.write({ block: 0, stamps: [4], startSector: 7 });
    expect(rig.image()).toBe('0,0,0,0,0,0,1,4 2 3,3,0,0,0,0,0,0 0');
  });

  test('answers its stamps by the sector, and a digest that differs from each', () => {
    const rig = storeRig();
    rig.write({ block: 0, stamps: [5, 6] });
    rig.write({ block: 1, stamps: [7], endSector: 3 });
    const done = rig.read(0, 3);
    expect(done.sectors).toEqual([undefined, [7, 7, 7, 6, 6, 6, 6, 6], undefined]);
    expect([done.stamps[0], done.stamps[2], done.marks]).toEqual([5, 0, null]);
    expect([0, 6, 7]).not.toContain(done.stamps[1]);
    const before = done.stamps[1];
    const { sectors } = ioCompletion('d1', { ...done, request: { ...asked, blockCount: 3 } });
    expect(sectors).toEqual(done.sectors);
    rig.write({ block: 1, stamps: [8], endSector: 3 });
    expect(rig.read(1).stamps[0]).not.toBe(before);
  });

  test('is an ordinary block for who reads sectors that agree, or once all of them do', () => {
    const rig = storeRig();
    rig.write({ block: 0, stamps: [6] });
    rig.write({ block: 0, stamps: [7], endSector: 3 });
    const part = rig.do({ op: 'read', block: 0, startSector: 3 }, 1);
    expect([part.stamps[0], part.sectors, part.payloads]).toEqual([6, null, null]);
    rig.write({ block: 0, stamps: [7], startSector: 3 });
    const whole = rig.read(0);
    expect([whole.stamps[0], whole.sectors, whole.payloads]).toEqual([7, null, null]);
  });

  test('shows no structured contents of which a part is gone', () => {
    const rig = storeRig();
    rig.write({ block: 0, payloads: [{ entry: 1 }] });
    rig.write({ block: 0, stamps: [7], endSector: 1 });
    expect(rig.read(0).payloads).toEqual([{ torn: true }]);
    const rest = rig.do({ op: 'read', block: 0, startSector: 1 }, 1);
    expect([rest.payloads, rest.stamps[0]]).toEqual([[{ entry: 1 }], 0]);
  });

  test('is zero where it was deallocated in part', () => {
    const rig = storeRig();
    rig.write({ block: 0, stamps: [6] });
    rig.do({ op: 'discard', block: 0, endSector: 4 });
    expect(rig.image()).toBe('0,0,0,0,6,6,6,6 0 0 0');
  });

  test('is what eight sectors are, whatever is written, flushed, forced, copied (property)', () => {
    const step = fc.record({
      op: fc.constantFrom('write', 'write', 'write', 'fua', 'flush', 'copy'),
      block: fc.nat(1),
      count: fc.integer({ min: 1, max: 2 }),
      start: fc.nat(7),
      end: fc.integer({ min: 1, max: 8 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        let rig = storeRig({ cacheBlockCountMax: 3 }, 3);
        const visible = new Array<number>(24).fill(0);
        let durable = visible.slice();
        for (const [index, { op, block, count, start, end }] of steps.entries()) {
          if (op === 'copy') {
            const source = rig;
            rig = rig.fork();
            source.write({ block: 0, stamps: [99, 99, 99] });
          } else if (op === 'flush') {
            rig.flush();
            durable = visible.slice();
          } else {
            if (count === 1 && start >= end) continue;
            const stamps = new Array<number>(count).fill(index + 1);
            const part = { block, stamps, startSector: start, endSector: end };
            rig.write({ ...part, fua: op === 'fua' });
            const from = block * 8 + start;
            const until = (block + count - 1) * 8 + end;
            visible.fill(index + 1, from, until);
            if (op === 'fua') durable.fill(index + 1, from, until);
          }
        }
        expect(rig.image()).toBe(imageOf(visible));
        expect(rig.fork().image()).toBe(imageOf(visible));
        rig.flush();
        expect(everyImage(rig)).toEqual([imageOf(visible)]);
      }),
      { seed: 3, numRuns: 400 },
    );
  });
});

describe('a forced write', () => {
  test('retires older versions of its own sectors, and nothing else', () => {
    const rig = storeRig({}, 2);
    rig.write({ block: 0, stamps: [1], endSector: 4 });
    rig.write({ block: 0, stamps: [2], startSector: 4 });
    rig.write({ block: 1, stamps: [3] });
    rig.write({ block: 0, stamps: [4], endSector: 4, fua: true });
    const [old, kept] = ['4,4,4,4,0,0,0,0', '4,4,4,4,2,2,2,2'];
    expect(everyImage(rig)).toEqual([`${old} 0`, `${old} 3`, `${kept} 0`, `${kept} 3`]);
  });
});

describe('what the medium has written back', () => {
  test('is durable by the sector; versions that come later are not', () => {
    const rig = storeRig({}, 2);
    rig.write({ block: 0, stamps: [1, 2] });
    rig.store.destaged(4, 8);
    const images = ['0,0,0,0,1,1,1,1 2,2,2,2,0,0,0,0', '0,0,0,0,1,1,1,1 2'];
    expect(new Set(everyImage(rig))).toEqual(new Set([...images, '1 2,2,2,2,0,0,0,0', '1 2']));
    rig.write({ block: 0, stamps: [3] });
    rig.store.destaged(8, 8);
    expect(new Set(everyImage(rig))).toEqual(new Set(['0,0,0,0,1,1,1,1 2', '1 2', '3 2']));
  });
});

describe('contents that are not what was written', () => {
  test('are foreign where they landed and stale where they did not (misdirected)', () => {
    const rig = storeRig({}, 4);
    rig.write({ block: 0, stamps: [1, 2, 3, 4] });
    rig.flush();
    const id = rig.store.faults.add({ kind: 'misdirected-write', sharePpm: all, salt: 5 });
    const landing = rig.store.faults.landing(0, 4);
    rig.write({ block: 0, stamps: [9] });
    rig.store.faults.remove(id);
    const { stamps, marks } = rig.read(0, 4);
    expect(landing).not.toBe(0);
    expect([stamps[0], stamps[landing]]).toEqual([1, 9]);
    expect([marks?.[0], marks?.[landing]]).toEqual([
      { kind: 'stale' },
      { kind: 'foreign', fromBlock: 0 },
    ]);
    expect(marks?.filter((mark) => mark !== undefined).length).toBe(2);
    rig.write({ block: 0, stamps: [5, 6, 7, 8] });
    expect(rig.read(0, 4).marks).toBe(null);
  });

  test('keep their mark through a flush and a power loss, and lose it with it', () => {
    const rig = storeRig({}, 4);
    const id = rig.store.faults.add({ kind: 'misdirected-write', sharePpm: all, salt: 5 });
    const landing = rig.store.faults.landing(0, 4);
    rig.write({ block: 0, stamps: [9] });
    rig.store.faults.remove(id);
    const where = (image: string) => image.split(' ')[landing];
    expect(everyImage(rig).map(where).sort()).toEqual(['0', 'foreign!']);
    rig.flush();
    expect(everyImage(rig).map(where)).toEqual(['foreign!']);
  });

  test('are marked as they are read (stale-read, misdirected-read)', () => {
    const rig = storeRig({}, 4);
    rig.write({ block: 0, stamps: [1, 2] });
    const past = rig.store.image();
    rig.write({ block: 0, stamps: [3] });
    const { faults } = rig.store;
    const stale = faults.add({ kind: 'stale-read', sharePpm: all, salt: 0, past });
    expect(rig.read(0, 2).marks).toEqual([{ kind: 'stale' }, undefined]);
    faults.remove(stale);
    faults.add({ kind: 'misdirected-read', sharePpm: all, salt: 0 });
    expect(rig.read(0).marks).toEqual([{ kind: 'foreign', fromBlock: 1 }]);
  });

  test('are not marked where a smaller device answers what was written there', () => {
    const rig = storeRig({}, 4);
    rig.store.faults.add({ kind: 'capacity-lie', sharePpm: all / 2, salt: 0 });
    rig.write({ block: 3, stamps: [4] });
    expect(rig.read(3).marks).toBe(null);
    expect(rig.read(1).marks).toEqual([{ kind: 'foreign', fromBlock: 3 }]);
  });

  test('are stale where a write was reported and nothing stored, until the next', () => {
    const rig = storeRig({}, 2);
    const id = rig.store.faults.add({ kind: 'phantom-write', sharePpm: all, salt: 0 });
    rig.write({ block: 0, stamps: [9], endSector: 4 });
    rig.store.faults.remove(id);
    expect(rig.image()).toBe('stale!,stale!,stale!,stale!,0,0,0,0 0');
    rig.write({ block: 0, stamps: [5] });
    expect(rig.image()).toBe('5 0');
  });

  test('rot with a mark, structured ones only where they are struck, too', () => {
    const rig = storeRig({}, 4);
    rig.write({ block: 0, stamps: [1] });
    rig.write({ block: 1, payloads: [{ kind: 'log', sequence: 7 }] });
    rig.flush();
    const guarded = rig.fork();
    guarded.store.rot({ sharePpm: all, salt: 4 });
    expect(guarded.read(0, 2).payloads).toEqual([undefined, { kind: 'log', sequence: 7 }]);
    expect(guarded.read(0, 2).marks).toEqual([{ kind: 'rot' }, undefined]);
    rig.store.rot({ sharePpm: all, salt: 4, hitsPayloads: true });
    const { payloads, marks, stamps } = rig.read(0, 2);
    expect(marks).toEqual([{ kind: 'rot' }, { kind: 'rot' }]);
    expect([stamps[0] === 1, stamps[1]]).toEqual([false, 0]);
    expect(payloads?.[1]).not.toEqual({ kind: 'log', sequence: 7 });
    expect(Object.keys(payloads?.[1] as object)).toEqual(['kind', 'sequence']);
  });

  test('rot so that a checksum over them notices, and one who keeps none does not', () => {
    const payload = fc.record({
      kind: fc.constant('log'),
      at: fc.integer(),
      names: fc.array(fc.string()),
      isFull: fc.boolean(),
      none: fc.constant(null),
      part: fc.double(),
    });
    fc.assert(
      fc.property(payload, fc.nat(), (before, salt) => {
        const after = rottenPayload(before, salt) as typeof before;
        expect(mixValue(1, after)).not.toBe(mixValue(1, before));
        expect(Object.keys(after)).toEqual(Object.keys(before));
        expect(rottenPayload(before, salt)).toEqual(after);
      }),
      { seed: 6, numRuns: 1_000 },
    );
    expect(rottenPayload({}, 1)).toEqual({ rotten: true });
  });

  test('answer an error by the sector until they are written again (decay)', () => {
    const rig = storeRig({}, 2);
    rig.write({ block: 0, stamps: [1] });
    rig.store.decay({ sharePpm: all, salt: 0 }, 1);
    const twin = rig.fork();
    rig.write({ block: 0, stamps: [2], endSector: 2 });
    expect(rig.image()).toBe('2,2,x,x,x,x,x,x 0');
    expect(twin.image()).toBe('x 0');
    expect(rig.read(0).status).toBe('io-error');
  });
});

const asked = { op: 'read', block: 0, blockCount: 1, tag: 0 } as const;

function imageOf(sectors: readonly number[]): string {
  const blocks: string[] = [];
  for (let at = 0; at < sectors.length; at += 8) {
    const eight = sectors.slice(at, at + 8);
    blocks.push(new Set(eight).size === 1 ? `${eight[0]}` : eight.join(','));
  }
  return blocks.join(' ');
}
