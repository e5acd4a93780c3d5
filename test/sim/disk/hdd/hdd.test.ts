import { describe, expect, it } from 'vitest';
import { hdd } from '../../../../sim/disk/hdd/hdd.ts';
import type { HddSpec } from '../../../../sim/disk/hdd/spec.ts';
import { small, smallReadAhead, smallWriteBack } from './disks.ts';
import { DrivenDisk } from './driven-disk.ts';

const us = 1_000;
const ms = 1_000 * us;

// On the small disk sector s of a track passes from s * 10 us to (s + 1) * 10 us of each ms; a
// track has 100 sectors, a cylinder two tracks.

describe('a read of the medium', () => {
  it('waits for its sector, reads it and sends it on', () => {
    const driven = new DrivenDisk(small);
    expect(driven.took({ op: 'read', sector: 30, atNs: 100 * us })).toBe((200 + 10 + 1) * us);
  });

  it('sends sectors on while others pass, and the last after it has passed', () => {
    const driven = new DrivenDisk(small);
    expect(driven.took({ op: 'read', sector: 30, count: 20, atNs: 0 })).toBe((500 + 1) * us);
  });

  it('is as slow as the transfer when that is slower than the medium', () => {
    const driven = new DrivenDisk({ ...small, transferNsPerSector: 30 * us });
    expect(driven.took({ op: 'read', sector: 30, count: 20, atNs: 0 })).toBe(
      (300 + 10 + 20 * 30) * us,
    );
  });

  it('seeks by the distance first', () => {
    const driven = new DrivenDisk(small);
    expect(driven.took({ op: 'read', sector: 10_000 + 90, atNs: 0 })).toBe((900 + 10 + 1) * us);
    // 49 cylinders back take 249 us: sector 20 has just passed.
    const back = { op: 'read', sector: 200 + 20, atNs: ms } as const;
    expect(driven.took(back)).toBe((1_200 + 10 + 1) * us);
  });

  it('changes heads at the end of a track and misses a turn without skew', () => {
    const driven = new DrivenDisk(small);
    expect(driven.took({ op: 'read', sector: 90, count: 20, atNs: 0 })).toBe(
      (1_000 + 1_000 + 100 + 1) * us,
    );
  });

  it('begins in the middle of its sectors where it may', () => {
    const read = { op: 'read', sector: 10, count: 80, atNs: 500 * us } as const;
    expect(new DrivenDisk(small).took(read)).toBe((500 + 900 + 1) * us);
    const anywhere = new DrivenDisk({ ...small, isZeroLatencyRead: true });
    expect(anywhere.took(read)).toBe((1_000 + 80) * us);
  });

  it('takes so many times as long on a slow disk', () => {
    const driven = new DrivenDisk(small);
    const took = driven.took({ op: 'read', sector: 30, atNs: 0, slowFactor: 3 });
    expect(took).toBe(3 * (300 + 10 + 1) * us);
  });
});

describe('a write of the medium', () => {
  it('settles after a change of heads, a read does not', () => {
    const [reader, writer] = [new DrivenDisk(small), new DrivenDisk(small)];
    expect(reader.took({ op: 'read', sector: 112, atNs: 0 })).toBe((120 + 10 + 1) * us);
    expect(writer.took({ op: 'write', sector: 112, atNs: 0 })).toBe((1_120 + 10) * us);
  });

  it('is done on the medium when it is forced, memory or not', () => {
    const driven = new DrivenDisk(smallWriteBack);
    expect(driven.took({ op: 'forcedWrite', sector: 50, atNs: 0 })).toBe(510 * us);
    expect(driven.took({ op: 'write', sector: 70, atNs: ms })).toBe(1 * us);
  });
});

describe('a read that fails', () => {
  it('is tried as often as the disk tries, a revolution each, and again the next time', () => {
    const driven = new DrivenDisk(smallReadAhead);
    const read = { op: 'read', sector: 30 } as const;
    const turns = smallReadAhead.retryRevolutionCountMax * 1_000;
    expect(driven.took({ ...read, atNs: 0, isUnreadable: true })).toBe((turns + 310) * us);
    expect(driven.took({ ...read, atNs: 100 * ms, isUnreadable: true })).toBe((turns + 310) * us);
  });

  it('brings nothing into memory, and none of it is read from there', () => {
    const driven = new DrivenDisk(small);
    const read = { op: 'read', sector: 30 } as const;
    driven.took({ ...read, atNs: 0, isUnreadable: true });
    expect(driven.took({ ...read, atNs: 100 * ms })).toBe(311 * us);
    expect(driven.took({ ...read, atNs: 200 * ms })).toBe(us);
    expect(driven.took({ ...read, atNs: 300 * ms, isUnreadable: true })).toBeGreaterThan(ms);
  });

  it('holds up those that wait for the arm, in a fork, too', () => {
    const driven = new DrivenDisk(small);
    driven.ask({ op: 'read', sector: 200, atNs: 0 });
    const failing = driven.ask({ op: 'read', sector: 30, atNs: 0, isUnreadable: true });
    const twin = driven.fork();
    for (const own of [driven, twin]) {
      own.advance(50 * ms);
      expect(own.doneAtNs[failing]).toBeGreaterThan(small.retryRevolutionCountMax * ms);
    }
    expect(twin.doneAtNs).toEqual(driven.doneAtNs);
  });
});

