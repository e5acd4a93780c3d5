import { type Hdd, hdd } from '../../../../sim/disk/hdd/hdd.ts';
import type { HddSpec } from '../../../../sim/disk/hdd/spec.ts';
import type { MediumEvents, MediumOp } from '../../../../sim/disk/medium.ts';
import { Noise, noiseLane } from '../../../../sim/disk/noise.ts';

/** A command of a test. */
export interface Ask {
  readonly op: MediumOp | 'flush';
  readonly sector?: number;
  readonly count?: number;
  /** When it reaches the medium. */
  readonly atNs: number;
  /** When the disk is told of it; at `atNs` when missing. */
  readonly toldAtNs?: number;
  readonly slowFactor?: number;
  /** A read that will fail at every try. */
  readonly isUnreadable?: boolean;
}

/** A disk with somebody who wakes it and notes what it says. */
export class DrivenDisk implements MediumEvents {
  readonly disk: Hdd;
  nowNs = 0;
  /** When each slot completes, or completed; -1 while it is not known. */
  readonly doneAtNs: number[] = [];
  readonly destagedRuns: { atNs: number; sector: number; count: number }[] = [];
  /** The earliest instant at which the disk wants to be woken. */
  wakeAtNs = Number.POSITIVE_INFINITY;

  constructor(disk: Hdd | HddSpec) {
    this.disk = 'begin' in disk ? disk : hdd(disk);
  }

  done(slot: number, atNs: number): void {
    if (this.doneAtNs[slot] !== -1) throw new Error(`slot ${slot} is done twice`);
    if (!Number.isInteger(atNs) || atNs < this.nowNs) throw new Error(`slot ${slot}: ${atNs} ns`);
    this.doneAtNs[slot] = atNs;
  }

  wake(atNs: number): void {
    if (atNs < this.nowNs) throw new Error(`wake at ${atNs} ns, it is ${this.nowNs} ns`);
    this.wakeAtNs = Math.min(this.wakeAtNs, atNs);
  }

  destaged(sector: number, count: number): void {
    this.destagedRuns.push({ atNs: this.nowNs, sector, count });
  }

  /** Begins a command at its instant; returns its slot. */
  ask({ op, atNs, ...more }: Ask): number {
    const { sector = 0, count = 1, toldAtNs = atNs } = more;
    const { slowFactor = 1, isUnreadable = false } = more;
    this.advance(toldAtNs);
    const slot = this.doneAtNs.push(-1) - 1;
    if (op === 'flush') this.disk.flush(slot, atNs, this, { dirtyCount: 0, slowFactor });
    else {
      const place = { slot, sector, sectorCount: count, readyAtNs: atNs };
      this.disk.begin({ ...place, op, slowFactor, isUnreadable }, this);
    }
    return slot;
  }

  /** The same, and on until it is done; returns how long it took. */
  took(ask: Ask): number {
    const slot = this.ask(ask);
    while (this.doneAtNs[slot] === -1) this.#wakeNext();
    const doneAtNs = this.doneAtNs[slot] as number;
    this.advance(doneAtNs);
    return doneAtNs - ask.atNs;
  }

  /** Wakes the disk whenever it asked for it until `nowNs`. */
  advance(nowNs: number): void {
    while (this.wakeAtNs <= nowNs) this.#wakeNext();
    this.nowNs = nowNs;
  }

  /** Until the disk wants nothing more. */
  settle(): void {
    while (this.wakeAtNs < Number.POSITIVE_INFINITY) this.#wakeNext();
  }

  /** Goes on independently with a copy of the disk. */
  fork(): DrivenDisk {
    const twin = new DrivenDisk(this.disk.copy());
    twin.nowNs = this.nowNs;
    twin.doneAtNs.push(...this.doneAtNs);
    twin.destagedRuns.push(...this.destagedRuns);
    twin.wakeAtNs = this.wakeAtNs;
    return twin;
  }

  #wakeNext(): void {
    if (this.wakeAtNs === Number.POSITIVE_INFINITY) throw new Error('the disk is asleep');
    this.nowNs = this.wakeAtNs;
    this.wakeAtNs = Number.POSITIVE_INFINITY;
    this.disk.wake(this.nowNs, this);
  }
}

/** Commands a second of `depth` at a time, 4 KiB each, at random all over the disk. */
export function randomRate(
  spec: HddSpec,
  depth: number,
  options: { readonly op?: MediumOp; readonly ioCount?: number } = {},
): number {
  const { op = 'read', ioCount = 4_000 } = options;
  const driven = new DrivenDisk(spec);
  const noise = new Noise(noiseLane(7, 'random'));
  const inside: number[] = [];
  const pageCount = Math.floor(driven.disk.geometry.sectorCount / 8);
  const begin = (atNs: number) =>
    inside.push(driven.ask({ op, sector: noise.below(pageCount) * 8, count: 8, atNs }));
  for (let count = 0; count < depth; count += 1) begin(0);
  for (let count = 0; count < ioCount; count += 1) {
    const next = nextDone(driven, inside);
    begin(driven.doneAtNs[inside.splice(next, 1)[0] as number] as number);
  }
  return (ioCount / driven.nowNs) * 1e9;
}

/** The command that completes first: known once no wish to be woken comes before. */
function nextDone(driven: DrivenDisk, inside: readonly number[]): number {
  for (;;) {
    let first = -1;
    let firstNs = Number.POSITIVE_INFINITY;
    for (const [index, slot] of inside.entries()) {
      const doneAtNs = driven.doneAtNs[slot] as number;
      if (doneAtNs === -1 || doneAtNs >= firstNs) continue;
      first = index;
      firstNs = doneAtNs;
    }
    if (first !== -1 && firstNs <= driven.wakeAtNs) return first;
    driven.advance(driven.wakeAtNs);
  }
}
