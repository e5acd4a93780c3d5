// The heads over the turning platters. The angle is a function of absolute time (phase = t mod T),
// so a run is reproducible and positioning times are exact.
//
//   startNs --move--> --wait for the angle--> sectors pass --(track ends: move, wait)--> endNs
//
// A move takes the seek time of the distance, at least the head switch when the head changes;
// a write settles longer after either. Inside a call times are fractions of ns; results are whole.
import type { Ns } from '../../units.ts';
import { type Geometry, type SectorPlace, sectorPlace } from './geometry.ts';
import type { SeekTable } from './seek.ts';

/** What does not change; shared by forks. */
export interface ArmParts {
  readonly geometry: Geometry;
  readonly seek: SeekTable;
  readonly headSwitchNs: Ns;
  readonly writeSettleNs: Ns;
  readonly isZeroLatencyRead: boolean;
  readonly isZeroLatencyWrite: boolean;
  readonly transferNsPerSector: Ns;
}

/** A head that is late by so little, for rounding, is in time. */
const lateNsMax = 64;

/** One arm: where it is, and what its last transfer took. */
export class Arm {
  readonly parts: ArmParts;
  cylinder = 0;
  head = 0;
  /** Of the last transfer: when its last sector had passed. */
  endNs = 0;
  /** Of the last read: when its last sector had reached the host. */
  hostEndNs = 0;
  /** Of the last transfer: the sectors of its first track that passed while the head waited. */
  passedBeforeCount = 0;
  /** Of the last partial transfer: how many sectors had passed. */
  passedCount = 0;
  readonly #place: SectorPlace = sectorPlace();

  constructor(parts: ArmParts) {
    this.parts = parts;
  }

  /** When in a revolution an instant is: 0 to less than one revolution. */
  phaseNs(atNs: number): number {
    return atNs % this.parts.geometry.rotationNs;
  }

  /**
   * From an instant with the phase `phaseNs` until the place at cylinder, head and angle begins to
   * pass the head.
   */
  positioningNs(
    cylinder: number,
    head: number,
    angleNs: number,
    phaseNs: number,
    isWrite: boolean,
  ): number {
    const { rotationNs } = this.parts.geometry;
    const moveNs = this.#moveNs(cylinder, head, isWrite);
    let waitNs = angleNs - phaseNs - moveNs;
    while (waitNs < 0) waitNs += rotationNs;
    return moveNs + (waitNs > rotationNs - lateNsMax ? waitNs - rotationNs : waitNs);
  }

  /** Moves all sectors of a command, from `startNs` on; leaves the arm where they end. */
  transfer(sector: number, sectorCount: number, startNs: Ns, isWrite: boolean): void {
    const { geometry, isZeroLatencyRead, isZeroLatencyWrite, transferNsPerSector } = this.parts;
    const isZeroLatency = isWrite ? isZeroLatencyWrite : isZeroLatencyRead;
    const place = this.#place;
    let atNs: number = startNs;
    let hostEndNs = 0;
    let next = sector;
    let leftCount = sectorCount;
    while (leftCount > 0) {
      geometry.locate(next, place);
      const count = Math.min(place.runCount, leftCount);
      const waitedNs = this.#waitedNs(atNs, isWrite);
      const moveNs = this.#moveNs(place.cylinder, place.head, isWrite);
      this.cylinder = place.cylinder;
      this.head = place.head;
      if (next === sector) {
        const waitCount = Math.floor(Math.max(0, waitedNs - moveNs) / place.sectorNs);
        this.passedBeforeCount = Math.min(place.onTrackIndex, waitCount);
      }
      const passNs = count * place.sectorNs;
      const inOrderNs = waitedNs + passNs;
      const turnNs = moveNs + geometry.rotationNs;
      if (isZeroLatency && inOrderNs > turnNs) {
        // The head came down among the sectors: after one turn all have passed.
        atNs += turnNs;
        hostEndNs = Math.max(hostEndNs, atNs + leftCount * transferNsPerSector);
      } else {
        const firstNs = atNs + waitedNs + place.sectorNs;
        atNs += inOrderNs;
        hostEndNs = Math.max(hostEndNs, firstNs + leftCount * transferNsPerSector);
        hostEndNs = Math.max(hostEndNs, atNs + (leftCount - count + 1) * transferNsPerSector);
      }
      next += count;
      leftCount -= count;
    }
    // A head may be late by more than it takes a short sector to pass.
    this.endNs = Math.max(startNs, Math.ceil(atNs));
    this.hostEndNs = Math.max(startNs, Math.ceil(hostEndNs));
  }

  /**
   * Reads on from `sector` at `startNs`, at most to `endSector`, and stops at the first sector
   * boundary from `untilNs` on. `passedCount` says how far it came; with `isStopped` the arm stays
   * there and `endNs` is when it is free, else only `passedCount` changes.
   */
  readOn(sector: number, endSector: number, startNs: Ns, untilNs: Ns, isStopped: boolean): void {
    const place = this.#place;
    const [cylinder, head] = [this.cylinder, this.head];
    let atNs: number = startNs;
    let next = sector;
    while (next < endSector && atNs < untilNs) {
      this.parts.geometry.locate(next, place);
      const waitedNs = this.#waitedNs(atNs, false);
      this.cylinder = place.cylinder;
      this.head = place.head;
      const beginNs = atNs + waitedNs;
      if (beginNs >= untilNs) {
        atNs = untilNs;
        break;
      }
      const timeCount = (untilNs - beginNs) / place.sectorNs;
      const runCount = Math.min(place.runCount, endSector - next);
      if (timeCount < runCount) {
        // The sector under the head is read to its end, which is yet to come.
        const count = isStopped ? Math.ceil(timeCount) : Math.floor(timeCount);
        next += count;
        atNs = beginNs + count * place.sectorNs;
        break;
      }
      next += runCount;
      atNs = beginNs + runCount * place.sectorNs;
    }
    this.passedCount = next - sector;
    if (isStopped) this.endNs = Math.ceil(atNs);
    else [this.cylinder, this.head] = [cylinder, head];
  }

  copy(): Arm {
    const twin = new Arm(this.parts);
    twin.cylinder = this.cylinder;
    twin.head = this.head;
    twin.endNs = this.endNs;
    twin.hostEndNs = this.hostEndNs;
    return twin;
  }

  #waitedNs(atNs: number, isWrite: boolean): number {
    const { cylinder, head, angleNs } = this.#place;
    return this.positioningNs(cylinder, head, angleNs, this.phaseNs(atNs), isWrite);
  }

  #moveNs(cylinder: number, head: number, isWrite: boolean): Ns {
    const distance = Math.abs(cylinder - this.cylinder);
    if (distance === 0 && head === this.head) return 0;
    const { seek, headSwitchNs, writeSettleNs } = this.parts;
    const seekNs = distance === 0 ? 0 : seek.seekNs(distance);
    const moveNs = head === this.head ? seekNs : Math.max(seekNs, headSwitchNs);
    return isWrite ? moveNs + writeSettleNs : moveNs;
  }
}
