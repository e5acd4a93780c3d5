// A controller and eight dies, N commands going round: Little's law, the bounds that every closed
// network keeps (Denning and Buzen), and mean value analysis, which is exact for exponential
// service (Reiser and Lavenberg).
import { describe, expect, test } from 'vitest';
import { Calendar } from '../../../../sim/disk/calendar.ts';
import { Noise, noiseLane } from '../../../../sim/disk/noise.ts';
import { EventQueue } from '../../../../sim/event-queue.ts';
import {
  type ClosedNetwork,
  type ClosedRun,
  closedRun,
  type Sojourns,
} from '../../../support/closed-network.ts';
import {
  balancedExponentials,
  constant,
  type Draw,
  exponential,
  hyperexponential,
} from '../../../support/draws.ts';
import { expectLaw, isWithin } from '../../../support/estimate.ts';

const controllerNs = 4_000;
const dieNs = 80_000;
const dieCount = 8;
const thinkNs = 50_000;
const jobCounts = [1, 2, 4, 8, 16, 32, 64];

type Shape = (meanNs: number, purpose: string) => Draw;

const lane = (purpose: string) => new Noise(noiseLane(11, purpose));
const shapes = {
  exponential: (meanNs, purpose) => exponential(meanNs, lane(purpose)),
  constant: (meanNs) => constant(meanNs),
  'short and long': (meanNs, purpose) =>
    hyperexponential(balancedExponentials(meanNs, 6.5 * meanNs * meanNs), lane(purpose)),
} as const satisfies Record<string, Shape>;
const shapeNames = Object.keys(shapes) as (keyof typeof shapes)[];

function drive(
  shape: keyof typeof shapes,
  jobCount: number,
  changes: Partial<ClosedNetwork> = {},
): ClosedRun {
  const draw = shapes[shape];
  return closedRun({
    jobCount,
    stages: [
      { stationCount: 1, service: draw(controllerNs, 'controller') },
      { stationCount: dieCount, service: draw(dieNs, 'die') },
    ],
    think: draw(thinkNs, 'think'),
    routing: lane('routing'),
    roundCount: 26_000,
    ...changes,
  });
}

/** Exact for one server a station with exponential service. */
function meanValues(demandsNs: readonly number[], thinkTimeNs: number, jobCount: number) {
  let lengths = demandsNs.map(() => 0);
  let [throughput, responseNs] = [0, 0];
  for (let count = 1; count <= jobCount; count += 1) {
    const residencesNs = demandsNs.map((demandNs, index) => demandNs * (1 + lengths[index]!));
    responseNs = residencesNs.reduce((sum, each) => sum + each, 0);
    throughput = count / (thinkTimeNs + responseNs);
    const rate = throughput;
    lengths = residencesNs.map((residenceNs) => rate * residenceNs);
  }
  return { throughput, responseNs };
}

const demandsNs = [controllerNs, ...new Array<number>(dieCount).fill(dieNs / dieCount)];

describe("Little's law, N = X R", () => {
  /** How far jobs inside times time are from the sum of sojourns, as a share. */
  const gap = ({ insideNs, sojournSumNs }: Sojourns) => Math.abs(insideNs / sojournSumNs - 1);

  test.each(shapeNames)('is exact when a run starts and ends empty (%s service)', (shape) => {
    for (const jobCount of jobCounts) {
      const { whole, stations } = drive(shape, jobCount, { roundCount: 5_200 });
      expect(whole.doneCount).toBeGreaterThanOrEqual(5_200);
      for (const each of [whole, ...stations.flat()]) expect(gap(each)).toBeLessThan(1e-9);
    }
  });

  test('is broken by an event that fires 1 ns after the calendar said', () => {
    const { whole } = drive('exponential', 8, { events: new LateQueue(), roundCount: 5_200 });
    expect(gap(whole)).toBeGreaterThan(1e-9);
  });
});

describe('operational bounds', () => {
  /** What the measured demands allow: no assumption on shapes enters. */
  function excesses({ whole, stations, elapsedNs }: ClosedRun, jobCount: number): string[] {
    const { doneCount } = whole;
    const demandNs = whole.busyNs / doneCount;
    const demandMaxNs = Math.max(...stations.flat().map(({ busyNs }) => busyNs / doneCount));
    const responseNs = whole.sojournSumNs / doneCount;
    const bounds: Readonly<Record<string, boolean>> = {
      'X <= 1 / Dmax': doneCount / elapsedNs <= 1 / demandMaxNs,
      'X <= N / D': doneCount / elapsedNs <= jobCount / demandNs,
      'R >= D': responseNs >= demandNs,
    };
    return Object.keys(bounds).filter((name) => !bounds[name]);
  }

  test.each(shapeNames)('are never crossed, from 1 to 64 commands (%s service)', (shape) => {
    for (const jobCount of jobCounts) {
      const thinking = drive(shape, jobCount);
      expect(excesses(thinking, jobCount)).toEqual([]);
      const busy = drive(shape, jobCount, { think: constant(0), roundCount: 10_400 });
      expect(excesses(busy, jobCount)).toEqual([]);
    }
  });

  test('are reached by constant service: X = N / (D + Z) for one, R >= N Dmax - Z for many', () => {
    const one = drive('constant', 1).throughput.mean;
    expect(one * (controllerNs + dieNs + thinkNs)).toBeCloseTo(1, 9);
    const many = drive('constant', 64);
    expect(many.response.mean).toBeGreaterThan(64 * (dieNs / dieCount) * 0.99 - thinkNs);
  });

  test('lie above balanced exponential stations, which lie below constant service', () => {
    for (const jobCount of jobCounts) {
      const dies = (shape: keyof typeof shapes) => ({
        stages: [{ stationCount: dieCount, service: shapes[shape](dieNs, 'die') }],
        think: constant(0),
        roundCount: 156_000,
      });
      const reference = (jobCount / (jobCount + dieCount - 1)) * (dieCount / dieNs);
      const { throughput } = drive('exponential', jobCount, dies('exponential'));
      expectLaw(throughput, reference, 0.01);
      expect(drive('constant', jobCount, dies('constant')).throughput.mean).toBeGreaterThan(
        reference * 0.999,
      );
    }
  });

  test('are crossed by a calendar that lets commands overlap', () => {
    class OverlappingCalendar extends Calendar {
      override startNs(readyNs: number): number {
        return readyNs;
      }
    }
    const calendar = () => new OverlappingCalendar(new Float64Array(1));
    expect(excesses(drive('exponential', 64, { calendar }), 64)).toContain('X <= 1 / Dmax');
  });
});

describe('mean value analysis', () => {
  test.each(jobCounts)('is met by exponential stations (%d commands)', (jobCount) => {
    const { throughput, response } = drive('exponential', jobCount, { roundCount: 208_000 });
    const law = meanValues(demandsNs, thinkNs, jobCount);
    expectLaw(throughput, law.throughput, 0.01);
    expectLaw(response, law.responseNs, 0.01);
  });

  test('is missed by stations that lose 3 percent of the busy time', () => {
    class LossyCalendar extends Calendar {
      override book(untilNs: number): void {
        super.book(untilNs - Math.round(dieNs * 0.03));
      }
    }
    const calendar = () => new LossyCalendar(new Float64Array(1));
    const { throughput } = drive('exponential', 32, { calendar, roundCount: 156_000 });
    const law = meanValues(demandsNs, thinkNs, 32);
    expect(isWithin(throughput, law.throughput, 0.01)).toBe(false);
  });
});

class LateQueue extends EventQueue {
  override push(atNs: number, phase: number, tie: number): number {
    return super.push(atNs + 1, phase, tie);
  }
}
