// Devices that lose parts of themselves, lie about their size, stand still or are reset: what each
// fault does, measured, and that it ends.
import { describe, expect, it } from 'vitest';
import { nsPerMs, type World } from '../../../sim/index.ts';
import {
  type Ask,
  blockCount,
  blocks,
  build,
  contents,
  type Done,
  failed,
  flush,
  forcedReads,
  reads,
  sampling,
  strike,
  submit,
  whole,
  writes,
} from './device-rig.ts';

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

const waited = (world: World, ms: number) => world.runUntil(world.now + ms * nsPerMs);
const aborted = (done: readonly Done[]) => done.filter(({ status }) => status === 'aborted');

describe('latent sector errors', () => {
  it('lie in runs of 8 blocks, 30 % of all, survive the power, and end with a write', () => {
    const world = filled();
    strike(world, 'latent-sector-error', 10, { share: 0.3 });
    waited(world, 100);
    const bad = failed(submit(world, reads));
    // Three standard deviations of 500 runs at 30 %, times 8.
    expect(Math.abs(bad.length - 0.3 * blockCount)).toBeLessThan(3 * 8 * 10.3);
    const runs = new Set(bad.map((block) => Math.floor(block / 8)));
    expect(bad).toHaveLength(8 * runs.size);
    powerCycle(world);
    expect(failed(submit(world, reads))).toEqual(bad);
    submit(world, writes(500).slice(0, 2000));
    expect(failed(submit(world, reads))).toEqual(bad.filter((block) => block >= 2000));
    submit(world, writes(500));
    expect(contents(world)).toEqual(whole(500));
  });

  it('strike what is stored, and nothing else', () => {
    const world = build();
    submit(world, writes(100).slice(0, 16));
    strike(world, 'latent-sector-error', 10, { share: 1 });
    expect(failed(submit(world, reads))).toEqual(blocks.slice(0, 16));
  });
});

describe('a die that fails', () => {
  it('takes one block of 8 with it until they are rewritten or it is over', () => {
    const world = filled();
    strike(world, 'die-failure', 10_000);
    const bad = failed(submit(world, reads));
    expect(bad).toEqual(blocks.filter((block) => block % 8 === bad[0]! % 8));
    submit(world, writes(500).slice(0, 2000));
    expect(failed(submit(world, reads))).toEqual(bad.filter((block) => block >= 2000));
    waited(world, 10_000);
    const base = (block: number) => (block < 2000 ? 500 : 100);
    expect(contents(world)).toEqual(blocks.map((block) => base(block) + block));
  });

  it('makes the rest 8 / 7 times as slow', () => {
    const world = build();
    const { device } = [...world.node('b').devices.values()][0]!;
    strike(world, 'die-failure', 100);
    world.runUntil(world.now + 1);
    expect(device.slowFactor).toBe(8 / 7);
    waited(world, 200);
    expect(device.slowFactor).toBe(1);
  });
});

describe('a device that is smaller than it says', () => {
  it('keeps half of the blocks, under two names each, until it is over', () => {
    const world = filled();
    strike(world, 'capacity-lie', 3500, { share: 0.5 });
    submit(world, writes(9000));
    expect(contents(world)).toEqual(blocks.map((block) => 9000 + 2000 + (block % 2000)));
    waited(world, 5000);
    expect(contents(world)).toEqual(
      blocks.map((block) => (block < 2000 ? 11_000 + block : 100 + block)),
    );
  });
});

describe('a read error that passes', () => {
  it('strikes 30 % of the reads, others at each try', () => {
    const world = filled();
    strike(world, 'read-error', 60_000, { share: 0.3, transient: true });
    const first = failed(submit(world, reads));
    const second = failed(submit(world, reads));
    for (const bad of [first, second]) {
      expect(Math.abs(bad.length - 0.3 * blockCount)).toBeLessThan(sampling);
    }
    const both = second.filter((block) => first.includes(block));
    // Independent tries: 9 % fail twice; three standard deviations of 4000 draws.
    expect(Math.abs(both.length - 0.09 * blockCount)).toBeLessThan(55);
  });
});

describe('a flush that fails and shows what it dropped', () => {
  it('reads it back, reports the next flush done, and loses it with the power', () => {
    const world = filled();
    strike(world, 'failed-flush', 1500, { readable: true });
    submit(world, writes(9000));
    expect(submit(world, [flush])[0]!.status).toBe('io-error');
    waited(world, 2000);
    expect(contents(world)).toEqual(whole(9000));
    expect(submit(world, [flush])[0]!.status).toBe('ok');
    submit(world, writes(500).slice(0, 1000));
    submit(world, [flush]);
    powerCycle(world);
    const base = (block: number) => (block < 1000 ? 500 : 100);
    expect(contents(world)).toEqual(blocks.map((block) => base(block) + block));
  });
});

describe('a read past the cache', () => {
  it('has what media hold, where reads of the cache show what a flush dropped', () => {
    const world = filled();
    strike(world, 'failed-flush', 1500, { readable: true });
    submit(world, writes(9000));
    submit(world, [flush]);
    waited(world, 2000);
    // What came later is not dropped, and is written before it is read.
    submit(world, writes(500).slice(0, 10));
    expect(contents(world).slice(10)).toEqual(whole(9000).slice(10));
    const held = blocks.map((block) => (block < 10 ? 500 : 100) + block);
    expect(contents(world, 'b', forcedReads)).toEqual(held);
    expect(contents(world)).toEqual(held);
    powerCycle(world);
    expect(contents(world)).toEqual(held);
  });

  it('makes durable what it answers, as a read of the cache does not', () => {
    const lost = [forcedReads, reads].map((all) => {
      const world = filled();
      submit(world, writes(9000));
      submit(world, all);
      powerCycle(world);
      return contents(world).filter((stamp, block) => stamp !== 9000 + block).length;
    });
    expect(lost[0]).toBe(0);
    expect(lost[1]).toBeGreaterThan(0);
  });
});

