// Plays a recorded workload on one device.
//
//   closed  one request at a time, each a think time after the one before was done
//   open    each at its recorded instant, whatever is still under way
//
// The devices of a trace lie behind one another; what lies beyond the end of the simulated device
// is folded back: the position modulo its size.

import type { DeviceSpec } from '../../../sim/index.ts';
import { demeritNs } from '../../../sim/index.ts';
import { type Ask, aim, askOf, DrivenDevice, type DriveOptions } from './driven-device.ts';
import { JobRefusal } from './job-run.ts';
import { type DeviceTrace, thinkNs, traceOps } from './trace-store.ts';

/** What came of a trace. The lists have one entry for each request, in its order. */
export interface ReplayResult {
  readonly trace: DeviceTrace;
  readonly loop: 'open' | 'closed';
  /** From submission to completion. */
  readonly latencyNs: Float64Array;
  readonly submittedAtNs: Float64Array;
  /** Where on the simulated device, in sectors. */
  readonly sector: Float64Array;
  /** Requests whose position was folded. */
  readonly foldedCount: number;
  readonly errorCount: number;
  /** The end of the last request. */
  readonly endNs: number;
}

/** Replays a trace on a new device. */
export function replayTrace(
  spec: DeviceSpec,
  trace: DeviceTrace,
  options: DriveOptions = {},
): ReplayResult {
  return new Replay(new DrivenDevice(spec, options), trace).run();
}

/** How far the simulated times are from the measured ones; null where none were measured. */
export function replayDemerit(
  result: ReplayResult,
): { readonly demeritNs: number; readonly meanNs: number; readonly count: number } | null {
  const { measuredNs } = result.trace;
  const measured = measuredNs.filter((time) => time >= 0);
  if (measured.length === 0) return null;
  const simulated = result.latencyNs.filter((_, index) => measuredNs[index]! >= 0);
  const meanNs = measured.reduce((sum, time) => sum + time, 0) / measured.length;
  return { demeritNs: demeritNs(measured, simulated), meanNs, count: measured.length };
}

class Replay {
  readonly #driven: DrivenDevice;
  readonly #trace: DeviceTrace;
  readonly #latencyNs: Float64Array;
  readonly #submittedAtNs: Float64Array;
  readonly #sector: Float64Array;
  /** Requests that are not under way, by kind: they are used again. */
  readonly #spare: readonly Ask[][] = [[], [], [], []];
  readonly #asks = new Map<number, Ask>();
  readonly #isClosed: boolean;
  #next = 0;
  #doneCount = 0;
  #foldedCount = 0;
  #errorCount = 0;

  constructor(driven: DrivenDevice, trace: DeviceTrace) {
    this.#driven = driven;
    this.#trace = trace;
    this.#latencyNs = new Float64Array(trace.opCount);
    this.#submittedAtNs = new Float64Array(trace.opCount);
    this.#isClosed = trace.loop === 'closed' || !trace.isTimed;
    this.#sector = this.#placed();
  }

  run(): ReplayResult {
    const trace = this.#trace;
    if (trace.opCount > 0) this.#driven.wake(trace.isTimed ? trace.arrivalNs[0]! : 0, 0);
    while (this.#doneCount < trace.opCount && this.#driven.step(this)) {
      // Each step is one event.
    }
    return {
      trace,
      loop: this.#isClosed ? 'closed' : 'open',
      latencyNs: this.#latencyNs,
      submittedAtNs: this.#submittedAtNs,
      sector: this.#sector,
      foldedCount: this.#foldedCount,
      errorCount: this.#errorCount,
      endNs: this.#driven.nowNs,
    };
  }

  /** The owner is the index of its request. */
  done(owner: number, isOk: boolean, nowNs: number): void {
    this.#latencyNs[owner] = nowNs - (this.#submittedAtNs[owner] as number);
    if (!isOk) this.#errorCount += 1;
    this.#doneCount += 1;
    this.#spare[this.#trace.op[owner] as number]!.push(this.#asks.get(owner)!);
    this.#asks.delete(owner);
    if (!this.#isClosed || this.#next === this.#trace.opCount) return;
    // A request that was issued before the one before had ended is issued at its end.
    const pauseNs = this.#trace.isTimed ? Math.max(0, thinkNs(this.#trace, this.#next)) : 0;
    this.#driven.wake(nowNs + pauseNs, 0);
  }

  /** It is time for the next request, and for those of the same instant. */
  due(_timer: number, nowNs: number): void {
    const { arrivalNs, opCount } = this.#trace;
    do {
      this.#submit(this.#next, nowNs);
      this.#next += 1;
    } while (!this.#isClosed && this.#next < opCount && arrivalNs[this.#next]! <= nowNs);
    if (!this.#isClosed && this.#next < opCount) this.#driven.wake(arrivalNs[this.#next]!, 0);
  }

  #submit(index: number, nowNs: number): void {
    const { op, sectorCount, device } = this.#trace;
    const kind = op[index] as number;
    const ask = this.#spare[kind]!.pop() ?? newAsk(kind);
    if (kind !== traceOps.flush) aim(ask, this.#sector[index]!, sectorCount[index]!);
    ask.queue = device[index]!;
    this.#asks.set(index, ask);
    this.#submittedAtNs[index] = nowNs;
    this.#driven.submit(ask, index);
  }

  #placed(): Float64Array {
    const { opCount, sector, sectorCount, device, sectorEnds } = this.#trace;
    const deviceSectors = this.#driven.sectorCount;
    const starts: number[] = [];
    sectorEnds.reduce((start, end) => {
      starts.push(start);
      // Each begins at a block.
      return start + Math.ceil(end / 8) * 8;
    }, 0);
    const placed = new Float64Array(opCount);
    for (let index = 0; index < opCount; index += 1) {
      const count = sectorCount[index]!;
      if (count > deviceSectors) {
        throw new JobRefusal(`request ${index + 1} of ${count} sectors, more than the device has`);
      }
      const at = starts[device[index]!]! + sector[index]!;
      if (at + count > deviceSectors) this.#foldedCount += 1;
      placed[index] =
        at + count > deviceSectors ? Math.min(at % deviceSectors, deviceSectors - count) : at;
    }
    return placed;
  }
}

function newAsk(kind: number): Ask {
  if (kind === traceOps.read) return askOf('read');
  return kind === traceOps.flush ? askOf('flush') : askOf('write', kind === traceOps.forcedWrite);
}
