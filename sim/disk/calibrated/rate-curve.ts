// One measured sweep: how fast a device serves a load when n commands are under way.
//
//   commands/s   ^          ___*------- flat beyond the last point
//   (log)        |      _--*
//                |   *--             straight lines between points in log-log
//                | .'                below the first point: its latency, whatever n
//                +-------------------> in flight (log)
import { assert } from '../../assert.ts';
import { portableExp, portableLn } from '../../portable-math.ts';
import { type Ns, nsPerSec } from '../../units.ts';
import { type LatencyShape, ShapeTable } from '../ssd/latency-shape.ts';

/** One point of a sweep. */
export interface RatePoint {
  /** Commands under way, reads and writes together; a whole number from 1. */
  readonly inFlight: number;
  /**
   * `inFlight` over the mean latency: the rate of a load of this operation alone. Never falls with
   * `inFlight`.
   */
  readonly commandsPerSec: number;
}

/** A sweep over the number of commands in flight, one operation of one load. */
export interface RateCurve {
  readonly op: 'read' | 'write';
  /** Size of the commands, in units of 512 bytes. */
  readonly sectorCount: number;
  /** Share of reads in the load that it was measured in: 1 for reads alone, 0 for writes alone. */
  readonly readShare: number;
  /** By `inFlight`, ascending. */
  readonly points: readonly RatePoint[];
  /** How the latencies vary around their mean. */
  readonly shape: LatencyShape;
}

const inFlightMax = 65_536;

/** A sweep ready for use: mean latencies for every number in flight. Shared by forks. */
export class RateTable {
  readonly readShare: number;
  readonly shape: ShapeTable;
  /** What one command takes of the device when it is as busy as can be. */
  readonly serialNs: number;
  /** The most commands in flight that were measured. */
  readonly knownInFlight: number;
  readonly #latencyNs: Float64Array;

  constructor(curve: RateCurve) {
    assertCurve(curve);
    const last = curve.points.at(-1)!;
    this.readShare = curve.readShare;
    this.shape = new ShapeTable(curve.shape);
    this.serialNs = nsPerSec / last.commandsPerSec;
    this.knownInFlight = last.inFlight;
    this.#latencyNs = new Float64Array(last.inFlight + 1);
    for (let count = 1; count <= last.inFlight; count += 1) {
      this.#latencyNs[count] = (count / rateAt(curve.points, count)) * nsPerSec;
    }
  }

  /** Mean latency with `inFlight` commands under way, this one included; at most the deepest. */
  meanNs(inFlight: number): Ns {
    const known = inFlight < this.knownInFlight ? inFlight : this.knownInFlight;
    return this.#latencyNs[known] as number;
  }
}

/** Commands a second with `inFlight` under way. */
function rateAt(points: readonly RatePoint[], inFlight: number): number {
  const first = points[0]!;
  if (inFlight <= first.inFlight) return (first.commandsPerSec * inFlight) / first.inFlight;
  let index = 1;
  while (points[index]!.inFlight < inFlight) index += 1;
  const [from, to] = [points[index - 1]!, points[index]!];
  if (inFlight === to.inFlight) return to.commandsPerSec;
  const share = portableLn(inFlight / from.inFlight) / portableLn(to.inFlight / from.inFlight);
  const rise = portableLn(to.commandsPerSec / from.commandsPerSec);
  return from.commandsPerSec * portableExp(share * rise);
}

function assertCurve({ op, sectorCount, readShare, points }: RateCurve): void {
  const name = `${op} of ${sectorCount} sectors`;
  assert(sectorCount >= 1, `${name}: expected 1 or more`);
  assert(readShare >= 0 && readShare <= 1, `${name}: read share ${readShare}, expected 0 to 1`);
  assert(points.length >= 1, `${name}: a sweep without a point`);
  let before: RatePoint = { inFlight: 0, commandsPerSec: 0 };
  for (const point of points) {
    const { inFlight, commandsPerSec } = point;
    assert(
      Number.isInteger(inFlight) && inFlight > before.inFlight && inFlight <= inFlightMax,
      `${name}: ${inFlight} in flight after ${before.inFlight}, expected to rise to ${inFlightMax}`,
    );
    assert(
      commandsPerSec > 0 && commandsPerSec >= before.commandsPerSec,
      `${name}: ${commandsPerSec} commands/s after ${before.commandsPerSec}, expected no fall`,
    );
    before = point;
  }
}
