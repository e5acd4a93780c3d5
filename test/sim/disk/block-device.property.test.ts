import fc from 'fast-check';
import { expect, test } from 'vitest';
import { naiveImages } from './naive-disk.ts';
import { crashImages, PathChoices, plainRig, Rig, texts } from './rig.ts';

const blockCount = 4;

const write = fc
  .record({
    kind: fc.constant('write' as const),
    block: fc.nat(blockCount - 1),
    size: fc.integer({ min: 1, max: 2 }),
    fua: fc.boolean(),
    preflush: fc.nat(4).map((n) => n === 0),
  })
  .map((one) => ({ ...one, size: Math.min(one.size, blockCount - one.block) }));
const step = fc.oneof(
  { weight: 5, arbitrary: write },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('flush' as const) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('wait' as const), ns: fc.nat(40_000) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('next' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('copy' as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Carries out the steps; at a copy it goes on with it, and the source writes something else. */
function play(rig: Rig, steps: readonly Step[], stampFirst: number): Rig {
  let current = rig;
  let stamp = stampFirst;
  for (const one of steps) {
    switch (one.kind) {
      case 'write': {
        const stamps = Array.from({ length: one.size }, () => stamp++);
        current.write(one.block, stamps, { fua: one.fua, preflush: one.preflush });
        break;
      }
      case 'flush':
        current.flush();
        break;
      case 'wait':
        current.runUntil(current.nowNs + one.ns);
        break;
      case 'next':
        current.completeNext();
        break;
      case 'copy': {
        const source = current;
        current = source.fork();
        for (let block = 0; block < blockCount; block += 1) source.write(block, [9_999]);
        source.flush();
        source.drain();
        break;
      }
    }
  }
  return current;
}

/** A preflush write in service: its data is in either phase, the history does not tell which. */
function allowedImages(rig: Rig): string[][] {
  const preflush = rig.history.filter(
    ({ request, completedAtNs, dueAtNs }) =>
      request.preflush === true && completedAtNs === null && dueAtNs !== null,
  );
  const readings = [rig.history];
  for (const held of preflush) {
    for (const history of [...readings]) {
      const isFlushing = history.map((entry) =>
        entry.request === held.request ? { ...entry, dueAtNs: null } : entry,
      );
      const flushed = {
        ...held,
        request: { op: 'flush', block: 0, blockCount: 0, tag: 0 },
      } as const;
      readings.splice(readings.indexOf(history), 1);
      readings.push(isFlushing, [...history, { ...flushed, completedAtNs: rig.nowNs }]);
    }
  }
  return readings.map((history) => naiveImages(history, rig.nowNs, blockCount));
}

test('leaves exactly the images the rule allows (random writes, flushes, waits, copies)', () => {
  let crashWithChoiceCount = 0;
  fc.assert(
    fc.property(fc.array(step, { maxLength: 14 }), fc.nat(), (steps, hwDepth) => {
      const profile = { hwDepth: 1 + (hwDepth % 8), channelCount: 1 + (hwDepth % 3) };
      const rig = play(plainRig(profile, blockCount), steps, 1);
      const found = texts(crashImages(rig));
      if (found.length > 1) crashWithChoiceCount += 1;
      expect(allowedImages(rig)).toContainEqual(found);
    }),
    { seed: 7, numRuns: 3_000 },
  );
  expect(crashWithChoiceCount).toBeGreaterThan(1_000);
});

test('reads the newest completed write of each block, before and after a crash', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), fc.nat(1), (steps, digit) => {
      const rig = play(plainRig({ hwDepth: 3 }, blockCount), steps, 1);
      rig.drain();
      const newest = new Array<number>(blockCount).fill(0);
      for (const { request } of rig.history) {
        if (request.op !== 'write') continue;
        for (let index = 0; index < request.blockCount; index += 1) {
          newest[request.block + index] = request.stamps?.[index] as number;
        }
      }
      const before = rig.fork().image();
      expect(before).toEqual(newest);
      const digits = [{ digit }];
      const first = rig.fork();
      const second = rig.fork();
      const outcome = first.crash(new PathChoices(digits));
      expect(second.crash(new PathChoices(digits))).toEqual(outcome);
      const later = new Rig(first.device);
      later.nowNs = first.nowNs;
      later.write(0, [8_888]);
      expect(later.image()).toEqual([8_888, ...outcome.image.slice(1)]);
    }),
    { seed: 8, numRuns: 500 },
  );
});
