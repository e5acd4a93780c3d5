import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import type { HddSpec, HddWriteBackSpec } from '../../../../sim/disk/hdd/spec.ts';
import { Noise, noiseLane } from '../../../../sim/disk/noise.ts';
import { hc310, small, smallWriteBack } from './disks.ts';
import { DrivenDisk, randomRate } from './driven-disk.ts';

const us = 1_000;
const ms = 1_000 * us;

function withWriteBack(more: Partial<HddWriteBackSpec>, spec: HddSpec = smallWriteBack): HddSpec {
  const writeBack = { segmentCountMax: 2, highShare: 1, isDrainedFirst: false, ...more };
  return { ...spec, cache: { ...spec.cache, writeBack } };
}

// On the small disk sector s of a track passes from s * 10 us to (s + 1) * 10 us of each ms.

describe('a cached write', () => {
  it('is acknowledged after its transfer and written back at once while the arm is idle', () => {
    const driven = new DrivenDisk(smallWriteBack);
    expect(driven.took({ op: 'write', sector: 40, count: 10, atNs: 0 })).toBe(10 * us);
    driven.settle();
    expect(driven.destagedRuns).toEqual([{ atNs: 500 * us, sector: 40, count: 10 }]);
  });

  it('is not on the medium before all of it has come', () => {
    const driven = new DrivenDisk({ ...smallWriteBack, transferNsPerSector: 70 * us });
    expect(driven.took({ op: 'write', sector: 40, count: 10, atNs: 0 })).toBe(700 * us);
    driven.settle();
    expect(driven.destagedRuns).toEqual([{ atNs: 1_500 * us, sector: 40, count: 10 }]);
  });

  it('answers reads from memory, dirty and after, unless the disk drops it', () => {
    const driven = new DrivenDisk(smallWriteBack);
    driven.took({ op: 'write', sector: 40, count: 10, atNs: 0 });
    const read = (atNs: number) => driven.took({ op: 'read', sector: 44, count: 2, atNs });
    expect([read(100 * us), read(10 * ms)]).toEqual([2 * us, 2 * us]);
    const cache = { ...smallWriteBack.cache, keepsWritten: false };
    const dropping = new DrivenDisk({ ...smallWriteBack, cache });
    dropping.took({ op: 'write', sector: 40, count: 10, atNs: 0 });
    const again = { op: 'read', sector: 44, count: 2, atNs: 10 * ms } as const;
    expect(dropping.took(again)).toBe(461 * us);
  });

  it('joins one that is adjacent, even one that is under the arm', () => {
    const driven = new DrivenDisk(withWriteBack({ segmentCountMax: 1 }));
    driven.took({ op: 'write', sector: 40, count: 10, atNs: 0 });
    expect(driven.took({ op: 'write', sector: 50, count: 5, atNs: 450 * us })).toBe(5 * us);
    driven.settle();
    expect(driven.destagedRuns).toEqual([
      { atNs: 500 * us, sector: 40, count: 10 },
      { atNs: 550 * us, sector: 50, count: 5 },
    ]);
  });

  it('does not join what is under the arm where it writes it again', () => {
    const driven = new DrivenDisk(smallWriteBack);
    driven.took({ op: 'write', sector: 40, count: 10, atNs: 0 });
    driven.took({ op: 'write', sector: 42, count: 2, atNs: 450 * us });
    driven.settle();
    expect(driven.destagedRuns).toEqual([
      { atNs: 500 * us, sector: 40, count: 10 },
      { atNs: 1_440 * us, sector: 42, count: 2 },
    ]);
  });

  it('joins on either side while it waits, and within', () => {
    const driven = new DrivenDisk(withWriteBack({ segmentCountMax: 3 }));
    driven.ask({ op: 'read', sector: 0, atNs: 0 });
    for (const [index, [sector, count]] of [
      [50, 5],
      [45, 5],
      [46, 1],
      [55, 2],
    ].entries()) {
      driven.ask({ op: 'write', sector: sector!, count: count!, atNs: index + 1 });
    }
    driven.settle();
    expect(driven.destagedRuns).toEqual([{ atNs: 570 * us, sector: 45, count: 12 }]);
  });

  it('makes older copies in memory useless', () => {
    const driven = new DrivenDisk(smallWriteBack);
    driven.took({ op: 'read', sector: 0, count: 10, atNs: 0 });
    driven.took({ op: 'write', sector: 4, count: 2, atNs: 10 * ms });
    expect(driven.took({ op: 'read', sector: 0, count: 4, atNs: 20 * ms })).toBe(4 * us);
    expect(driven.took({ op: 'read', sector: 4, count: 2, atNs: 30 * ms })).toBe(2 * us);
    expect(driven.took({ op: 'read', sector: 3, count: 1, atNs: 40 * ms })).toBe(us);
    expect(driven.took({ op: 'read', sector: 6, count: 1, atNs: 50 * ms })).toBe(71 * us);
  });

  it('waits for room when all write segments are dirty', () => {
    const driven = new DrivenDisk(smallWriteBack);
    driven.took({ op: 'write', sector: 40, count: 10, atNs: 0 });
    driven.took({ op: 'write', sector: 5_000, count: 10, atNs: 20 * us });
    expect(driven.took({ op: 'write', sector: 9_000, count: 10, atNs: 100 * us })).toBe(410 * us);
  });

  it('stays in order behind one that waits for room', () => {
    const driven = new DrivenDisk(smallWriteBack);
    driven.took({ op: 'write', sector: 40, count: 10, atNs: 0 });
    driven.took({ op: 'write', sector: 5_000, count: 10, atNs: 20 * us });
    const blocked = driven.ask({ op: 'write', sector: 9_000, count: 10, atNs: 100 * us });
    const joining = driven.ask({ op: 'write', sector: 5_010, count: 1, atNs: 110 * us });
    driven.settle();
    expect(driven.doneAtNs[blocked]).toBe(510 * us);
    expect(driven.doneAtNs[joining]).toBe(501 * us);
  });

  it('goes to the medium itself when it is larger than a segment', () => {
    const driven = new DrivenDisk(smallWriteBack);
    expect(driven.took({ op: 'write', sector: 0, count: 61, atNs: 0 })).toBe(610 * us);
    expect(driven.destagedRuns).toEqual([]);
  });

  it('makes room at the cost of the arm: random writes run at about its rate', () => {
    const [cached, forced] = (['write', 'forcedWrite'] as const).map((op) =>
      randomRate(hc310, 1, { op, ioCount: 3_000 }),
    );
    // With up to 32 to choose from the arm gains as it does with 32 commands queued.
    expect(cached! / forced!).toBeGreaterThan(2);
    expect(cached! / forced!).toBeLessThan(3.5);
  });
});

