// BLK-09: what a host has found to be damaged is never handed to a client.
//
// Contents that were once written to the block and are old are another matter: see lost-write.ts.
import type { Entry, Finding, Monitor, OpEntry, Property } from '../../sim/index.ts';
import { blockOpOf, isOp } from './block-ops.ts';
import { GhostMap } from './ghost-map.ts';
import { isMark, type Mark } from './marks.ts';
import { blockText, operationText, slotText, stampText } from './words.ts';

/** Damage that was noticed stays where it is. */
export const corruptionNeverServed: Property = {
  id: 'corruption-never-served',
  mode: 'always',
  summary: 'a read returns nothing that a host had found in that block and that nobody wrote there',
  kinds: ['mark', 'op'],
  monitor: () => new CorruptionServedMonitor(),
};

class CorruptionServedMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #ghost = new GhostMap();
  /** By volume and block, then by what was found: where. */
  readonly #damaged = new Map<string, Map<number, string>>();
  /** By volume and block: what was to be written. */
  readonly #written = new Map<string, Set<number>>();

  observe(entry: Entry): Finding | null {
    if (entry.kind === 'mark') this.#ghost.take(entry);
    if (isMark(entry, 'corruption.detected')) this.#onDetected(entry);
    if (isOp(entry, 'write') && entry.phase === 'invoke') this.#onWrite(entry);
    return isOp(entry, 'read') && entry.phase === 'ok' ? this.#onRead(entry) : null;
  }

  end(): null {
    return null;
  }

  #onDetected(entry: Mark<'corruption.detected'>): void {
    const { volume, range, block, found } = entry.facts;
    const blocksPerRange = this.#ghost.volume(volume)?.blocksPerRange ?? 0;
    const key = keyOf(volume, range * blocksPerRange + block);
    const damaged = this.#damaged.get(key);
    const place = slotText(entry.actor, entry.facts);
    if (damaged === undefined) this.#damaged.set(key, new Map([[found, place]]));
    else damaged.set(found, place);
  }

  #onWrite(entry: OpEntry): void {
    const { volume, block, stamps } = blockOpOf(entry);
    for (let i = 0; i < stamps.length; i++) {
      const key = keyOf(volume, block + i);
      const written = this.#written.get(key);
      if (written === undefined) this.#written.set(key, new Set([stamps[i]!]));
      else written.add(stamps[i]!);
    }
  }

  #onRead(entry: OpEntry): Finding | null {
    this.evaluatedCount += 1;
    if (this.#damaged.size === 0) return null;
    const { volume, block, stamps } = blockOpOf(entry);
    for (let i = 0; i < stamps.length; i++) {
      const stamp = stamps[i]!;
      const key = keyOf(volume, block + i);
      const place = stamp === 0 ? undefined : this.#damaged.get(key)?.get(stamp);
      if (place === undefined || this.#written.get(key)?.has(stamp) === true) continue;
      return {
        what: `read, ${operationText(entry)}, returned what ${place} had found to be damaged`,
        expected: `what was written to ${blockText(volume, block + i)}, or no answer`,
        observed: stampText(stamp),
      };
    }
    return null;
  }
}

function keyOf(volume: string, block: number): string {
  return `${volume}/${block}`;
}