describe('slow blocks', () => {
  it('take 100 times as long for 30 % of the reads', () => {
    const world = filled();
    strike(world, 'slow-blocks', 60_000, { factor: 100, share: 0.3 });
    let slowCount = 0;
    for (const read of reads.slice(0, 400)) {
      const startNs = world.now;
      const [done] = submit(world, [read], 20);
      if (done!.atNs - startNs > nsPerMs) slowCount += 1;
    }
    // Three standard deviations of 400 draws.
    expect(Math.abs(slowCount - 120)).toBeLessThan(28);
  });
});

describe('episodes of slowness', () => {
  it('come and go by the clock, and leave a healthy device', () => {
    const world = build();
    const { device } = [...world.node('b').devices.values()][0]!;
    strike(world, 'slow-episodes', 870, {
      factor: 5,
      slow: 100 * nsPerMs,
      healthy: 200 * nsPerMs,
    });
    const seen: number[] = [];
    for (let atMs = 50; atMs < 1000; atMs += 100) {
      world.runUntil(atMs * nsPerMs);
      seen.push(device.slowFactor);
    }
    expect(seen).toEqual([5, 1, 1, 5, 1, 1, 5, 1, 1, 1]);
  });
});

describe('a device that hangs', () => {
  const one: Ask = { op: 'write', block: 7, blockCount: 1, stamps: [9] };

  it('answers nothing until the host resets it, then that all was aborted', () => {
    const world = filled();
    strike(world, 'hung-disk', 5000, { timeout: 2000 * nsPerMs });
    waited(world, 1);
    const startNs = world.now;
    expect(submit(world, [one, flush], 1900)).toEqual([]);
    const done = submit(world, reads.slice(0, 3), 150);
    expect(aborted(done)).toHaveLength(5);
    expect(done.every(({ atNs }) => atNs - startNs === 1999 * nsPerMs)).toBe(true);
    waited(world, 5000);
    expect(submit(world, [one]).map(({ status }) => status)).toEqual(['ok']);
  });

  it('stores each block that was in service, or not, by a choice of its own', () => {
    const world = filled();
    const pairs = blocks.filter((block) => block < 400 && block % 2 === 0);
    const asks = pairs.map((block): Ask => {
      return { op: 'write', block, blockCount: 2, stamps: [9000 + block, 9001 + block] };
    });
    submit(world, asks, 0);
    strike(world, 'hung-disk', 50);
    waited(world, 100);
    const found = contents(world);
    const isKept = (block: number) => found[block] === 9000 + block;
    for (const block of blocks) {
      if (!isKept(block)) expect(found[block]).toBe(100 + block);
    }
    const torn = pairs.filter((block) => isKept(block) !== isKept(block + 1));
    // Three standard deviations of 200 pairs at 1 in 2.
    expect(Math.abs(torn.length - 100)).toBeLessThan(21);
  });

  it('keeps what its cache held', () => {
    const world = filled();
    submit(world, writes(9000));
    strike(world, 'hung-disk', 500);
    waited(world, 1000);
    expect(contents(world)).toEqual(whole(9000));
    expect(submit(world, [flush])[0]!.status).toBe('ok');
    powerCycle(world);
    expect(contents(world)).toEqual(whole(9000));
  });
});

describe('a device that is reset', () => {
  it('aborts what is inside at each reset, and then serves again', () => {
    const world = filled();
    submit(world, writes(9000), 0);
    world.runUntil(world.now + 20_000);
    strike(world, 'disk-reset', 500, { every: 200 * nsPerMs });
    const first = world.entries.length;
    const done = submit(world, reads);
    const resets = world.entries.slice(first).filter((entry) => {
      return entry.kind === 'mark' && entry.name === 'device.reset';
    });
    expect(resets).toHaveLength(3);
    expect(aborted(done).length).toBeGreaterThan(blockCount - 10);
    expect(failed(done)).toEqual([]);
    // What completed before is kept, what waited is not there, what was in service may be.
    const found = contents(world);
    const kept = found.filter((stamp, block) => stamp === 9000 + block);
    expect(found.filter((stamp, block) => stamp === 100 + block)).toHaveLength(
      blockCount - kept.length,
    );
    expect(kept.length).toBeLessThan(1100);
  });

  it('takes the cache with it when it is told to', () => {
    const keptAfter = (params: { readonly 'loses-cache'?: boolean }) => {
      const world = filled();
      submit(world, writes(9000));
      strike(world, 'disk-reset', 100, params);
      waited(world, 200);
      const found = contents(world);
      return found.filter((stamp, block) => stamp === 9000 + block).length;
    };
    expect(keptAfter({})).toBe(blockCount);
    const kept = keptAfter({ 'loses-cache': true });
    // Each block by a fair choice; three standard deviations of 4000.
    expect(Math.abs(kept - blockCount / 2)).toBeLessThan(95);
  });
});
