// Dies of a drive that is known by its dies: what fails with one of them, what takes longer, and
// that both end. What befalls other devices is in storage.damage.test.ts.
import { describe, expect, it } from 'vitest';
import { deviceSpecs } from '../../../scenarios/runner/device/catalog.ts';
import {
  type Device,
  type DeviceSpec,
  makeDevice,
  nsPerMs,
  type World,
} from '../../../sim/index.ts';
import { mediumSpec } from '../../support/profile-spec.ts';
import {
  type Ask,
  blockCount,
  blocks,
  buildOf,
  failed,
  reads,
  strike,
  submit,
  writes,
} from './device-rig.ts';

const id = 'samsung-970-evo';
const { flash, controller } = mediumSpec(id, 'ssd').drive;
const { dieCount } = flash;
/** A page, then follows the next die. */
const stripeBlockCount = flash.pageBytes / 4_096;

function build(): World {
  const spec = deviceSpecs([id])[id] as DeviceSpec;
  return buildOf(() => makeDevice(spec, { blockCount, seed: 1 }));
}

function deviceOf(world: World): Device {
  return [...world.node('b').devices.values()][0]!.device;
}

/** Strikes so often, all at the same time, each for a while of its own. */
function struck(world: World, count: number, forMs = 60_000): World {
  for (let index = 0; index < count; index += 1) strike(world, 'die-failure', forMs + index);
  world.runUntil(world.now + nsPerMs);
  return world;
}

/** From the first to the last completion of requests that are all submitted at once. */
function tookNs(world: World, asks: readonly Ask[]): number {
  const startNs = world.now;
  return Math.max(...submit(world, asks).map(({ atNs }) => atNs)) - startNs;
}

/** One read of each page: the host merges none of them. */
const pages = reads.filter(({ block }) => block % stripeBlockCount === 0);
/** What limits reads of many: the dies, where they are slower than the controller. */
const perReadNs = (servingCount: number) =>
  Math.max(controller.readNs, flash.readNs / servingCount);
const dieOf = (block: number) => Math.floor(block / stripeBlockCount) % dieCount;

describe('a die that fails', () => {
  it('takes with it its share of the blocks, whole pages, until they are written again', () => {
    const world = struck(build(), 1);
    const bad = failed(submit(world, reads));
    const share = blockCount / dieCount;
    expect(Math.abs(bad.length - share)).toBeLessThanOrEqual(stripeBlockCount);
    expect(bad).toEqual(blocks.filter((block) => dieOf(block) === dieOf(bad[0]!)));
    submit(world, writes(500).slice(0, 2000));
    expect(failed(submit(world, reads))).toEqual(bad.filter((block) => block >= 2000));
  });

  it('leaves one read at a time as fast, and slows many where the dies are the limit', () => {
    const [healthy, one, many] = [0, 1, 22].map((count) => struck(build(), count));
    const [first] = pages;
    for (const world of [one, many]) {
      const ratio = tookNs(world!, [first!]) / tookNs(healthy!, [first!]);
      // Apart from the spread of a read.
      expect(Math.abs(ratio - 1)).toBeLessThan(0.25);
    }
    const healthyNs = tookNs(healthy!, pages);
    for (const world of [one, many]) {
      const expected = perReadNs(deviceOf(world!).dies!.servingCount) / perReadNs(dieCount);
      expect(Math.abs(tookNs(world!, pages) / healthyNs / expected - 1)).toBeLessThan(0.05);
      expect(deviceOf(world!).slowFactor).toBe(1);
    }
  });
});

describe('dies that fail at the same time', () => {
  it('all serve again when the last failure is over, those that failed twice, too', () => {
    const [world, healthy] = [struck(build(), dieCount + 8, 5_000), struck(build(), 0)];
    const { dies, faults } = deviceOf(world);
    // More failures than dies: one of them at least has failed twice.
    expect(dies!.servingCount).toBeLessThan(dieCount);
    const bad = failed(submit(world, reads));
    expect(new Set(bad.map(dieOf)).size).toBe(dieCount - dies!.servingCount);
    world.runUntil(world.now + 10_000 * nsPerMs);
    expect(dies!.servingCount).toBe(dieCount);
    expect(faults!.activeCount).toBe(0);
    submit(healthy, reads);
    expect(failed(submit(world, reads))).toEqual(failed(submit(healthy, reads)));
    expect(tookNs(world, pages)).toBe(tookNs(healthy, pages));
  });
});
