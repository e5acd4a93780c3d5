// A judge of one statement about lineages: it looks at each step of the ghost.
import type { Entry, Finding, Monitor, Ns } from '../../sim/index.ts';
import { GhostCells, type LineageStep } from './ghost-cells.ts';

/** Folds the ghost, and hands each step on after it was taken. */
export abstract class LineageMonitor implements Monitor {
  evaluatedCount = 0;
  protected readonly ghost = new GhostCells();

  observe(entry: Entry): Finding | null {
    for (const step of this.ghost.take(entry)) {
      const finding = this.judge(step, entry);
      if (finding !== null) return finding;
    }
    return null;
  }

  end(_nowNs: Ns): Finding | null {
    return null;
  }

  /** Looks at one step; the ghost is behind all steps of its entry. */
  protected abstract judge(step: LineageStep, entry: Entry): Finding | null;
}
