import type { Medium, MediumEvents, MediumOp } from '../../../../sim/disk/medium.ts';

/** Hears what a medium says, and asks it in few words. */
export class Told implements MediumEvents {
  readonly medium: Medium;
  doneAtNs = -1;
  readonly destagedSectors: number[] = [];
  #doneCount = 0;

  constructor(medium: Medium) {
    this.medium = medium;
  }

  done(_slot: number, atNs: number): void {
    this.doneAtNs = atNs;
    this.#doneCount += 1;
  }

  wake(): void {
    throw new Error('asked to be woken');
  }

  destaged(sector: number, sectorCount: number): void {
    for (let at = sector; at < sector + sectorCount; at += 1) this.destagedSectors.push(at);
  }

  /** When a command is done. */
  begin(op: MediumOp, readyAtNs: number, sector = 0, sectorCount = 8, slowFactor = 1): number {
    const command = { slot: 0, op, sector, sectorCount, readyAtNs, slowFactor };
    return this.#answered(() => this.medium.begin(command, this));
  }

  flush(readyAtNs: number, slowFactor = 1): number {
    return this.#answered(() =>
      this.medium.flush(0, readyAtNs, this, { dirtyCount: 1, slowFactor }),
    );
  }

  #answered(ask: () => void): number {
    const before = this.#doneCount;
    ask();
    if (this.#doneCount !== before + 1) throw new Error('not answered once');
    return this.doneAtNs;
  }
}
