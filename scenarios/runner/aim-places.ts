// Where and when an aimed fault may strike: it is told before the run, so that it stays inside the
// budget wherever its trigger happens.
//
//   anywhere, else one zone and role, else one node      any time, else between two other faults
//
// A place with few nodes uses little of the budget; a window that no other fault touches uses it
// alone. Places where the state was entered before come first.
import { type ActorId, type Entry, type NodeId, type Ns, nsPerMs } from '../../sim/index.ts';
import { endNsOf } from './budget.ts';
import type { DeclaredFault, Scenario } from './scenario.ts';
import type { SelectableNode } from './vocabulary.ts';

/** A selector of actors; undefined for any. */
export interface Place {
  readonly actor: string | undefined;
}

/** Nothing before `fromNs` counts, nor at or after `untilNs`. */
export interface Window {
  readonly fromNs: Ns;
  readonly untilNs: Ns;
}

/** Remembers on which nodes machines lived and entered their states. */
export class AimPlaces {
  readonly #nodes: readonly SelectableNode[];
  readonly #living = new Map<ActorId, { readonly machine: string; readonly node: NodeId }>();
  /** By machine, and by machine and state. */
  readonly #seen = new Map<string, Set<NodeId>>();
  /** Nodes whose device answered a request. */
  readonly #withDevice = new Set<NodeId>();

  constructor(nodes: readonly SelectableNode[]) {
    this.#nodes = nodes;
  }

  /** Looks at the next entry of a run. */
  observe(entry: Entry): void {
    if (entry.kind === 'start') {
      const { actor, behavior: machine, node } = entry;
      this.#living.set(actor, { machine, node });
      this.#note(machine, node);
    } else if (entry.kind === 'state') {
      const living = this.#living.get(entry.actor);
      if (living !== undefined) this.#note(`${living.machine} ${entry.state}`, living.node);
    } else if (entry.kind === 'io') {
      const living = this.#living.get(entry.actor);
      if (living !== undefined) this.#withDevice.add(living.node);
    }
  }

  /** Whether the machine lived where there is a device: elsewhere, faults of devices do nothing. */
  hasDevice(machine: string): boolean {
    for (const node of this.#seen.get(machine) ?? []) if (this.#withDevice.has(node)) return true;
    return false;
  }

  /** Where to wait for a state of a machine, widest first; `choose` draws which of a size is. */
  of(
    { machine, state }: { readonly machine: string; readonly state: string },
    choose: (count: number) => number,
  ): readonly Place[] {
    const seen = this.#seen.get(`${machine} ${state}`) ?? this.#seen.get(machine);
    const nodes = this.#nodes.filter(({ id }) => seen === undefined || seen.has(id));
    const groups = [...new Set(nodes.map(groupOf))].sort();
    const ids = nodes.map(({ id }) => id);
    const places = [...rotated(groups, choose), ...rotated(ids, choose)];
    return [{ actor: undefined }, ...places.map((actor) => ({ actor }))];
  }

  #note(key: string, node: NodeId): void {
    const seen = this.#seen.get(key);
    if (seen === undefined) this.#seen.set(key, new Set([node]));
    else seen.add(node);
  }
}

/** The whole first act, then what the faults leave free of it, the longest part first. */
export function windowsOf(
  faults: readonly DeclaredFault[],
  scenario: Scenario,
  forNs: Ns,
): readonly Window[] {
  const { durationNs } = scenario;
  const gaps: Window[] = [];
  let freeNs = 0;
  for (const fault of [...faults].sort((a, b) => a.atNs - b.atNs)) {
    // It may strike just before the window ends, and lasts from there.
    if (fault.atNs - forNs > freeNs) gaps.push({ fromNs: freeNs, untilNs: fault.atNs - forNs });
    freeNs = Math.max(freeNs, endNsOf(fault, scenario) + nsPerMs);
  }
  if (freeNs > 0 && freeNs < durationNs) gaps.push({ fromNs: freeNs, untilNs: durationNs });
  const lengthOf = ({ fromNs, untilNs }: Window) => untilNs - fromNs;
  return [
    { fromNs: 0, untilNs: durationNs },
    ...gaps.sort((a, b) => lengthOf(b) - lengthOf(a) || a.fromNs - b.fromNs),
  ];
}

function groupOf({ labels }: SelectableNode): string {
  const terms = ['zone', 'role'].filter((key) => labels[key] !== undefined);
  return terms.map((key) => `${key}=${labels[key]}`).join(' ');
}

function rotated<T>(items: readonly T[], choose: (count: number) => number): readonly T[] {
  if (items.length === 0) return items;
  const start = choose(items.length);
  return [...items.slice(start), ...items.slice(0, start)];
}
