// A closed network of stations: N jobs go round, and each round leads through every stage.
//
//   think --> controller --> one of M dies, any of them --> think
//   (delay)   stage 0        stage 1
//
// A station is one server with a line, first come first served, so its calendar tells at arrival
// when the job is done. What is measured twice, from the clock of events and from what the calendar
// promised each job, must agree: that is Little's law.
import { Calendar } from '../../sim/disk/calendar.ts';
import type { Noise } from '../../sim/disk/noise.ts';
import { EventQueue } from '../../sim/event-queue.ts';
import type { Ns } from '../../sim/units.ts';
import type { Draw } from './draws.ts';
import { type Estimate, estimateOf } from './estimate.ts';

/** Equal stations of which each round visits one, drawn evenly. */
export interface Stage {
  readonly stationCount: number;
  readonly service: Draw;
}

/** What goes round, and through what. */
export interface ClosedNetwork {
  readonly jobCount: number;
  readonly stages: readonly Stage[];
  /** Between two rounds of a job. */
  readonly think: Draw;
  /** Draws which station of a stage is visited. */
  readonly routing: Noise;
  /** Rounds begun before the network drains. */
  readonly roundCount: number;
  /** The calendar of one station; `Calendar` with one server when missing. */
  readonly calendar?: () => Calendar;
  /** Where events wait; an `EventQueue` when missing. */
  readonly events?: EventQueue;
}

/** What one station, or the whole network without thinking, saw. */
export interface Sojourns {
  doneCount: number;
  /** The sum of the times that jobs spent inside, from what was promised to each. */
  sojournSumNs: number;
  /** The sum of service times. */
  busyNs: number;
  /** Jobs inside, integrated over the run by the clock of events. */
  insideNs: number;
}

/** A run that starts and ends empty. */
export interface ClosedRun {
  readonly elapsedNs: Ns;
  readonly whole: Sojourns;
  /** By stage and station. */
  readonly stations: readonly (readonly Sojourns[])[];
  /** Rounds per ns while all jobs went round. */
  readonly throughput: Estimate;
  /** The mean time from the first stage to the end of the last, in ns, while all went round. */
  readonly response: Estimate;
}

const batchCount = 50;

/** Lets the jobs go round until enough rounds were begun, then until all are done. */
export function closedRun(network: ClosedNetwork): ClosedRun {
  return new Circulation(network).run();
}

class Station implements Sojourns {
  readonly #calendar: Calendar;
  doneCount = 0;
  sojournSumNs = 0;
  busyNs = 0;
  insideNs = 0;
  #insideCount = 0;
  #changedAtNs = 0;

  constructor(calendar: Calendar) {
    this.#calendar = calendar;
  }

  /** When the job that arrives now will be done. */
  arrive(nowNs: Ns, serviceNs: Ns): Ns {
    this.#change(nowNs, 1);
    const doneAtNs = this.#calendar.startNs(nowNs) + serviceNs;
    this.#calendar.book(doneAtNs);
    this.busyNs += serviceNs;
    this.sojournSumNs += doneAtNs - nowNs;
    return doneAtNs;
  }

  leave(nowNs: Ns): void {
    this.#change(nowNs, -1);
    this.doneCount += 1;
  }

  #change(nowNs: Ns, step: number): void {
    this.insideNs += this.#insideCount * (nowNs - this.#changedAtNs);
    this.#insideCount += step;
    this.#changedAtNs = nowNs;
  }
}

class Circulation {
  readonly #network: ClosedNetwork;
  readonly #events: EventQueue;
  readonly #stations: readonly (readonly Station[])[];
  /** By slot of the pending event: the job, and the stage that it leaves; -1 is thinking. */
  readonly #jobAt = new Int32Array(4096);
  readonly #stageAt = new Int32Array(4096);
  /** By job. */
  readonly #stationOf: Int32Array;
  readonly #begunAtNs: Float64Array;
  #begunCount = 0;
  #insideCount = 0;
  #changedAtNs = 0;
  readonly #whole: Sojourns = { doneCount: 0, sojournSumNs: 0, busyNs: 0, insideNs: 0 };
  readonly #batchEndNs: number[] = [];
  readonly #batchSumNs: number[] = [];

