// Rare housekeeping of a drive, such as saving its map: for a while it serves nothing.
//
//   |--- interval ---|== duration ==|--- interval ---|== duration ==|
//                    ^ commands that begin in here wait for its end
//
// What was begun before is not held up. Both times are drawn from shapes; the process runs on its
// own, whatever the load.
import { assert } from '../../assert.ts';
import type { Ns } from '../../units.ts';
import { Noise, noiseLane } from '../noise.ts';
import { type LatencyShape, ShapeTable } from './latency-shape.ts';

/** How often, and for how long, a drive serves nothing. */
export interface StallSpec {
  /** From the end of one to the start of the next, mean. */
  readonly intervalNs: Ns;
  readonly intervalShape: LatencyShape;
  /** Mean. */
  readonly durationNs: Ns;
  readonly durationShape: LatencyShape;
}

interface StallTables {
  readonly intervalNs: Ns;
  readonly durationNs: Ns;
  readonly intervals: ShapeTable;
  readonly durations: ShapeTable;
}

/** Idle times longer than this many intervals are not walked through. */
const walkedIntervalsMax = 4_096;

/** The stalls of one drive. */
export class Stalls {
  readonly #tables: StallTables;
  readonly #noise: Noise;
  #startAtNs: Ns;
  #endAtNs: Ns;

  private constructor(tables: StallTables, noise: Noise, startAtNs: Ns, endAtNs: Ns) {
    this.#tables = tables;
    this.#noise = noise;
    this.#startAtNs = startAtNs;
    this.#endAtNs = endAtNs;
  }

  /** `seed`: of the drive. */
  static of(spec: StallSpec, seed: number): Stalls {
    assert(spec.intervalNs > 0, `stalls every ${spec.intervalNs} ns, expected above 0`);
    assert(spec.durationNs >= 0, `stalls of ${spec.durationNs} ns, expected 0 or more`);
    const tables: StallTables = {
      intervalNs: spec.intervalNs,
      durationNs: spec.durationNs,
      intervals: new ShapeTable(spec.intervalShape),
      durations: new ShapeTable(spec.durationShape),
    };
    const stalls = new Stalls(tables, new Noise(noiseLane(seed, 'stall')), 0, 0);
    stalls.#next(0);
    return stalls;
  }

  /** The first instant from `atNs` on at which the drive serves. `atNs` never falls. */
  serviceFromNs(atNs: Ns): Ns {
    if (atNs < this.#startAtNs) return atNs;
    return this.#waited(atNs);
  }

  copy(): Stalls {
    return new Stalls(this.#tables, this.#noise.copy(), this.#startAtNs, this.#endAtNs);
  }

  #waited(atNs: Ns): Ns {
    const { intervalNs } = this.#tables;
    const skipFromNs = atNs - walkedIntervalsMax * intervalNs;
    if (this.#endAtNs < skipFromNs) this.#next(atNs);
    while (this.#endAtNs <= atNs) this.#next(this.#endAtNs);
    return atNs < this.#startAtNs ? atNs : this.#endAtNs;
  }

  #next(fromNs: Ns): void {
    const { intervalNs, durationNs, intervals, durations } = this.#tables;
    const apartNs = Math.round(intervalNs * intervals.draw(this.#noise));
    this.#startAtNs = fromNs + Math.max(1, apartNs);
    this.#endAtNs = this.#startAtNs + Math.round(durationNs * durations.draw(this.#noise));
  }
}
