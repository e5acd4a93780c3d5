// What copies held at a cut, as the record tells it.
//
// A host notes what it stored when its device says so, and a copy commits a cut while it stores
// nothing: so what it had noted by then is what it held. A host that died in between may have had
// more on its device than it noted: a block may hold a write whose end nobody saw. Never less, for
// a store is noted when it is durable. A block is certain again when it was stored anew, and a
// tenancy that was reserved after the death is from its beginning.
import type { Entry } from '../../sim/index.ts';
import type { HostId, Replica } from '../map-entry.ts';
import type { Contents } from './ghost-snapshots.ts';
import { isMark, type Mark, tenancyKey } from './marks.ts';

/** What a copy held at a cut: in blocks that are certain this, in others this or a later stamp. */
export interface PastContents {
  readonly contents: Contents;
  /** The blocks that are certain; null: all. */
  readonly certain: ReadonlySet<number> | null;
}

interface Held {
  readonly host: HostId;
  readonly contents: Map<number, number>;
  certain: Set<number> | null;
}

/** Folds what copies hold, and keeps that of each cut. */
export class GhostPast {
  readonly #live = new Map<string, Held>();
  readonly #atCut = new Map<string, PastContents>();
  readonly #died = new Set<HostId>();

  take(entry: Entry): void {
    if (entry.kind === 'stop') this.#onStop(entry.actor);
    else if (isMark(entry, 'slot.reserved')) {
      const { actor: host, facts } = entry;
      this.#live.set(tenancyKey(host, facts), { host, contents: new Map(), certain: null });
    } else if (isMark(entry, 'block.stored')) this.#onStored(entry);
    else if (isMark(entry, 'slot.freed')) this.#live.delete(tenancyKey(entry.actor, entry.facts));
    else if (isMark(entry, 'cut.committed')) {
      const { contents, certain } = this.#held(entry.actor, entry.facts);
      const kept = { contents: new Map(contents), certain: certain && new Set(certain) };
      this.#atCut.set(`${entry.facts.cut} ${tenancyKey(entry.actor, entry.facts)}`, kept);
    }
  }

  /** What a copy held at a cut; undefined when nobody saw it commit. */
  at(cut: string, copy: Replica): PastContents | undefined {
    return this.#atCut.get(`${cut} ${tenancyKey(copy.host, copy)}`);
  }

  #onStop(host: HostId): void {
    this.#died.add(host);
    for (const held of this.#live.values()) if (held.host === host) held.certain = new Set();
  }

  // What comes last is what is there: a copy stores nothing older than what it holds, unless that
  // is damaged.
  #onStored({ actor, facts }: Mark<'block.stored'>): void {
    const { contents, certain } = this.#held(actor, facts);
    for (const [i, stamp] of facts.stamps.entries()) {
      contents.set(facts.block + i, stamp);
      certain?.add(facts.block + i);
    }
  }

  // A tenancy from the beginning, or one whose reservation its host could not note.
  #held(host: HostId, place: { readonly slot: number; readonly gen: number }): Held {
    const key = tenancyKey(host, place);
    const known = this.#live.get(key);
    if (known !== undefined) return known;
    const certain = this.#died.has(host) ? new Set<number>() : null;
    const held: Held = { host, contents: new Map(), certain };
    this.#live.set(key, held);
    return held;
  }
}

/** Whether a copy held in a block what is noted, and nothing else. */
export function isCertain({ certain }: PastContents, block: number): boolean {
  return certain === null || certain.has(block);
}
