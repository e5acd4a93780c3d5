// The way into a device: how many commands it takes at once, and the stage that all of them pass
// one after the other, controller and link.
//
//   arrival --> | c0 + sectors x c1 | --> medium          busy-until: one at a time
import { assert } from '../assert.ts';
import type { Ns } from '../units.ts';
import { sectorSizeBytes } from './medium.ts';

/** What a device takes, and how fast. */
export interface FrontSpec {
  /** Commands in the device at once; more wait in the host (SATA 32, NVMe up to 64 k). */
  readonly hwDepth: number;
  /** Controller time of a command, ns. */
  readonly commandNs: Ns;
  /** Bytes a second on the link; infinite when the medium alone limits it. */
  readonly linkBytesPerSec: number;
  /** A command that moves no data (Deallocate, Write Zeroes), once it is through, ns. */
  readonly metadataNs: Ns;
}

const nsPerSec = 1_000_000_000;

/** When controller and link of one device are free. */
export class Front {
  readonly #spec: FrontSpec;
  readonly #sectorNs: number;
  #freeAtNs: Ns = 0;

  constructor(spec: FrontSpec) {
    const { hwDepth, linkBytesPerSec } = spec;
    assert(hwDepth >= 1, `hardware depth ${hwDepth}, expected 1 or more`);
    assert(linkBytesPerSec > 0, `a link of ${linkBytesPerSec} bytes a second, expected above 0`);
    this.#spec = spec;
    this.#sectorNs = (sectorSizeBytes * nsPerSec) / linkBytesPerSec;
  }

  get hwDepth(): number {
    return this.#spec.hwDepth;
  }

  get metadataNs(): Ns {
    return this.#spec.metadataNs;
  }

  /** When the last command so far is through. */
  get freeAtNs(): Ns {
    return this.#freeAtNs;
  }

  /** When a command that is ready at `readyAtNs` is through. */
  passedAtNs(sectorCount: number, readyAtNs: Ns, slowFactor: number): Ns {
    const busyNs = (this.#spec.commandNs + sectorCount * this.#sectorNs) * slowFactor;
    this.#freeAtNs = Math.max(this.#freeAtNs, readyAtNs) + Math.round(busyNs);
    return this.#freeAtNs;
  }

  /** Nothing is on its way any more. */
  startOver(nowNs: Ns): void {
    this.#freeAtNs = nowNs;
  }

  copy(): Front {
    const twin = new Front(this.#spec);
    twin.#freeAtNs = this.#freeAtNs;
    return twin;
  }
}
