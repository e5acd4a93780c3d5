import { describe, expect, test } from 'vitest';
import { keptChoices } from '../../../sim/disk/crash.ts';
import { crashImages, PathChoices, plainRig, Rig, texts } from './rig.ts';

describe('crash images', () => {
  test.each([0, 1, 2, 3, 5, 8, 12])('are exactly 2^k (k=%i single-block writes)', (k) => {
    const rig = plainRig();
    for (let block = 0; block < k; block += 1) rig.write(block, [block + 1]);
    rig.drain();
    const outcomes = crashImages(rig);
    expect(outcomes.length).toBe(1 << k);
    expect(texts(outcomes).length).toBe(1 << k);
  });

  test.each([1, 2, 5, 35])('are exactly m+1 (m=%i versions of one block)', (m) => {
    const rig = plainRig();
    for (let version = 1; version <= m; version += 1) {
      rig.write(3, [version]);
      rig.drain();
    }
    const outcomes = crashImages(rig);
    expect(outcomes.map(({ image }) => image[3])).toEqual(
      Array.from({ length: m + 1 }, (_, version) => version),
    );
  });

  test('are exactly m+1 beyond one digit, two to an answer (m=40 versions of one block)', () => {
    const rig = plainRig();
    for (let version = 1; version <= 40; version += 1) {
      rig.write(3, [version]);
      rig.drain();
    }
    const outcomes = crashImages(rig);
    expect(outcomes.map(({ image }) => image[3])).toEqual(
      Array.from({ length: 41 }, (_, version) => version),
    );
    expect([outcomes[3]!.kept, outcomes[40]!.kept]).toEqual(['03', '14']);
    for (const { kept, image, lostCount } of outcomes) {
      expect(rig.fork().crash(keptChoices(kept))).toEqual({ kept, image, lostCount });
    }
  });

  test('tear a write in flight at block boundaries, every subset (4 blocks)', () => {
    const rig = plainRig();
    rig.write(2, [1, 2, 3, 4]);
    rig.runUntil(5_000);
    expect(texts(crashImages(rig)).length).toBe(16);
  });

  test('show no trace of a write that waited for queue depth (depth 1)', () => {
    const rig = plainRig({ hwDepth: 1 });
    rig.write(0, [1]);
    rig.write(1, [2]);
    rig.runUntil(5_000);
    expect(crashImages(rig).map(({ image }) => image.slice(0, 2))).toEqual([
      [0, 0],
      [1, 0],
    ]);
  });

  test('keep what was acknowledged and tear what was not (protected cache)', () => {
    const rig = plainRig({ cache: 'protected', crashPolicy: 'all', cacheBlockCountMax: 0 });
    rig.write(0, [1]);
    rig.drain();
    rig.write(0, [2, 3]);
    rig.runUntil(rig.nowNs + 1);
    expect(texts(crashImages(rig)).map((text) => text.slice(0, 3))).toEqual(
      ['1 0', '1 3', '2 0', '2 3'].map((text) => text),
    );
    expect(crashImages(rig).every(({ lostCount }) => lostCount === 0)).toBe(true);
  });

  test('keep the newest acknowledged version (volatile cache, policy all)', () => {
    const rig = plainRig({ crashPolicy: 'all' });
    rig.write(0, [1]);
    rig.drain();
    rig.write(0, [2]);
    rig.drain();
    rig.write(0, [3]);
    rig.runUntil(rig.nowNs + 1);
    expect(crashImages(rig).map(({ image }) => image[0])).toEqual([2, 3]);
  });

  test('never undo a forced write (volatile cache, policy all)', () => {
    const rig = plainRig({ crashPolicy: 'all' });
    rig.write(1, [1]);
    rig.drain();
    rig.write(0, [2], { fua: true });
    rig.drain();
    rig.write(0, [3]);
    const left = crashImages(rig).map(({ image }) => image.slice(0, 2));
    expect(left).toEqual([
      [2, 1],
      [3, 1],
    ]);
  });

  test('ask for blocks in ascending order, whatever the order of the writes', () => {
    const rig = plainRig();
    for (const block of [5, 2, 9]) {
      rig.write(block, [block]);
      rig.drain();
    }
    const { image } = rig.fork().crash(keptChoices('100'));
    expect(image.flatMap((stamp) => (stamp === 0 ? [] : [stamp]))).toEqual([2]);
  });

  test('lose every unflushed block (power loss, policy none)', () => {
    const rig = plainRig({ crashPolicy: 'none' });
    rig.write(0, [1]);
    rig.drain();
    rig.flush();
    rig.drain();
    rig.write(0, [2]);
    rig.write(1, [3]);
    rig.drain();
    rig.write(2, [4]);
    const outcomes = crashImages(rig);
    expect(outcomes.length).toBe(1);
    expect(outcomes[0]?.image.slice(0, 3)).toEqual([1, 0, 0]);
    expect(outcomes[0]?.lostCount).toBe(2);
    expect(outcomes[0]?.kept).toBe('');
  });

  test('count a block as lost only when nothing newer replaced it', () => {
    const rig = plainRig();
    rig.write(0, [1]);
    rig.drain();
    rig.write(0, [2]);
    const outcomes = crashImages(rig);
    expect(outcomes.map(({ image, lostCount }) => [image[0], lostCount])).toEqual([
      [0, 1],
      [1, 0],
      [2, 0],
    ]);
  });

  test('replay from what was kept, digit by digit', () => {
    const rig = plainRig();
    for (const stamps of [[1, 2], [3, 4], [5]]) {
      rig.write(1, stamps);
      rig.drain();
    }
    const outcomes = crashImages(rig);
    expect(outcomes.length).toBe(4 * 3);
    for (const { kept, image, lostCount } of outcomes) {
      expect(kept.length).toBe(2);
      expect(rig.fork().crash(keptChoices(kept))).toEqual({ kept, image, lostCount });
    }
  });

  test('refuse a recorded outcome that does not fit', () => {
    const rig = plainRig();
    rig.write(0, [1]);
    rig.drain();
    expect(() => rig.fork().crash(keptChoices(''))).toThrow('choice 0 of "disk.crash"');
    expect(() => rig.fork().crash(keptChoices('2'))).toThrow('recorded digit "2"');
  });
});

describe('after a crash', () => {
  test('nothing is inside, nothing completes, and the survivors cannot be lost again', () => {
    const rig = plainRig();
    rig.write(0, [1]);
    rig.drain();
    rig.write(1, [2]);
    rig.flush();
    rig.crash(new PathChoices([{ digit: 1 }, { digit: 1 }]));
    expect(rig.device.inFlightCount).toBe(0);
    expect(rig.completeNext()).toBe(false);
    expect(crashImages(rig).map(({ image }) => image.join(' '))).toEqual([`1 2${' 0'.repeat(14)}`]);
  });

  test('the queues are empty: the next command is served at once (one channel, depth 2)', () => {
    const rig = plainRig({ channelCount: 1, hwDepth: 2 });
    for (let count = 0; count < 10; count += 1) rig.write(0, [1]);
    rig.runUntil(15_000);
    rig.crash(new PathChoices([]));
    const after = new Rig(rig.device);
    after.nowNs = rig.nowNs;
    after.write(0, [2]);
    after.drain();
    expect(after.nowNs).toBe(15_000 + 11_000);
  });
});
