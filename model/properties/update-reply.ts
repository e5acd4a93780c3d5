// MAP-13: at least a subset of a change may be applied; the reply says exactly which.
import type { Entry, Finding, Monitor, Property } from '../../sim/index.ts';
import { GhostMap } from './ghost-map.ts';
import { isMark, type Mark, rangeKey } from './marks.ts';
import { rangeText, requestText } from './words.ts';

/** The reply to a change tells what was done to the stored map. */
export const updateReplyIsTruth: Property = {
  id: 'update-reply-is-truth',
  mode: 'always',
  summary: 'a reply names as applied what its request changed in the stored map, and nothing else',
  kinds: ['mark'],
  monitor: () => new UpdateReplyMonitor(),
};

class UpdateReplyMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #ghost = new GhostMap();
  /** Which request led to a version of an entry. */
  readonly #requestOf = new Map<string, string>();
  /** What a request changed: range to version. */
  readonly #changesOf = new Map<string, Map<number, number>>();

  observe(entry: Entry): Finding | null {
    this.#ghost.take(entry);
    if (isMark(entry, 'map.applied')) this.#applied(keyOf(entry), entry.facts);
    return isMark(entry, 'map.updated.sent') ? this.#onReply(entry) : null;
  }

  end(): null {
    return null;
  }

  #applied(
    request: string,
    change: { readonly volume: string; readonly range: number; readonly version: number },
  ): void {
    const { volume, range, version } = change;
    this.#requestOf.set(`${rangeKey(volume, range)} ${version}`, request);
    const changes = this.#changesOf.get(request);
    if (changes === undefined) this.#changesOf.set(request, new Map([[range, version]]));
    else changes.set(range, version);
  }

  #onReply(entry: Mark<'map.updated.sent'>): Finding | null {
    const { volume, applied, refused } = entry.facts;
    const request = keyOf(entry);
    for (const { range, version } of applied) {
      const by = this.#requestOf.get(`${rangeKey(volume, range)} ${version}`);
      this.evaluatedCount += 1;
      if (by === request) continue;
      // Changed in silence by a replay: the reply is the first that is heard of it.
      if (by === undefined && this.#ghost.wasSilent) {
        this.#applied(request, { volume, range, version });
        continue;
      }
      return {
        what: `the reply to ${requestText(entry.facts)} claims a change that it did not make`,
        expected: `${rangeText(volume, range)} changed to version ${version} by this request`,
        observed: by === undefined ? 'no such change' : `that change made by ${by}`,
      };
    }
    return this.#hidden(entry, request, { applied, refused });
  }

  #hidden(
    entry: Mark<'map.updated.sent'>,
    request: string,
    reply: {
      readonly applied: readonly { readonly range: number }[];
      readonly refused: readonly number[];
    },
  ): Finding | null {
    this.evaluatedCount += reply.refused.length;
    const changes = this.#changesOf.get(request);
    if (changes === undefined) return null;
    for (const [range, version] of changes) {
      const refused = reply.refused.includes(range);
      if (!refused && reply.applied.some((change) => change.range === range)) continue;
      const { volume } = entry.facts;
      return {
        what: `the reply to ${requestText(entry.facts)} hides a change that it made`,
        expected: `${rangeText(volume, range)} named as applied, version ${version}`,
        observed: refused ? 'named as refused' : 'not named',
      };
    }
    return null;
  }
}

function keyOf(entry: Mark<'map.updated.sent'> | Mark<'map.applied'>): string {
  return `${requestText(entry.facts)} of '${entry.facts.volume}'`;
}
