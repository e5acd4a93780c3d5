// Which cells may have forgotten what most of their members had accepted: the control disks of so
// many were replaced by empty ones that no majority is left. Attempts are counted anew there, and
// what the ghost holds of such a cell is not what the cell goes by.
import type { Entry } from '../../sim/index.ts';
import { cellMemberId, controlDevice } from '../lineage/cell-member/cell-member.ts';
import type { CellName } from '../lineage/cell-record.ts';
import { isMark } from './marks.ts';

/** Folds who keeps the records of a cell, and who has lost them. */
export class ControlDisks {
  readonly #replaced = new Set<string>();
  readonly #members = new Map<CellName, { readonly count: number; readonly ids: Set<string> }>();

  take(entry: Entry): void {
    if (isMark(entry, 'control.accepted')) {
      const { cell, memberCount: count } = entry.facts;
      const members = this.#members.get(cell) ?? { count, ids: new Set() };
      this.#members.set(cell, members);
      members.ids.add(entry.actor);
    } else if (entry.kind === 'fault' && entry.phase === 'start' && entry.fault === 'wipe') {
      const { device } = entry.params;
      if (device !== undefined && device !== 'all' && device !== controlDevice) return;
      for (const host of entry.targets) this.#replaced.add(cellMemberId(host));
    }
  }

  /** Whether no majority of a cell has all that it ever accepted. */
  mayForget(cell: CellName): boolean {
    const members = this.#members.get(cell);
    if (members === undefined) return false;
    const lostCount = [...members.ids].filter((id) => this.#replaced.has(id)).length;
    return 2 * (members.count - lostCount) <= members.count;
  }
}
