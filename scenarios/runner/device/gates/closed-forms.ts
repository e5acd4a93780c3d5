// G1: laws that have a formula, on devices that are made to obey them.
import { type DeviceSpec, exponentialTable } from '../../../../sim/index.ts';
import { drawsOf } from '../draws.ts';
import { type Ask, aim, askOf, DrivenDevice } from '../driven-device.ts';
import { defaultFioJob, type FioJob } from '../fio-job.ts';
import { runDeviceJob } from '../job-run.ts';
import { replayTrace } from '../trace-replay.ts';
import { type DeviceTrace, TraceStore, traceOps } from '../trace-store.ts';
import type { GateRow } from './gate.ts';
import { plainDevice, plainDrive, type Shape, stationDevice } from './plain-devices.ts';

const serviceNs = 1_000_000;

/** How many requests each law is given. */
export interface LawEffort {
  readonly openCount: number;
  readonly closedCount: number;
}

/** Every row. */
export function closedForms(effort: LawEffort): readonly GateRow[] {
  return [
    ...[0.5, 0.8].map((load) => fixedService(load, effort.openCount)),
    ...[0.5, 0.8].map((load) => variedService(load, effort.openCount)),
    ...[4, 16].map((depth) => balancedNetwork(depth, effort.closedCount)),
    little(effort.closedCount),
    ...driveBounds(effort.closedCount),
  ];
}

/** A2: arrivals at random, fixed service. W = rho / (2 (1 - rho)) of the service time. */
function fixedService(load: number, count: number): GateRow {
  return {
    gate: 'G1',
    what: `M/D/1 wait at load ${load}`,
    expected: load / (2 * (1 - load)),
    found: meanWait(stationDevice(1, serviceNs), load, countAt(load, count)),
    tolerance: 0.01,
    unit: 'services',
  };
}

/** A3, Pollaczek and Khinchine: W = lambda E[S^2] / (2 (1 - rho)). */
function variedService(load: number, count: number): GateRow {
  const shape = exponentialShape();
  const { mean, square } = moments(shape);
  return {
    gate: 'G1',
    what: `M/G/1 wait at load ${load}, exponential service`,
    expected: (load * square) / (mean * mean) / (2 * (1 - load)),
    found: meanWait(stationDevice(1, serviceNs, shape), load, countAt(load, count)),
    tolerance: 0.02,
    unit: 'services',
  };
}

/** Waits that follow one another are alike, the longer the higher the load: more are needed. */
function countAt(load: number, count: number): number {
  return Math.round(load > 0.6 ? 4 * count : count);
}

/** The mean time before service, in service times. */
function meanWait(spec: DeviceSpec, load: number, count: number): number {
  const { latencyNs } = replayTrace(spec, randomArrivals(serviceNs / load, count), { seed: 11 });
  let sum = 0;
  for (const latency of latencyNs) sum += latency;
  return sum / latencyNs.length / serviceNs - 1;
}

/** Reads of one block at random instants. */
function randomArrivals(meanGapNs: number, count: number): DeviceTrace {
  const draws = drawsOf(`poisson ${meanGapNs}`, 'gap');
  const store = new TraceStore();
  let atNs = 0;
  for (let index = 0; index < count; index += 1) {
    atNs += -Math.log(1 - draws.share()) * meanGapNs;
    store.add(Math.round(atNs), traceOps.read, 'law', 0, 8);
  }
  return store.finish(false);
}

/** As close to exponential as a table with an end can be: its own moments count. */
function exponentialShape(): Shape {
  const { quantilesNs } = exponentialTable(serviceNs);
  const last = quantilesNs.length - 1;
  return quantilesNs.map((ns, index) => ({ share: index / last, factor: ns / serviceNs }));
}

/** Of straight lines between quantiles. */
function moments(shape: Shape): { readonly mean: number; readonly square: number } {
  let [mean, square] = [0, 0];
  for (let index = 1; index < shape.length; index += 1) {
    const [from, to] = [shape[index - 1]!, shape[index]!];
    const width = to.share - from.share;
    mean += (width * (from.factor + to.factor)) / 2;
    square +=
      (width * (from.factor * from.factor + from.factor * to.factor + to.factor * to.factor)) / 3;
  }
  return { mean, square };
}