describe('reads and dirty segments', () => {
  /** When the read is done and the write is on the medium, both at hand when the arm is free. */
  const both = (spec: HddSpec) => {
    const driven = new DrivenDisk(spec);
    driven.ask({ op: 'read', sector: 0, count: 1, atNs: 0 });
    driven.ask({ op: 'write', sector: 20, count: 10, atNs: us });
    const read = driven.ask({ op: 'read', sector: 60, count: 1, atNs: 2 * us });
    driven.settle();
    return [driven.doneAtNs[read], driven.destagedRuns[0]!.atNs];
  };

  it('serves reads first while there is room', () => {
    expect(both(smallWriteBack)).toEqual([611 * us, 1_300 * us]);
  });

  it('picks among both once more than the high share is dirty', () => {
    const nearest: HddSpec['scheduling'] = { policy: 'sptf', ageWeight: 0 };
    const spec = { ...withWriteBack({ highShare: 0.2 }), scheduling: nearest };
    expect(both(spec)).toEqual([611 * us, 300 * us]);
  });

  it('picks among both while a write waits for room', () => {
    const driven = new DrivenDisk(withWriteBack({ segmentCountMax: 1 }));
    driven.ask({ op: 'read', sector: 0, atNs: 0 });
    driven.ask({ op: 'write', sector: 20, count: 10, atNs: us });
    const blocked = driven.ask({ op: 'write', sector: 9_000, atNs: 2 * us });
    driven.ask({ op: 'read', sector: 60, atNs: 3 * us });
    driven.settle();
    expect(driven.doneAtNs[blocked]).toBe(301 * us);
  });

  it('writes back before anything else where the disk drains first', () => {
    expect(both(withWriteBack({ isDrainedFirst: true }))).toEqual([611 * us, 300 * us]);
  });
});

