import { describe, expect, test } from 'vitest';
import { tableDevice } from '../../../sim/disk/make-device.ts';
import { deviceProfiles } from '../../../sim/disk/profiles.ts';
import { type Answer, crashImages, plainRig, Rig } from './rig.ts';

function last(rig: Rig): Answer {
  return rig.answers.at(-1) as Answer;
}

describe('reads and writes', () => {
  test('a read sees what is visible when it completes, not when it was submitted', () => {
    const rig = plainRig();
    rig.read(0, 1);
    rig.runUntil(5_000);
    rig.read(0, 1);
    rig.runUntil(5_500);
    rig.write(0, [1]);
    rig.runUntil(9_000);
    rig.read(0, 1);
    rig.drain();
    expect(rig.answers.filter(({ op }) => op === 'read').map(({ stamps }) => stamps)).toEqual([
      [0],
      [0],
      [1],
    ]);
  });

  test('the later of two overlapping writes wins and completes last, however short it is', () => {
    const rig = plainRig();
    const long = rig.write(0, [1, 1, 1, 1, 1, 1, 1, 1]);
    const short = rig.write(3, [2]);
    const apart = rig.write(9, [3]);
    rig.drain();
    expect(rig.answers.map(({ tag }) => tag)).toEqual([apart, long, short]);
    expect(rig.image().slice(0, 10)).toEqual([1, 1, 1, 2, 1, 1, 1, 1, 0, 3]);
  });

  test('overlapping writes keep their order even where service takes no time at all', () => {
    const nothing = { baseNs: 0, perBlockNs: 0 };
    const op = { link: nothing, service: nothing, busy: nothing };
    const rig = plainRig({ ops: { read: op, write: op, forcedWrite: op } });
    rig.write(0, [1]);
    rig.write(0, [2]);
    rig.write(0, [3]);
    rig.drain();
    expect(rig.history.map(({ dueAtNs }) => dueAtNs)).toEqual([0, 0, 0]);
    expect(rig.image()[0]).toBe(3);
  });

  test('a payload replaces a stamp and comes back with the block that has it', () => {
    const rig = plainRig();
    rig.write(0, [4, 5]);
    rig.drain();
    rig.submit({ op: 'write', block: 1, blockCount: 1, payloads: [{ entry: 6 }] });
    rig.drain();
    rig.read(0, 2);
    rig.drain();
    expect(last(rig).stamps).toEqual([4, 0]);
    expect(last(rig).payloads).toEqual([undefined, { entry: 6 }]);
    rig.write(1, [7]);
    rig.drain();
    rig.read(0, 2);
    rig.drain();
    expect(last(rig)).not.toHaveProperty('payloads');
    expect(last(rig).stamps).toEqual([4, 7]);
  });

  test('a payload on disk cannot be changed by who wrote it', () => {
    const rig = plainRig();
    const payload = { entries: [1] };
    rig.submit({ op: 'write', block: 1, blockCount: 1, payloads: [payload] });
    expect(() => payload.entries.push(2)).toThrow(TypeError);
  });

  test('payloads survive a power loss like stamps do', () => {
    const rig = plainRig();
    rig.submit({ op: 'write', block: 1, blockCount: 1, payloads: [{ entry: 1 }] });
    rig.drain();
    rig.flush();
    rig.drain();
    rig.submit({ op: 'write', block: 1, blockCount: 1, payloads: [{ entry: 2 }] });
    rig.drain();
    const contents = [0, 1].map((digit) => {
      const fork = rig.fork();
      fork.device.crash(fork.nowNs, { choose: () => digit, madeCount: 0, copy: never }, 'disk d1');
      const after = new Rig(fork.device);
      after.nowNs = fork.nowNs;
      after.read(1, 1);
      after.drain();
      return last(after).payloads;
    });
    expect(contents).toEqual([[{ entry: 1 }], [{ entry: 2 }]]);
  });

  test('answers out of range, leaves nothing behind, serves on', () => {
    const rig = plainRig();
    rig.write(15, [1, 2]);
    rig.read(16, 1);
    rig.drain();
    expect(rig.answers.map(({ status }) => status)).toEqual(['out-of-range', 'out-of-range']);
    expect(rig.image()).toEqual(new Array(16).fill(0));
    rig.write(14, [1, 2]);
    expect(crashImages(rig).length).toBe(4);
  });

  test('a full cache writes back what it has held longest (two blocks)', () => {
    const rig = plainRig({ cacheBlockCountMax: 2 });
    for (let block = 0; block < 4; block += 1) {
      rig.write(block, [block + 1]);
      rig.drain();
    }
    expect(crashImages(rig).map(({ image }) => image.slice(0, 4))).toEqual([
      [1, 2, 0, 0],
      [1, 2, 0, 4],
      [1, 2, 3, 0],
      [1, 2, 3, 4],
    ]);
  });
});

