// BLK-11: a block that nobody ever wrote reads as zeros.
import type { Entry, Finding, Monitor, OpEntry, Property } from '../../sim/index.ts';
import { blockOpOf } from './block-ops.ts';
import { StampTable } from './stamp-table.ts';
import { blockText, operationText, stampText } from './words.ts';

/** Nothing comes from nothing. */
export const unwrittenReadsZero: Property = {
  id: 'unwritten-reads-zero',
  mode: 'always',
  summary: 'a block that no write was begun for reads as zeros',
  kinds: ['op'],
  monitor: () => new UnwrittenMonitor(),
};

class UnwrittenMonitor implements Monitor {
  evaluatedCount = 0;
  /** 1 for each block that a write was begun for. */
  readonly #begun = new StampTable();

  observe(entry: Entry): Finding | null {
    if (entry.kind !== 'op') return null;
    if (entry.name === 'write' || entry.name === 'discard') {
      const { volume, block, blockCount } = blockOpOf(entry);
      for (let i = 0; i < blockCount; i++) this.#begun.raise(volume, block + i, 1);
      return null;
    }
    return entry.name === 'read' && entry.phase === 'ok' ? this.#onRead(entry) : null;
  }

  end(): null {
    return null;
  }

  #onRead(entry: OpEntry): Finding | null {
    const { volume, block, stamps } = blockOpOf(entry);
    for (const [i, found] of stamps.entries()) {
      if (this.#begun.at(volume, block + i) !== 0) continue;
      this.evaluatedCount += 1;
      if (found === 0) continue;
      return {
        what: `read, ${operationText(entry)}, found something where nobody wrote`,
        expected: `zeros in ${blockText(volume, block + i)}`,
        observed: stampText(found),
      };
    }
    return null;
  }
}
