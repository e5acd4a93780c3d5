// How long volumes kept their programs waiting for reads, writes and flushes; a snapshot that is
// not taken yet keeps no program from its data.
//
//   op A   |-------------------| ok
//   op B        |------------------------| ok
//   stuck         1 s |==================|      some operation waits longer than the bound
//   unavailable |--------------|                some operation waits and none ends well
import { type Entry, type Meter, type MeterFold, type Ns, nsPerSec } from '../../sim/index.ts';

/**
 * A volume is stuck while an operation waits longer than this: the bound above which storage
 * engineers count an I/O as slow, and far above a healthy one of this store.
 */
const stuckAfterNs: Ns = 1 * nsPerSec;

type Name =
  | 'volume.stuck.max'
  | 'volume.stuck.total'
  | 'volume.stuck.count'
  | 'volume.unavailable.max'
  | 'ops.slow.count';

/** Windows in which operations of a volume wait. */
export const volumeWaits: Meter<Name> = {
  measures: {
    'volume.stuck.max': {
      unit: 'duration',
      summary: 'longest window in which a volume had an operation waiting for more than 1 s',
    },
    'volume.stuck.total': {
      unit: 'duration',
      summary: 'such windows of all volumes together: stuck volume seconds',
    },
    'volume.stuck.count': { unit: 'count', summary: 'volumes that were ever stuck' },
    'volume.unavailable.max': {
      unit: 'duration',
      summary: 'longest window in which operations of a volume waited or failed, and none ended ok',
    },
    'ops.slow.count': { unit: 'count', summary: 'operations that took more than 1 s' },
  },
  kinds: ['op', 'stop'],
  begin: () => new VolumeWaits(),
};

interface Open {
  readonly volume: string;
  readonly atNs: Ns;
}

interface Waits {
  /** Disjoint windows in which the volume was stuck, in order of time. */
  readonly stuck: { startNs: Ns; endNs: Ns }[];
  /** Since when operations were wanted and none ended well; null while none is wanted. */
  wantingSinceNs: Ns | null;
  openCount: number;
  unavailableMaxNs: Ns;
}

class VolumeWaits implements MeterFold<Name> {
  readonly #volumes = new Map<string, Waits>();
  readonly #openByActor = new Map<string, Map<number, Open>>();
  #slowCount = 0;

  observe(entry: Entry): void {
    if (entry.kind === 'stop') this.#forget(entry.actor, entry.atNs);
    else if (entry.kind === 'op' && entry.name !== 'snapshot') {
      if (entry.phase === 'invoke') {
        const { volume } = entry.value as { readonly volume: string };
        const open = { volume, atNs: entry.atNs };
        this.#openOf(entry.actor).set(entry.opId, open);
        const waits = this.#waits(volume);
        waits.openCount += 1;
        waits.wantingSinceNs ??= entry.atNs;
      } else {
        const opens = this.#openOf(entry.actor);
        const open = opens.get(entry.opId);
        if (open === undefined) return;
        opens.delete(entry.opId);
        this.#ended(open, entry.atNs, entry.phase === 'ok');
      }
    }
  }

  read(nowNs: Ns): Record<Name, number | null> {
    for (const opens of this.#openByActor.values()) {
      for (const open of opens.values()) addWindow(this.#waits(open.volume), open, nowNs);
    }
    let longest = 0;
    let total = 0;
    let stuckCount = 0;
    let unavailable = 0;
    for (const waits of this.#volumes.values()) {
      if (waits.stuck.length > 0) stuckCount += 1;
      for (const { startNs, endNs } of waits.stuck) {
        longest = Math.max(longest, endNs - startNs);
        total += endNs - startNs;
      }
      const wantingNs = waits.wantingSinceNs === null ? 0 : nowNs - waits.wantingSinceNs;
      // What failed and was not asked for again is over: only who waits still waits.
      const pendingNs = waits.openCount > 0 ? wantingNs : 0;
      unavailable = Math.max(unavailable, waits.unavailableMaxNs, pendingNs);
    }
    const none = this.#volumes.size === 0;
    return {
      'volume.stuck.max': none ? null : longest,
      'volume.stuck.total': none ? null : total,
      'volume.stuck.count': none ? null : stuckCount,
      'volume.unavailable.max': none ? null : unavailable,
      'ops.slow.count': none ? null : this.#slowCount,
    };
  }

  #ended(open: Open, atNs: Ns, isOk: boolean): void {
    const waits = this.#waits(open.volume);
    waits.openCount -= 1;
    if (atNs - open.atNs > stuckAfterNs) this.#slowCount += 1;
    addWindow(waits, open, atNs);
    if (!isOk) return;
    const windowNs = atNs - (waits.wantingSinceNs ?? atNs);
    waits.unavailableMaxNs = Math.max(waits.unavailableMaxNs, windowNs);
    waits.wantingSinceNs = waits.openCount > 0 ? atNs : null;
  }

  /** The client died: nobody waits any more, and what it waited for until now is counted. */
  #forget(actor: string, atNs: Ns): void {
    for (const open of this.#openByActor.get(actor)?.values() ?? []) {
      this.#ended(open, atNs, false);
      const waits = this.#waits(open.volume);
      if (waits.openCount > 0 || waits.wantingSinceNs === null) continue;
      waits.unavailableMaxNs = Math.max(waits.unavailableMaxNs, atNs - waits.wantingSinceNs);
      waits.wantingSinceNs = null;
    }
    this.#openByActor.delete(actor);
  }

  #openOf(actor: string): Map<number, Open> {
    let opens = this.#openByActor.get(actor);
    if (opens === undefined) {
      opens = new Map();
      this.#openByActor.set(actor, opens);
    }
    return opens;
  }

  #waits(volume: string): Waits {
    let waits = this.#volumes.get(volume);
    if (waits === undefined) {
      waits = { stuck: [], wantingSinceNs: null, openCount: 0, unavailableMaxNs: 0 };
      this.#volumes.set(volume, waits);
    }
    return waits;
  }
}

// Windows come in order of their ends, so only the last ones can touch the new one.
function addWindow(waits: Waits, open: Open, endNs: Ns): void {
  let startNs = open.atNs + stuckAfterNs;
  if (endNs <= startNs) return;
  const { stuck } = waits;
  for (let last = stuck.at(-1); last !== undefined && last.endNs >= startNs; last = stuck.at(-1)) {
    startNs = Math.min(startNs, last.startNs);
    stuck.pop();
  }
  stuck.push({ startNs, endNs });
}
