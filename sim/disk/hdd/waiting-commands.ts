// Commands that wait, in order of arrival, one row of numbers each. A disk has two lines of them:
// those that have not come to the medium yet, and those that wait for the arm.
import { assert } from '../../assert.ts';
import type { Ns } from '../../units.ts';
import type { MediumCommand, MediumOp } from '../medium.ts';

const fieldCount = 11;
const capacityFirst = 16;
/** The most commands that wait in one disk. */
const waitingCountMax = 65_536;

/** What a command is; a flush is one too. */
export type CommandKind = MediumOp | 'flush';

const kinds: readonly CommandKind[] = ['read', 'write', 'forcedWrite', 'flush'];
const kindNumbers = { read: 0, write: 1, forcedWrite: 2, flush: 3 } as const satisfies Record<
  CommandKind,
  number
>;

/** One command that waits; the object is reused. */
export interface WaitingCommand {
  slot: number;
  kind: CommandKind;
  sector: number;
  sectorCount: number;
  /** When it came to the medium, or will. */
  readyAtNs: Ns;
  slowFactor: number;
  isUnreadable: boolean;
  /** Counts up with each command of the disk. */
  order: number;
  /** Where its first sector is. */
  cylinder: number;
  head: number;
  angleNs: number;
}

/** An empty row to be filled in by `WaitingCommands.read`. */
export function waitingCommand(): WaitingCommand {
  return {
    slot: 0,
    kind: 'read',
    sector: 0,
    sectorCount: 0,
    readyAtNs: 0,
    slowFactor: 1,
    isUnreadable: false,
    order: 0,
    cylinder: 0,
    head: 0,
    angleNs: 0,
  };
}

/** Notes a command of the device in `row`. */
export function takeDown(command: Readonly<MediumCommand>, row: WaitingCommand): void {
  row.slot = command.slot;
  row.kind = command.op;
  row.sector = command.sector;
  row.sectorCount = command.sectorCount;
  row.readyAtNs = command.readyAtNs;
  row.slowFactor = command.slowFactor;
  row.isUnreadable = command.isUnreadable === true;
}

/** A line of commands. */
export class WaitingCommands {
  #rows: Float64Array = new Float64Array(capacityFirst * fieldCount);
  count = 0;

  add(command: Readonly<WaitingCommand>): void {
    if ((this.count + 1) * fieldCount > this.#rows.length) this.#grow();
    const at = this.count * fieldCount;
    const rows = this.#rows;
    rows[at] = command.slot;
    rows[at + 1] = kindNumbers[command.kind];
    rows[at + 2] = command.sector;
    rows[at + 3] = command.sectorCount;
    rows[at + 4] = command.readyAtNs;
    rows[at + 5] = command.slowFactor;
    rows[at + 6] = command.order;
    rows[at + 7] = command.cylinder;
    rows[at + 8] = command.head;
    rows[at + 9] = command.angleNs;
    rows[at + 10] = command.isUnreadable ? 1 : 0;
    this.count += 1;
  }

  /** Fills in the command at `index`, counted from 0 in order of arrival. */
  read(index: number, command: WaitingCommand): void {
    const at = index * fieldCount;
    const rows = this.#rows;
    command.slot = rows[at] as number;
    command.kind = kinds[rows[at + 1] as number] as CommandKind;
    command.sector = rows[at + 2] as number;
    command.sectorCount = rows[at + 3] as number;
    command.readyAtNs = rows[at + 4] as number;
    command.slowFactor = rows[at + 5] as number;
    command.order = rows[at + 6] as number;
    command.cylinder = rows[at + 7] as number;
    command.head = rows[at + 8] as number;
    command.angleNs = rows[at + 9] as number;
    command.isUnreadable = rows[at + 10] === 1;
  }

  readyAtNs(index: number): Ns {
    return this.#rows[index * fieldCount + 4] as number;
  }

  remove(index: number): void {
    const at = index * fieldCount;
    this.#rows.copyWithin(at, at + fieldCount, this.count * fieldCount);
    this.count -= 1;
  }

  clear(): void {
    this.count = 0;
  }

  copy(): WaitingCommands {
    const twin = new WaitingCommands();
    twin.#rows = this.#rows.slice();
    twin.count = this.count;
    return twin;
  }

  #grow(): void {
    assert(this.count < waitingCountMax, `more than ${waitingCountMax} commands wait in a disk`);
    const rows = new Float64Array(this.#rows.length * 2);
    rows.set(this.#rows);
    this.#rows = rows;
  }
}
