// Which of the processing times of a disk applies.
import type { Ns } from '../../units.ts';
import type { HddOverheadSpec } from './spec.ts';

/** From the arrival of a command until its data or the arm may move. */
export function overheadNs(
  spec: HddOverheadSpec,
  isWrite: boolean,
  isAfterWrite: boolean,
  isHit: boolean,
): Ns {
  if (isWrite) {
    if (isHit) return isAfterWrite ? spec.writeHitAfterWriteNs : spec.writeHitAfterReadNs;
    return isAfterWrite ? spec.writeMissAfterWriteNs : spec.writeMissAfterReadNs;
  }
  if (isHit) return isAfterWrite ? spec.readHitAfterWriteNs : spec.readHitAfterReadNs;
  return isAfterWrite ? spec.readMissAfterWriteNs : spec.readMissAfterReadNs;
}
