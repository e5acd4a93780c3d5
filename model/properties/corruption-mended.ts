// Damage that was noticed is repaired, given up with its copy, or reported as lost data.
//
// A host that dies knows nothing any more; when it is back it notices the damage again.
import type { Entry, Monitor, Property } from '../../sim/index.ts';
import { GhostMap } from './ghost-map.ts';
import { isMark, type Mark } from './marks.ts';
import { slotText } from './words.ts';

/** No damage is left that somebody knows of. */
export const corruptionMended: Property = {
  id: 'corruption-mended',
  mode: 'eventually',
  summary: 'each damage that a host noticed is repaired, gone with its copy, or reported as a loss',
  kinds: ['mark', 'stop'],
  monitor: () => new CorruptionMendedMonitor(),
};

interface Damage {
  readonly volume: string;
  readonly range: number;
  readonly slot: number;
  readonly gen: number;
  readonly block: number;
}

class CorruptionMendedMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #ghost = new GhostMap();
  /** By host, then by slot and block. */
  readonly #damages = new Map<string, Map<string, Damage>>();

  observe(entry: Entry): null {
    if (entry.kind === 'stop') this.#damages.delete(entry.actor);
    if (entry.kind !== 'mark') return null;
    this.#ghost.take(entry);
    if (isMark(entry, 'host.recovered')) {
      // It has compared all that it holds.
      this.evaluatedCount += 1;
    } else if (isMark(entry, 'corruption.detected')) {
      this.evaluatedCount += 1;
      const damages = this.#damages.get(entry.actor) ?? new Map<string, Damage>();
      this.#damages.set(entry.actor, damages.set(keyOf(entry.facts), entry.facts));
    } else if (isMark(entry, 'corruption.repaired')) {
      this.#damages.get(entry.actor)?.delete(keyOf(entry.facts));
    } else if (isMark(entry, 'slot.freed')) {
      this.#forget(entry.actor, ({ slot }) => slot === entry.facts.slot);
    } else if (isMark(entry, 'data.lost')) {
      this.#onLost(entry);
    }
    return null;
  }

  end(): null {
    return null;
  }

  pending(): string | null {
    let count = 0;
    let first = '';
    for (const [host, damages] of this.#damages) {
      for (const damage of damages.values()) {
        count += 1;
        if (first === '') first = `block ${damage.block} in ${slotText(host, damage)}`;
      }
    }
    return count === 0 ? null : `${count} damaged blocks are not repaired, the first ${first}`;
  }

  #onLost(entry: Mark<'data.lost'>): void {
    const { volume, block, blockCount } = entry.facts;
    const blocksPerRange = this.#ghost.volume(volume)?.blocksPerRange ?? 0;
    for (const host of this.#damages.keys()) {
      this.#forget(host, (damage) => {
        const at = damage.range * blocksPerRange + damage.block;
        return damage.volume === volume && at >= block && at < block + blockCount;
      });
    }
  }

  #forget(host: string, isGone: (damage: Damage) => boolean): void {
    const damages = this.#damages.get(host);
    if (damages === undefined) return;
    for (const [key, damage] of damages) if (isGone(damage)) damages.delete(key);
  }
}

function keyOf({ slot, gen, block }: Damage): string {
  return `${slot}/${gen}/${block}`;
}