describe('reading on', () => {
  it('answers later reads from memory', () => {
    const driven = new DrivenDisk(smallReadAhead);
    driven.took({ op: 'read', sector: 10, count: 5, atNs: 0 });
    expect(driven.took({ op: 'read', sector: 15, count: 40, atNs: 20 * ms })).toBe(40 * us);
    const without = new DrivenDisk(small);
    without.took({ op: 'read', sector: 10, count: 5, atNs: 0 });
    expect(without.took({ op: 'read', sector: 15, count: 40, atNs: 20 * ms })).toBe(551 * us);
  });

  it('gives what has passed at once, the rest when it passes', () => {
    const driven = new DrivenDisk(smallReadAhead);
    driven.took({ op: 'read', sector: 10, count: 5, atNs: 0 });
    const fork = driven.fork();
    // At 300 us sectors up to 29 have passed.
    expect(driven.took({ op: 'read', sector: 20, count: 10, atNs: 300 * us })).toBe(10 * us);
    expect(fork.took({ op: 'read', sector: 20, count: 20, atNs: 300 * us })).toBe(101 * us);
  });

  it('goes on for a read of what is about to pass', () => {
    const driven = new DrivenDisk(smallReadAhead);
    driven.took({ op: 'read', sector: 10, count: 5, atNs: 0 });
    expect(driven.took({ op: 'read', sector: 40, count: 2, atNs: 300 * us })).toBe(121 * us);
    expect(driven.took({ op: 'read', sector: 35, count: 2, atNs: 500 * us })).toBe(2 * us);
  });

  it('stops at the next sector for a read elsewhere', () => {
    const driven = new DrivenDisk(smallReadAhead);
    driven.took({ op: 'read', sector: 10, count: 5, atNs: 0 });
    driven.took({ op: 'read', sector: 10_000, atNs: 305 * us });
    expect(driven.took({ op: 'read', sector: 30, count: 1, atNs: 10 * ms })).toBe(us);
    expect(driven.took({ op: 'read', sector: 31, count: 1, atNs: 20 * ms })).toBeGreaterThan(us);
  });

  it('ends with the sector under the head, which is there when it has passed', () => {
    const driven = new DrivenDisk(smallReadAhead);
    driven.took({ op: 'read', sector: 10, count: 5, atNs: 0 });
    driven.ask({ op: 'read', sector: 10_000, atNs: 303 * us });
    expect(driven.took({ op: 'read', sector: 30, atNs: 304 * us })).toBe((6 + 1) * us);
  });

  it('waits for the processing of a read that it goes on for', () => {
    const overhead = { ...small.overhead, readHitAfterReadNs: 300 * us };
    const driven = new DrivenDisk({ ...smallReadAhead, overhead });
    driven.took({ op: 'read', sector: 10, count: 5, atNs: 0 });
    expect(driven.took({ op: 'read', sector: 20, count: 20, atNs: 300 * us })).toBe(320 * us);
  });

  it('comes as far however often somebody looks', () => {
    const [calm, watched] = [new DrivenDisk(smallReadAhead), new DrivenDisk(smallReadAhead)];
    for (const driven of [calm, watched]) {
      driven.took({ op: 'read', sector: 10_000, atNs: 0 });
      driven.took({ op: 'read', sector: 190, atNs: 10 * ms });
    }
    for (let atNs = 10_950 * us; atNs < 13 * ms; atNs += 50 * us) {
      expect(watched.took({ op: 'read', sector: 10_001, atNs })).toBe(us);
      const read = { op: 'read', sector: 195, count: 40, atNs: atNs + 5 * us } as const;
      expect(watched.fork().took(read)).toBe(calm.fork().took(read));
    }
  });

  const reachOf = (spec: HddSpec, first: number): number => {
    const driven = new DrivenDisk(spec);
    driven.took({ op: 'read', sector: first, count: 5, atNs: 0 });
    let reach = first;
    for (let sector = first; sector < first + 200; sector += 1) {
      const fork = driven.fork();
      if (fork.took({ op: 'read', sector, atNs: 20 * ms }) === us) reach = sector + 1;
    }
    return reach;
  };
  const withEnd = (
    until: HddSpec['cache']['readAhead']['until'],
    more: Partial<HddSpec['cache']['readAhead']> = {},
  ): HddSpec => {
    const readAhead = { ...small.cache.readAhead, until, ...more };
    return { ...small, cache: { ...small.cache, readAhead } };
  };

  it.each([
    ['none', 75, 80],
    ['track', 75, 100],
    ['cylinder', 175, 200],
    ['segment', 75, 140],
    ['stream', 75, 100],
  ] as const)('ends where the disk says (%s, from %i to %i)', (until, first, end) => {
    expect(reachOf(withEnd(until), first)).toBe(end);
  });

  it('ends when the segment is full where it keeps the request', () => {
    expect(reachOf(withEnd('segment', { isOverRequested: false }), 0)).toBe(60);
    expect(reachOf(withEnd('segment'), 0)).toBe(65);
    expect(reachOf(withEnd('segment', { sectorCountMax: 20 }), 0)).toBe(25);
  });

  it('goes on over the next track behind a stream', () => {
    const driven = new DrivenDisk(withEnd('stream'));
    driven.took({ op: 'read', sector: 95, count: 5, atNs: 0 });
    driven.took({ op: 'read', sector: 150, count: 5, atNs: 10 * ms });
    expect(driven.took({ op: 'read', sector: 200, count: 5, atNs: 20 * ms })).toBe(5 * us);
  });

  it('drops the requested sectors to make room for more', () => {
    const driven = new DrivenDisk(smallReadAhead);
    driven.took({ op: 'read', sector: 0, count: 5, atNs: 0 });
    expect(driven.took({ op: 'read', sector: 5, count: 1, atNs: 10 * ms })).toBe(us);
    expect(driven.took({ op: 'read', sector: 2, count: 1, atNs: 20 * ms })).toBeGreaterThan(us);
  });
});

