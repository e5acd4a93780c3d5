// M/M/c: one line before c equal servers, such as the dies of a drive that any command may use.
// With a = c rho and Erlang's C, the chance to find all servers busy, W = C / (c mu - lambda).
import { describe, expect, test } from 'vitest';
import { Calendar } from '../../../../sim/disk/calendar.ts';
import { Noise, noiseLane } from '../../../../sim/disk/noise.ts';
import { exponential } from '../../../support/draws.ts';
import { type Estimate, expectLaw, isWithin } from '../../../support/estimate.ts';
import { openWaits } from '../../../support/station.ts';

const serviceNs = 1_000_000;
const load = 0.9;

/** The mean wait in service times. */
function erlangWait(serverCount: number): number {
  const offered = serverCount * load;
  let [term, sum] = [1, 0];
  for (let busyCount = 0; busyCount < serverCount; busyCount += 1) {
    sum += term;
    term *= offered / (busyCount + 1);
  }
  const allBusy = term / (1 - load) / (sum + term / (1 - load));
  return allBusy / (serverCount * (1 - load));
}

function waits(calendar: Calendar, serverCount: number, jobCount: number): Estimate {
  const interarrivalNs = serviceNs / (serverCount * load);
  const { mean, error } = openWaits({
    calendar,
    interarrival: exponential(interarrivalNs, new Noise(noiseLane(serverCount, 'arrival'))),
    service: exponential(serviceNs, new Noise(noiseLane(serverCount, 'service'))),
    jobCount,
  });
  return { mean: mean / serviceNs, error: error / serviceNs };
}

test('the formula gives the waits that tables of Erlang C give', () => {
  expect([2, 8, 32].map((count) => erlangWait(count).toFixed(3))).toEqual([
    '4.263',
    '0.877',
    '0.143',
  ]);
});

describe.each([
  { serverCount: 2, jobCount: 6_000_000 },
  { serverCount: 8, jobCount: 10_000_000 },
  { serverCount: 32, jobCount: 13_000_000 },
])('$serverCount servers at load 0.9', ({ serverCount, jobCount }) => {
  test('make jobs wait as Erlang C says', () => {
    const calendar = new Calendar(new Float64Array(serverCount));
    expectLaw(waits(calendar, serverCount, jobCount), erlangWait(serverCount), 0.02);
  }, 120_000);

  test('do not, when the calendar books any server instead of the one that is free first', () => {
    const calendar = new BlindCalendar(serverCount);
    const measured = waits(calendar, serverCount, 200_000);
    expect(isWithin(measured, erlangWait(serverCount), 0.02)).toBe(false);
    expect(measured.mean).toBeGreaterThan(erlangWait(serverCount));
  });
});

/** Hands jobs out in turn: as many lines as servers. */
class BlindCalendar extends Calendar {
  readonly #freeAtNs: Float64Array;
  #turn = 0;

  constructor(serverCount: number) {
    super(new Float64Array(serverCount));
    this.#freeAtNs = new Float64Array(serverCount);
  }

  override startNs(readyNs: number): number {
    return Math.max(readyNs, this.#freeAtNs[this.#turn]!);
  }

  override book(untilNs: number): void {
    this.#freeAtNs[this.#turn] = untilNs;
    this.#turn = (this.#turn + 1) % this.#freeAtNs.length;
  }
}
