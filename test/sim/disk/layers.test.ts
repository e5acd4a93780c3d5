// What the host's layers do to commands on their way to a device: pieces, riders, lines; and that
// none of it is seen in what is stored.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seededChoices } from '../../../sim/choice.ts';
import type { IoRequest } from '../../../sim/disk/device.ts';
import type { HostSpec } from '../../../sim/disk/host/submission.ts';
import { makeDevice } from '../../../sim/disk/make-device.ts';
import { deviceProfiles } from '../../../sim/disk/profiles.ts';
import { Rig } from './rig.ts';

const us = 1_000;
const blockCount = 24;
const free = { baseNs: 0, perBlockNs: 0 };
/** A command takes 10 us and 1 us a block, one at a time. */
const cost = { baseNs: 10 * us, perBlockNs: us };
const op = { link: free, service: cost, busy: cost };
const profile = {
  ...deviceProfiles['nvme-consumer'],
  channelCount: 1,
  ops: { read: op, write: op, forcedWrite: op },
  flush: { baseNs: 100 * us, perBlockNs: 0 },
};
const plainHost: HostSpec = {
  queueCount: 1,
  submitNs: 0,
  ioSectorCountMax: 1_000_000,
  nomerges: 2,
  scheduler: { kind: 'none' },
};

function rigOf(host: Partial<HostSpec> = {}, hwDepth = 64): Rig {
  const spec = {
    id: 'layers',
    summary: 'round numbers',
    host: { ...plainHost, ...host },
    front: {
      hwDepth,
      commandNs: 0,
      linkBytesPerSec: Number.POSITIVE_INFINITY,
      metadataNs: 2 * us,
    },
    guarantees: { isVolatile: true, cacheBlockCountMax: 1_000, crashPolicy: 'any' },
    medium: { kind: 'table', profile },
  } as const;
  return new Rig(makeDevice(spec, { blockCount, seed: 1 }));
}

const completions = (rig: Rig) => rig.history.map(({ completedAtNs }) => completedAtNs);
const range = (count: number, from: number) => Array.from({ length: count }, (_, i) => from + i);

describe('a request larger than one command', () => {
  test('goes in pieces, and is done once, with the last of them', () => {
    const rig = rigOf({ ioSectorCountMax: 32 });
    rig.write(0, range(10, 1));
    rig.drain();
    // Three commands of 4, 4 and 2 blocks, one after the other.
    expect(completions(rig)).toEqual([(14 + 14 + 12) * us]);
    expect(rig.answers).toHaveLength(1);
    expect(rig.image().slice(0, 11)).toEqual([...range(10, 1), 0]);
  });

  test('takes queue depth for each piece, and leaves nothing before the last is done', () => {
    const rig = rigOf({ ioSectorCountMax: 32 }, 1);
    rig.write(0, range(10, 1));
    rig.read(20, 1);
    rig.runUntil(30 * us);
    expect(completions(rig)).toEqual([null, null]);
    const early = rig.fork();
    early.read(0, 1);
    early.drain();
    expect(early.answers.find(({ block, op: of }) => of === 'read' && block === 0)?.stamps).toEqual(
      [1],
    );
    rig.drain();
    expect(completions(rig)).toEqual([40 * us, 51 * us]);
  });

  test('is cut off by a power loss like any other: each block is old or new', () => {
    const found = new Set<string>();
    for (let seed = 1; seed <= 40; seed += 1) {
      const rig = rigOf({ ioSectorCountMax: 8 });
      rig.write(0, [1, 2]);
      rig.runUntil(15 * us);
      found.add(
        rig
          .crash(seededChoices(`${seed}`))
          .image.slice(0, 2)
          .join(' '),
      );
    }
    expect([...found].sort()).toEqual(['0 0', '0 2', '1 0', '1 2']);
  });
});

