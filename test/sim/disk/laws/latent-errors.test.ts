// Sectors that went bad and nobody has read yet. They come at rate lambda, a scrub every T finds
// all of them. The chance that some are there when the other copy fails, at an instant that has
// nothing to do with the scrub:
//   P = 1 - (1 - e^(-lambda T)) / (lambda T)
// The failed copy is rebuilt from this device, which answers io-error for a bad block.
import { expect, test } from 'vitest';
import type { Device } from '../../../../sim/disk/device.ts';
import { tableDevice } from '../../../../sim/disk/make-device.ts';
import { Noise, noiseLane } from '../../../../sim/disk/noise.ts';
import { deviceProfiles } from '../../../../sim/disk/profiles.ts';
import { EventQueue } from '../../../../sim/event-queue.ts';
import { portableExp } from '../../../../sim/portable-math.ts';
import { exponential } from '../../../support/draws.ts';
import { BatchMeans, type Estimate, expectLaw, isWithin } from '../../../support/estimate.ts';

const scrubPeriodNs = 10_000_000_000;
const errorPhase = 1;
const scrubPhase = 2;
const failurePhase = 3;

interface Scrubbing {
  /** Errors expected from one scrub to the next. */
  readonly errorsPerScrub: number;
  /** Which scrubs are made: 1 is each, 2 every other one. */
  readonly every: number;
  readonly failureCount: number;
}

/** How often a second failure met a latent error. */
function exposedShare({ errorsPerScrub, every, failureCount }: Scrubbing): Estimate {
  const device = tableDevice(deviceProfiles.null, 1);
  const faults = device.faults!;
  const noise = (purpose: string) => new Noise(noiseLane(9, purpose));
  const untilError = exponential(scrubPeriodNs / errorsPerScrub, noise('error'));
  const untilFailure = exponential(scrubPeriodNs * 1.7, noise('failure'));
  const events = new EventQueue();
  const hits = new BatchMeans(failureCount, 0);
  let hitCount = 0;
  let latent: number[] = [];
  let scrubCount = 0;
  events.push(untilError(), errorPhase, 0);
  events.push(scrubPeriodNs, scrubPhase, 0);
  events.push(untilFailure(), failurePhase, 0);
  while (hitCount < failureCount) {
    events.pop();
    const nowNs = events.poppedAtNs;
    switch (events.poppedPhase) {
      case errorPhase:
        latent.push(faults.add({ kind: 'read-error', sharePpm: 1_000_000, salt: 0 }));
        events.push(nowNs + untilError(), errorPhase, 0);
        break;
      case scrubPhase:
        scrubCount += 1;
        if (scrubCount % every === 0) {
          for (const id of latent) faults.remove(id);
          latent = [];
        }
        events.push(nowNs + scrubPeriodNs, scrubPhase, 0);
        break;
      default:
        hits.add(isReadable(device, nowNs) ? 0 : 1);
        hitCount += 1;
        events.push(nowNs + untilFailure(), failurePhase, 0);
    }
  }
  return hits.estimate();
}

function isReadable(device: Device, nowNs: number): boolean {
  const due: { slot: number; atNs: number }[] = [];
  const schedule = (slot: number, atNs: number) => due.push({ slot, atNs });
  device.submit({ op: 'read', block: 0, blockCount: 1, tag: 0 }, 0, nowNs, schedule);
  const { slot, atNs } = due[0]!;
  return device.complete(slot, atNs, schedule)?.status === 'ok';
}

function exposureLaw(errorsPerScrub: number): number {
  return 1 - (1 - portableExp(-errorsPerScrub)) / errorsPerScrub;
}

test.each([
  { errorsPerScrub: 0.2, failureCount: 500_000 },
  { errorsPerScrub: 1, failureCount: 60_000 },
  { errorsPerScrub: 5, failureCount: 20_000 },
])('scrubbing leaves as many to be met as the law says ($errorsPerScrub a scrub)', (point) => {
  const measured = exposedShare({ ...point, every: 1 });
  expectLaw(measured, exposureLaw(point.errorsPerScrub), 0.02);
});

test('a scrub that is skipped every other time is caught', () => {
  const measured = exposedShare({ errorsPerScrub: 1, every: 2, failureCount: 5_000 });
  expect(isWithin(measured, exposureLaw(1), 0.02)).toBe(false);
});
