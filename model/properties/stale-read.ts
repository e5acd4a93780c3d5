// MAP-09, BLK-05: what was once read as new stays new, whichever replica answers. Of a volume that
// is durable on flush what a session wrote and read may be lost with it (floors.ts).
import type { Entry, Finding, Monitor, OpEntry, Property } from '../../sim/index.ts';
import { blockOpOf, isOp, OpenOps } from './block-ops.ts';
import { Floors, floorKinds } from './floors.ts';
import { blockText, operationText, stampText, timeText } from './words.ts';

/** Reads of a block never go back. */
export const noStaleRead: Property = {
  id: 'no-stale-read',
  mode: 'always',
  summary: 'a read returns nothing older than what a read that ended before it began has returned',
  kinds: floorKinds,
  monitor: () => new StaleReadMonitor(),
};

interface OpenRead {
  /** The highest stamp of each block that reads had returned when this one began. */
  readonly floors: Uint32Array;
  readonly invokedIndex: number;
}

class StaleReadMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #read = new Floors();
  readonly #open = new OpenOps<OpenRead>();

  observe(entry: Entry): Finding | null {
    this.#read.take(entry);
    if (entry.kind === 'stop') this.#open.forget(entry.actor);
    if (!isOp(entry, 'read')) return null;
    if (entry.phase === 'invoke') {
      const { volume, block, blockCount } = blockOpOf(entry);
      const floors = this.#read.slice(volume, block, blockCount);
      this.#open.begin(entry, { floors, invokedIndex: entry.index });
      return null;
    }
    const open = this.#open.end(entry);
    if (entry.phase !== 'ok' || open === undefined) return null;
    return this.#onReturned(entry, open);
  }

  end(): null {
    return null;
  }

  #onReturned(entry: OpEntry, open: OpenRead): Finding | null {
    const { volume, block, stamps } = blockOpOf(entry);
    const { invokedIndex } = open;
    const floors = this.#read.still(volume, block, open.floors);
    let compared = 0;
    for (let i = 0; i < floors.length; i++) {
      const floor = floors[i]!;
      if (floor === 0) continue;
      compared = 1;
      const found = stamps[i] ?? 0;
      if (found >= floor) continue;
      this.evaluatedCount += 1;
      const reader = this.#read.witness(volume, block + i, floor);
      const by =
        reader === null
          ? 'read before this read began'
          : `read by ${operationText(reader)}, which ended at ${timeText(reader.atNs)}`;
      return {
        what: `read, ${operationText(entry)}, went back on ${blockText(volume, block + i)}`,
        expected: `${stampText(floor)} or later, ${by}`,
        observed: stampText(found),
      };
    }
    this.evaluatedCount += compared;
    const { actor, opId, atNs } = entry;
    this.#read.prove({ volume, block, stamps }, { actor, opId, atNs, invokedIndex });
    return null;
  }
}
