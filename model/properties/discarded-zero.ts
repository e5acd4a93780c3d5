// BLK-12: what was discarded reads as zeros from then on, and never as what was there before.
//
// The stamps of a discard stand for zeros of that version: so a read of what was discarded shows
// them, or those of a later write.
import type { Entry, Finding, Monitor, OpEntry, Property } from '../../sim/index.ts';
import { blockOpOf, isOp, OpenOps } from './block-ops.ts';
import { Floors, floorKinds } from './floors.ts';
import { blockText, operationText, stampText, timeText } from './words.ts';

/** A discard that was acknowledged took place. */
export const discardedReadsZero: Property = {
  id: 'discarded-reads-zero',
  mode: 'always',
  summary: 'after a discard is acknowledged, its blocks read as zeros or as what came later',
  kinds: floorKinds,
  monitor: () => new DiscardMonitor(),
};

class DiscardMonitor implements Monitor {
  evaluatedCount = 0;
  /** The stamps that discards gave to blocks. */
  readonly #floors = new Floors();
  readonly #begun = new OpenOps<{
    readonly invokedIndex: number;
    readonly stamps: readonly number[];
  }>();
  readonly #reads = new OpenOps<Uint32Array>();

  observe(entry: Entry): Finding | null {
    this.#floors.take(entry);
    if (entry.kind === 'stop') {
      this.#begun.forget(entry.actor);
      this.#reads.forget(entry.actor);
    } else if (isOp(entry, 'discard')) this.#onDiscard(entry);
    else if (isOp(entry, 'read')) return this.#onRead(entry);
    return null;
  }

  end(): null {
    return null;
  }

  #onDiscard(entry: OpEntry): void {
    const { volume, block, stamps } = blockOpOf(entry);
    if (entry.phase === 'invoke') {
      this.#begun.begin(entry, { invokedIndex: entry.index, stamps });
      return;
    }
    const begun = this.#begun.end(entry);
    if (entry.phase !== 'ok' || begun === undefined) return;
    const { actor, opId, atNs } = entry;
    const { invokedIndex } = begun;
    this.#floors.prove(
      { volume, block, stamps: begun.stamps },
      { actor, opId, atNs, invokedIndex },
    );
  }

  #onRead(entry: OpEntry): Finding | null {
    const { volume, block, blockCount, stamps } = blockOpOf(entry);
    if (entry.phase === 'invoke') {
      const floors = this.#floors.slice(volume, block, blockCount);
      if (floors.some((floor) => floor > 0)) this.#reads.begin(entry, floors);
      return null;
    }
    const before = this.#reads.end(entry);
    if (entry.phase !== 'ok' || before === undefined) return null;
    const floors = this.#floors.still(volume, block, before);
    this.evaluatedCount += 1;
    for (const [i, floor] of floors.entries()) {
      const found = stamps[i] ?? 0;
      // Zeros are zeros, whoever wrote them.
      if (found >= floor || found === 0) continue;
      const discard = this.#floors.witness(volume, block + i, floor);
      const by =
        discard === null
          ? 'discarded before the read began'
          : `discarded by ${operationText(discard)} at ${timeText(discard.atNs)}`;
      return {
        what: `read, ${operationText(entry)}, shows what was discarded`,
        expected: `zeros or what came later in ${blockText(volume, block + i)}, ${by}`,
        observed: stampText(found),
      };
    }
    return null;
  }
}
