// LIN-05: whoever is authoritative for a volume has all of its published snapshots before its own.
//
// Snapshots of requests that were given up before they were published stay where they were taken:
// they are left out on the way to the published chain.
import type { Finding, Property } from '../../sim/index.ts';
import { sameSnapshot } from '../lineage/cell-record.ts';
import { wantedOf } from '../lineage/router.ts';
import type { LineageStep } from './ghost-cells.ts';
import { LineageMonitor } from './lineage-monitor.ts';
import { lineageText } from './lineage-words.ts';

/** One head of the lineage. */
export const lineageOneHead: Property = {
  id: 'lineage-one-head',
  mode: 'always',
  summary: 'the cell that may take snapshots holds the whole published chain before its own',
  kinds: ['mark'],
  monitor: () => new OneHeadMonitor(),
};

class OneHeadMonitor extends LineageMonitor {
  protected override judge(step: LineageStep): Finding | null {
    const { volume } = step;
    const record = this.ghost.recordOf(volume);
    if (record === undefined || step.kind === 'fork') return null;
    for (const [cell, { lineage }] of this.ghost.authoritative(volume)) {
      this.evaluatedCount += 1;
      const wanted = wantedOf(lineage, record);
      const isPrefix = record.chain.every((one, at) => {
        const held = wanted[at];
        return held !== undefined && sameSnapshot(one, held);
      });
      if (isPrefix) continue;
      return {
        what: `'${cell}' may take snapshots of '${volume}' and lacks published ones`,
        expected: `a lineage that begins with ${lineageText(record.chain)}`,
        observed: lineageText(lineage),
      };
    }
    return null;
  }
}