describe('a flush', () => {
  it('is done at once with nothing dirty', () => {
    expect(new DrivenDisk(smallWriteBack).took({ op: 'flush', atNs: 5 })).toBe(0);
    expect(new DrivenDisk(small).took({ op: 'flush', atNs: 5 })).toBe(0);
  });

  it('is done when what was dirty is on the medium', () => {
    const driven = new DrivenDisk(smallWriteBack);
    driven.took({ op: 'write', sector: 40, count: 10, atNs: 0 });
    driven.took({ op: 'write', sector: 70, count: 10, atNs: 20 * us });
    expect(driven.took({ op: 'flush', atNs: 100 * us })).toBe(700 * us);
  });

  it('goes before reads that wait', () => {
    const driven = new DrivenDisk(smallWriteBack);
    driven.ask({ op: 'read', sector: 0, count: 1, atNs: 0 });
    driven.ask({ op: 'write', sector: 20, count: 10, atNs: us });
    const flush = driven.ask({ op: 'flush', atNs: 2 * us });
    const read = driven.ask({ op: 'read', sector: 40, count: 1, atNs: 3 * us });
    driven.settle();
    expect(driven.doneAtNs[flush]).toBe(300 * us);
    expect(driven.doneAtNs[read]).toBe(411 * us);
  });

  it('goes before nearer writes that come after it', () => {
    const nearest: HddSpec['scheduling'] = { policy: 'sptf', ageWeight: 0 };
    const driven = new DrivenDisk({
      ...withWriteBack({ segmentCountMax: 3 }),
      scheduling: nearest,
    });
    driven.ask({ op: 'write', sector: 40, count: 10, atNs: 0 });
    driven.ask({ op: 'write', sector: 5_000, count: 10, atNs: 20 * us });
    driven.ask({ op: 'flush', atNs: 100 * us });
    driven.ask({ op: 'write', sector: 60, count: 10, atNs: 110 * us });
    driven.settle();
    expect(driven.destagedRuns.map(({ sector }) => sector)).toEqual([40, 5_000, 60]);
  });

  it('does not wait for writes that come after it', () => {
    const driven = new DrivenDisk(withWriteBack({ segmentCountMax: 3 }));
    driven.took({ op: 'write', sector: 40, count: 10, atNs: 0 });
    const flush = driven.ask({ op: 'flush', atNs: 100 * us });
    driven.ask({ op: 'write', sector: 50, count: 10, atNs: 110 * us });
    driven.settle();
    expect(driven.doneAtNs[flush]).toBe(500 * us);
    expect(driven.destagedRuns.map(({ sector }) => sector)).toEqual([40, 50]);
  });
});

const asks = fc.array(
  fc.record({
    op: fc.constantFrom('read', 'write', 'write', 'forcedWrite', 'flush'),
    sector: fc.nat(19_000),
    isNear: fc.boolean(),
    count: fc.integer({ min: 1, max: 70 }),
    gapNs: fc.oneof(fc.nat(50 * us), fc.nat(20 * ms)),
    slowFactor: fc.constantFrom(1, 1, 4),
  }),
  { maxLength: 60 },
);
const specs = fc.record({
  policy: fc.constantFrom('fcfs', 'c-look', 'sptf'),
  until: fc.constantFrom('none', 'track', 'cylinder', 'segment', 'stream'),
  isAfterHit: fc.boolean(),
  isDrainedFirst: fc.boolean(),
  segmentCount: fc.integer({ min: 1, max: 4 }),
  segmentCountMax: fc.integer({ min: 1, max: 3 }),
  highShare: fc.constantFrom(0, 0.5, 1),
});

type Drawn = typeof specs extends fc.Arbitrary<infer T> ? T : never;
type DrawnAsk = typeof asks extends fc.Arbitrary<readonly (infer T)[]> ? T : never;

function specOf({ policy, until, isAfterHit, segmentCount, ...writeBack }: Drawn): HddSpec {
  const readAhead = { ...small.cache.readAhead, until, isAfterHit };
  const cache = { ...small.cache, segmentCount, readAhead };
  return withWriteBack(writeBack, { ...small, cache, scheduling: { policy, ageWeight: 0 } });
}

function run(driven: DrivenDisk, drawn: readonly DrawnAsk[]): void {
  for (const { isNear, gapNs, sector, ...ask } of drawn) {
    const place = isNear ? sector % 200 : sector;
    driven.ask({ ...ask, sector: place, atNs: driven.nowNs + gapNs });
  }
}