describe('misuse is refused', () => {
  const rig = plainRig();
  const noSchedule = () => undefined;
  test.each([
    [{ op: 'read', block: -1, blockCount: 1 }, 'block -1'],
    [{ op: 'read', block: 0, blockCount: 0 }, 'read of 0 blocks'],
    [{ op: 'write', block: 0, blockCount: 1 }, 'stamps or payloads'],
    [{ op: 'write', block: 0, blockCount: 2, stamps: [1] }, 'write of 2 blocks with 1 contents'],
    [{ op: 'flush', block: 0, blockCount: 1 }, 'flush of 1 blocks'],
  ] as const)('%j', (request, message) => {
    expect(() => rig.submit(request)).toThrow(message);
  });

  test('a completion that is not due', () => {
    const one = plainRig();
    one.write(0, [1]);
    expect(() => one.device.complete(0, 5, noSchedule)).toThrow('it is due at 11000 ns');
    expect(() => one.device.complete(3, 5, noSchedule)).toThrow('no request in slot 3');
  });

  test('time that goes back', () => {
    const one = plainRig();
    one.runUntil(100);
    one.write(0, [1]);
    one.nowNs = 99;
    expect(() => one.write(0, [1])).toThrow('time went back from 100 ns to 99 ns');
  });

  test('a slow factor of zero', () => {
    expect(() => plainRig().device.setSlowFactor(0)).toThrow('slow factor 0');
  });
});

describe('timing', () => {
  test('a slow factor stretches what is dispatched later, not what is in service', () => {
    const rig = plainRig();
    rig.write(0, [1]);
    rig.device.setSlowFactor(2.5);
    rig.write(1, [2]);
    rig.device.setSlowFactor(1);
    rig.write(2, [3]);
    expect(rig.history.map(({ dueAtNs }) => dueAtNs)).toEqual([11_000, 27_500, 11_000]);
  });

  test('commands beyond the hardware depth wait in order of arrival (depth 2)', () => {
    const rig = plainRig({ hwDepth: 2 });
    for (let block = 0; block < 5; block += 1) rig.write(block, [1]);
    expect(rig.device.inFlightCount).toBe(5);
    expect(rig.history.map(({ dueAtNs }) => dueAtNs)).toEqual([11_000, 11_000, null, null, null]);
    rig.drain();
    expect(rig.history.map(({ completedAtNs }) => completedAtNs)).toEqual([
      11_000, 11_000, 22_000, 22_000, 33_000,
    ]);
  });

  test('the link carries one command at a time, at its command rate or its bandwidth', () => {
    const op = { link: { baseNs: 500, perBlockNs: 200 }, service: zero(100), busy: zero(0) };
    const rig = plainRig({ ops: { read: op, write: op, forcedWrite: op } });
    rig.read(0, 1);
    rig.read(0, 2);
    rig.read(0, 4);
    expect(rig.history.map(({ dueAtNs }) => dueAtNs)).toEqual([600, 1_100, 1_900]);
  });

  test('a flush of a volatile cache waits for the channels and pays for each cached block', () => {
    const rig = plainRig({ flush: { baseNs: 100_000, perBlockNs: 10 } });
    rig.write(0, [1, 2]);
    rig.drain();
    rig.read(0, 1);
    rig.device.setSlowFactor(1);
    rig.flush();
    expect(rig.history.at(-1)?.dueAtNs).toBe(12_000 + 100_020);
  });

  test('one channel serves one command at a time', () => {
    const op = { link: zero(0), service: zero(10), busy: zero(30) };
    const rig = plainRig({ channelCount: 1, ops: { read: op, write: op, forcedWrite: op } });
    for (let count = 0; count < 3; count += 1) rig.read(0, 1);
    expect(rig.history.map(({ dueAtNs }) => dueAtNs)).toEqual([10, 40, 70]);
  });
});

