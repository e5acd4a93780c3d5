import { describe, expect, test } from 'vitest';
import { type CloudMedium, cloudMedium } from '../../../../sim/disk/cloud/cloud-medium.ts';
import {
  gp2Volume,
  gp3Volume,
  io2BlockExpressVolume,
  st1Volume,
  type VolumeSpec,
} from '../../../../sim/disk/cloud/volume-types.ts';
import type { MediumCommand, MediumEvents } from '../../../../sim/disk/medium.ts';

const second = 1_000_000_000;

/** Remembers when each slot completes; a cloud volume neither wakes nor writes back. */
function completions(): MediumEvents & { readonly atNs: number[] } {
  const atNs: number[] = [];
  return {
    atNs,
    done: (slot, doneAtNs) => {
      atNs[slot] = doneAtNs;
    },
    wake: () => expect.unreachable(),
    destaged: () => expect.unreachable(),
  };
}

const read: MediumCommand = {
  slot: 0,
  op: 'read',
  sector: 0,
  sectorCount: 8,
  readyAtNs: 0,
  slowFactor: 1,
};

/** `depth` commands at a time, random or one behind the other. */
function closedLoop(volume: VolumeSpec, options: { depth: number; step: number; count: number }) {
  const medium = cloudMedium(volume, 1);
  const events = completions();
  const latencies: number[] = [];
  const begunAtNs: number[] = [];
  let nowNs = 0;
  for (let n = 0; n < options.count; n += 1) {
    let slot = n;
    if (n >= options.depth) {
      slot = events.atNs.indexOf(Math.min(...events.atNs));
      nowNs = events.atNs[slot] as number;
      latencies.push(nowNs - (begunAtNs[slot] as number));
    }
    begunAtNs[slot] = nowNs;
    medium.begin({ ...read, slot, sector: n * options.step, readyAtNs: nowNs }, events);
  }
  latencies.sort((a, b) => a - b);
  const at = (share: number) => (latencies[Math.floor(share * latencies.length)] as number) / 1e6;
  return { iops: (latencies.length * second) / nowNs, at };
}

describe('a cloud volume in a closed loop', () => {
  test('gp2 with depth 4, sequential: 3068 a second, p50 1.19 and p99 13.4 ms as measured', () => {
    const { iops, at } = closedLoop(gp2Volume(8), { depth: 4, step: 8, count: 60_000 });
    expect(Math.abs(iops / 3_068 - 1)).toBeLessThan(0.02);
    expect(Math.abs(at(0.5) / 1.19 - 1)).toBeLessThan(0.02);
    expect(Math.abs(at(0.9905) / 13.4 - 1)).toBeLessThan(0.05);
  });

  test('gp2 with depth 64, random, stays at its burst cap', () => {
    const { iops } = closedLoop(gp2Volume(8), { depth: 64, step: 999, count: 20_000 });
    expect(Math.abs(iops / 3_000 - 1)).toBeLessThan(0.02);
  });

  test('gp3 with depth 1 is bound by its latency, with depth 64 by its rate', () => {
    const volume = gp3Volume({ sizeGiB: 100 });
    const alone = closedLoop(volume, { depth: 1, step: 999, count: 20_000 });
    expect(Math.abs(alone.iops * 800e-6 - 1)).toBeLessThan(0.02);
    const many = closedLoop(volume, { depth: 64, step: 999, count: 20_000 });
    expect(Math.abs(many.iops / 3_000 - 1)).toBeLessThan(0.02);
    expect(Math.abs(many.at(0.5) / (64 / 3) - 1)).toBeLessThan(0.05);
  });

  test('io2 Block Express completes a 16 KiB command in less than 500 us on average', () => {
    const volume = io2BlockExpressVolume({ sizeGiB: 256, iops: 64_000 });
    const { iops } = closedLoop(volume, { depth: 1, step: 999, count: 20_000 });
    expect(iops).toBeGreaterThan(2_000);
  });
});

describe('a cloud volume', () => {
  const begin = (medium: CloudMedium, change: Partial<MediumCommand> = {}) => {
    const events = completions();
    medium.begin({ ...read, ...change }, events);
    return events.atNs[0] as number;
  };

  test('is as slow as its factor says, in its latency', () => {
    const medium = cloudMedium(gp3Volume({ sizeGiB: 10 }), 1);
    const twin = medium.copy();
    expect(begin(twin, { slowFactor: 3 })).toBe(3 * begin(medium));
  });

  test('draws reads, writes and flushes apart', () => {
    const medium = cloudMedium(gp3Volume({ sizeGiB: 10, iops: 5_000 }), 1);
    const other = medium.copy();
    const later = { readyAtNs: second, sector: 9_999 };
    const written = begin(medium, { op: 'write' });
    begin(medium, { op: 'forcedWrite', readyAtNs: second / 2 });
    const flushed = completions();
    medium.flush(0, 0, flushed);
    const drawn = [written, flushed.atNs[0], begin(other.copy())];
    expect(new Set(drawn).size).toBe(3);
    expect(begin(medium, later)).toBe(begin(other, later));
  });

  test('flushes without waiting for its limits, in the time of a write', () => {
    const medium = cloudMedium(gp2Volume(1), 1);
    const events = completions();
    for (let n = 0; n < 5_000; n += 1) {
      medium.begin({ ...read, slot: 1, sector: n * 999 }, completions());
    }
    medium.flush(0, 7, events);
    expect(events.atNs[0]).toBeGreaterThan(500_000);
    expect(events.atNs[0]).toBeLessThan(30_000_000);
  });

  test('gives a fork its own future', () => {
    const medium = cloudMedium(st1Volume(128), 1);
    for (let n = 0; n < 5; n += 1) begin(medium, { sector: n * 9_999 });
    const twin = medium.copy();
    const expected = begin(medium, { op: 'write', sector: 5 });
    begin(medium, { op: 'write', sector: 77_777 });
    expect(begin(twin, { op: 'write', sector: 5 })).toBe(expected);
    expect(medium.sectorCreditAt(0)).toBeLessThan(twin.sectorCreditAt(0));
  });

  test('keeps its credit over a power loss, and not its queue', () => {
    const medium = cloudMedium(gp2Volume(100), 1);
    for (let n = 0; n < 3_000; n += 1) begin(medium, { sector: n * 9_999 });
    medium.powerOff(1_000);
    expect(medium.ioCreditAt(1_000)).toBe(5_400_000 - 3_000 + 299);
    const atNs = begin(medium, { readyAtNs: second / 2, sector: 5 });
    expect(atNs).toBeLessThan(second / 2 + 25_000_000);
  });

  test('is another one with another seed', () => {
    const volume = gp3Volume({ sizeGiB: 10 });
    expect(begin(cloudMedium(volume, 1))).not.toBe(begin(cloudMedium(volume, 2)));
    expect(begin(cloudMedium(volume, 1))).toBe(begin(cloudMedium(volume, 1)));
  });
});
