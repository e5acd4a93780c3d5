// How long the map authority was away, how long it took to come back, how long its log grew, and
// how many requests waited for it.
//
//   one of its own     serves -- crash ----------- started -- log read back: serves
//   several members    leads --- crash, deposed ------------- another began to lead
//
// It is the service that counts: members that nobody needs at the moment may come and go.
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

/** Outages of the authority, and what they cost. */
export const authorityOutages: Meter<Name> = {
  measures: {
    'authority.recoveries': {
      unit: 'count',
      summary: 'times that the authority served again, having read its log back or under a leader',
    },
    'authority.recovery.max': {
      unit: 'duration',
      summary: 'longest time from the start of an authority of its own until it had read its log',
    },
    'authority.down.max': {
      unit: 'duration',
      summary: 'longest time that the authority was down, or no member of it led',
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
  /** Who serves alone, with when it crashed; null while it serves. */
  readonly #crashedNs = new Map<string, Ns | null>();
  readonly #startedNs = new Map<string, Ns>();
  /** Of several members, those that lead as far as they know. */
  readonly #leaders = new Set<string>();
  #hasMembers = false;
  #leaderlessNs: Ns | null = null;
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
    } else if (isMark(entry, 'leader.began')) {
      this.#leads(entry.actor, entry.atNs);
    } else if (entry.kind === 'mark' && entry.name === 'leader.deposed') {
      this.#leadsNoMore(entry.actor, entry.atNs);
    } else if (entry.kind === 'stop') {
      this.#leadsNoMore(entry.actor, entry.atNs);
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
    for (const sinceNs of [...this.#crashedNs.values(), this.#leaderlessNs]) {
      if (sinceNs === null) continue;
      downMaxNs = Math.max(downMaxNs, nowNs - sinceNs);
      downTotalNs += nowNs - sinceNs;
    }
    const none = this.#crashedNs.size === 0 && !this.#hasMembers;
    return {
      'authority.recoveries': none ? null : this.#recoveryCount,
      'authority.recovery.max': this.#recoveryMaxNs === 0 ? null : this.#recoveryMaxNs,
      'authority.down.max': none ? null : downMaxNs,
      'authority.down.total': none ? null : downTotalNs,
      'log.records.max': none ? null : this.#recordMax,
      'log.replayed.max': none ? null : this.#replayedMax,
      'authority.queue.max': none ? null : this.#queueMax,
    };
  }

  #serves(actor: string): void {
    if (!this.#hasMembers && !this.#crashedNs.has(actor)) this.#crashedNs.set(actor, null);
  }

  #leads(actor: string, atNs: Ns): void {
    // Nobody serves alone: what members did to their logs before was no service.
    this.#hasMembers = true;
    this.#crashedNs.clear();
    this.#leaders.add(actor);
    if (this.#leaderlessNs === null) return;
    this.#endOutage(this.#leaderlessNs, atNs);
    this.#leaderlessNs = null;
  }

  #leadsNoMore(actor: string, atNs: Ns): void {
    if (this.#leaders.delete(actor) && this.#leaders.size === 0) this.#leaderlessNs = atNs;
  }

  #recovered(actor: string, atNs: Ns): void {
    const crashedNs = this.#crashedNs.get(actor) ?? null;
    this.#crashedNs.set(actor, null);
    if (crashedNs === null) return;
    const startedNs = this.#startedNs.get(actor) ?? crashedNs;
    this.#recoveryMaxNs = Math.max(this.#recoveryMaxNs, atNs - startedNs);
    this.#endOutage(crashedNs, atNs);
  }

  #endOutage(sinceNs: Ns, atNs: Ns): void {
    this.#recoveryCount += 1;
    this.#downMaxNs = Math.max(this.#downMaxNs, atNs - sinceNs);
    this.#downTotalNs += atNs - sinceNs;
  }
}
