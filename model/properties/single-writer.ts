// MAP-03: of two sessions of a volume only the later one gets its writes acknowledged.
//
// A write that was on its way when the next session was granted may still be acknowledged: it
// takes its place before the grant. One that begins after it may not: some member of every range
// refuses it.
import type { Entry, Finding, Monitor, OpEntry, Property } from '../../sim/index.ts';
import { sessionOfStamp } from '../stamps.ts';
import { blockOpOf, isOp, OpenOps } from './block-ops.ts';
import { isMark } from './marks.ts';
import { operationText } from './words.ts';

/** At any time one session writes. */
export const singleWriter: Property = {
  id: 'single-writer',
  mode: 'always',
  summary: 'no write that begins after a later session was granted is acknowledged',
  kinds: ['op', 'mark', 'stop'],
  monitor: () => new SingleWriterMonitor(),
};

class SingleWriterMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #granted = new Map<string, number>();
  /** For each open write, the session that was granted last when it began. */
  readonly #open = new OpenOps<{ readonly granted: number; readonly session: number }>();

  observe(entry: Entry): Finding | null {
    if (entry.kind === 'stop') this.#open.forget(entry.actor);
    else if (isOp(entry, 'write')) return this.#onWrite(entry);
    else if (isMark(entry, 'attach.granted')) {
      const { volume, session } = entry.facts;
      this.#granted.set(volume, Math.max(session, this.#granted.get(volume) ?? 0));
    }
    return null;
  }

  end(): null {
    return null;
  }

  #onWrite(entry: OpEntry): Finding | null {
    const { volume, stamps } = blockOpOf(entry);
    if (entry.phase === 'invoke') {
      const granted = this.#granted.get(volume) ?? 0;
      this.#open.begin(entry, { granted, session: sessionOfStamp(stamps[0] ?? 0) });
      return null;
    }
    const open = this.#open.end(entry);
    if (entry.phase !== 'ok' || open === undefined || open.granted === 0) return null;
    this.evaluatedCount += 1;
    const { granted, session } = open;
    if (session >= granted) return null;
    return {
      what: `write, ${operationText(entry)}, was acknowledged to a session that had ended`,
      expected: `writes of session ${granted} of '${volume}' or later`,
      observed: `a write of session ${session}, begun after session ${granted} was granted`,
    };
  }
}
