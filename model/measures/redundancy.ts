// How long volumes had fewer copies than they want, and what was lost for good.
//
// A copy counts while the map names it and its host has recovered and lives. What is on the disk
// of a dead host may come back, but nobody can read it until then.
import type { Entry, Meter, MeterFold, Ns } from '../../sim/index.ts';
import { GhostMap } from '../properties/ghost-map.ts';
import { isMark } from '../properties/marks.ts';

type Name =
  | 'redundancy.reduced.time'
  | 'redundancy.reduced.max'
  | 'redundancy.single.time'
  | 'volumes.impaired'
  | 'blocks.lost';

/** Exposure to a further failure. */
export const redundancy: Meter<Name> = {
  measures: {
    'redundancy.reduced.time': {
      unit: 'duration',
      summary: 'time with a range short of a live copy, of all volumes together: volume seconds',
    },
    'redundancy.reduced.max': {
      unit: 'duration',
      summary: 'longest window in which a volume had a range short of a live copy',
    },
    'redundancy.single.time': {
      unit: 'duration',
      summary: 'time with a range that has one live copy or none, of all volumes together',
    },
    'volumes.impaired': { unit: 'count', summary: 'volumes of which a block was lost for good' },
    'blocks.lost': { unit: 'count', summary: 'blocks that clients gave up, each time they did' },
  },
  kinds: ['mark', 'stop'],
  begin: () => new Redundancy(),
};

interface Exposure {
  reducedSinceNs: Ns | null;
  singleSinceNs: Ns | null;
}

class Redundancy implements MeterFold<Name> {
  readonly #ghost = new GhostMap();
  readonly #alive = new Set<string>();
  readonly #volumes = new Map<string, Exposure>();
  readonly #impaired = new Set<string>();
  #reducedNs = 0;
  #reducedMaxNs = 0;
  #singleNs = 0;
  #lostBlockCount = 0;

  observe(entry: Entry): void {
    if (entry.kind === 'stop') {
      if (this.#alive.delete(entry.actor)) this.#lookAtAll(entry.atNs);
      return;
    }
    this.#ghost.take(entry);
    if (isMark(entry, 'host.recovered')) {
      this.#alive.add(entry.actor);
      this.#lookAtAll(entry.atNs);
    } else if (isMark(entry, 'map.applied') || isMark(entry, 'volume.created')) {
      this.#look(entry.facts.volume, entry.atNs);
    } else if (isMark(entry, 'data.lost')) {
      this.#impaired.add(entry.facts.volume);
      this.#lostBlockCount += entry.facts.blockCount;
    }
  }

  read(nowNs: Ns): Record<Name, number | null> {
    for (const exposure of this.#volumes.values()) {
      this.#close(exposure, 'reducedSinceNs', nowNs);
      this.#close(exposure, 'singleSinceNs', nowNs);
    }
    const none = this.#volumes.size === 0;
    return {
      'redundancy.reduced.time': none ? null : this.#reducedNs,
      'redundancy.reduced.max': none ? null : this.#reducedMaxNs,
      'redundancy.single.time': none ? null : this.#singleNs,
      'volumes.impaired': this.#impaired.size,
      'blocks.lost': this.#lostBlockCount,
    };
  }

  #lookAtAll(atNs: Ns): void {
    for (const volume of this.#ghost.volumeIds()) this.#look(volume, atNs);
  }

  #look(volume: string, atNs: Ns): void {
    const known = this.#ghost.volume(volume);
    if (known === undefined || known.replicaCount === 0) return;
    let least = known.replicaCount;
    for (const entry of known.entries) {
      if (entry === undefined) continue;
      let live = 0;
      for (const { host } of entry.replicas) if (this.#alive.has(host)) live += 1;
      least = Math.min(least, live);
    }
    let exposure = this.#volumes.get(volume);
    if (exposure === undefined) {
      // Until all copies of a new volume were live once, it is being made, and not exposed.
      if (least < known.replicaCount) return;
      exposure = { reducedSinceNs: null, singleSinceNs: null };
      this.#volumes.set(volume, exposure);
    }
    if (least < known.replicaCount) exposure.reducedSinceNs ??= atNs;
    else this.#close(exposure, 'reducedSinceNs', atNs);
    if (least < Math.min(2, known.replicaCount)) exposure.singleSinceNs ??= atNs;
    else this.#close(exposure, 'singleSinceNs', atNs);
  }

  #close(exposure: Exposure, which: keyof Exposure, atNs: Ns): void {
    const sinceNs = exposure[which];
    if (sinceNs === null) return;
    exposure[which] = null;
    if (which === 'singleSinceNs') this.#singleNs += atNs - sinceNs;
    else {
      this.#reducedNs += atNs - sinceNs;
      this.#reducedMaxNs = Math.max(this.#reducedMaxNs, atNs - sinceNs);
    }
  }
}
