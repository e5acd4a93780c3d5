// Lines before one server: M/M/1, M/D/1 and M/G/1 after Pollaczek and Khinchine.
//
// With load rho, the service times S and their first two moments, the mean wait is
//   W = lambda E[S^2] / (2 (1 - rho))        M/G/1
//     = rho E[S] / (1 - rho)                 exponential S
//     = rho E[S] / (2 (1 - rho))             constant S
import { describe, expect, test } from 'vitest';
import { Calendar } from '../../../../sim/disk/calendar.ts';
import { Noise, noiseLane } from '../../../../sim/disk/noise.ts';
import { lognormalTable } from '../../../../sim/distribution.ts';
import {
  balancedExponentials,
  constant,
  type Draw,
  exponential,
  hyperexponential,
  momentsOf,
  tabled,
} from '../../../support/draws.ts';
import { type Estimate, expectLaw, isWithin } from '../../../support/estimate.ts';
import { openWaits } from '../../../support/station.ts';

const serviceNs = 1_000_000;
const seed = 1;

/** Waits in units of the mean service time. */
function waits(
  load: number,
  jobCount: number,
  service: Draw,
  calendar = new Calendar(new Float64Array(1)),
  meanNs = serviceNs,
): Estimate {
  const interarrival = exponential(meanNs / load, new Noise(noiseLane(seed, 'arrival')));
  const { mean, error } = openWaits({ calendar, interarrival, service, jobCount });
  return { mean: mean / meanNs, error: error / meanNs };
}

const serviceNoise = () => new Noise(noiseLane(seed, 'service'));

test.each([
  { load: 0.5, jobCount: 1_400_000, gate: 0.01 },
  { load: 0.8, jobCount: 6_200_000, gate: 0.01 },
  { load: 0.9, jobCount: 3_000_000, gate: 0.03 },
])('exponential service waits rho / (1 - rho) (load $load)', ({ load, jobCount, gate }) => {
  const measured = waits(load, jobCount, exponential(serviceNs, serviceNoise()));
  expectLaw(measured, load / (1 - load), gate);
});

test.each([
  { load: 0.5, jobCount: 1_100_000, gate: 0.01 },
  { load: 0.8, jobCount: 3_600_000, gate: 0.01 },
  { load: 0.9, jobCount: 1_600_000, gate: 0.03 },
])('constant service waits half as long (load $load)', ({ load, jobCount, gate }) => {
  const measured = waits(load, jobCount, constant(serviceNs));
  expectLaw(measured, load / (1 - load) / 2, gate);
});

describe('service of any shape', () => {
  // 6.5 times the squared mean: waits of 3.25, 13 and 29.25 mean service times.
  const shape = balancedExponentials(serviceNs, 6.5 * serviceNs * serviceNs);

  test.each([
    { load: 0.5, jobCount: 2_000_000, law: 3.25 },
    { load: 0.8, jobCount: 5_500_000, law: 13 },
    { load: 0.9, jobCount: 20_000_000, law: 29.25 },
  ])(
    'waits by its second moment (short and long, load $load)',
    ({ load, jobCount, law }) => {
      expectLaw(waits(load, jobCount, hyperexponential(shape, serviceNoise())), law, 0.02);
    },
    120_000,
  );

  test('waits by its second moment (lognormal quantile table with p99 = 10 p50, load 0.7)', () => {
    const table = lognormalTable({ p50Ns: 100_000, p99Ns: 1_000_000 });
    const { meanNs, secondMomentNs2 } = momentsOf(table);
    const load = 0.7;
    const service = tabled(table, serviceNoise());
    const measured = waits(load, 1_800_000, service, undefined, meanNs);
    const law = (load * secondMomentNs2) / meanNs ** 2 / (2 * (1 - load));
    expectLaw(measured, law, 0.02);
  });
});

/** Forgets one part in `divisor` of what keeps a server busy beyond the instant it is ready. */
class LossyCalendar extends Calendar {
  #startNs = 0;

  override startNs(readyNs: number): number {
    this.#startNs = super.startNs(readyNs);
    return this.#startNs;
  }

  override book(untilNs: number): void {
    super.book(untilNs - Math.floor((untilNs - this.#startNs) / 100));
  }
}

describe('a calendar that loses 1 percent of the busy time', () => {
  test('waits too little for the law at load 0.8', () => {
    const calendar = new LossyCalendar(new Float64Array(1));
    const service = exponential(serviceNs, serviceNoise());
    const measured = waits(0.8, 1_000_000, service, calendar);
    expect(isWithin(measured, 4, 0.01)).toBe(false);
    expect(measured.mean).toBeLessThan(4);
  });
});

test('noise that arrivals and service share breaks the law', () => {
  const shared = new Noise(noiseLane(seed, 'arrival'));
  const measured = waits(0.8, 500_000, exponential(serviceNs, shared));
  expect(isWithin(measured, 4, 0.01)).toBe(false);
});
