// Judges a run by its properties while it runs: each entry goes to the monitors that look at its
// kind. A monitor that throws is an internal error and ends the run; it is never a pass.
import type { Finding, Judgement, Monitor, Property, Violation } from './property.ts';
import type { Entry } from './record.ts';
import type { Ns } from './units.ts';

interface Watch {
  readonly property: Property;
  readonly monitor: Monitor;
  violation: Violation | null;
}

/** The monitors of one run. */
export class Judge {
  readonly #watches: readonly Watch[];
  readonly #byKind = new Map<Entry['kind'], Watch[]>();
  #first: Violation | null = null;

  constructor(properties: readonly Property[]) {
    this.#watches = properties.map((property) => {
      const watch: Watch = { property, monitor: property.monitor(), violation: null };
      for (const kind of property.kinds) {
        const watches = this.#byKind.get(kind) ?? [];
        watches.push(watch);
        this.#byKind.set(kind, watches);
      }
      return watch;
    });
  }

  /** The violation that came first, or null so far: a run stops there. */
  get firstViolation(): Violation | null {
    return this.#first;
  }

  /** Shows an entry to every monitor that looks at its kind. */
  observe(entry: Entry): void {
    const watches = this.#byKind.get(entry.kind);
    if (watches === undefined) return;
    for (const watch of watches) {
      if (watch.violation !== null) continue;
      const finding = watch.monitor.observe(entry);
      if (finding !== null) this.#violated(watch, finding, entry.atNs, entry);
    }
  }

  /** What `eventually` properties still wait for; empty when the world has settled. */
  pending(): readonly string[] {
    const reasons: string[] = [];
    for (const { property, monitor } of this.#watches) {
      const reason = monitor.pending?.() ?? null;
      if (reason !== null) reasons.push(`${property.id}: ${reason}`);
    }
    return reasons;
  }

  /**
   * The run is over: every property gets its judgement. `stopped` when a violation cut the run
   * short.
   */
  end(nowNs: Ns, stopped: boolean): readonly Judgement[] {
    return this.#watches.map((watch) => {
      if (!stopped && watch.violation === null) {
        const finding = watch.monitor.end(nowNs);
        if (finding !== null) this.#violated(watch, finding, nowNs, null);
      }
      return judgement(watch, stopped);
    });
  }

  #violated(watch: Watch, finding: Finding, atNs: Ns, entry: Entry | null): void {
    const { what, expected, observed, blame = entry } = finding;
    watch.violation = {
      property: watch.property.id,
      atNs: blame?.atNs ?? atNs,
      event: blame?.id ?? null,
      eventIndex: blame?.index ?? null,
      what,
      expected,
      observed,
    };
    this.#first ??= watch.violation;
  }
}

function judgement(watch: Watch, stopped: boolean): Judgement {
  const { property, monitor, violation } = watch;
  const { id, mode } = property;
  const { evaluatedCount } = monitor;
  const pending = stopped ? null : (monitor.pending?.() ?? null);
  const status =
    violation !== null
      ? 'violated'
      : pending !== null
        ? 'stalled'
        : evaluatedCount === 0
          ? 'not exercised'
          : 'held';
  return { id, mode, status, evaluatedCount, violation };
}