describe('commands that wait', () => {
  test('join into one where they touch, and are done at one instant', () => {
    const rig = rigOf({ nomerges: 0 }, 1);
    rig.write(20, [9]);
    rig.write(4, [1]);
    rig.write(5, [2]);
    rig.write(3, [3]);
    rig.drain();
    // One command of a block, then one of three.
    expect(completions(rig)).toEqual([11 * us, 24 * us, 24 * us, 24 * us]);
    expect(rig.image().slice(3, 6)).toEqual([3, 1, 2]);
  });

  test('stay apart where merging is off, beyond the largest command, and when forced', () => {
    const took = (host: Partial<HostSpec>, fua = false) => {
      const rig = rigOf(host, 1);
      rig.write(20, [9]);
      rig.write(4, [1], { fua });
      rig.write(5, [2], { fua });
      rig.drain();
      return completions(rig).at(-1);
    };
    expect(took({ nomerges: 0 })).toBe((11 + 12) * us);
    expect(took({ nomerges: 2 })).toBe(33 * us);
    expect(took({ nomerges: 0, ioSectorCountMax: 8 })).toBe(33 * us);
    expect(took({ nomerges: 0 }, true)).toBe(33 * us);
  });

  test('are not in the device: a power loss leaves no trace of a joined command', () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const rig = rigOf({ nomerges: 0 }, 1);
      rig.write(20, [9]);
      rig.write(4, [1]);
      rig.write(5, [2]);
      rig.runUntil(5 * us);
      expect(rig.crash(seededChoices(`${seed}`)).image.slice(4, 6)).toEqual([0, 0]);
    }
  });

  test('are in it once the command that they joined has begun', () => {
    const found = new Set<string>();
    for (let seed = 1; seed <= 40; seed += 1) {
      const rig = rigOf({ nomerges: 0 }, 1);
      rig.write(20, [9]);
      rig.write(4, [1]);
      rig.write(5, [2]);
      rig.runUntil(15 * us);
      found.add(
        rig
          .crash(seededChoices(`${seed}`))
          .image.slice(4, 6)
          .join(' '),
      );
    }
    expect([...found].sort()).toEqual(['0 0', '0 2', '1 0', '1 2']);
  });

  test('go in the order of sectors under mq-deadline, as they came without a scheduler', () => {
    const order = (scheduler: HostSpec['scheduler']) => {
      const rig = rigOf({ scheduler }, 1);
      for (const block of [20, 16, 8]) rig.write(block, [1]);
      rig.read(12, 1);
      rig.drain();
      return rig.answers.map(({ block }) => block);
    };
    expect(order({ kind: 'none' })).toEqual([20, 16, 8, 12]);
    const deadline = { readExpireNs: 5e8, writeExpireNs: 5e9, writesStarved: 2, fifoBatch: 16 };
    expect(order({ kind: 'mq-deadline', ...deadline })).toEqual([20, 8, 16, 12]);
  });
});

describe('requests that move no data', () => {
  test.each(['discard', 'write-zeroes'] as const)('%s leaves zeros, quickly', (kind) => {
    const rig = rigOf();
    rig.write(0, [1, 2, 3]);
    rig.drain();
    const startNs = rig.nowNs;
    rig.submit({ op: kind, block: 0, blockCount: 2 });
    rig.drain();
    expect(rig.nowNs - startNs).toBe(2 * us);
    expect(rig.image().slice(0, 3)).toEqual([0, 0, 3]);
  });

  test('verify answers whether blocks can be read, without their contents', () => {
    const rig = rigOf();
    rig.write(0, [1]);
    rig.drain();
    rig.submit({ op: 'verify', block: 0, blockCount: 1 });
    rig.drain();
    expect(rig.answers.at(-1)).toMatchObject({ op: 'verify', status: 'ok' });
    expect(rig.answers.at(-1)).not.toHaveProperty('stamps');
  });
});

