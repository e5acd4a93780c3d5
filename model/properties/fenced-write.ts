// MAP-04: once a session is granted, older ones can write nowhere that counts.
//
// Where every request passes through all members of its range, one fenced member for each range is
// enough, and nothing less is; of a quorum it takes one in each. An unfenced head may still store
// what an older session sends: the member after it refuses, nobody is told ok, and the next session
// finds it as a write that took effect before its own.
import type { Entry, Finding, Monitor, Property } from '../../sim/index.ts';
import { fenceCountOf } from '../replication.ts';
import { GhostMap } from './ghost-map.ts';
import { isMark, type Mark, tenancyKey } from './marks.ts';
import { rangeText, replicasText, slotText } from './words.ts';

/** A fence holds, and a session is granted only behind one. */
export const fencedWrite: Property = {
  id: 'fenced-write',
  mode: 'always',
  summary: 'a session is granted once each range has a fence, and no write passes a fence',
  kinds: ['mark', 'start'],
  monitor: () => new FencedWriteMonitor(),
};

class FencedWriteMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #ghost = new GhostMap();
  /** The session below which a slot refuses. */
  readonly #fences = new Map<string, number>();
  /** Hosts that were restarted may have fenced without having noted it. */
  readonly #restarted = new Set<string>();

  observe(entry: Entry): Finding | null {
    if (entry.kind === 'start') {
      if (entry.incarnation > 0) this.#restarted.add(entry.actor);
      return null;
    }
    this.#ghost.take(entry);
    if (isMark(entry, 'write.accepted')) return this.#onAccepted(entry);
    if (isMark(entry, 'attach.granted')) return this.#onGranted(entry);
    if (isMark(entry, 'session.fenced')) {
      const key = tenancyKey(entry.actor, entry.facts);
      this.#fences.set(key, Math.max(entry.facts.session, this.#fences.get(key) ?? 0));
    }
    return null;
  }

  end(): null {
    return null;
  }

  #onAccepted(entry: Mark<'write.accepted'>): Finding | null {
    const { session } = entry.facts;
    const fence = this.#fences.get(tenancyKey(entry.actor, entry.facts));
    if (fence === undefined) return null;
    this.evaluatedCount += 1;
    if (session >= fence) return null;
    return {
      what: `${slotText(entry.actor, entry.facts)} accepted a write from behind its fence`,
      expected: `session ${fence} or later`,
      observed: `session ${session}`,
    };
  }

  #onGranted(entry: Mark<'attach.granted'>): Finding | null {
    const { volume, session } = entry.facts;
    const rules = this.#ghost.volume(volume);
    const rangeCount = rules?.entries.length ?? 0;
    for (let range = 0; range < rangeCount; range++) {
      const replicas = this.#ghost.certain(volume, range)?.replicas;
      if (replicas === undefined) continue;
      const fences = replicas.map((replica) => this.#fences.get(tenancyKey(replica.host, replica)));
      const fencedCount = fences.filter((fence) => fence !== undefined && fence >= session).length;
      const needed = rules === undefined ? 1 : fenceCountOf(rules, replicas.length);
      const fenced = fencedCount >= needed;
      if (!fenced && replicas.some(({ host }) => this.#restarted.has(host))) continue;
      this.evaluatedCount += 1;
      if (fenced) continue;
      return {
        what: `session ${session} was granted while ${rangeText(volume, range)} had no fence`,
        expected: `${needed} of ${replicasText(replicas)} fenced for session ${session}`,
        observed: `fences ${fences.map((fence) => fence ?? 'none').join(', ')}`,
      };
    }
    return null;
  }
}