describe('a copy', () => {
  test('and its source go their own ways, with requests in service and waiting', () => {
    const source = plainRig({ hwDepth: 2 });
    source.write(0, [1]);
    source.drain();
    for (let block = 1; block < 6; block += 1) source.write(block, [block]);
    source.runUntil(source.nowNs + 5_000);
    const twin = source.fork();
    twin.write(0, [99]);
    twin.device.setSlowFactor(3);
    source.write(7, [77]);
    expect(source.image().slice(0, 8)).toEqual([1, 1, 2, 3, 4, 5, 0, 77]);
    expect(twin.image().slice(0, 8)).toEqual([99, 1, 2, 3, 4, 5, 0, 0]);
    expect([source.device.slowFactor, twin.device.slowFactor]).toEqual([1, 3]);
    expect(twin.nowNs).toBeGreaterThan(source.nowNs);
  });

  test('numbers its slots as its source does: same events from there on', () => {
    const source = plainRig();
    for (let block = 0; block < 9; block += 1) source.write(block, [block]);
    source.completeNext();
    source.completeNext();
    const twin = source.fork();
    const slots = [source, twin].map((rig) => {
      const seen: number[] = [];
      const schedule = (slot: number) => seen.push(slot);
      for (let count = 0; count < 20; count += 1) {
        const read = { op: 'read', block: 0, blockCount: 1, tag: count } as const;
        rig.device.submit(read, 0, rig.nowNs, schedule);
      }
      return seen;
    });
    expect(slots[1]).toEqual(slots[0]);
  });

  test('numbers its slots as its source does after both have been idle', () => {
    const source = plainRig();
    for (const blockCount of [4, 3, 2, 1]) source.write(0, new Array(blockCount).fill(1));
    for (const block of [9, 8, 7]) source.write(block, [1]);
    source.drain();
    const twin = source.fork();
    const slots = [source, twin].map((rig) => {
      const seen: number[] = [];
      const read = { op: 'read', block: 0, blockCount: 1, tag: 0 } as const;
      for (let count = 0; count < 5; count += 1) {
        rig.device.submit(read, 0, rig.nowNs, (slot) => seen.push(slot));
      }
      return seen;
    });
    expect(slots[1]).toEqual(slots[0]);
  });

  test('finds link and channels as busy as its source left them', () => {
    const op = { link: zero(500), service: zero(100), busy: zero(4_000) };
    const ops = { read: op, write: op, forcedWrite: op };
    const source = plainRig({ ops, channelCount: 2 });
    for (let count = 0; count < 3; count += 1) source.read(0, 1);
    const twin = source.fork();
    for (const rig of [source, twin]) {
      rig.read(0, 1);
      rig.read(0, 1);
    }
    expect(twin.history.map(({ dueAtNs }) => dueAtNs)).toEqual([600, 1_100, 4_600, 5_100, 8_600]);
    expect(twin.history).toEqual(source.history);
  });

  test('finds the link as busy as its source left it', () => {
    const op = { link: zero(500), service: zero(100), busy: zero(0) };
    const source = plainRig({ ops: { read: op, write: op, forcedWrite: op } });
    source.read(0, 1);
    const twin = source.fork();
    twin.read(0, 1);
    expect(twin.history.at(-1)?.dueAtNs).toBe(1_100);
  });

  test('of a crashed device still has what survived, and keeps it to itself', () => {
    const source = new Rig(tableDevice(deviceProfiles['nvme-plp'], 16));
    source.write(0, [1]);
    source.drain();
    const twin = source.fork();
    twin.write(0, [2]);
    twin.drain();
    expect(crashImages(source).map(({ image }) => image[0])).toEqual([1]);
    expect(crashImages(twin).map(({ image }) => image[0])).toEqual([2]);
  });
});

function zero(baseNs: number): { baseNs: number; perBlockNs: number } {
  return { baseNs, perBlockNs: 0 };
}

function never(): never {
  throw new Error('nobody copies these choices');
}