describe('memory', () => {
  it('keeps as many runs as there are segments, the one used longest ago goes', () => {
    let driven = new DrivenDisk(small);
    let atNs = 0;
    const took = (sector: number) => {
      atNs += 10 * ms;
      return driven.took({ op: 'read', sector, atNs });
    };
    for (const sector of [0, 200, 400, 600]) took(sector);
    driven = driven.fork();
    expect(took(0)).toBe(us);
    took(800);
    expect([0, 400, 600, 800].map(took)).toEqual([us, us, us, us]);
    expect(took(200)).toBeGreaterThan(us);
  });

  it('answers from what a read still brings in when that is there', () => {
    const driven = new DrivenDisk(small);
    driven.ask({ op: 'read', sector: 50, count: 10, atNs: 0 });
    expect(driven.took({ op: 'read', sector: 55, atNs: 100 * us })).toBe((500 + 1) * us);
  });

  it('is not used for reads where the disk has none', () => {
    const driven = new DrivenDisk({ ...small, cache: { ...small.cache, isReadCache: false } });
    driven.took({ op: 'read', sector: 0, atNs: 0 });
    expect(driven.took({ op: 'read', sector: 0, atNs: 10 * ms })).toBe(11 * us);
  });

  it('keeps what passed before the request where the disk does', () => {
    const cache = { ...small.cache, keepsPassed: true };
    const driven = new DrivenDisk({ ...small, cache });
    // From 100 us on sectors 10 to 29 pass before sector 30 does.
    driven.took({ op: 'read', sector: 30, atNs: 100 * us });
    expect(driven.took({ op: 'read', sector: 10, count: 21, atNs: 10 * ms })).toBe(21 * us);
    expect(driven.took({ op: 'read', sector: 9, atNs: 20 * ms })).toBeGreaterThan(us);
    const other = new DrivenDisk(small);
    other.took({ op: 'read', sector: 30, atNs: 100 * us });
    expect(other.took({ op: 'read', sector: 29, atNs: 10 * ms })).toBeGreaterThan(us);
  });

  it('keeps writes out of the segments of reads where one is for them', () => {
    const took = (isFirstForWrites: boolean) => {
      const cache = { ...smallWriteBack.cache, isFirstForWrites, segmentCount: 2 };
      const driven = new DrivenDisk({ ...smallWriteBack, cache });
      driven.took({ op: 'read', sector: 300, atNs: 0 });
      driven.took({ op: 'write', sector: 500, atNs: 10 * ms });
      driven.took({ op: 'write', sector: 700, atNs: 20 * ms });
      return driven.took({ op: 'read', sector: 300, atNs: 30 * ms });
    };
    expect(took(true)).toBe(us);
    expect(took(false)).toBeGreaterThan(us);
  });

  it('forgets what was written over on the medium', () => {
    const driven = new DrivenDisk(small);
    driven.took({ op: 'read', sector: 0, count: 10, atNs: 0 });
    driven.took({ op: 'forcedWrite', sector: 4, count: 2, atNs: 10 * ms });
    expect(driven.took({ op: 'read', sector: 0, count: 4, atNs: 20 * ms })).toBe(4 * us);
    expect(driven.took({ op: 'read', sector: 4, count: 1, atNs: 30 * ms })).toBe(51 * us);
  });

  it('has hit when it has the first sector, all of it or not', () => {
    const overhead = { ...small.overhead, readMissAfterReadNs: 300 * us };
    const driven = new DrivenDisk({ ...small, overhead });
    driven.took({ op: 'read', sector: 10, count: 10, atNs: 0 });
    expect(driven.took({ op: 'read', sector: 15, count: 10, atNs: 10 * ms })).toBe(251 * us);
    expect(driven.took({ op: 'read', sector: 50, count: 1, atNs: 20 * ms })).toBe(511 * us);
  });

  it('adds the processing time of the kind of command, of the one before, hit or miss', () => {
    const overhead = {
      ...small.overhead,
      readHitAfterReadNs: 1 * ms,
      readMissAfterReadNs: 2 * ms,
      readMissAfterWriteNs: 3 * ms,
      writeMissAfterReadNs: 4 * ms,
      writeMissAfterWriteNs: 5 * ms,
      readHitAfterWriteNs: 6 * ms,
      readCompletionNs: 10,
      writeCompletionNs: 20,
    };
    const driven = new DrivenDisk({ ...small, overhead });
    const ops = [
      ['read', 2 * ms + 11 * us + 10],
      ['read', 1 * ms + us + 10],
      ['write', 4 * ms + 10 * us + 20],
      ['write', 5 * ms + 10 * us + 20],
      ['read', 3 * ms + 11 * us + 10],
      ['forcedWrite', 4 * ms + 10 * us + 20],
    ] as const;
    const took = ops.map(([op], index) => driven.took({ op, sector: 0, atNs: index * 20 * ms }));
    expect(took).toEqual(ops.map(([, ns]) => ns));
  });
});

