// How long the map authority was away, how long it took to come back, how long its log grew, and
// how many requests waited for it.
import type { Entry, Meter, MeterFold, Ns } from '../../sim/index.ts';
import { isMark } from '../properties/marks.ts';

type Name =
  | 'authority.recoveries'
  | 'authority.recovery.max'
  | 'authority.down.max'
  | 'authority.down.total'
  | 'log.records.max'
  | 'log.replayed.max'
  | 'authority.queue.max';

/** Crashes of the authority, and what they cost. */
export const authorityOutages: Meter<Name> = {
  measures: {
    'authority.recoveries': {
      unit: 'count',
      summary: 'times that an authority read its log back after a crash',
    },
    'authority.recovery.max': {
      unit: 'duration',
      summary: 'longest time from its start until it had read its log back',
    },
    'authority.down.max': {
      unit: 'duration',
      summary: 'longest time from a crash of an authority until it had read its log back',
    },
    'authority.down.total': { unit: 'duration', summary: 'such times together' },
    'log.records.max': { unit: 'count', summary: 'records that the log of an authority reached' },
    'log.replayed.max': { unit: 'count', summary: 'most records that one recovery replayed' },
    'authority.queue.max': {
      unit: 'count',
      summary: 'most requests that waited at once for an authority or its log',
    },
  },
  kinds: ['start', 'stop', 'mark', 'gauge'],
  begin: () => new AuthorityOutages(),
};

class AuthorityOutages implements MeterFold<Name> {
  /** Actors that keep a log, with when they crashed and started again; null while they serve. */
  readonly #crashedNs = new Map<string, Ns | null>();
  readonly #startedNs = new Map<string, Ns>();
  #recoveryCount = 0;
  #recoveryMaxNs = 0;
  #downMaxNs = 0;
  #downTotalNs = 0;
  #recordMax = 0;
  #replayedMax = 0;
  #queueMax = 0;

  observe(entry: Entry): void {
    if (entry.kind === 'start') {
      if (this.#crashedNs.has(entry.actor)) this.#startedNs.set(entry.actor, entry.atNs);
    } else if (entry.kind === 'stop') {
      if (this.#crashedNs.get(entry.actor) === null) this.#crashedNs.set(entry.actor, entry.atNs);
    } else if (isMark(entry, 'log.flushed')) {
      this.#recordMax = Math.max(this.#recordMax, entry.facts.logIndex + 1);
      this.#serves(entry.actor);
    } else if (isMark(entry, 'log.recovered')) {
      this.#replayedMax = Math.max(this.#replayedMax, entry.facts.recordCount);
      this.#recovered(entry.actor, entry.atNs);
    } else if (entry.kind === 'gauge' && entry.name === 'authority.queue') {
      this.#queueMax = Math.max(this.#queueMax, entry.value);
    }
  }

  read(nowNs: Ns): Record<Name, number | null> {
    let downMaxNs = this.#downMaxNs;
    let downTotalNs = this.#downTotalNs;
    for (const crashedNs of this.#crashedNs.values()) {
      if (crashedNs === null) continue;
      downMaxNs = Math.max(downMaxNs, nowNs - crashedNs);
      downTotalNs += nowNs - crashedNs;
    }
    const none = this.#crashedNs.size === 0;
    return {
      'authority.recoveries': none ? null : this.#recoveryCount,
      'authority.recovery.max': this.#recoveryCount === 0 ? null : this.#recoveryMaxNs,
      'authority.down.max': none ? null : downMaxNs,
      'authority.down.total': none ? null : downTotalNs,
      'log.records.max': none ? null : this.#recordMax,
      'log.replayed.max': none ? null : this.#replayedMax,
      'authority.queue.max': none ? null : this.#queueMax,
    };
  }

  #serves(actor: string): void {
    if (!this.#crashedNs.has(actor)) this.#crashedNs.set(actor, null);
  }

  #recovered(actor: string, atNs: Ns): void {
    const crashedNs = this.#crashedNs.get(actor) ?? null;
    this.#crashedNs.set(actor, null);
    if (crashedNs === null) return;
    this.#recoveryCount += 1;
    const startedNs = this.#startedNs.get(actor) ?? crashedNs;
    this.#recoveryMaxNs = Math.max(this.#recoveryMaxNs, atNs - startedNs);
    this.#downMaxNs = Math.max(this.#downMaxNs, atNs - crashedNs);
    this.#downTotalNs += atNs - crashedNs;
  }
}
