// Memory that is written in place, such as 3D XPoint: no erase, no cleaning, no write-back buffer.
//
//   controller -> bank of the address: read or write -> reply
//
// A write is on stable media when it completes, so a flush has nothing to wait for.
import { assert } from '../../assert.ts';
import type { Ns } from '../../units.ts';
import {
  type FlushState,
  type Medium,
  type MediumCommand,
  type MediumEvents,
  sectorSizeBytes,
} from '../medium.ts';
import { Noise, noiseLane } from '../noise.ts';
import { Controller, type ControllerSpec } from './controller.ts';
import { type LatencyShape, ShapeTable } from './latency-shape.ts';
import { type StallSpec, Stalls } from './stalls.ts';

/** A drive that is written in place. Times are whole ns. */
export interface XpointSpec {
  readonly capacityBytes: number;
  /** Units that serve one access at a time. */
  readonly bankCount: number;
  /** Bytes that lie on one bank before the next one follows; one access. */
  readonly stripeBytes: number;
  /** One access, mean. */
  readonly readNs: Ns;
  readonly readShape: LatencyShape;
  readonly writeNs: Ns;
  readonly writeShape: LatencyShape;
  readonly flushNs: Ns;
  readonly controller: ControllerSpec;
  readonly stalls: StallSpec | null;
}

const bankCountMax = 4096;

interface Parts {
  readonly controller: Controller;
  readonly stalls: Stalls | null;
  readonly noise: Noise;
  readonly readShape: ShapeTable;
  readonly writeShape: ShapeTable;
}

/** A drive by the numbers of `spec`; `seed` (32 bits) tells its chance from that of others. */
export function xpointMedium(spec: XpointSpec, { seed }: { readonly seed: number }): XpointMedium {
  const { bankCount, stripeBytes } = spec;
  assert(
    Number.isInteger(bankCount) && bankCount >= 1 && bankCount <= bankCountMax,
    `${bankCount} banks, expected 1 to ${bankCountMax}`,
  );
  assert(stripeBytes % sectorSizeBytes === 0 && stripeBytes > 0, `stripes of ${stripeBytes} B`);
  return new XpointMedium(spec, {
    controller: new Controller(spec.controller),
    stalls: spec.stalls === null ? null : Stalls.of(spec.stalls, seed),
    noise: new Noise(noiseLane(seed, 'bank access')),
    readShape: new ShapeTable(spec.readShape),
    writeShape: new ShapeTable(spec.writeShape),
  });
}

/** When the banks are free again. Made by `xpointMedium`. */
export class XpointMedium implements Medium {
  readonly #spec: XpointSpec;
  readonly #parts: Parts;
  readonly #sectorsPerStripe: number;
  readonly #freeAtNs: Float64Array;

  constructor(spec: XpointSpec, parts: Parts) {
    this.#spec = spec;
    this.#parts = parts;
    this.#sectorsPerStripe = spec.stripeBytes / sectorSizeBytes;
    this.#freeAtNs = new Float64Array(spec.bankCount);
  }

  begin(command: Readonly<MediumCommand>, events: MediumEvents): void {
    const { slot, op, sector, sectorCount, readyAtNs, slowFactor } = command;
    const { controller, stalls, noise, readShape, writeShape } = this.#parts;
    const fromNs = stalls === null ? readyAtNs : stalls.serviceFromNs(readyAtNs);
    const isRead = op === 'read';
    const passedAtNs = isRead
      ? controller.passRead(fromNs, sectorCount, slowFactor)
      : controller.passWrite(fromNs, sectorCount, slowFactor);
    const meanNs = (isRead ? this.#spec.readNs : this.#spec.writeNs) * slowFactor;
    const shape = isRead ? readShape : writeShape;
    const freeAtNs = this.#freeAtNs;
    const bankCount = freeAtNs.length;
    let doneAtNs = passedAtNs;
    const stripeEnd = Math.floor((sector + sectorCount - 1) / this.#sectorsPerStripe) + 1;
    for (let at = Math.floor(sector / this.#sectorsPerStripe); at < stripeEnd; at += 1) {
      const bank = at % bankCount;
      const bankFreeAtNs = freeAtNs[bank] as number;
      const startAtNs = bankFreeAtNs > passedAtNs ? bankFreeAtNs : passedAtNs;
      const endAtNs = startAtNs + Math.round(meanNs * shape.draw(noise));
      freeAtNs[bank] = endAtNs;
      if (endAtNs > doneAtNs) doneAtNs = endAtNs;
    }
    events.done(slot, doneAtNs + this.#spec.controller.replyNs);
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
    this.#parts.controller.stop();
    this.#freeAtNs.fill(0);
  }

  copy(): XpointMedium {
    const { controller, stalls, noise, readShape, writeShape } = this.#parts;
    const twin = new XpointMedium(this.#spec, {
      controller: controller.copy(),
      stalls: stalls?.copy() ?? null,
      noise: noise.copy(),
      readShape,
      writeShape,
    });
    twin.#freeAtNs.set(this.#freeAtNs);
    return twin;
  }
}
