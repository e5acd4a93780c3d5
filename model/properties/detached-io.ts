// BLK-13: who has let go of a volume changes nothing there any more.
//
// What counts is what copies that the map names accept. A host that was replaced long ago and never
// heard of it may accept what it likes: nobody reads there.
import type { Entry, Finding, Monitor, Property } from '../../sim/index.ts';
import { GhostMap } from './ghost-map.ts';
import { isMark, type Mark } from './marks.ts';
import { slotText } from './words.ts';

/** After a detach was affirmed, nothing of its session is accepted. */
export const detachedIoHasNoEffect: Property = {
  id: 'detached-io-has-no-effect',
  mode: 'always',
  summary: 'no copy in the map accepts a write of a session after its client knows it detached',
  kinds: ['mark'],
  monitor: () => new DetachedIoMonitor(),
};

class DetachedIoMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #ghost = new GhostMap();
  /** The last session of each volume that ended by a detach. */
  readonly #ended = new Map<string, number>();

  observe(entry: Entry): Finding | null {
    this.#ghost.take(entry);
    if (isMark(entry, 'write.accepted')) return this.#onAccepted(entry);
    if (isMark(entry, 'client.detached')) {
      const { volume, session } = entry.facts;
      this.#ended.set(volume, Math.max(session, this.#ended.get(volume) ?? 0));
      this.evaluatedCount += 1;
    }
    return null;
  }

  end(): null {
    return null;
  }

  #onAccepted(entry: Mark<'write.accepted'>): Finding | null {
    const { volume, range, slot, gen, session } = entry.facts;
    const ended = this.#ended.get(volume) ?? 0;
    if (ended === 0) return null;
    this.evaluatedCount += 1;
    if (session > ended) return null;
    const replicas = this.#ghost.certain(volume, range)?.replicas ?? [];
    const isNamed = replicas.some(
      (replica) => replica.host === entry.actor && replica.slot === slot && replica.gen === gen,
    );
    if (!isNamed) return null;
    return {
      what: `${slotText(entry.actor, entry.facts)} accepted a write of a session that had let go`,
      expected: `writes of sessions of '${volume}' after ${ended}`,
      observed: `session ${session}`,
    };
  }
}
