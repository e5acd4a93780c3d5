// What a power loss takes, on the device itself. Writes that completed and are not durable are the
// dirty set; by Little's law its mean size is their rate times how long each stays dirty:
//
//   flush every T        |--F--|................|--F--|....
//   a write in F         completes when F ends, stays dirty for T
//   a write after it     stays dirty until the next F ends
//
// A flush takes F, holds all channels, and covers what completed before it was submitted. So the
// mean time in the cache is T / 2 + F - F^2 / (2 T), and E[lost] = X times that.
import { expect, test } from 'vitest';
import type { ChoiceSource } from '../../../../sim/choice.ts';
import type { IoRequest } from '../../../../sim/disk/device.ts';
import { tableDevice } from '../../../../sim/disk/make-device.ts';
import { Noise, noiseLane } from '../../../../sim/disk/noise.ts';
import type { DeviceProfile } from '../../../../sim/disk/profiles.ts';
import { EventQueue } from '../../../../sim/event-queue.ts';
import { exponential } from '../../../support/draws.ts';
import { estimateOf, expectLaw, isWithin } from '../../../support/estimate.ts';

const periodNs = 10_000_000;
const flushNs = 2_000_000;
const interarrivalNs = 100_000;
const blockCount = 1 << 20;
const dirtyNs = periodNs / 2 + flushNs - flushNs ** 2 / (2 * periodNs);
const lawCount = dirtyNs / interarrivalNs;

const write = { baseNs: 20_000, perBlockNs: 0 };
const link = { baseNs: 0, perBlockNs: 0 };
// More channels than writes in flight, so that only a flush holds them up.
const profile: DeviceProfile = {
  summary: 'a volatile cache in front of many channels',
  hwDepth: 1024,
  channelCount: 1024,
  cache: 'volatile',
  cacheBlockCountMax: 1 << 16,
  crashPolicy: 'any',
  ops: {
    read: { link, service: write, busy: write },
    write: { link, service: write, busy: write },
    forcedWrite: { link, service: write, busy: write },
  },
  flush: { baseNs: flushNs, perBlockNs: 0 },
};

const losesAll: ChoiceSource = { choose: () => 0, madeCount: 0, copy: () => losesAll };

const arrivalPhase = 1;
const flushPhase = 2;
const crashPhase = 3;

/** Blocks lost at each of many instants, each on a copy of the device. */
function losses(crashCount: number, isLying = false): number[] {
  const device = tableDevice(profile, blockCount);
  if (isLying) device.faults!.add({ kind: 'lying-flush', sharePpm: 0, salt: 0 });
  const events = new EventQueue();
  const deviceSlotAt = new Int32Array(8192);
  const schedule = (slot: number, atNs: number) => {
    deviceSlotAt[events.slotOf(events.push(atNs, 0, 0))] = slot;
  };
  const interarrival = exponential(interarrivalNs, new Noise(noiseLane(5, 'arrival')));
  // Crashes come at random, and rarer than flushes: each sees a cache of its own.
  const untilCrash = exponential(periodNs, new Noise(noiseLane(5, 'crash')));
  const submit = (request: IoRequest) => device.submit(request, 0, events.poppedAtNs, schedule);
  const lostCounts: number[] = [];
  let nextBlock = 0;
  events.push(interarrival(), arrivalPhase, 0);
  events.push(periodNs, flushPhase, 0);
  events.push(20 * periodNs + untilCrash(), crashPhase, 0);
  while (lostCounts.length < crashCount) {
    const slot = events.pop();
    const nowNs = events.poppedAtNs;
    switch (events.poppedPhase) {
      case arrivalPhase:
        submit({ op: 'write', block: nextBlock, blockCount: 1, stamps: [1], tag: 0 });
        nextBlock = (nextBlock + 1) % blockCount;
        events.push(nowNs + interarrival(), arrivalPhase, 0);
        break;
      case flushPhase:
        submit({ op: 'flush', block: 0, blockCount: 0, tag: 0 });
        events.push(nowNs + periodNs, flushPhase, 0);
        break;
      case crashPhase:
        lostCounts.push(device.copy().crash(nowNs, losesAll, 'crash').lostCount);
        events.push(nowNs + untilCrash(), crashPhase, 0);
        break;
      default:
        device.complete(deviceSlotAt[slot]!, nowNs, schedule);
    }
  }
  return lostCounts;
}

test('a crash at random loses the rate of writes times their time in the cache', () => {
  expectLaw(estimateOf(losses(4_000)), lawCount, 0.02);
});

test('a device whose flushes lie is caught', () => {
  const measured = estimateOf(losses(30, true));
  expect(isWithin(measured, lawCount, 0.02)).toBe(false);
});
