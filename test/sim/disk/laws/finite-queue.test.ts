// M/M/1/K: at most K jobs inside, who finds them there is turned away. The share that is:
// (1 - rho) rho^K / (1 - rho^(K + 1)), and 1 / (K + 1) at rho = 1.
import { expect, test } from 'vitest';
import { Calendar } from '../../../../sim/disk/calendar.ts';
import { Noise, noiseLane } from '../../../../sim/disk/noise.ts';
import { exponential } from '../../../support/draws.ts';
import { type Estimate, expectLaw, isWithin } from '../../../support/estimate.ts';
import { lossShare } from '../../../support/station.ts';

const serviceNs = 1_000_000;

function lost(
  { load, insideCountMax }: { load: number; insideCountMax: number },
  jobCount: number,
): Estimate {
  const station = {
    calendar: new Calendar(new Float64Array(1)),
    interarrival: exponential(serviceNs / load, new Noise(noiseLane(7, 'arrival'))),
    service: exponential(serviceNs, new Noise(noiseLane(7, 'service'))),
    jobCount,
  };
  return lossShare(station, insideCountMax);
}

function lossLaw(load: number, insideCountMax: number): number {
  if (load === 1) return 1 / (insideCountMax + 1);
  return ((1 - load) * load ** insideCountMax) / (1 - load ** (insideCountMax + 1));
}

test.each([
  { load: 0.5, insideCountMax: 4, jobCount: 1_200_000 },
  { load: 0.9, insideCountMax: 8, jobCount: 1_200_000 },
  { load: 1, insideCountMax: 3, jobCount: 400_000 },
  { load: 2, insideCountMax: 10, jobCount: 200_000 },
])('turns the right share away (load $load, room for $insideCountMax)', (point) => {
  const law = lossLaw(point.load, point.insideCountMax);
  expectLaw(lost(point, point.jobCount), law, 0.02);
});

test('a room for one more than the law counts turns too few away', () => {
  const measured = lost({ load: 0.9, insideCountMax: 9 }, 300_000);
  expect(isWithin(measured, lossLaw(0.9, 8), 0.02)).toBe(false);
});
