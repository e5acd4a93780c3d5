// A client that cannot get back what it wrote says so: the honest end of more faults than there are
// copies. Whether they were is for the scenario to say: this one expects that they were not.
import type { Entry, Finding, Monitor, Property } from '../../sim/index.ts';
import { isOp } from './block-ops.ts';
import { isMark } from './marks.ts';
import { blockText } from './words.ts';

/** Everything that was written has a good copy somewhere. */
export const noDataLost: Property = {
  id: 'no-data-lost',
  mode: 'always',
  summary: 'no client finds that blocks it wrote have no good copy left',
  kinds: ['mark', 'op'],
  monitor: () => new DataLostMonitor(),
};

class DataLostMonitor implements Monitor {
  evaluatedCount = 0;

  observe(entry: Entry): Finding | null {
    if (isOp(entry, 'read') && entry.phase === 'ok') this.evaluatedCount += 1;
    if (!isMark(entry, 'data.lost')) return null;
    this.evaluatedCount += 1;
    const { volume, block, blockCount, reason } = entry.facts;
    return {
      what: `'${entry.actor}' cannot get back what it wrote: ${reason}`,
      expected: `a good copy of ${blockCount} blocks from ${blockText(volume, block)} on`,
      observed: 'none that any host can give',
    };
  }

  end(): null {
    return null;
  }
}
