// A device known only by measured sweeps: no dies, no arm, no cleaning. A command that begins with
// n under way takes n / X(n) on average, X being the rate that was measured with n in flight.
//
// In a closed loop n never changes, so by Little's law the rate is X(n): the sweep comes back as it
// was measured (flow-equivalent server; Chandy, Herzog and Woo, "Parametric Analysis of Queuing
// Networks", IBM Journal of Research and Development 19 (1975)). Between sweeps, latencies are
// interpolated by size and by the share of reads. Beyond the last point the rate stays, and a
// serial stage holds any load to it in the long run: what arrives faster waits ever longer.
//
// What it knows nothing of: position, history, full flash. It is for loads like those measured.
import { assert } from '../../assert.ts';
import type { Ns } from '../../units.ts';
import type { FlushState, Medium, MediumCommand, MediumEvents } from '../medium.ts';
import { Noise, noiseLane } from '../noise.ts';
import { InFlight } from './in-flight.ts';
import { type RateCurve, RateTable } from './rate-curve.ts';

/** A device by its sweeps. Times are whole ns. */
export interface CalibratedSpec {
  /** At least one for each operation; sizes and read shares in any combination. */
  readonly curves: readonly RateCurve[];
  readonly flushNs: Ns;
  /** What a forced write takes beyond a write. */
  readonly forcedExtraNs: Ns;
}

/** The sweeps of one size, by share of reads ascending. */
interface SizeClass {
  readonly sectorCount: number;
  readonly tables: readonly RateTable[];
}

/** Weight of the newest command in the running share of reads. */
const readShareStep = 1 / 128;
/**
 * Commands that may end earlier than the serial stage allows, on top of the deepest sweep. Without,
 * chance alone would slow a closed loop at the top of its sweep; the long-run rate is the same.
 */
const burstCountMin = 256;

/** A device by measured sweeps; `seed` (32 bits) tells its chance from that of others. */
export function calibratedMedium(
  spec: CalibratedSpec,
  { seed }: { readonly seed: number },
): CalibratedMedium {
  assert(spec.flushNs >= 0 && spec.forcedExtraNs >= 0, 'times, expected 0 or more');
  return new CalibratedMedium(spec, {
    reads: sizeClasses(spec, 'read'),
    writes: sizeClasses(spec, 'write'),
    noise: new Noise(noiseLane(seed, 'latency')),
    inFlight: new InFlight(),
  });
}

interface Parts {
  readonly reads: readonly SizeClass[];
  readonly writes: readonly SizeClass[];
  readonly noise: Noise;
  readonly inFlight: InFlight;
}

/** What is under way in a device. Made by `calibratedMedium`. */
export class CalibratedMedium implements Medium {
  readonly #spec: CalibratedSpec;
  readonly #parts: Parts;
  #readShare = -1;
  /** When the serial stage has served all that began. */
  #servedAtNs = 0;
  // What the look-up of one command found: mean latency, serial time, burst allowed, shape.
  #meanNs = 0;
  #serialNs = 0;
  #table: RateTable;

  constructor(spec: CalibratedSpec, parts: Parts) {
    this.#spec = spec;
    this.#parts = parts;
    this.#table = parts.reads[0]!.tables[0]!;
  }

