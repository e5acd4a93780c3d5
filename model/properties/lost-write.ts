// MAP-08: what was acknowledged is read by all who ask after it. Of a volume that is durable on
// flush what was not flushed may be lost with its session (floors.ts).
import type { Entry, Finding, Monitor, OpEntry, Property } from '../../sim/index.ts';
import { type BlockOp, blockOpOf, isOp, OpenOps } from './block-ops.ts';
import { Floors, floorKinds } from './floors.ts';
import { blockText, operationText, stampText, timeText } from './words.ts';

/** No acknowledged write is lost. */
export const noLostAckedWrite: Property = {
  id: 'no-lost-acked-write',
  mode: 'always',
  summary: 'a read returns at least what was acknowledged to a writer before the read began',
  kinds: floorKinds,
  monitor: () => new LostWriteMonitor(),
};

interface Open {
  /** Reads: the highest acknowledged stamp of each block when the read began. */
  readonly floors: Uint32Array | null;
  readonly invokedIndex: number;
  readonly op: BlockOp;
}

class LostWriteMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #acked = new Floors();
  readonly #open = new OpenOps<Open>();

  observe(entry: Entry): Finding | null {
    this.#acked.take(entry);
    if (entry.kind === 'stop') this.#open.forget(entry.actor);
    else if (isOp(entry, 'read')) return this.#onRead(entry);
    else if (isOp(entry, 'write')) this.#onWrite(entry);
    return null;
  }

  end(): null {
    return null;
  }

  #onWrite(entry: OpEntry): void {
    const op = blockOpOf(entry);
    if (entry.phase === 'invoke') {
      this.#open.begin(entry, { floors: null, invokedIndex: entry.index, op });
      return;
    }
    const open = this.#open.end(entry);
    if (entry.phase !== 'ok') return;
    const { actor, opId, atNs } = entry;
    const invokedIndex = open?.invokedIndex ?? entry.index;
    const stamps = op.stamps.length > 0 ? op.stamps : (open?.op.stamps ?? []);
    const { volume, block } = op;
    this.#acked.prove({ volume, block, stamps }, { actor, opId, atNs, invokedIndex });
  }

  #onRead(entry: OpEntry): Finding | null {
    const { volume, block, blockCount, stamps } = blockOpOf(entry);
    if (entry.phase === 'invoke') {
      const floors = this.#acked.slice(volume, block, blockCount);
      const op = { volume, block, blockCount, stamps };
      this.#open.begin(entry, { floors, invokedIndex: entry.index, op });
      return null;
    }
    const before = this.#open.end(entry)?.floors;
    if (entry.phase !== 'ok' || before == null) return null;
    const floors = this.#acked.still(volume, block, before);
    let compared = 0;
    for (let i = 0; i < floors.length; i++) {
      const floor = floors[i]!;
      if (floor === 0) continue;
      compared = 1;
      const found = stamps[i] ?? 0;
      if (found < floor) return this.#lost(entry, { volume, block: block + i, floor, found });
    }
    this.evaluatedCount += compared;
    return null;
  }

  #lost(
    entry: OpEntry,
    at: {
      readonly volume: string;
      readonly block: number;
      readonly floor: number;
      readonly found: number;
    },
  ): Finding {
    this.evaluatedCount += 1;
    const { volume, block, floor, found } = at;
    const writer = this.#acked.witness(volume, block, floor);
    const by =
      writer === null
        ? 'acknowledged before the read began'
        : `written by ${operationText(writer)}, acknowledged at ${timeText(writer.atNs)}`;
    return {
      what: `read, ${operationText(entry)}, lost ${blockText(volume, block)}`,
      expected: `${stampText(floor)} or later, ${by}`,
      observed: stampText(found),
    };
  }
}
