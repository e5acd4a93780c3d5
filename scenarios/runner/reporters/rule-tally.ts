// Which pairs of observations routers decided by, and how often: in one run, or in many.
import { observations, ruleTable } from '../../../model/index.ts';
import type { RuleRow } from '../../../reports/index.ts';
import type { Entry } from '../../../sim/index.ts';

/** Counts decisions by the name of their rule. */
export class RuleTally {
  readonly #counts = new Map<string, number>();

  /** Counts an entry of a record, if it is a decision. */
  observe(entry: Entry): void {
    if (entry.kind !== 'mark' || entry.name !== 'rule.applied') return;
    this.#add(String(entry.facts.rule), 1);
  }

  /** Counts what another one has counted. */
  merge(other: RuleTally): void {
    for (const [rule, count] of other.#counts) this.#add(rule, count);
  }

  /** Every pair, in the order of the table; empty where no router decided anything. */
  rows(): readonly RuleRow[] {
    if (this.#counts.size === 0) return [];
    return observations.flatMap((first) =>
      observations.map((alternate, at) => ({
        first,
        alternate,
        codes: ruleTable[first][at]!,
        count: this.#counts.get(`${first}/${alternate}`) ?? 0,
      })),
    );
  }

  #add(rule: string, count: number): void {
    this.#counts.set(rule, (this.#counts.get(rule) ?? 0) + count);
  }
}
