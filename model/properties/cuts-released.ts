// Hosts let go of cuts that were given up: never of one that is a snapshot, or becomes one later.
// Of what the lineage store has that is so until it is deleted there, of what is published as long
// as it is in the chain. That old contents go once a later snapshot is complete is something else:
// then they are in the store.
import type { Entry, Finding, Monitor, Property } from '../../sim/index.ts';
import { GhostLineage } from './ghost-lineage.ts';
import { isMark, type Mark } from './marks.ts';

/** What is let go is no snapshot. */
export const releasedUnwanted: Property = {
  id: 'released-cuts-unwanted',
  mode: 'always',
  summary: 'a cut that a host has let go is no snapshot, and never becomes a published one',
  kinds: ['mark'],
  monitor: () => new ReleasedMonitor(),
};

class ReleasedMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #lineage = new GhostLineage();
  /** By volume. */
  readonly #published = new Map<string, ReadonlySet<string>>();
  readonly #registered = new Set<string>();
  readonly #released = new Set<string>();

  observe(entry: Entry): Finding | null {
    if (isMark(entry, 'snapshot.registered')) this.#registered.add(entry.facts.snapshot);
    else if (isMark(entry, 'snapshot.deleted')) this.#registered.delete(entry.facts.snapshot);
    else if (isMark(entry, 'cut.released')) return this.#onReleased(entry.facts);
    const facts = this.#lineage.take(entry)?.facts;
    if (facts === undefined) return null;
    const cuts = facts.record.chain.flatMap(({ cut }) => cut ?? []);
    this.#published.set(facts.volume, new Set(cuts));
    const { change } = facts;
    if (change?.kind !== 'publish' || change.snapshot.cut === undefined) return null;
    this.evaluatedCount += 1;
    const { cut } = change.snapshot;
    if (!this.#released.has(cut)) return null;
    return {
      what: `a snapshot is published whose cut '${cut}' a host had let go`,
      expected: 'a cut that is kept until it is uploaded',
      observed: 'let go before, as one that nobody wants',
    };
  }

  end(): null {
    return null;
  }

  #onReleased({ cut, by, volume }: Mark<'cut.released'>['facts']): Finding | null {
    this.evaluatedCount += 1;
    this.#released.add(cut);
    const isPublished = this.#published.get(volume)?.has(cut) === true;
    if (!isPublished && !this.#registered.has(cut)) return null;
    return {
      what: `cut '${cut}' was let go for '${by}', though it is a snapshot`,
      expected: 'only cuts let go that nobody wants',
      observed: isPublished ? 'it is published' : 'the lineage store knows it',
    };
  }
}
