// The liveness of requests for snapshots: after healing each is taken or has failed for certain.
import type { Entry, Monitor, Property } from '../../sim/index.ts';
import { OpenOps } from './block-ops.ts';
import { operationText } from './words.ts';

/** `unavailable` is no answer to stop at. */
export const snapshotsAnswered: Property = {
  id: 'snapshots-answered',
  mode: 'eventually',
  summary: 'each request for a snapshot is served or has failed, unless its requester died',
  kinds: ['op', 'stop'],
  monitor: () => new AnsweredMonitor(),
};

class AnsweredMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #open = new OpenOps<{ readonly actor: string; readonly opId: number }>();

  observe(entry: Entry): null {
    if (entry.kind === 'stop') this.#open.forget(entry.actor);
    if (entry.kind !== 'op' || entry.name !== 'snapshot') return null;
    const { actor, opId, phase } = entry;
    if (phase === 'invoke') this.#open.begin(entry, { actor, opId });
    else if (this.#open.end(entry) !== undefined) this.evaluatedCount += 1;
    return null;
  }

  end(): null {
    return null;
  }

  pending(): string | null {
    const first = this.#open.first();
    if (first === undefined) return null;
    const { count } = this.#open;
    return `${count} requests for snapshots have no answer, among them ${operationText(first)}`;
  }
}
