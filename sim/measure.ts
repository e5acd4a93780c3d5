// What is measured of a run: numbers that engineers look for, each a fold over the record, as
// properties are. A meter folds once for all measures that follow from the same state.
//
//   entries --> meters (one fold each) --> values by name --> thresholds, verdict, report
import type { Entry } from './record.ts';
import type { Ns } from './units.ts';

/** What a measure counts in: ns, a share of 0 to 1, a number per second, a plain number, times. */
export type MeasureUnit = 'duration' | 'share' | 'rate' | 'count' | 'factor';

/** What is said of a measure. */
export interface MeasureWord {
  readonly unit: MeasureUnit;
  /** One line for `list measures` and the report. */
  readonly summary: string;
}

/** Numbers that follow from one fold; the keys of `measures` are their names. */
export interface Meter<N extends string = string> {
  readonly measures: Readonly<Record<N, MeasureWord>>;
  /** Kinds of entries that its fold looks at. */
  readonly kinds: readonly Entry['kind'][];
  begin(): MeterFold<N>;
}

/** A meter at work in one run: draws nothing, changes nothing. */
export interface MeterFold<N extends string = string> {
  observe(entry: Entry): void;
  /** The values so far; null where there was nothing to measure. */
  read(nowNs: Ns): Readonly<Record<N, number | null>>;
}

/** A measure and what it came to, as a verdict tells it. */
export interface MeasuredValue extends MeasureWord {
  readonly measure: string;
  readonly value: number;
  /** The value with its unit, as people read it. */
  readonly text: string;
}

/** Meters at work in one run. */
export class MeterPanel {
  readonly #folds: readonly MeterFold[];
  readonly #byKind = new Map<Entry['kind'], MeterFold[]>();

  constructor(meters: readonly Meter[]) {
    this.#folds = meters.map((meter) => {
      const fold = meter.begin();
      for (const kind of meter.kinds) {
        this.#byKind.set(kind, [...(this.#byKind.get(kind) ?? []), fold]);
      }
      return fold;
    });
  }

  /** Shows an entry to every meter that looks at its kind. */
  observe(entry: Entry): void {
    const folds = this.#byKind.get(entry.kind);
    if (folds === undefined) return;
    for (const fold of folds) fold.observe(entry);
  }

  /** Every value by its name, in the order of the meters. */
  read(nowNs: Ns): ReadonlyMap<string, number | null> {
    return new Map(this.#folds.flatMap((fold) => Object.entries(fold.read(nowNs))));
  }
}
