// A whole disk and what it cannot read: the disk tries until it gives up, and that takes seconds.
import { describe, expect, it } from 'vitest';
import { deviceSpecs } from '../../../../scenarios/runner/device/catalog.ts';
import { makeDevice } from '../../../../sim/disk/make-device.ts';
import { mediumSpec } from '../../../support/profile-spec.ts';
import { Rig } from '../rig.ts';

const id = 'wd-hc310';
const { retryRevolutionCountMax, rotationNs } = mediumSpec(id, 'hdd').disk;
const recoveryNs = retryRevolutionCountMax * rotationNs;
/** The longest seek, a turn and the transfer. */
const readMaxNs = 50_000_000;
const everywhere = { sharePpm: 1_000_000, salt: 0 };

function start(): Rig {
  return new Rig(makeDevice(deviceSpecs([id])[id]!, { blockCount: 100_000, seed: 1 }));
}

/** What came of a read, and how long it took. */
function read(rig: Rig, block: number, blockCount = 1): { status: string; tookNs: number } {
  const startNs = rig.nowNs;
  rig.read(block, blockCount);
  rig.drain();
  return { status: rig.answers.at(-1)!.status, tookNs: rig.nowNs - startNs };
}

function expectFailing({ status, tookNs }: ReturnType<typeof read>): void {
  expect(status).toBe('io-error');
  expect(tookNs).toBeGreaterThanOrEqual(recoveryNs);
  expect(tookNs).toBeLessThan(recoveryNs + readMaxNs);
}

function expectServed({ status, tookNs }: ReturnType<typeof read>): void {
  expect(status).toBe('ok');
  expect(tookNs).toBeLessThan(readMaxNs);
}

describe('a read of what the disk cannot read', () => {
  it('takes about 7 s, each time, and no longer when the fault is over', () => {
    const rig = start();
    const faultId = rig.device.faults!.add({ kind: 'read-error', ...everywhere });
    expect(recoveryNs / 1e9).toBeCloseTo(7, 1);
    expectFailing(read(rig, 50));
    expectFailing(read(rig, 50));
    rig.device.faults!.remove(faultId);
    expectServed(read(rig, 50));
  });

  it('takes as long for a sector that decayed, until it is written again', () => {
    const rig = start();
    rig.write(50, [7]);
    rig.flush();
    rig.drain();
    rig.device.contents!.decay(everywhere, 1);
    expectFailing(read(rig, 50));
    expectServed(read(rig, 51));
    rig.write(50, [8]);
    rig.drain();
    expectServed(read(rig, 50));
  });

  it('is tried for its own sectors only when one command is many for the disk', () => {
    const rig = start();
    rig.write(700, [7]);
    rig.flush();
    rig.drain();
    rig.device.contents!.decay(everywhere, 1);
    expectFailing(read(rig, 0, 2_048));
  });

  it('fails at once on a disk that is dead, and as fast as ever by mere chance', () => {
    for (const kind of ['dead', 'transient-read-error'] as const) {
      const rig = start();
      rig.device.faults!.add({ kind, ...everywhere });
      const { status, tookNs } = read(rig, 50);
      expect(status).toBe('io-error');
      expect(tookNs).toBeLessThan(readMaxNs);
    }
  });
});
