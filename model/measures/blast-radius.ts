// What faults do to volumes that have copies in the cells they struck, and to all others.
import type { Entry, Meter, MeterFold, Ns } from '../../sim/index.ts';
import { FaultScope, scopeKinds } from '../properties/fault-scope.ts';

type Name =
  | 'blast.touched.errors.share'
  | 'blast.untouched.errors.share'
  | 'blast.touched.latency.p99'
  | 'blast.untouched.latency.p99';

/** Errors and latency within the reach of faults, and outside of it. */
export const blastRadius: Meter<Name> = {
  measures: {
    'blast.touched.errors.share': {
      unit: 'share',
      summary: 'operations that did not end ok, of volumes with a copy in a cell that was struck',
    },
    'blast.untouched.errors.share': {
      unit: 'share',
      summary: 'operations that did not end ok, of volumes without one, after the first fault',
    },
    'blast.touched.latency.p99': {
      unit: 'duration',
      summary: 'of operations of volumes with a copy in a cell that was struck',
    },
    'blast.untouched.latency.p99': {
      unit: 'duration',
      summary: 'of operations of volumes without one, after the first fault',
    },
  },
  kinds: [...scopeKinds, 'op', 'stop'],
  begin: () => new BlastRadius(),
};

interface Side {
  readonly okNs: Ns[];
  brokenCount: number;
}

interface Open {
  readonly volume: string;
  readonly atNs: Ns;
}

class BlastRadius implements MeterFold<Name> {
  readonly #scope = new FaultScope();
  readonly #open = new Map<string, Map<number, Open>>();
  readonly #touched: Side = { okNs: [], brokenCount: 0 };
  readonly #untouched: Side = { okNs: [], brokenCount: 0 };

  observe(entry: Entry): void {
    this.#scope.observe(entry);
    if (entry.kind === 'stop') this.#open.delete(entry.actor);
    else if (entry.kind === 'op') this.#onOp(entry);
  }

  read(): Record<Name, number | null> {
    return {
      'blast.touched.errors.share': errorShare(this.#touched),
      'blast.untouched.errors.share': errorShare(this.#untouched),
      'blast.touched.latency.p99': p99(this.#touched.okNs),
      'blast.untouched.latency.p99': p99(this.#untouched.okNs),
    };
  }

  #onOp(entry: Entry & { kind: 'op' }): void {
    let opens = this.#open.get(entry.actor);
    if (opens === undefined) {
      opens = new Map();
      this.#open.set(entry.actor, opens);
    }
    if (entry.phase === 'invoke') {
      const { volume } = entry.value as { readonly volume: string };
      opens.set(entry.opId, { volume, atNs: entry.atNs });
      return;
    }
    const open = opens.get(entry.opId);
    opens.delete(entry.opId);
    if (open === undefined) return;
    const standing = this.#scope.standing(open.volume);
    if (standing === 'no-fault') return;
    const side = standing === 'touched' ? this.#touched : this.#untouched;
    if (entry.phase === 'ok') side.okNs.push(entry.atNs - open.atNs);
    else side.brokenCount += 1;
  }
}

function errorShare({ okNs, brokenCount }: Side): number | null {
  const count = okNs.length + brokenCount;
  return count === 0 ? null : brokenCount / count;
}

/** By nearest rank. */
function p99(latenciesNs: readonly Ns[]): number | null {
  if (latenciesNs.length === 0) return null;
  const sorted = Float64Array.from(latenciesNs).sort();
  return sorted[Math.max(1, Math.ceil((sorted.length * 99) / 100)) - 1]!;
}
