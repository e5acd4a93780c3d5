// Chance for loads: streams of their own, so that no load shifts the chance inside a device.
import { Noise, nameHash } from '../../../sim/index.ts';

/** The draws of a load for one purpose; `seed` is a text: a number, or fio's randseed. */
export function drawsOf(seed: string, purpose: string): Noise {
  return new Noise(nameHash(nameHash(0x5f3759df, seed), purpose));
}
