// LIN-22, its liveness: what is published and has contents is uploaded in the end, or is known to
// be lost. An uploader that stops for good keeps every safety property.
import type { Entry, Monitor, Property } from '../../sim/index.ts';
import { deletedCuts } from '../backup/following.ts';
import type { VolumeId } from '../map-entry.ts';
import { GhostLineage } from './ghost-lineage.ts';
import { isMark } from './marks.ts';

/** Uploads end. */
export const publishedIsUploaded: Property = {
  id: 'published-is-uploaded',
  mode: 'eventually',
  summary: 'each published snapshot that has contents ends complete, in an error or deleted',
  kinds: ['mark'],
  monitor: () => new UploadedMonitor(),
};

class UploadedMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #lineage = new GhostLineage();
  readonly #published = new Set<string>();
  /** Snapshots whose upload is over, by their cuts. */
  readonly #over = new Set<string>();

  observe(entry: Entry): null {
    const change = this.#lineage.take(entry)?.facts.change;
    if (change?.kind === 'publish' && change.snapshot.cut !== undefined) {
      this.#published.add(change.snapshot.cut);
    }
    if (isMark(entry, 'snapshot.completed') || isMark(entry, 'snapshot.deleted')) {
      this.#end(entry.facts.snapshot);
    } else if (isMark(entry, 'archive.recovered') || isMark(entry, 'snapshots.listed')) {
      // That an upload has failed is seen by whoever lists what there is.
      for (const { snapshot, state } of entry.facts.snapshots) {
        if (state !== 'pending') this.#end(snapshot);
      }
    }
    return null;
  }

  end(): null {
    return null;
  }

  pending(): string | null {
    for (const [volume, { record }] of this.#lineage.places()) {
      const gone = deletedCuts(record);
      const isWaiting = (cut: string) => !this.#over.has(cut) && !gone.has(cut);
      const waiting = this.#cutsOf(volume).filter(isWaiting);
      if (waiting.length === 0) continue;
      const which = `${waiting.length} published snapshots of '${volume}'`;
      return `the upload of ${which} is not over, among them '${waiting[0]}'`;
    }
    return null;
  }

  #end(snapshot: string): void {
    if (this.#over.has(snapshot)) return;
    this.#over.add(snapshot);
    // Others are cut on a schedule.
    if (this.#published.has(snapshot)) this.evaluatedCount += 1;
  }

  #cutsOf(volume: VolumeId): readonly string[] {
    return this.#lineage.chain(volume).flatMap(({ cut }) => (cut === undefined ? [] : [cut]));
  }
}
