// How much re-mirroring there was, and how many copies were under way at once.
//
//   re-mirror    started ------------------------------------> finished | abandoned
//   copy                     started at its source -----> caught up | ended | crash
import type { Entry, Meter, MeterFold, Ns } from '../../sim/index.ts';
import { rangeKey } from '../properties/marks.ts';
import { BusiestSecond } from './busiest-second.ts';

type Name =
  | 're-mirror.attempts'
  | 're-mirror.attempts.rate.max'
  | 're-mirror.abandoned'
  | 're-mirror.in-flight.max'
  | 're-mirror.time.max'
  | 'copies.in-flight.max'
  | 'copies.per-host.max'
  | 'copies.per-cell.max';

/** Attempts to restore copies, and the load that they are. */
export const reMirrors: Meter<Name> = {
  measures: {
    're-mirror.attempts': { unit: 'count', summary: 're-mirrors that were started' },
    're-mirror.attempts.rate.max': {
      unit: 'rate',
      summary: 're-mirrors started in the busiest second',
    },
    're-mirror.abandoned': { unit: 'count', summary: 're-mirrors that were given up' },
    're-mirror.in-flight.max': { unit: 'count', summary: 're-mirrors under way at once' },
    're-mirror.time.max': { unit: 'duration', summary: 'longest re-mirror that was finished' },
    'copies.in-flight.max': { unit: 'count', summary: 'copies under way at once' },
    'copies.per-host.max': {
      unit: 'count',
      summary: 'copies under way at once from or to one host',
    },
    'copies.per-cell.max': {
      unit: 'count',
      summary: 'copies under way at once from or to one cell',
    },
  },
  kinds: ['start', 'stop', 'mark'],
  begin: () => new ReMirrors(),
};

interface Copy {
  readonly source: string;
  readonly target: string;
}

class ReMirrors implements MeterFold<Name> {
  /** When each began, by its actor: one for each range. */
  readonly #running = new Map<string, Ns>();
  readonly #copies = new Map<string, Copy>();
  readonly #copiesOf = new Map<string, number>();
  readonly #cellOf = new Map<string, string>();
  readonly #started = new BusiestSecond();
  #startedCount = 0;
  #abandonedCount = 0;
  #runningMax = 0;
  #timeMaxNs = -1;
  #copiesMax = 0;
  #perHostMax = 0;
  #perCellMax = 0;

  observe(entry: Entry): void {
    if (entry.kind === 'start') {
      const { cell } = entry.labels;
      if (cell !== undefined) this.#cellOf.set(entry.actor, cell);
    } else if (entry.kind === 'stop') {
      this.#running.delete(entry.actor);
      for (const [key, { source, target }] of this.#copies) {
        if (source === entry.actor || target === entry.actor) this.#endCopy(key);
      }
    } else if (entry.kind === 'mark') this.#onMark(entry);
  }

  read(): Record<Name, number | null> {
    return {
      're-mirror.attempts': this.#startedCount,
      're-mirror.attempts.rate.max': this.#started.most,
      're-mirror.abandoned': this.#abandonedCount,
      're-mirror.in-flight.max': this.#runningMax,
      're-mirror.time.max': this.#timeMaxNs < 0 ? null : this.#timeMaxNs,
      'copies.in-flight.max': this.#copiesMax,
      'copies.per-host.max': this.#perHostMax,
      'copies.per-cell.max': this.#perCellMax,
    };
  }

  #onMark(entry: Entry & { kind: 'mark' }): void {
    switch (entry.name) {
      case 're-mirror.started':
        this.#startedCount += 1;
        this.#started.add(entry.atNs);
        this.#running.set(entry.actor, entry.atNs);
        this.#runningMax = Math.max(this.#runningMax, this.#running.size);
        break;
      case 're-mirror.finished':
      case 're-mirror.abandoned':
        this.#onEnd(entry);
        break;
      case 'copy.started': {
        const { target } = entry.facts as { readonly target: { readonly host: string } };
        this.#beginCopy(copyKey(entry), entry.actor, target.host);
        break;
      }
      case 'copy.caught-up':
      case 'copy.ended':
        this.#endCopy(copyKey(entry));
        break;
      default:
        break;
    }
  }

  #onEnd({ name, actor, atNs }: Entry & { kind: 'mark' }): void {
    const sinceNs = this.#running.get(actor);
    this.#running.delete(actor);
    if (name === 're-mirror.abandoned') this.#abandonedCount += 1;
    else if (sinceNs !== undefined) this.#timeMaxNs = Math.max(this.#timeMaxNs, atNs - sinceNs);
  }

  #beginCopy(key: string, source: string, target: string): void {
    const known = this.#copies.get(key);
    if (known?.source === source && known.target === target) return;
    this.#endCopy(key);
    const copy = { source, target };
    this.#copies.set(key, copy);
    this.#copiesMax = Math.max(this.#copiesMax, this.#copies.size);
    for (const host of [source, target]) {
      this.#perHostMax = Math.max(this.#perHostMax, this.#count(`host ${host}`, 1));
    }
    for (const cell of this.#cellsOf(copy)) {
      this.#perCellMax = Math.max(this.#perCellMax, this.#count(`cell ${cell}`, 1));
    }
  }

  #endCopy(key: string): void {
    const copy = this.#copies.get(key);
    if (copy === undefined) return;
    this.#copies.delete(key);
    for (const host of [copy.source, copy.target]) this.#count(`host ${host}`, -1);
    for (const cell of this.#cellsOf(copy)) this.#count(`cell ${cell}`, -1);
  }

  #cellsOf({ source, target }: Copy): ReadonlySet<string> {
    return new Set([this.#cellOf.get(source) ?? '', this.#cellOf.get(target) ?? '']);
  }

  #count(key: string, by: number): number {
    const count = (this.#copiesOf.get(key) ?? 0) + by;
    this.#copiesOf.set(key, count);
    return count;
  }
}

/** One copy at a time has a host as its source for a range. */
function copyKey({ actor, facts }: Entry & { kind: 'mark' }): string {
  const { volume, range } = facts as { readonly volume: string; readonly range: number };
  return `${actor} ${rangeKey(volume, range)}`;
}
