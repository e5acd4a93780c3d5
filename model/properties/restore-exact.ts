// LIN-21: a volume that was restored reads what the snapshot held, whether loaded or not, until
// somebody writes there.
import type { Entry, Finding, Monitor, OpEntry, Property } from '../../sim/index.ts';
import type { VolumeId } from '../map-entry.ts';
import { blockOpOf, isOp } from './block-ops.ts';
import { GhostSnapshots } from './ghost-snapshots.ts';
import { isMark } from './marks.ts';
import { StampTable } from './stamp-table.ts';
import { blockText, operationText, stampText } from './words.ts';

/** What was restored is what there was. */
export const restoreExact: Property = {
  id: 'restore-exact',
  mode: 'always',
  summary: 'a block of a restored volume that nobody has written reads as its snapshot has it',
  kinds: ['mark', 'op'],
  monitor: () => new RestoreMonitor(),
};

/** What is to be restored is. */
export const restoreCompletes: Property = {
  id: 'restore-completes',
  mode: 'eventually',
  summary: 'all that a restored volume began with comes to its hosts',
  kinds: ['mark'],
  monitor: () => new CompletesMonitor(),
};

class RestoreMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #snapshots = new GhostSnapshots();
  readonly #blocksPerRange = new Map<VolumeId, number>();
  readonly #restored = new Set<VolumeId>();
  /** 1 for each block that a write was begun for. */
  readonly #begun = new StampTable();

  observe(entry: Entry): Finding | null {
    if (entry.kind === 'op') {
      if (!this.#restored.has(blockOpOf(entry).volume)) return null;
      if (isOp(entry, 'write')) this.#onWrite(entry);
      return isOp(entry, 'read') && entry.phase === 'ok' ? this.#onRead(entry) : null;
    }
    this.#snapshots.take(entry);
    if (isMark(entry, 'restore.planned')) this.#restored.add(entry.facts.volume);
    else if (isMark(entry, 'volume.created')) {
      this.#blocksPerRange.set(entry.facts.volume, entry.facts.blocksPerRange);
    }
    return null;
  }

  end(): null {
    return null;
  }

  #onWrite(entry: OpEntry): void {
    const { volume, block, blockCount } = blockOpOf(entry);
    for (let i = 0; i < blockCount; i++) this.#begun.put(volume, block + i, 1);
  }

  #onRead(entry: OpEntry): Finding | null {
    const { volume, block: first, stamps } = blockOpOf(entry);
    const root = this.#snapshots.rootOf(volume);
    const blocksPerRange = this.#blocksPerRange.get(volume) ?? 1;
    for (const [i, found] of stamps.entries()) {
      const block = first + i;
      if (this.#begun.at(volume, block) !== 0) continue;
      this.evaluatedCount += 1;
      const range = Math.floor(block / blocksPerRange);
      const held = root?.ranges.get(range)?.get(block - range * blocksPerRange) ?? 0;
      if (root !== undefined && held === found) continue;
      const origin = root?.origin?.snapshot;
      return {
        what: `read, ${operationText(entry)}, shows what was not restored there`,
        expected:
          origin === undefined
            ? `no answer before '${volume}' is restored`
            : `${stampText(held)} in ${blockText(volume, block)}, as in snapshot '${origin}'`,
        observed: stampText(found),
      };
    }
    return null;
  }
}

class CompletesMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #planned = new Set<VolumeId>();
  readonly #completed = new Set<VolumeId>();

  observe(entry: Entry): null {
    if (isMark(entry, 'restore.planned')) this.#planned.add(entry.facts.volume);
    else if (isMark(entry, 'restore.completed')) {
      this.#completed.add(entry.facts.volume);
      this.evaluatedCount += 1;
    }
    return null;
  }

  end(): null {
    return null;
  }

  pending(): string | null {
    for (const volume of this.#planned) {
      if (!this.#completed.has(volume)) return `'${volume}' is not restored, or not all of it`;
    }
    return null;
  }
}
