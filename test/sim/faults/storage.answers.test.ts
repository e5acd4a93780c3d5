// Devices that refuse, forget or mislead: what each fault does, measured, and that it ends.
import { describe, expect, it } from 'vitest';
import { nsPerMs, type World } from '../../../sim/index.ts';
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

const statuses = (world: World, asks: readonly Ask[]) => [
  ...new Set(submit(world, asks).map(({ status }) => status)),
];

/** All of it written and flushed. */
function filled(stamp = 100): World {
  const world = build();
  submit(world, writes(stamp));
  submit(world, [flush]);
  return world;
}

function powerCycle(world: World): void {
  world.crash('b', { power: true });
  world.restart('b');
}

describe('a write that is reported and not there', () => {
  it('stores nothing in 30 % of the blocks, reports success, and stays so after the end', () => {
    const world = filled();
    strike(world, 'phantom-write', 900, { share: 0.3 });
    expect(failed(submit(world, writes(9000)))).toEqual([]);
    const found = contents(world);
    const old = blocks.filter((block) => found[block] === 100 + block);
    expect(Math.abs(old.length - 0.3 * blockCount)).toBeLessThan(sampling);
    expect(found.filter((stamp, block) => stamp === 9000 + block)).toHaveLength(
      blockCount - old.length,
    );
    submit(world, writes(500));
    expect(contents(world)).toEqual(whole(500));
  });

  it('leaves nothing to a power loss, flushed or in flight', () => {
    const world = filled();
    strike(world, 'phantom-write', 5000);
    submit(world, [...writes(9000), flush]);
    submit(world, writes(20_000), 0);
    world.runUntil(world.now + 20_000);
    powerCycle(world);
    expect(contents(world)).toEqual(whole(100));
  });
});

describe('a read that answers something else', () => {
  it('shows 30 % of the blocks as they were when it began, at every retry, until the end', () => {
    const world = filled();
    strike(world, 'stale-read', 5000, { share: 0.3 });
    submit(world, writes(9000));
    const found = contents(world);
    const stale = blocks.filter((block) => found[block] === 100 + block);
    expect(Math.abs(stale.length - 0.3 * blockCount)).toBeLessThan(sampling);
    submit(world, writes(20_000));
    const bad = new Set(stale);
    const base = (block: number) => (bad.has(block) ? 100 : 20_000);
    expect(contents(world)).toEqual(blocks.map((block) => base(block) + block));
    world.runUntil(world.now + 5000 * nsPerMs);
    expect(contents(world)).toEqual(whole(20_000));
  });

  it('shows nothing of a device that was wiped meanwhile', () => {
    const world = filled();
    strike(world, 'stale-read', 60_000);
    strike(world, 'wipe', 100);
    world.runUntil(world.now + 1000 * nsPerMs);
    expect(contents(world)).toEqual(blocks.map(() => 0));
  });

  it('shows the next block in place of 30 % of them, at every retry, until the end', () => {
    const world = filled();
    strike(world, 'misdirected-read', 2500, { share: 0.3 });
    const found = contents(world);
    const astray = blocks.filter((block) => found[block] !== 100 + block);
    expect(Math.abs(astray.length - 0.3 * blockCount)).toBeLessThan(sampling);
    expect(astray.map((block) => found[block])).toEqual(
      astray.map((block) => 100 + ((block + 1) % blockCount)),
    );
    expect(contents(world)).toEqual(found);
    world.runUntil(world.now + 5000 * nsPerMs);
    expect(contents(world)).toEqual(whole(100));
  });
});

