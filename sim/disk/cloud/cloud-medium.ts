// A cloud volume as a medium: a command waits for the limits of the volume, then takes a latency.
//
//   begin --> envelope (in order) --> latency drawn --> done
//
// Any number of commands are under way at once and complete in any order. A completed write is on
// several machines, so a flush has nothing to write back: it takes a write's latency and costs no
// I/O, assumed. What keeps a volume slow is its latency, not its limits.
import type { Ns } from '../../units.ts';
import type { Medium, MediumCommand, MediumEvents } from '../medium.ts';
import { Noise, noiseLane } from '../noise.ts';
import { Envelope } from './envelope.ts';
import { drawLatencyNs } from './volume-latency.ts';
import type { VolumeSpec } from './volume-types.ts';

interface Parts {
  readonly envelope: Envelope;
  readonly readNoise: Noise;
  readonly writeNoise: Noise;
  readonly flushNoise: Noise;
}

/** The medium of a cloud volume; `seed` is the device's own. */
export function cloudMedium(spec: VolumeSpec, seed: number): CloudMedium {
  return new CloudMedium(spec, {
    envelope: new Envelope(spec.envelope),
    readNoise: new Noise(noiseLane(seed, 'cloud read latency')),
    writeNoise: new Noise(noiseLane(seed, 'cloud write latency')),
    flushNoise: new Noise(noiseLane(seed, 'cloud flush latency')),
  });
}

/** Limits and latencies of one volume. */
export class CloudMedium implements Medium {
  readonly #spec: VolumeSpec;
  readonly #parts: Parts;

  constructor(spec: VolumeSpec, parts: Parts) {
    this.#spec = spec;
    this.#parts = parts;
  }

  begin(command: Readonly<MediumCommand>, events: MediumEvents): void {
    const { op, sector, sectorCount, readyAtNs, slowFactor } = command;
    const releaseNs = this.#parts.envelope.releaseNs(op, sector, sectorCount, readyAtNs);
    const latencyNs =
      op === 'read'
        ? drawLatencyNs(this.#spec.readLatency, this.#parts.readNoise)
        : drawLatencyNs(this.#spec.writeLatency, this.#parts.writeNoise);
    events.done(command.slot, releaseNs + Math.round(latencyNs * slowFactor));
  }

  flush(slot: number, readyAtNs: Ns, events: MediumEvents): void {
    const latencyNs = drawLatencyNs(this.#spec.writeLatency, this.#parts.flushNoise);
    events.done(slot, readyAtNs + latencyNs);
  }

  /** Never asked for: every completion is known when its command begins. */
  wake(_nowNs: Ns, _events: MediumEvents): void {}

  powerOff(nowNs: Ns): void {
    this.#parts.envelope.powerOff(nowNs);
  }

  /** I/O credit left: the burst balance that the console of a gp2 volume shows. */
  ioCreditAt(nowNs: Ns): number {
    return this.#parts.envelope.ioCreditAt(nowNs);
  }

  /** Sector credit left: the burst balance of an st1 or sc1 volume. */
  sectorCreditAt(nowNs: Ns): number {
    return this.#parts.envelope.sectorCreditAt(nowNs);
  }

  copy(): CloudMedium {
    const { envelope, readNoise, writeNoise, flushNoise } = this.#parts;
    return new CloudMedium(this.#spec, {
      envelope: envelope.copy(),
      readNoise: readNoise.copy(),
      writeNoise: writeNoise.copy(),
      flushNoise: flushNoise.copy(),
    });
  }
}
