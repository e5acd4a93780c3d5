// Every shipped device profile: it can be read, makes a device that serves, and does what was
// published about the device it imitates.
import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { deviceCatalog, deviceSpecs } from '../../scenarios/runner/device/catalog.ts';
import type { DeviceProfileFile } from '../../scenarios/runner/device/profile.ts';
import {
  type Quantity,
  ratioMax,
  type ValidationPoint,
} from '../../scenarios/runner/device/validation.ts';
import { type DeviceSpec, makeDevice } from '../../sim/index.ts';
import { Rig } from '../sim/disk/rig.ts';
import { type DeviceLoopResult, deviceLoop } from '../support/device-loop.ts';

const catalog = deviceCatalog();
const ids = Object.keys(catalog).filter((name) => catalog[name]!.profile().spec.id === name);
const profileOf = (id: string): DeviceProfileFile => catalog[id]!.profile();

/** 8 GiB are enough for every medium but one with an arm. */
const spanBlocksMax = 2_097_152;

const shares = {
  p50: 0.5,
  p90: 0.9,
  p99: 0.99,
  p999: 0.999,
  p9999: 0.9999,
  p99999: 0.99999,
} as const;

function simulated(profile: DeviceProfileFile, { load }: ValidationPoint): DeviceLoopResult {
  const { spec, kind, blockCount } = profile;
  const { numjobs, size } = load;
  const most = kind === 'hdd' ? blockCount : Math.min(blockCount, spanBlocksMax);
  const spanBlocks = size === undefined ? most : Math.min(most, Math.floor(size / 4_096));
  // Who submits, and how fast, belongs to the load, not to the device.
  const host: DeviceSpec['host'] = { ...spec.host, submitNs: 0, queueCount: numjobs };
  const device = makeDevice({ ...spec, host }, { blockCount, seed: 1 });
  return deviceLoop(device, { ...load, spanBlocks });
}

function quantityOf(result: DeviceLoopResult, quantity: Quantity, bs: number): number {
  if (quantity === 'iops') return result.iops;
  if (quantity === 'bytesPerSec') return result.iops * bs;
  if (quantity === 'meanNs') return result.meanNs;
  const [, name = '', unit] = /^(p\d+)(Ns|PerMean)$/.exec(quantity) ?? [];
  const valueNs = result.quantileNs(shares[name as keyof typeof shares]);
  return unit === 'Ns' ? valueNs : valueNs / result.meanNs;
}

function titleOf({ load, role }: ValidationPoint): string {
  const { rw, bs, iodepth, numjobs, fsync } = load;
  const more = `${numjobs > 1 ? ` numjobs=${numjobs}` : ''}${fsync > 0 ? ` fsync=${fsync}` : ''}`;
  return `${role}: ${rw} bs=${bs} iodepth=${iodepth}${more}`;
}

describe('the shipped devices', () => {
  test('are named after their files, and each name is given once', () => {
    const files = readdirSync(new URL('../../scenarios/devices/', import.meta.url));
    expect(files.sort()).toEqual(ids.map((id) => `${id}.json`).sort());
    const names = ids.flatMap((id) => [id, ...profileOf(id).aliases]);
    expect(Object.keys(catalog).sort()).toEqual(names.sort());
  });

  test('go by the names that kinds of devices have', () => {
    const kinds = ['nvme-plp', 'nvme-consumer', 'sata-ssd', 'hdd-7200', 'cloud-gp3', 'null'];
    expect(Object.keys(catalog)).toEqual(expect.arrayContaining(kinds));
    expect(Object.keys(deviceSpecs(kinds))).toEqual(kinds);
    expect(() => deviceSpecs(['floppy'])).toThrow("unknown device 'floppy'; known: ");
  });

  test('lose what was acknowledged only where the cache is volatile', () => {
    for (const id of ids) {
      const { guarantees, medium } = profileOf(id).spec;
      const isProtected = medium.kind !== 'ssd' || medium.drive.buffer.isProtected;
      if (medium.kind === 'ssd') expect(guarantees.isVolatile, id).toBe(!isProtected);
      if (!guarantees.isVolatile) expect(guarantees.crashPolicy, id).toBe('all');
    }
  });
});

describe.each(ids)('device profile %s', (id) => {
  test('serves reads, writes and flushes, each seed in its own way', () => {
    const { spec } = profileOf(id);
    const load = { bs: 4_096, iodepth: 4, numjobs: 1, rwmixread: 50, fsync: 16, submitNs: 0 };
    const size = { spanBlocks: 4_096, ios: 1_000, rampIos: 10 };
    const run = (seed: number) => {
      const device = makeDevice(spec, { blockCount: 4_096, seed });
      return deviceLoop(device, { ...load, ...size, rw: 'randrw' });
    };
    const { iops, meanNs } = run(1);
    expect(iops).toBeGreaterThan(0);
    expect(run(1)).toMatchObject({ iops, meanNs });
    const isByChance = !['hdd', 'table'].includes(spec.medium.kind);
    expect(run(2).meanNs !== meanNs).toBe(isByChance);
  });

  test('goes on alike in a fork that was made while commands were under way', () => {
    const rig = new Rig(makeDevice(profileOf(id).spec, { blockCount: 4_096, seed: 1 }));
    const issue = (own: Rig, from: number) => {
      for (let index = from; index < from + 60; index += 1) {
        const block = (index * 1_237) % 4_000;
        if (index % 5 === 0) own.read(block, 1 + (index % 3));
        else if (index % 29 === 0) own.flush();
        else own.write(block, [index + 1], { fua: index % 11 === 0 });
        own.runUntil(own.nowNs + 20_000);
      }
    };
    issue(rig, 0);
    for (let block = 0; block < 8; block += 1) rig.write(block * 64, [9_000 + block]);
    const twin = rig.fork();
    expect(rig.device.inFlightCount).toBeGreaterThan(0);
    for (const own of [rig, twin]) {
      issue(own, 60);
      own.drain();
    }
    expect(twin.history).toEqual(rig.history);
    expect(twin.image()).toEqual(rig.image());
  });

  const { validation } = profileOf(id);
  test.each(validation.map((point) => [titleOf(point), point] as const))('%s', (_, point) => {
    const result = simulated(profileOf(id), point);
    for (const quantity of Object.keys(point.expect) as Quantity[]) {
      const expected = point.expect[quantity]!;
      const found = quantityOf(result, quantity, point.load.bs);
      const ratio = found / expected;
      const text = `${quantity}: ${found} is ${ratio.toFixed(3)} of ${expected}`;
      const off = Math.max(ratio, 1 / ratio);
      // A misfit that fits is none: its note is out of date.
      if (point.role === 'misfit') expect(off, text).toBeGreaterThan(ratioMax(quantity, point));
      else expect(off, text).toBeLessThanOrEqual(ratioMax(quantity, point));
    }
  });
});