describe('a flush that fails', () => {
  it('drops what it covered, and the flush that succeeds after it brings nothing back', () => {
    const world = filled();
    strike(world, 'failed-flush', 1500);
    submit(world, writes(9000));
    expect(statuses(world, [flush])).toEqual(['io-error']);
    expect(statuses(world, [flush])).toEqual(['ok']);
    expect(contents(world)).toEqual(whole(100));
    powerCycle(world);
    expect(contents(world)).toEqual(whole(100));
  });

  it('keeps what was forced, and what was written after it was asked for', () => {
    const world = filled();
    strike(world, 'failed-flush', 60_000);
    submit(world, writes(9000));
    submit(
      world,
      writes(20_000)
        .slice(0, 2000)
        .map((ask) => ({ ...ask, fua: true })),
    );
    submit(world, [flush, ...writes(30_000).slice(3000)]);
    const base = (block: number) => (block < 2000 ? 20_000 : block < 3000 ? 100 : 30_000);
    expect(contents(world)).toEqual(blocks.map((block) => base(block) + block));
    powerCycle(world);
    expect(contents(world).slice(0, 3000)).toEqual(
      blocks.slice(0, 3000).map((block) => base(block) + block),
    );
  });

  it('drops nothing of a cache that survives', () => {
    const world = build('nvme-plp');
    strike(world, 'failed-flush', 5000);
    submit(world, writes(100));
    expect(statuses(world, [flush])).toEqual(['io-error']);
    powerCycle(world);
    expect(contents(world)).toEqual(whole(100));
  });

  it('strikes 30 % of the flushes', () => {
    const world = build();
    strike(world, 'failed-flush', 60_000, { share: 0.3 });
    let failedCount = 0;
    for (let index = 0; index < 1000; index += 1) {
      if (submit(world, [flush], 10)[0]!.status === 'io-error') failedCount += 1;
    }
    // Three standard deviations of 1000 draws.
    expect(Math.abs(failedCount - 300)).toBeLessThan(44);
  });
});

describe('a device that refuses', () => {
  it('writes and flushes, not reads (read-only), and serves all again', () => {
    const world = filled();
    strike(world, 'read-only', 3500);
    expect(statuses(world, writes(9000))).toEqual(['io-error']);
    expect(statuses(world, [flush])).toEqual(['io-error']);
    expect(contents(world)).toEqual(whole(100));
    world.runUntil(world.now + 5000 * nsPerMs);
    expect(statuses(world, [...writes(500), flush])).toEqual(['ok']);
    expect(contents(world)).toEqual(whole(500));
  });

  it('everything (disk-death), and holds at the end what it held', () => {
    const world = filled();
    strike(world, 'disk-death', 2500);
    expect(statuses(world, [...reads, flush])).toEqual(['io-error']);
    expect(statuses(world, writes(9000))).toEqual(['io-error']);
    world.runUntil(world.now + 5000 * nsPerMs);
    expect(contents(world)).toEqual(whole(100));
  });

  it('blocks never written (disk-full), and takes the others', () => {
    const world = build();
    submit(world, writes(100).slice(0, 2000));
    strike(world, 'disk-full', 2500);
    const done = submit(world, writes(9000));
    const refused = done.filter(({ status }) => status === 'no-space');
    expect(refused.map(({ block }) => block).sort((a, b) => a - b)).toEqual(blocks.slice(2000));
    expect(failed(done)).toEqual([]);
    expect(contents(world)).toEqual(blocks.map((block) => (block < 2000 ? 9000 + block : 0)));
    world.runUntil(world.now + 5000 * nsPerMs);
    expect(statuses(world, writes(500))).toEqual(['ok']);
  });
});

describe('a device that grows hot', () => {
  it('climbs to four times the time in three steps, cools, and climbs again', () => {
    const factorOf = (world: World) => [...world.node('b').devices.values()][0]!.device.slowFactor;
    const world = build();
    strike(world, 'thermal', 880, { factor: 4, every: 100 * nsPerMs });
    const seen: number[] = [];
    for (let atMs = 50; atMs < 1000; atMs += 100) {
      world.runUntil(atMs * nsPerMs);
      seen.push(factorOf(world));
    }
    expect(seen).toEqual([2, 3, 4, 3, 2, 1, 2, 3, 4, 1]);
  });

  it('takes twice as long on its first step', () => {
    const taken = (world: World) => {
      const startNs = world.now;
      return Math.max(...submit(world, reads).map(({ atNs }) => atNs - startNs));
    };
    const hot = build();
    strike(hot, 'thermal', 5000, { factor: 4, every: 5000 * nsPerMs });
    const times = taken(hot) / taken(build());
    expect(Math.abs(times - 2)).toBeLessThan(0.1);
  });
});
