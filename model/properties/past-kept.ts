// LIN-22, what it needs of hosts: a snapshot that is published, or known to the lineage store, can
// be uploaded from the copies that took part in its cut, and from no others. Wherever the volume is
// by then, none of them is given up before it is over; unless nobody was there for long who knows.
import type { Entry, Finding, Monitor, Property } from '../../sim/index.ts';
import { deletedCuts } from '../backup/following.ts';
import { pastKeptNs } from '../host/kept-past.ts';
import type { VolumeId } from '../map-entry.ts';
import { GhostLineage } from './ghost-lineage.ts';
import { isMark, type Mark, tenancyKey } from './marks.ts';
import { slotText } from './words.ts';

/** What is still to be uploaded outlasts the place that a range had. */
export const pastOutlastsMove: Property = {
  id: 'past-outlasts-move',
  mode: 'always',
  summary: 'a copy that took part in the cut of a snapshot is kept until that is uploaded or over',
  kinds: ['mark'],
  monitor: () => new PastMonitor(),
};

class PastMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #lineage = new GhostLineage();
  /** What each copy keeps, by tenancy: it took part in these cuts. */
  readonly #kept = new Map<string, Set<string>>();
  /** Since when no map names a copy, by its host's clock. */
  readonly #sinceNs = new Map<string, number>();
  /** Cuts of snapshots that the lineage store knows and that are not over. */
  readonly #pending = new Set<string>();
  readonly #over = new Set<string>();

  observe(entry: Entry): Finding | null {
    this.#lineage.take(entry);
    if (isMark(entry, 'snapshot.registered')) this.#pending.add(entry.facts.snapshot);
    else if (isMark(entry, 'snapshot.completed') || isMark(entry, 'snapshot.deleted')) {
      this.#end(entry.facts.snapshot);
    } else if (isMark(entry, 'archive.recovered') || isMark(entry, 'snapshots.listed')) {
      for (const { snapshot, state } of entry.facts.snapshots) {
        if (state !== 'pending') this.#end(snapshot);
      }
    } else if (isMark(entry, 'cut.committed')) {
      const key = tenancyKey(entry.actor, entry.facts);
      this.#kept.set(key, new Set([...(this.#kept.get(key) ?? []), entry.facts.cut]));
    } else if (isMark(entry, 'cut.released')) {
      this.#kept.get(tenancyKey(entry.actor, entry.facts))?.delete(entry.facts.cut);
    } else if (isMark(entry, 'shadows.dropped')) {
      this.#kept.delete(tenancyKey(entry.actor, entry.facts));
    } else if (isMark(entry, 'past.kept')) {
      this.#sinceNs.set(tenancyKey(entry.actor, entry.facts), entry.facts.nowNs);
    } else if (isMark(entry, 'slot.freed')) return this.#onFreed(entry);
    return null;
  }

  end(): null {
    return null;
  }

  #end(snapshot: string): void {
    this.#pending.delete(snapshot);
    this.#over.add(snapshot);
  }

  #onFreed({ actor, facts }: Mark<'slot.freed'>): Finding | null {
    const key = tenancyKey(actor, facts);
    const cuts = this.#kept.get(key);
    if (facts.reason !== 'released' || facts.volume === null || cuts === undefined) return null;
    this.evaluatedCount += 1;
    const wanted = [...cuts].find((cut) => this.#isWanted(facts.volume!, cut));
    const sinceNs = this.#sinceNs.get(key) ?? Number.POSITIVE_INFINITY;
    // `untilNs` is a little later than when it was given up.
    if (wanted === undefined || facts.untilNs - sinceNs >= pastKeptNs) return null;
    return {
      what: `${slotText(actor, facts)} was given up, and snapshot '${wanted}' was to be read there`,
      expected: 'what copies held at its cut kept until it is uploaded, lost or deleted',
      observed: `the copy of range ${facts.range} of '${facts.volume}' gone before that`,
    };
  }

  #isWanted(volume: VolumeId, cut: string): boolean {
    if (this.#over.has(cut)) return false;
    const record = this.#lineage.places().get(volume)?.record;
    const isPublished = record?.chain.some((one) => one.cut === cut) === true;
    const isDeleted = record !== undefined && deletedCuts(record).has(cut);
    return !isDeleted && (isPublished || this.#pending.has(cut));
  }
}