const host = fc.record({
  ioSectorCountMax: fc.constantFrom(8, 24, 1_000),
  nomerges: fc.constantFrom(0 as const, 1 as const, 2 as const),
  submitNs: fc.constantFrom(0, 3 * us),
  scheduler: fc.constantFrom<HostSpec['scheduler']>(
    { kind: 'none' },
    {
      kind: 'mq-deadline',
      readExpireNs: 50 * us,
      writeExpireNs: 90 * us,
      writesStarved: 2,
      fifoBatch: 4,
    },
    { kind: 'fair', budgetSectorCount: 32, expireNs: 80 * us },
  ),
});
const flags = fc.record({ fua: fc.boolean(), preflush: fc.nat(4).map((n) => n === 0) });
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(
      fc.constant('write' as const),
      fc.nat(23),
      fc.integer({ min: 1, max: 6 }),
      flags,
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(
      fc.constant('read' as const),
      fc.nat(23),
      fc.integer({ min: 1, max: 6 }),
      flags,
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(
      fc.constant('discard' as const),
      fc.nat(23),
      fc.integer({ min: 1, max: 6 }),
      flags,
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constant('flush' as const), fc.constant(0), fc.constant(0), flags),
  },
  {
    weight: 4,
    arbitrary: fc.tuple(fc.constant('wait' as const), fc.nat(60), fc.constant(0), flags),
  },
);

describe('whatever the host does', () => {
  test('every request is answered once, the last write stays, and a fork goes on alike', () => {
    fc.assert(
      fc.property(
        host,
        fc.integer({ min: 1, max: 4 }),
        fc.array(step, { maxLength: 40 }),
        (how, hwDepth, steps) => {
          let rig = rigOf(how, hwDepth);
          const expected = new Array<number>(blockCount).fill(0);
          let stamp = 1;
          for (const [index, [kind, at, size, flag]] of steps.entries()) {
            const count = Math.min(size, blockCount - at);
            if (kind === 'wait') rig.runUntil(rig.nowNs + at * us);
            else if (kind === 'flush') rig.flush();
            else if (kind === 'write') {
              const stamps = range(count, stamp);
              stamp += count;
              for (const [offset, one] of stamps.entries()) expected[at + offset] = one;
              rig.write(at, stamps, flag);
            } else {
              if (kind === 'discard') expected.fill(0, at, at + count);
              rig.submit({ op: kind, block: at, blockCount: count } as Omit<IoRequest, 'tag'>);
            }
            if (index % 7 === 3) rig = rig.fork();
          }
          const twin = rig.fork();
          rig.drain();
          twin.drain();
          expect(twin.history).toEqual(rig.history);
          expect(rig.history.every(({ completedAtNs }) => completedAtNs !== null)).toBe(true);
          expect(rig.answers.length).toBeLessThanOrEqual(rig.history.length);
          expect(rig.device.inFlightCount).toBe(0);
          expect(rig.image()).toEqual(expected);
        },
      ),
      { seed: 41, numRuns: 400 },
    );
  });

  test('a reset answers each request inside once, and the device serves on', () => {
    fc.assert(
      fc.property(
        host,
        fc.integer({ min: 1, max: 4 }),
        fc.array(step, { minLength: 1, maxLength: 20 }),
        (how, hwDepth, steps) => {
          const rig = rigOf(how, hwDepth);
          for (const [kind, at, size, flag] of steps) {
            const count = Math.min(size, blockCount - at);
            if (kind === 'wait') rig.runUntil(rig.nowNs + at * us);
            else if (kind === 'flush') rig.flush();
            else if (kind === 'write') rig.write(at, range(count, 1), flag);
            else rig.submit({ op: kind, block: at, blockCount: count } as Omit<IoRequest, 'tag'>);
          }
          const insideCount = rig.history.filter((entry) => entry.completedAtNs === null).length;
          rig.reset(seededChoices('7'));
          const answeredCount = rig.answers.length;
          rig.drain();
          const aborted = rig.answers.slice(answeredCount);
          expect(aborted.map(({ status }) => status)).toEqual(
            new Array<string>(insideCount).fill('aborted'),
          );
          expect(rig.device.inFlightCount).toBe(0);
          rig.write(0, range(blockCount, 100));
          expect(rig.image()).toEqual(range(blockCount, 100));
        },
      ),
      { seed: 43, numRuns: 300 },
    );
  });
});