describe('any disk with any commands', () => {
  test.prop([specs, asks])('completes each once and writes back what it took', (drawn, all) => {
    const driven = new DrivenDisk(specOf(drawn));
    run(driven, all);
    driven.settle();
    expect(driven.doneAtNs).not.toContain(-1);
    expect(driven.took({ op: 'flush', atNs: driven.nowNs + 1_000 * ms })).toBe(0);
  });

  test.prop([specs, asks, asks])('goes on from a fork as it would have', (drawn, before, after) => {
    const driven = new DrivenDisk(specOf(drawn));
    run(driven, before);
    const fork = driven.fork();
    for (const disk of [driven, fork]) {
      run(disk, after);
      disk.settle();
    }
    expect(fork.doneAtNs).toEqual(driven.doneAtNs);
    expect(fork.destagedRuns).toEqual(driven.destagedRuns);
  });

  test.prop([specs, asks])(
    'says nothing else for being woken when it did not ask',
    (drawn, all) => {
      const [calm, restless] = [new DrivenDisk(specOf(drawn)), new DrivenDisk(specOf(drawn))];
      for (const { isNear: _, gapNs, ...ask } of all) {
        const atNs = calm.nowNs + gapNs;
        calm.ask({ ...ask, atNs });
        restless.advance(atNs);
        restless.disk.wake(atNs, restless);
        restless.ask({ ...ask, atNs });
      }
      calm.settle();
      restless.settle();
      expect(restless.doneAtNs).toEqual(calm.doneAtNs);
      expect(restless.destagedRuns).toEqual(calm.destagedRuns);
    },
  );

  test.prop([specs, asks])(
    'does the same however long before their time it is told of commands',
    (drawn, all) => {
      const [told, early] = [new DrivenDisk(specOf(drawn)), new DrivenDisk(specOf(drawn))];
      let atNs = 0;
      for (const { isNear: _, gapNs, ...ask } of all) {
        atNs += gapNs;
        told.ask({ ...ask, atNs });
        early.ask({ ...ask, atNs, toldAtNs: 0 });
      }
      told.settle();
      early.settle();
      expect(early.doneAtNs).toEqual(told.doneAtNs);
      expect(early.destagedRuns).toEqual(told.destagedRuns);
    },
  );

  test.prop([specs, asks])(
    'has each acknowledged write on the medium when a later flush is done',
    (drawn, all) => {
      const driven = new DrivenDisk(specOf(drawn));
      const acked: { atNs: number; sector: number; count: number }[] = [];
      for (const { op, count, sector } of all) {
        const atNs = driven.nowNs + 100 * us;
        const isCached = op === 'write' && count <= small.cache.segmentSectors;
        if (isCached) {
          driven.took({ op, sector, count, atNs });
          acked.push({ atNs, sector, count });
        } else if (op !== 'flush') driven.ask({ op, sector, count, atNs });
        else {
          driven.took({ op, atNs });
          expect(acked.filter((write) => !isDestaged(driven, write))).toEqual([]);
        }
      }
    },
  );
});

function isDestaged(
  { destagedRuns }: DrivenDisk,
  write: { atNs: number; sector: number; count: number },
): boolean {
  return Array.from({ length: write.count }, (_, index) => write.sector + index).every((sector) =>
    destagedRuns.some(
      (run) => run.atNs >= write.atNs && sector >= run.sector && sector < run.sector + run.count,
    ),
  );
}

describe('a disk whose sectors pass faster than a head may be late', () => {
  it.each([1_000, 2_000])('is never done before it began (a turn of %i ns)', (rotationNs) => {
    const driven = new DrivenDisk({ ...smallWriteBack, rotationNs, transferNsPerSector: 1 });
    const noise = new Noise(noiseLane(1, 'short turns'));
    const ops = ['write', 'write', 'read', 'forcedWrite', 'flush'] as const;
    let atNs = 0;
    for (let count = 0; count < 2_000; count += 1) {
      atNs += noise.below(rotationNs);
      // On one track: the arm stays where it is.
      driven.ask({ op: ops[noise.below(ops.length)]!, sector: noise.below(100), atNs });
    }
    driven.settle();
    expect(driven.doneAtNs).not.toContain(-1);
  });
});
