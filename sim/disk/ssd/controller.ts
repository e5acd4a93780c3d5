// The front of a drive that every command passes, one after the other: it decodes commands and
// moves their bytes, whichever takes longer.
import { assert } from '../../assert.ts';
import { type Ns, nsPerSec } from '../../units.ts';
import { sectorSizeBytes } from '../medium.ts';

/** What every command passes. Zero and null where the device in front of the medium has it. */
export interface ControllerSpec {
  /** Keeps the controller busy for each read ... */
  readonly readNs: Ns;
  /** ... and for each write, whatever their size. */
  readonly writeNs: Ns;
  /** What it moves at most; null: no limit here. */
  readonly readBytesPerSec: number | null;
  readonly writeBytesPerSec: number | null;
  /** Added to every read at its end; keeps nothing busy. */
  readonly replyNs: Ns;
}

/** When the controller is free again. */
export class Controller {
  readonly #spec: ControllerSpec;
  readonly #readNsPerSector: number;
  readonly #writeNsPerSector: number;
  #freeAtNs: Ns = 0;

  constructor(spec: ControllerSpec) {
    assert(spec.readNs >= 0 && spec.writeNs >= 0, 'controller times, expected 0 or more');
    this.#spec = spec;
    this.#readNsPerSector = nsPerSector(spec.readBytesPerSec);
    this.#writeNsPerSector = nsPerSector(spec.writeBytesPerSec);
  }

  /** When a read that arrives at `fromNs` has passed. */
  passRead(fromNs: Ns, sectorCount: number, slowFactor: number): Ns {
    const busyNs = this.#spec.readNs;
    const movingNs = this.#readNsPerSector * sectorCount;
    return this.#pass(fromNs, (busyNs > movingNs ? busyNs : movingNs) * slowFactor);
  }

  /** When a write that arrives at `fromNs` has passed. */
  passWrite(fromNs: Ns, sectorCount: number, slowFactor: number): Ns {
    const busyNs = this.#spec.writeNs;
    const movingNs = this.#writeNsPerSector * sectorCount;
    return this.#pass(fromNs, (busyNs > movingNs ? busyNs : movingNs) * slowFactor);
  }

  /** Nothing is under way any more. */
  stop(): void {
    this.#freeAtNs = 0;
  }

  copy(): Controller {
    const twin = new Controller(this.#spec);
    twin.#freeAtNs = this.#freeAtNs;
    return twin;
  }

  #pass(fromNs: Ns, busyNs: number): Ns {
    const freeAtNs = this.#freeAtNs;
    this.#freeAtNs = (freeAtNs > fromNs ? freeAtNs : fromNs) + Math.round(busyNs);
    return this.#freeAtNs;
  }
}

function nsPerSector(bytesPerSec: number | null): number {
  if (bytesPerSec === null) return 0;
  assert(bytesPerSec > 0, `a controller that moves ${bytesPerSec} B/s, expected above 0`);
  return (sectorSizeBytes * nsPerSec) / bytesPerSec;
}
