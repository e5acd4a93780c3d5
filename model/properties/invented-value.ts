// BLK-09: a block holds what somebody wrote to that very block, or nothing.
import type { Entry, Finding, Monitor, OpEntry, Property } from '../../sim/index.ts';
import { blockOpOf, isOp } from './block-ops.ts';
import { blockText, operationText, stampText } from './words.ts';

/** No read returns what nobody wrote there. */
export const noInventedValue: Property = {
  id: 'no-invented-value',
  mode: 'always',
  summary: 'a read returns nothing but what some write to that very block had been asked to write',
  kinds: ['op'],
  monitor: () => new InventedValueMonitor(),
};

class InventedValueMonitor implements Monitor {
  evaluatedCount = 0;
  /** By volume, then block. */
  readonly #written = new Map<string, Map<number, Set<number>>>();

  observe(entry: Entry): Finding | null {
    if (isOp(entry, 'write') && entry.phase === 'invoke') this.#onWrite(entry);
    if (isOp(entry, 'read') && entry.phase === 'ok') return this.#onRead(entry);
    return null;
  }

  end(): null {
    return null;
  }

  #onWrite(entry: OpEntry): void {
    const { volume, block, stamps } = blockOpOf(entry);
    let blocks = this.#written.get(volume);
    if (blocks === undefined) {
      blocks = new Map();
      this.#written.set(volume, blocks);
    }
    for (let i = 0; i < stamps.length; i++) {
      const written = blocks.get(block + i);
      if (written === undefined) blocks.set(block + i, new Set([stamps[i]!]));
      else written.add(stamps[i]!);
    }
  }

  #onRead(entry: OpEntry): Finding | null {
    const { volume, block, stamps } = blockOpOf(entry);
    const blocks = this.#written.get(volume);
    let compared = 0;
    for (let i = 0; i < stamps.length; i++) {
      const stamp = stamps[i]!;
      if (stamp === 0) continue;
      compared = 1;
      if (blocks?.get(block + i)?.has(stamp)) continue;
      this.evaluatedCount += 1;
      return {
        what: `read, ${operationText(entry)}, returned what nobody wrote`,
        expected: `nothing, or a stamp that was written to ${blockText(volume, block + i)}`,
        observed: `${stampText(stamp)}, not among ${blocks?.get(block + i)?.size ?? 0} written`,
      };
    }
    this.evaluatedCount += compared;
    return null;
  }
}
