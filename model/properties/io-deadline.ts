// BLK-14: whoever asks has an answer in time, be it that there is none.
//
// Time is the client's own, as counted by the ticks at which it looks for what is due: a client
// that stands still, or whose clock runs slow, cannot know better. A clock that is set back makes
// its operations late by as much: those that were open then are not judged.
import type { ActorId, Entry, FaultEntry, Finding, Monitor, Property } from '../../sim/index.ts';
import { isMark, type MarkFacts } from './marks.ts';
import { operationText, timeText } from './words.ts';

/** Ticks that an operation may be late: the first may come at once, the last ends what is due. */
const slackTicks = 2;

/** Every operation ends in time. */
export const ioDeadline: Property = {
  id: 'io-deadline',
  mode: 'always',
  summary: 'each operation ends within the time-out of its client and two of its ticks',
  kinds: ['start', 'stop', 'fault', 'mark', 'timer', 'op'],
  monitor: () => new DeadlineMonitor(),
};

interface Begun {
  readonly actor: ActorId;
  readonly opId: number;
  readonly name: string;
  readonly atTick: number;
}

/** What is known of one client. */
interface Watched {
  readonly limits: MarkFacts['deadline.set'];
  tickCount: number;
  /** In the order in which they began. */
  readonly open: Map<number, Begun>;
}

class DeadlineMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #nodeOf = new Map<ActorId, string>();
  readonly #clients = new Map<ActorId, Watched>();
  /** How many faults set the clock of a node. */
  readonly #stepping = new Map<string, number>();

  observe(entry: Entry): Finding | null {
    if (entry.kind === 'timer') return entry.key === 'tick' ? this.#onTick(entry.actor) : null;
    if (entry.kind === 'start') this.#nodeOf.set(entry.actor, entry.node);
    else if (entry.kind === 'stop') this.#clients.delete(entry.actor);
    else if (entry.kind === 'fault') this.#onFault(entry);
    else if (isMark(entry, 'deadline.set')) {
      const watched = { limits: entry.facts, tickCount: 0, open: new Map<number, Begun>() };
      this.#clients.set(entry.actor, watched);
    } else if (entry.kind === 'op') {
      const { actor, opId, name } = entry;
      const client = this.#clients.get(actor);
      if (client === undefined) return null;
      if (entry.phase !== 'invoke') {
        if (client.open.delete(opId)) this.evaluatedCount += 1;
      } else if (!this.#stepping.has(this.#nodeOf.get(actor) ?? '')) {
        client.open.set(opId, { actor, opId, name, atTick: client.tickCount });
      }
    }
    return null;
  }

  end(): null {
    return null;
  }

  #onTick(actor: ActorId): Finding | null {
    const client = this.#clients.get(actor);
    if (client === undefined) return null;
    client.tickCount += 1;
    const [first] = client.open.values();
    if (first === undefined) return null;
    const { timeoutNs, tickNs, volume } = client.limits;
    const limit = Math.ceil(timeoutNs / tickNs) + slackTicks;
    const tickCount = client.tickCount - first.atTick;
    if (tickCount < limit) return null;
    this.evaluatedCount += 1;
    return {
      what: `${first.name}, ${operationText(first)}, of '${volume}' has not ended in time`,
      expected: `its end within ${timeText(timeoutNs)} of the client's own time`,
      observed: `none after ${tickCount} ticks of ${timeText(tickNs)}`,
    };
  }

  #onFault({ fault, phase, targets }: FaultEntry): void {
    if (fault !== 'clock-step' && fault !== 'clock-strobe') return;
    for (const node of targets) {
      const count = (this.#stepping.get(node) ?? 0) + (phase === 'start' ? 1 : -1);
      if (count > 0) this.#stepping.set(node, count);
      else this.#stepping.delete(node);
    }
    for (const [actor, { open }] of this.#clients) {
      if (targets.includes(this.#nodeOf.get(actor) ?? '')) open.clear();
    }
  }
}