  begin(command: Readonly<MediumCommand>, events: MediumEvents): void {
    const { slot, op, sectorCount, readyAtNs, slowFactor } = command;
    const { reads, writes, noise, inFlight } = this.#parts;
    const isRead = op === 'read';
    this.#followShare(isRead ? 1 : 0);
    const count = inFlight.countAt(readyAtNs) + 1;
    this.#find(isRead ? reads : writes, sectorCount, count);
    const table = this.#table;
    const serialNs = this.#serialNs * slowFactor;
    const latencyNs = this.#meanNs * table.shape.draw(noise) * slowFactor;
    let doneAtNs = readyAtNs + Math.round(latencyNs);

    const servedAtNs = (this.#servedAtNs > readyAtNs ? this.#servedAtNs : readyAtNs) + serialNs;
    this.#servedAtNs = servedAtNs;
    const earliestNs = servedAtNs - (burstCountMin + table.knownInFlight) * serialNs;
    if (earliestNs > doneAtNs) doneAtNs = Math.ceil(earliestNs);

    if (op === 'forcedWrite') doneAtNs += Math.round(this.#spec.forcedExtraNs * slowFactor);
    inFlight.add(doneAtNs);
    events.done(slot, doneAtNs);
  }

  flush(
    slot: number,
    readyAtNs: Ns,
    events: MediumEvents,
    { slowFactor }: Readonly<FlushState>,
  ): void {
    events.done(slot, readyAtNs + Math.round(this.#spec.flushNs * slowFactor));
  }

  wake(_nowNs: Ns, _events: MediumEvents): void {
    // Asks for nothing.
  }

  powerOff(_nowNs: Ns): void {
    this.#parts.inFlight.clear();
    this.#servedAtNs = 0;
  }

  copy(): CalibratedMedium {
    const { reads, writes, noise, inFlight } = this.#parts;
    const parts = { reads, writes, noise: noise.copy(), inFlight: inFlight.copy() };
    const twin = new CalibratedMedium(this.#spec, parts);
    twin.#readShare = this.#readShare;
    twin.#servedAtNs = this.#servedAtNs;
    return twin;
  }

  #followShare(isRead: 0 | 1): void {
    if (this.#readShare < 0) this.#readShare = isRead;
    else this.#readShare += (isRead - this.#readShare) * readShareStep;
  }

  /** Interpolates by size; beyond the largest a command costs as its bytes do. */
  #find(classes: readonly SizeClass[], sectorCount: number, count: number): void {
    const last = classes.length - 1;
    let index = 0;
    while (index < last && (classes[index] as SizeClass).sectorCount < sectorCount) index += 1;
    const to = classes[index] as SizeClass;
    this.#mix(to, count);
    if (sectorCount === to.sectorCount || (index === 0 && sectorCount < to.sectorCount)) return;
    if (sectorCount > to.sectorCount) {
      const times = sectorCount / to.sectorCount;
      this.#meanNs *= times;
      this.#serialNs *= times;
      return;
    }
    const toMeanNs = this.#meanNs;
    const toSerialNs = this.#serialNs;
    const from = classes[index - 1] as SizeClass;
    this.#mix(from, count);
    const share = (sectorCount - from.sectorCount) / (to.sectorCount - from.sectorCount);
    this.#meanNs += (toMeanNs - this.#meanNs) * share;
    this.#serialNs += (toSerialNs - this.#serialNs) * share;
  }

  /** Interpolates by the share of reads. */
  #mix({ tables }: SizeClass, count: number): void {
    const last = tables.length - 1;
    let index = 0;
    while (index < last && (tables[index] as RateTable).readShare < this.#readShare) index += 1;
    const to = tables[index] as RateTable;
    this.#table = to;
    this.#meanNs = to.meanNs(count);
    this.#serialNs = to.serialNs;
    if (index === 0 || this.#readShare >= to.readShare) return;
    const from = tables[index - 1] as RateTable;
    const share = (to.readShare - this.#readShare) / (to.readShare - from.readShare);
    this.#meanNs += (from.meanNs(count) - this.#meanNs) * share;
    this.#serialNs += (from.serialNs - this.#serialNs) * share;
  }
}

function sizeClasses({ curves }: CalibratedSpec, op: 'read' | 'write'): SizeClass[] {
  const own = curves.filter((curve) => curve.op === op);
  assert(own.length >= 1, `no sweep of a ${op}`);
  const sizes = [...new Set(own.map(({ sectorCount }) => sectorCount))].sort((a, b) => a - b);
  return sizes.map((sectorCount) => {
    const tables = own
      .filter((curve) => curve.sectorCount === sectorCount)
      .sort((a, b) => a.readShare - b.readShare)
      .map((curve) => new RateTable(curve));
    for (let index = 1; index < tables.length; index += 1) {
      const { readShare } = tables[index]!;
      assert(
        readShare > tables[index - 1]!.readShare,
        `two sweeps of a ${op} of ${sectorCount} sectors at read share ${readShare}`,
      );
    }
    return { sectorCount, tables };
  });
}
