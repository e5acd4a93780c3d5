// What a run really did, counted from its record: operations by outcome, marks, lost messages,
// faults.
import type { Entry, InjectedFault } from '../../sim/index.ts';

/** Counts entries while a run goes on. */
export class Tally {
  readonly #counts = new Map<string, number>();
  readonly #faults = new Map<number, InjectedFault>();

  observe(entry: Entry): void {
    switch (entry.kind) {
      case 'op':
        if (entry.phase !== 'invoke') this.#count(`${entry.name}.${entry.phase}`);
        break;
      case 'mark':
        this.#count(entry.name);
        break;
      case 'message':
        this.#count(`message.${entry.outcome}`);
        break;
      case 'stop':
        this.#count(`stop.${entry.reason}`);
        break;
      case 'fault':
        this.#observeFault(entry);
        break;
      default:
        break;
    }
  }

  /** Every count by name, names in order. */
  exercised(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  faults(): readonly InjectedFault[] {
    return [...this.#faults.values()];
  }

  #observeFault(entry: Entry & { kind: 'fault' }): void {
    const { faultId, fault, targets, params, atNs } = entry;
    if (entry.phase === 'start') {
      this.#count(`fault.${fault}`);
      this.#faults.set(faultId, { faultId, fault, targets, params, startNs: atNs, endNs: null });
      return;
    }
    const begun = this.#faults.get(faultId);
    if (begun !== undefined) this.#faults.set(faultId, { ...begun, endNs: atNs });
  }

  #count(name: string): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }
}
