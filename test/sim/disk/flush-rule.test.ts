import { describe, expect, test } from 'vitest';
import { naiveImages } from './naive-disk.ts';
import { crashImages, plainRig, type Rig, texts } from './rig.ts';

function images(rig: Rig, blockCount: number): string[] {
  return texts(crashImages(rig)).map((image) => image.split(' ').slice(0, blockCount).join(' '));
}

describe('flush rule', () => {
  test('makes durable what completed before the flush was submitted', () => {
    const rig = plainRig();
    rig.write(0, [1]);
    rig.runUntil(10_000);
    expect(images(rig, 1)).toEqual(['0', '1']);
    rig.runUntil(11_000);
    rig.flush();
    rig.drain();
    expect(images(rig, 1)).toEqual(['1']);
  });

  test('makes durable what completed at the very instant the flush was submitted', () => {
    const rig = plainRig();
    rig.write(0, [1]);
    rig.runUntil(11_000);
    rig.flush();
    rig.drain();
    expect(images(rig, 1)).toEqual(['1']);
  });

  test('leaves open what was in flight when the flush was submitted, even once completed', () => {
    const rig = plainRig();
    rig.write(0, [1]);
    rig.runUntil(10_999);
    rig.flush();
    rig.drain();
    expect(images(rig, 1)).toEqual(['0', '1']);
  });

  test('leaves open what was written after the flush was submitted', () => {
    const rig = plainRig();
    rig.write(0, [1]);
    rig.drain();
    rig.flush();
    rig.write(0, [2]);
    rig.write(1, [3]);
    rig.drain();
    expect(images(rig, 2)).toEqual(['1 0', '1 3', '2 0', '2 3']);
  });

  test('promises nothing for a flush that did not complete: any part of its cover', () => {
    const rig = plainRig();
    rig.write(0, [1]);
    rig.write(1, [2]);
    rig.drain();
    rig.flush();
    rig.runUntil(rig.nowNs + 99_999);
    expect(images(rig, 2)).toEqual(['0 0', '0 2', '1 0', '1 2']);
    rig.drain();
    expect(images(rig, 2)).toEqual(['1 2']);
  });

  test('counts a flush from its submission, not from the start of its service (depth 1)', () => {
    const rig = plainRig({ hwDepth: 1 });
    rig.write(0, [1]);
    rig.flush();
    rig.drain();
    expect(images(rig, 1)).toEqual(['0', '1']);
  });

  test('makes a forced write durable on completion, over older versions of its block only', () => {
    const rig = plainRig();
    rig.write(0, [1]);
    rig.write(1, [2]);
    rig.drain();
    rig.write(0, [3], { fua: true });
    rig.drain();
    expect(images(rig, 2)).toEqual(['3 0', '3 2']);
  });

  test('never brings back an older version by a flush that ends after a forced write', () => {
    const rig = plainRig();
    rig.write(0, [1]);
    rig.runUntil(11_000);
    rig.flush();
    rig.write(0, [3], { fua: true });
    rig.drain();
    expect(images(rig, 1)).toEqual(['3']);
  });

  test('keeps a version newer than a forced write open', () => {
    const rig = plainRig();
    rig.write(0, [1], { fua: true });
    rig.drain();
    rig.write(0, [2]);
    rig.drain();
    expect(images(rig, 1)).toEqual(['1', '2']);
  });

  test('flushes before the data of a preflush write: the data never without its cover', () => {
    const rig = plainRig();
    rig.write(0, [1]);
    rig.drain();
    rig.write(1, [2], { preflush: true });
    rig.runUntil(rig.nowNs + 99_999);
    expect(images(rig, 2)).toEqual(['0 0', '1 0']);
    rig.runUntil(rig.nowNs + 1);
    expect(images(rig, 2)).toEqual(['1 0', '1 2']);
    rig.drain();
    expect(images(rig, 2)).toEqual(['1 0', '1 2']);
  });

  // The example of the documentation of dm-log-writes (Linux, admin-guide/device-mapper): of
  // W1 W2 W3 C3 C2 Wflush C1 Cflush the log has W3 W2 flush, and W1 behind it.
  test('covers what had completed of three writes, not the one that completes meanwhile', () => {
    const rig = plainRig();
    rig.write(2, [1, 1, 1, 1]);
    rig.write(0, [2]);
    rig.write(1, [3]);
    rig.runUntil(11_000);
    rig.flush();
    rig.drain();
    expect(rig.answers.map(({ op, block }) => [op, block])).toEqual([
      ['write', 0],
      ['write', 1],
      ['write', 2],
      ['flush', 0],
    ]);
    const found = images(rig, 6);
    expect(found.length).toBe(16);
    expect(found.every((image) => image.startsWith('2 3 '))).toBe(true);
  });

  test('makes a forced write with a flush before it durable, and what that flush covers', () => {
    const rig = plainRig();
    rig.write(0, [1]);
    rig.drain();
    rig.write(1, [2]);
    rig.runUntil(rig.nowNs + 5_000);
    rig.write(2, [3], { preflush: true, fua: true });
    rig.drain();
    expect(images(rig, 3)).toEqual(['1 0 3', '1 2 3']);
  });

  test('lets any part of the cover of a flush in flight be durable, and of the next one', () => {
    const rig = plainRig();
    rig.write(0, [1]);
    rig.drain();
    rig.flush();
    rig.write(1, [2]);
    rig.runUntil(rig.nowNs + 50_000);
    rig.flush();
    rig.runUntil(rig.nowNs + 1);
    expect(images(rig, 2)).toEqual(['0 0', '0 2', '1 0', '1 2']);
  });

  test('makes no other block durable by a forced write in flight', () => {
    const rig = plainRig();
    rig.write(0, [1]);
    rig.drain();
    rig.write(1, [2], { fua: true });
    rig.runUntil(rig.nowNs + 19_999);
    expect(images(rig, 2)).toEqual(['0 0', '0 2', '1 0', '1 2']);
  });

  test('covers nothing that completed during a preflush', () => {
    const rig = plainRig();
    rig.write(0, [1]);
    rig.write(1, [2], { preflush: true, fua: true });
    rig.drain();
    expect(images(rig, 2)).toEqual(['0 2', '1 2']);
  });
});

describe('mistaken rules are told apart', () => {
  function story(): Rig {
    const rig = plainRig({}, 3);
    rig.write(0, [1]);
    rig.drain();
    rig.write(1, [2]);
    rig.flush();
    rig.drain();
    rig.write(2, [3], { fua: true });
    rig.drain();
    return rig;
  }

  test('agrees with the exact rule', () => {
    const rig = story();
    expect(texts(crashImages(rig))).toEqual(naiveImages(rig.history, rig.nowNs, 3));
    expect(texts(crashImages(rig))).toEqual(['1 0 3', '1 2 3']);
  });

  test.each(['flush covers in-flight', 'fua flushes all', 'newest wins'] as const)(
    'differs from "%s"',
    (rule) => {
      const rig = story();
      expect(naiveImages(rig.history, rig.nowNs, 3, rule)).not.toEqual(texts(crashImages(rig)));
    },
  );
});