  constructor(network: ClosedNetwork) {
    this.#network = network;
    this.#events = network.events ?? new EventQueue();
    const calendar = network.calendar ?? (() => new Calendar(new Float64Array(1)));
    this.#stations = network.stages.map(({ stationCount }) =>
      Array.from({ length: stationCount }, () => new Station(calendar())),
    );
    this.#stationOf = new Int32Array(network.jobCount);
    this.#begunAtNs = new Float64Array(network.jobCount);
  }

  run(): ClosedRun {
    const { jobCount, roundCount } = this.#network;
    const lastStage = this.#stations.length - 1;
    for (let job = 0; job < jobCount; job += 1) this.#enter(job, 0, 0);
    for (let slot = this.#events.pop(); slot >= 0; slot = this.#events.pop()) {
      const nowNs = this.#events.poppedAtNs;
      const job = this.#jobAt[slot]!;
      const stage = this.#stageAt[slot]!;
      if (stage >= 0) this.#stations[stage]![this.#stationOf[job]!]!.leave(nowNs);
      if (stage < lastStage) this.#enter(job, stage + 1, nowNs);
      else this.#endRound(job, nowNs, roundCount);
    }
    const [throughput, response] = this.#estimates();
    const elapsedNs = this.#events.poppedAtNs;
    return { elapsedNs, whole: this.#whole, stations: this.#stations, throughput, response };
  }

  #enter(job: number, stage: number, nowNs: Ns): void {
    if (stage === 0) {
      this.#begunCount += 1;
      this.#changeInside(nowNs, 1);
      this.#begunAtNs[job] = nowNs;
    }
    const { stationCount, service } = this.#network.stages[stage]!;
    const index = stationCount === 1 ? 0 : this.#network.routing.below(stationCount);
    this.#stationOf[job] = index;
    const serviceNs = service();
    const doneAtNs = this.#stations[stage]![index]!.arrive(nowNs, serviceNs);
    this.#whole.busyNs += serviceNs;
    this.#whole.sojournSumNs += doneAtNs - nowNs;
    this.#push(doneAtNs, job, stage);
  }

  #endRound(job: number, nowNs: Ns, roundCount: number): void {
    this.#changeInside(nowNs, -1);
    const whole = this.#whole;
    whole.doneCount += 1;
    const batchLength = roundCount / (batchCount + 2);
    const batch = Math.floor(whole.doneCount / batchLength);
    this.#batchEndNs[batch] = nowNs;
    this.#batchSumNs[batch] = (this.#batchSumNs[batch] ?? 0) + nowNs - this.#begunAtNs[job]!;
    if (this.#begunCount >= roundCount) return;
    const thinkNs = this.#network.think();
    if (thinkNs === 0) this.#enter(job, 0, nowNs);
    else this.#push(nowNs + thinkNs, job, -1);
  }

  #push(atNs: Ns, job: number, stage: number): void {
    const slot = this.#events.slotOf(this.#events.push(atNs, 0, 0));
    this.#jobAt[slot] = job;
    this.#stageAt[slot] = stage;
  }

  #changeInside(nowNs: Ns, step: number): void {
    this.#whole.insideNs += this.#insideCount * (nowNs - this.#changedAtNs);
    this.#insideCount += step;
    this.#changedAtNs = nowNs;
  }

  /** The first batch fills the network, the last one drains it. */
  #estimates(): [throughput: Estimate, response: Estimate] {
    const length = this.#network.roundCount / (batchCount + 2);
    const rates: number[] = [];
    const responses: number[] = [];
    for (let batch = 1; batch <= batchCount; batch += 1) {
      rates.push(length / (this.#batchEndNs[batch]! - this.#batchEndNs[batch - 1]!));
      responses.push(this.#batchSumNs[batch]! / length);
    }
    return [estimateOf(rates), estimateOf(responses)];
  }
}
