// Queueing stations out of what devices are made of: the calendar says when a server is free, the
// event queue what comes next, the noise how long things take. Jobs of random length take the place
// of a profile's commands, so that closed forms tell what must come out.
//
//   open:      arrivals --> line --> servers -->
//   finite:    arrivals --> at most K inside, others are turned away
//   classes:   two lines before one server, the first line is always served first
import { assert } from '../../sim/assert.ts';
import type { Calendar } from '../../sim/disk/calendar.ts';
import { EventQueue } from '../../sim/event-queue.ts';
import type { Draw } from './draws.ts';
import { BatchMeans, type Estimate } from './estimate.ts';

/** Jobs at the start that find the station emptier than it will be. */
const warmUpCount = 20_000;

/** A stream of jobs and what serves it. */
export interface OpenStation {
  readonly calendar: Calendar;
  /** From one arrival to the next. */
  readonly interarrival: Draw;
  readonly service: Draw;
  readonly jobCount: number;
}

/** Waits in ns, from arrival to the begin of service, first come first served. */
export function openWaits(station: OpenStation): Estimate {
  const { calendar, interarrival, service, jobCount } = station;
  const waits = new BatchMeans(jobCount, warmUpCount);
  let nowNs = 0;
  for (let count = 0; count < jobCount; count += 1) {
    nowNs += interarrival();
    const startNs = calendar.startNs(nowNs);
    calendar.book(startNs + service());
    waits.add(startNs - nowNs);
  }
  return waits.estimate();
}

/** The share of jobs turned away when at most `insideCountMax` are inside. */
export function lossShare(station: OpenStation, insideCountMax: number): Estimate {
  const { calendar, interarrival, service, jobCount } = station;
  const departures = new EventQueue();
  const losses = new BatchMeans(jobCount, warmUpCount);
  let nowNs = 0;
  for (let count = 0; count < jobCount; count += 1) {
    nowNs += interarrival();
    while (departures.peekAtNs() <= nowNs) departures.pop();
    const isLost = departures.size >= insideCountMax;
    losses.add(isLost ? 1 : 0);
    if (isLost) continue;
    const doneAtNs = calendar.startNs(nowNs) + service();
    calendar.book(doneAtNs);
    departures.push(doneAtNs, 0, 0);
  }
  return losses.estimate();
}

/** One class of jobs of a station that prefers the first class. */
export interface JobClass {
  readonly interarrival: Draw;
  readonly service: Draw;
}

/** A station with two lines. */
export interface TwoClassStation {
  readonly calendar: Calendar;
  readonly classes: readonly [JobClass, JobClass];
  readonly jobCount: number;
  /** Which line is served: the index of a class; the line has a job. */
  readonly pick: (lengths: readonly [number, number]) => 0 | 1;
}

const arrivalPhase = 0;
const servicePhase = 1;

/** Waits in ns by class; service that has begun is not interrupted. */
export function twoClassWaits(station: TwoClassStation): readonly [Estimate, Estimate] {
  const { calendar, classes, jobCount, pick } = station;
  const events = new EventQueue();
  const lines = [new Line(), new Line()] as const;
  const waits = [
    new BatchMeans(jobCount / 2, warmUpCount),
    new BatchMeans(jobCount / 2, warmUpCount),
  ] as const;
  for (const index of [0, 1] as const) {
    events.push(classes[index].interarrival(), arrivalPhase, index);
  }
  // The tie of an arrival is its class, and a slot has no other payload.
  const classAtSlot = new Uint8Array(8);
  classAtSlot[1] = 1;
  let isBusy = false;
  for (let servedCount = 0; servedCount < jobCount; ) {
    const slot = events.pop();
    const nowNs = events.poppedAtNs;
    if (events.poppedPhase === arrivalPhase) {
      const index = classAtSlot[slot] === 1 ? 1 : 0;
      lines[index].push(nowNs);
      const next = events.push(nowNs + classes[index].interarrival(), arrivalPhase, index);
      classAtSlot[events.slotOf(next)] = index;
    } else {
      isBusy = false;
    }
    if (isBusy || lines[0].length + lines[1].length === 0) continue;
    const index = pick([lines[0].length, lines[1].length]);
    const startNs = calendar.startNs(nowNs);
    assert(startNs === nowNs, `the idle server is free at ${startNs} ns, it is ${nowNs} ns`);
    const untilNs = nowNs + classes[index].service();
    calendar.book(untilNs);
    events.push(untilNs, servicePhase, 0);
    waits[index].add(nowNs - lines[index].shift());
    isBusy = true;
    servedCount += 1;
  }
  return [waits[0].estimate(), waits[1].estimate()];
}

/** Instants of arrival, first in first out. */
class Line {
  readonly #atNs: number[] = [];
  #head = 0;

  get length(): number {
    return this.#atNs.length - this.#head;
  }

  push(atNs: number): void {
    this.#atNs.push(atNs);
  }

  shift(): number {
    const atNs = this.#atNs[this.#head]!;
    this.#head += 1;
    if (this.#head === 1024) {
      this.#atNs.splice(0, this.#head);
      this.#head = 0;
    }
    return atNs;
  }
}
