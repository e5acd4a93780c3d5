// What each fault of devices does, measured, and that it is over when it ends.
import { describe, expect, it } from 'vitest';
import { type deviceProfiles, nsPerMs, type World } from '../../../sim/index.ts';
import {
  type Ask,
  blockCount,
  blocks,
  build,
  contents,
  failed,
  flush,
  reads,
  sampling,
  strike,
  submit,
  whole,
  writes,
} from './device-rig.ts';

describe('errors of the medium', () => {
  it('strike reads of 30 % of the blocks, the same at every retry, until the end', () => {
    const world = build();
    submit(world, [...writes(100), flush]);
    strike(world, 'read-error', 5000, { share: 0.3 });
    const bad = failed(submit(world, reads));
    expect(Math.abs(bad.length - 0.3 * blockCount)).toBeLessThan(sampling);
    expect(failed(submit(world, reads))).toEqual(bad);
    expect(failed(submit(world, reads, 1000, 'a'))).toEqual([]);
    expect(failed(submit(world, writes(100)))).toEqual([]);
    world.runUntil(world.now + 5000 * nsPerMs);
    expect(contents(world)).toEqual(whole(100));
  });

  it('strike a read of several blocks when one of them is bad', () => {
    const world = build();
    strike(world, 'read-error', 5000, { share: 0.3 });
    const bad = new Set(failed(submit(world, reads)));
    const wide = blocks.filter((block) => block % 4 === 0);
    const asks = wide.map((block): Ask => ({ op: 'read', block, blockCount: 4 }));
    const struck = wide.filter((block) => [0, 1, 2, 3].some((next) => bad.has(block + next)));
    expect(failed(submit(world, asks))).toEqual(struck);
  });

  it('strike writes of 30 % of the blocks, which store nothing', () => {
    const world = build();
    submit(world, writes(100));
    strike(world, 'write-error', 2500, { share: 0.3 });
    const bad = new Set(failed(submit(world, writes(9000))));
    expect(Math.abs(bad.size - 0.3 * blockCount)).toBeLessThan(sampling);
    expect(contents(world)).toEqual(blocks.map((block) => (bad.has(block) ? 100 : 9000) + block));
    world.runUntil(world.now + 5000 * nsPerMs);
    expect(failed(submit(world, writes(500)))).toEqual([]);
    expect(contents(world)).toEqual(whole(500));
  });

  it('leave no part of a failed write to a power loss', () => {
    const world = build();
    submit(world, writes(100));
    submit(world, [flush]);
    strike(world, 'write-error', 500);
    submit(world, writes(9000), 0);
    world.runUntil(world.now + 20_000);
    world.crash('b', { power: true });
    world.restart('b');
    world.runUntil(world.now + 1000 * nsPerMs);
    expect(contents(world)).toEqual(whole(100));
  });
});

describe('a device that is stuck', () => {
  it('completes nothing that was asked meanwhile until it is over, then all', () => {
    const world = build();
    strike(world, 'stuck-disk', 500);
    world.runUntil(1);
    const startNs = world.now;
    const done = submit(world, reads, 2000);
    expect(done).toHaveLength(blockCount);
    expect(Math.min(...done.map(({ atNs }) => atNs - startNs))).toBeGreaterThan(499 * nsPerMs);
    expect(submit(world, reads, 2000, 'a')).toHaveLength(blockCount);
  });

  it('serves again as fast as before', () => {
    const taken = (world: World) => {
      const startNs = world.now;
      return submit(world, reads).map(({ atNs }) => atNs - startNs);
    };
    const world = build();
    strike(world, 'stuck-disk', 500);
    world.runUntil(1000 * nsPerMs);
    expect(taken(world)).toEqual(taken(build()));
  });

  it('waits for the last of two faults', () => {
    const world = build();
    strike(world, 'stuck-disk', 500);
    strike(world, 'stuck-disk', 800);
    world.runUntil(1);
    expect(submit(world, reads, 700)).toEqual([]);
    expect(submit(world, [], 700)).toHaveLength(blockCount);
  });
});

describe('a flush that lies', () => {
  const lost = (kind: string | null, profile: keyof typeof deviceProfiles, healed = false) => {
    const world = build(profile);
    if (kind !== null) strike(world, kind, 1500);
    const done = submit(world, [...writes(100), flush, ...writes(100)]);
    expect(done.every(({ status }) => status === 'ok')).toBe(true);
    submit(world, [flush]);
    if (healed) submit(world, [flush]);
    world.crash('b', { power: true });
    world.restart('b');
    return contents(world).filter((stamp) => stamp === 0).length;
  };

  it('loses about half of what it had reported safe to a power loss', () => {
    expect(lost(null, 'nvme-consumer')).toBe(0);
    // Each block keeps nothing or either of two versions, by choice.
    expect(Math.abs(lost('lying-flush', 'nvme-consumer') - blockCount / 3)).toBeLessThan(100);
  });

  it('loses nothing of a cache that survives', () => {
    expect(lost('lying-flush', 'nvme-plp')).toBe(0);
  });

  it('is mended by the first true flush after it', () => {
    expect(lost('lying-flush', 'nvme-consumer', true)).toBe(0);
  });

  it('keeps a forced write no better', () => {
    const world = build();
    strike(world, 'lying-flush', 5000);
    submit(
      world,
      writes(100).map((ask) => ({ ...ask, fua: true })),
    );
    world.crash('b', { power: true });
    world.restart('b');
    const gone = contents(world).filter((stamp) => stamp === 0).length;
    expect(Math.abs(gone - blockCount / 2)).toBeLessThan(100);
  });
});

describe('contents that go wrong unnoticed', () => {
  it('rot in 30 % of the stored blocks and stay so until they are written', () => {
    const world = build();
    const stored = writes(100).slice(0, 2000);
    submit(world, [...stored, flush]);
    submit(world, [flush]);
    strike(world, 'bit-rot', 100, { share: 0.3 });
    const found = contents(world);
    const rotten = blocks.filter((block) => block < 2000 && found[block] !== 100 + block);
    // Three standard deviations of 2000 draws.
    expect(Math.abs(rotten.length - 600)).toBeLessThan(62);
    expect(found.slice(2000).every((stamp) => stamp === 0)).toBe(true);
    expect(contents(world)).toEqual(found);
    submit(world, writes(100));
    expect(contents(world)).toEqual(whole(100));
  });

  it('survive in a power loss as they rotted', () => {
    const world = build();
    submit(world, writes(100));
    submit(world, [flush]);
    strike(world, 'bit-rot', 100, { share: 0.3 });
    const found = contents(world);
    world.crash('b', { power: true });
    world.restart('b');
    expect(contents(world)).toEqual(found);
  });

  it('land on another block for 30 % of the writes, which report success', () => {
    const world = build();
    submit(world, writes(100));
    strike(world, 'misdirected-write', 900, { share: 0.3 });
    const done = submit(world, writes(100_000));
    expect(failed(done)).toEqual([]);
    const found = contents(world);
    const own = blocks.filter((block) => found[block] === 100_000 + block);
    const old = blocks.filter((block) => found[block] === 100 + block);
    const foreign = blockCount - own.length - old.length;
    // Of 30 % that went astray many hit a block whose own write came later.
    expect(Math.abs(own.length + foreign - 0.7 * blockCount)).toBeLessThan(0.2 * blockCount);
    expect([old.length > 500, foreign > 300]).toEqual([true, true]);
    submit(world, writes(7000));
    expect(contents(world)).toEqual(whole(7000));
  });
});
