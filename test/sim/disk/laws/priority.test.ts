// Two classes before one server, the first always served first, nothing interrupted: a scheduler
// that prefers reads. With W0 = the mean rest of the service under way, sum lambda E[S^2] / 2:
//   W1 = W0 / (1 - rho1)          W2 = W0 / ((1 - rho1) (1 - rho1 - rho2))
import { describe, expect, test } from 'vitest';
import { Calendar } from '../../../../sim/disk/calendar.ts';
import { Noise, noiseLane } from '../../../../sim/disk/noise.ts';
import { constant, exponential } from '../../../support/draws.ts';
import { type Estimate, expectLaw, isWithin } from '../../../support/estimate.ts';
import { type TwoClassStation, twoClassWaits } from '../../../support/station.ts';

const jobCount = 1_200_000;
// Short exponential reads, long constant writes, equally many of both.
const readNs = 100_000;
const writeNs = 400_000;
const interarrivalNs = 800_000;
const loads = { read: readNs / interarrivalNs, write: writeNs / interarrivalNs };
const restNs = (2 * readNs ** 2 + writeNs ** 2) / interarrivalNs / 2;
const readLawNs = restNs / (1 - loads.read);
const writeLawNs = restNs / ((1 - loads.read) * (1 - loads.read - loads.write));

function waits(pick: TwoClassStation['pick'], count: number): readonly [Estimate, Estimate] {
  const noise = (purpose: string) => new Noise(noiseLane(3, purpose));
  return twoClassWaits({
    calendar: new Calendar(new Float64Array(1)),
    classes: [
      {
        interarrival: exponential(interarrivalNs, noise('read.arrival')),
        service: exponential(readNs, noise('read.service')),
      },
      {
        interarrival: exponential(interarrivalNs, noise('write.arrival')),
        service: constant(writeNs),
      },
    ],
    jobCount: count,
    pick,
  });
}

describe('reads before writes (loads 0.125 and 0.5)', () => {
  const [read, write] = waits(([readCount]) => (readCount > 0 ? 0 : 1), jobCount);

  test('a read waits for the rest of one service and for other reads only', () => {
    expectLaw(read, readLawNs, 0.03);
  });

  test('a write waits for the reads that overtake it, too', () => {
    expectLaw(write, writeLawNs, 0.03);
  });
});

test('a pick that prefers the longer line is caught', () => {
  const [read, write] = waits(([reads, writes]) => (reads >= writes ? 0 : 1), 300_000);
  expect(isWithin(read, readLawNs, 0.03)).toBe(false);
  expect(isWithin(write, writeLawNs, 0.03)).toBe(false);
});