describe('fork and power', () => {
  it('gives a fork its own future', () => {
    const driven = new DrivenDisk(smallWriteBack);
    driven.took({ op: 'write', sector: 500, count: 10, atNs: 0 });
    const fork = driven.fork();
    const ask = { op: 'read', sector: 7_000, count: 30, atNs: 2 * ms } as const;
    const expected = driven.fork().took(ask);
    fork.took({ op: 'read', sector: 19_000, atNs: 100 * us });
    fork.settle();
    expect(driven.took(ask)).toBe(expected);
    expect(driven.destagedRuns).toHaveLength(1);
  });

  it('remembers in a fork what the last command was', () => {
    const overhead = { ...small.overhead, readMissAfterWriteNs: 7 * ms };
    const driven = new DrivenDisk({ ...small, overhead });
    driven.took({ op: 'write', sector: 0, atNs: 0 });
    expect(driven.fork().took({ op: 'read', sector: 500, atNs: ms })).toBeGreaterThan(7 * ms);
  });

  it('forgets memory, queue and writes on their way when the power goes', () => {
    const driven = new DrivenDisk(smallWriteBack);
    driven.took({ op: 'read', sector: 20, count: 10, atNs: 0 });
    driven.took({ op: 'write', sector: 9_000, count: 10, atNs: 10 * ms });
    driven.ask({ op: 'read', sector: 12_000, atNs: 10_100 * us });
    driven.disk.powerOff(10_200 * us);
    driven.settle();
    expect(driven.destagedRuns).toEqual([]);
    expect(driven.took({ op: 'read', sector: 20, count: 10, atNs: 20 * ms })).toBeGreaterThan(
      100 * us,
    );
    expect(driven.took({ op: 'flush', atNs: 30 * ms })).toBe(0);
  });

  it('asks to be woken for no read that finds it idle', () => {
    const driven = new DrivenDisk(smallReadAhead);
    for (const sector of [500, 7_000, 7_004, 0]) {
      driven.took({ op: 'read', sector, count: 4, atNs: driven.nowNs + 100 * us });
      expect(driven.wakeAtNs).toBe(Number.POSITIVE_INFINITY);
    }
  });

  it('refuses times that are not whole', () => {
    expect(() => hdd({ ...small, transferNsPerSector: 0.5 })).toThrow(
      'transferNsPerSector 0.5, expected a whole number from 0',
    );
    expect(() => hdd({ ...small, rotationNs: 0 })).toThrow('rotation in 0 ns');
  });

  it('starts with the heads at cylinder 0 and nothing in memory', () => {
    expect(new DrivenDisk(hdd(small)).took({ op: 'read', sector: 0, atNs: 0 })).toBe(11 * us);
  });
});
