// Promises and policies through a whole device: what is in service is told by its layers.
import { describe, expect, test } from 'vitest';
import type { DeviceSpec } from '../../../sim/disk/device-spec.ts';
import { makeDevice } from '../../../sim/disk/make-device.ts';
import { deviceProfiles } from '../../../sim/disk/profiles.ts';
import type { StoreGuarantees } from '../../../sim/disk/store.ts';
import { crashImages, Rig, texts } from './rig.ts';

const free = { baseNs: 0, perBlockNs: 0 };
const write = { link: free, service: { baseNs: 10_000, perBlockNs: 0 }, busy: free };
const profile = {
  ...deviceProfiles['nvme-consumer'],
  hwDepth: 64,
  ops: { read: write, write, forcedWrite: write },
  flush: { baseNs: 100_000, perBlockNs: 0 },
};

function rigOf(guarantees: Partial<StoreGuarantees>): Rig {
  const spec: DeviceSpec = {
    id: 'test',
    summary: 'a device with promises of its own',
    host: {
      queueCount: 1,
      submitNs: 0,
      ioSectorCountMax: Number.MAX_SAFE_INTEGER,
      nomerges: 2,
      scheduler: { kind: 'none' },
    },
    front: {
      hwDepth: 64,
      commandNs: 0,
      linkBytesPerSec: Number.POSITIVE_INFINITY,
      metadataNs: 10_000,
    },
    guarantees: {
      isVolatile: true,
      cacheBlockCountMax: 1024,
      crashPolicy: 'any',
      ...guarantees,
    },
    medium: { kind: 'table', profile },
  };
  return new Rig(makeDevice(spec, { blockCount: 4, seed: 1 }));
}

describe('a power loss while commands are in service', () => {
  test('keeps or loses a command within AWUPF as a whole (awupf 4, 4 blocks)', () => {
    const rig = rigOf({ awupfBlocks: 4 });
    rig.write(0, [1, 2, 3, 4]);
    rig.runUntil(5_000);
    expect(texts(crashImages(rig))).toEqual(['0 0 0 0', '1 2 3 4']);
  });

  test('counts a flush in service as a barrier, from its submission (epoch)', () => {
    const rig = rigOf({ crashPolicy: 'epoch' });
    rig.write(0, [1]);
    rig.drain();
    rig.write(1, [2]);
    rig.flush();
    rig.runUntil(rig.nowNs + 50_000);
    rig.write(2, [3]);
    rig.runUntil(rig.nowNs + 20_000);
    expect(texts(crashImages(rig))).toEqual(
      ['0 0 0 0', '1 0 0 0', '1 0 3 0', '1 2 0 0', '1 2 3 0'].sort(),
    );
  });

  test('counts the flush before a write as a barrier while it goes on (epoch)', () => {
    const rig = rigOf({ crashPolicy: 'epoch' });
    rig.write(0, [1]);
    rig.drain();
    rig.write(3, [4], { preflush: true });
    rig.write(1, [2]);
    rig.runUntil(rig.nowNs + 50_000);
    expect(texts(crashImages(rig))).toEqual(['0 0 0 0', '1 0 0 0', '1 2 0 0']);
  });

  test('cuts through the order in which writes completed (fifo)', () => {
    const rig = rigOf({ crashPolicy: 'fifo' });
    for (const block of [2, 0, 3]) {
      rig.write(block, [block + 1]);
      rig.drain();
    }
    rig.write(1, [2]);
    rig.runUntil(rig.nowNs + 5_000);
    expect(crashImages(rig).map(({ image }) => image.join(' '))).toEqual([
      '0 0 0 0',
      '0 0 3 0',
      '1 0 3 0',
      '1 0 3 4',
      '1 2 3 4',
    ]);
  });
});

test('a reset answers a promised command in service as a whole (awupf 2)', () => {
  const images = [0, 1].map((digit) => {
    const rig = rigOf({ awupfBlocks: 2 });
    rig.write(0, [1, 2]);
    rig.runUntil(5_000);
    const choices = { choose: () => digit, madeCount: 0, copy: () => choices };
    const how = { nowNs: rig.nowNs, key: 'disk d1', losesCache: false };
    const outcome = rig.device.reset?.(how, choices, () => undefined);
    expect(outcome?.kept).toBe(String(digit));
    return rig.device.contents?.image().stampAt(1);
  });
  expect(images).toEqual([0, 2]);
});

test('a command of a part of a block reads back through the device, by the sector', () => {
  const rig = rigOf({});
  rig.write(0, [5]);
  rig.drain();
  rig.submit({ op: 'write', block: 0, blockCount: 1, stamps: [6], startSector: 6 });
  rig.drain();
  rig.read(0, 2);
  rig.drain();
  const { stamps, sectors } = rig.answers.at(-1)!;
  expect(sectors).toEqual([[5, 5, 5, 5, 5, 5, 6, 6], undefined]);
  expect([stamps?.length, stamps?.[1]]).toEqual([2, 0]);
});