const stationCount = 8;

/** A7: n commands among M equal exponential stations: X = n / (n + M - 1) M / S. */
function balancedNetwork(depth: number, count: number): GateRow {
  return {
    gate: 'G1',
    what: `closed network, ${stationCount} stations, ${depth} in flight`,
    expected: ((depth / (depth + stationCount - 1)) * stationCount * 1e9) / serviceNs,
    found: rate(
      stationDevice(stationCount, serviceNs, exponentialShape()),
      { iodepth: depth },
      count,
    ),
    tolerance: 0.01,
    unit: 'io/s',
  };
}

/** A5: requests inside, integrated, are the sum of their times; from empty to empty, exactly. */
function little(count: number): GateRow {
  const driven = new DrivenDevice(stationDevice(stationCount, serviceNs, exponentialShape()));
  const draws = drawsOf('little', 'place');
  const depth = 16;
  const asks: Ask[] = Array.from({ length: depth }, () => askOf('read'));
  const submittedAtNs = new Float64Array(depth);
  let [left, sumNs, insideNs] = [Math.round(count / 4), 0, 0];
  const submit = (owner: number) => {
    if (left === 0) return;
    left -= 1;
    aim(asks[owner]!, draws.below(1_000) * 8, 8);
    submittedAtNs[owner] = driven.nowNs;
    driven.submit(asks[owner]!, owner);
  };
  const driver = {
    done(owner: number, _isOk: boolean, nowNs: number) {
      sumNs += nowNs - submittedAtNs[owner]!;
      submit(owner);
    },
    due() {
      // No timers.
    },
  };
  for (let owner = 0; owner < depth; owner += 1) submit(owner);
  for (;;) {
    const { inFlightCount } = driven.device;
    const beforeNs = driven.nowNs;
    if (!driven.step(driver)) break;
    insideNs += inFlightCount * (driven.nowNs - beforeNs);
  }
  return {
    gate: 'G1',
    what: "Little's law: requests inside over time, sum of their times",
    expected: sumNs,
    found: insideNs,
    tolerance: 1e-9,
    unit: 'ns',
  };
}

/** S1: one read takes c + S + L; many reach the lower of dies / S and 1 / c. */
function driveBounds(count: number): GateRow[] {
  const { flash, controller } = plainDrive;
  const moveNs = (4_096 * 1e9) / flash.channelBytesPerSec;
  const singleNs = controller.readNs + flash.readNs + moveNs + controller.replyNs;
  const ssd = (drive: typeof plainDrive) => plainDevice({ kind: 'ssd', drive, isFull: false });
  const slow = { ...plainDrive, controller: { ...controller, readNs: 10_000 } };
  const row = (what: string, expected: number, found: number): GateRow => ({
    gate: 'G1',
    what,
    expected,
    found,
    tolerance: 0.01,
    unit: 'io/s',
  });
  const isRandom = { isRandom: true };
  return [
    row('drive, one in flight', 1e9 / singleNs, rate(ssd(plainDrive), isRandom, count / 10)),
    row(
      'drive, dies are the limit',
      (flash.dieCount * 1e9) / flash.readNs,
      rate(ssd(plainDrive), { iodepth: 1_024, isRandom: true }, count),
    ),
    row('drive, the controller is the limit', 1e5, rate(ssd(slow), { iodepth: 256 }, count)),
  ];
}

/** Requests a second of a job of random reads. */
function rate(spec: DeviceSpec, change: Partial<FioJob>, count: number): number {
  const job = { ...defaultFioJob('law'), isRandom: true, loops: 1_000_000, ...change };
  const rampCount = 8 * job.iodepth;
  const { read, runtimeNs } = runDeviceJob(spec, job, { rampCount, countMax: Math.round(count) });
  return (read.latencyNs.length / runtimeNs) * 1e9;
}
