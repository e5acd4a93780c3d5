// Which acknowledged writes may be gone by right: those of a volume that is durable on flush, whose
// session is over, that no flush was answered for, and that a host which had them in its cache has
// not outlived.
//
// A session that lives writes again what hosts have lost, so what it was told is written stays.
import type { Entry } from '../../sim/index.ts';
import { isMark } from './marks.ts';

/** What was done, by which session, and the index of the entry in which it began. */
export interface Deed {
  readonly volume: string;
  readonly session: number;
  readonly since: number;
}

/** Folds which volumes have caches to lose, whose they are, and when hosts booted. */
export class CacheLoss {
  readonly #volatile = new Set<string>();
  readonly #sessions = new Map<string, number>();
  /** The index of the last entry that told of a host that booted. */
  #bootedAt = -1;

  take(entry: Entry): void {
    if (entry.kind !== 'mark') return;
    if (isMark(entry, 'host.recovered')) {
      this.#bootedAt = entry.index;
    } else if (isMark(entry, 'attach.granted')) {
      const { volume, client, session } = entry.facts;
      this.#sessions.set(`${volume}/${client}`, session);
    } else if (isMark(entry, 'volume.created') && entry.facts.durability === 'on-flush') {
      this.#volatile.add(entry.facts.volume);
    }
  }

  /** Whether what was acknowledged of a volume may be in caches only. */
  isVolatile(volume: string): boolean {
    return this.#volatile.has(volume);
  }

  /** The last session of a volume that a client was granted; 0 for none. */
  sessionOf(volume: string, client: string): number {
    return this.#sessions.get(`${volume}/${client}`) ?? 0;
  }

  /** Whether a host has booted since something began. */
  hasBootedSince(index: number): boolean {
    return index < this.#bootedAt;
  }

  /** Whether what an earlier session did may be lost to a later one, unless it was flushed. */
  mayBeLost({ volume, session, since }: Deed, later: number): boolean {
    return this.isVolatile(volume) && session !== later && this.hasBootedSince(since);
  }
}
