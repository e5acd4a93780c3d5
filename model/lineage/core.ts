// The protocol core as a space of states: a volume, two or three cells, routers, a mover. The rule
// table, the guards, the drive policy and the changes of the record are those that the simulated
// actors run.
//
//   row = [cell x, cell y ..., what the authority keeps, messages, router 1, router 2 ...]
//
// Messages are a set that only grows: each may be delivered at any time, again and again, or never,
// so delay, duplication, reordering and loss are all in it. A router reads the cells one after the
// other; a cell may fail to answer at any time; a router may forget all and begin anew at any time.
//
// The way to the end is asked of the routers alone: the mover is dead, whatever was under way is
// lost, and cells answer.
import { Interner, type SearchPath, type StateSpace } from '../../sim/index.ts';
import { applyCommand, type CellRecord, firstRecord, noRecord } from './cell-record.ts';
import { brokenBy, lossOf } from './core-judge.ts';
import { leaseEffects, moverEffects, renewal, rollBackEffects } from './core-mover.ts';
import { Numbering } from './core-numbering.ts';
import { type CoreOptions, rulesOf } from './core-options.ts';
import {
  type CoreEffect,
  type CoreParts,
  type CorePlace,
  type CoreRules,
  idle,
  newPlace,
  type RouterState,
  type Sent,
} from './core-parts.ts';
import { routerEffects } from './core-router.ts';
import { cellText, commandText, nameText, placeText } from './core-words.ts';
import { type ObservedPair, observations, ruleFor } from './rules.ts';

/** An effect in numbers; -1 leaves a part as it is. */
interface NumberedEffect {
  readonly label: number;
  readonly cellAt: number;
  readonly cell: number;
  readonly place: number;
  readonly router: number;
  readonly sent: readonly number[];
}

/** What a message makes of a cell. */
interface Delivery {
  readonly label: number;
  readonly cell: number;
}

/** What a step goes by: columns of the row, and the message that it delivers, or -1. */
interface Reads {
  readonly columns: readonly number[];
  readonly message: number;
}

const anyone = -1;

/** The space of states of the protocol core. */
export class LineageCore implements StateSpace {
  readonly width: number;
  readonly initial: readonly number[];
  /** Every pair of observations that a router decided by: of the cell named first, of the other. */
  readonly pairsDecided = new Set<string>();
  readonly #requests: readonly string[];
  readonly #rules: CoreRules;
  readonly #placeAt: number;
  readonly #sentAt: number;
  readonly #routersAt: number;
  readonly #cells = new Interner<CellRecord>((value) => JSON.stringify(value));
  readonly #places = new Interner<CorePlace>((value) => JSON.stringify(value));
  readonly #messages = new Interner<Sent>((value) => JSON.stringify(value));
  readonly #sets = new Interner<readonly number[]>((value) => value.join());
  readonly #routers = new Interner<RouterState>((value) => JSON.stringify(value));
  readonly #labels = new Interner<string>((value) => value);
  /** By label. */
  readonly #reads: Reads[] = [];
  /** One number for all cells and the authority's record together. */
  readonly #numbering: Numbering;
  /** By cells and record: what is wrong with them. */
  readonly #broken = new Map<number, string | null>();
  /** By these and what a router has acknowledged. */
  readonly #losses = new Map<number, string | null>();
  /** Cell and message to the cell after it. */
  readonly #delivered = new Map<number, number>();
  /** By set of messages and cell, for each cell: what any of them makes of it. */
  readonly #deliveries: readonly Map<number, readonly Delivery[]>[];
  /** Set and message to the set with it. */
  readonly #added = new Map<number, number>();
  /** By router, from that of nobody on: effects by all that they depend on. */
  readonly #effects: readonly Map<number, readonly NumberedEffect[]>[];
  readonly #owed: readonly Map<number, readonly NumberedEffect[]>[];
  readonly #next: Uint16Array;

  constructor(options: CoreOptions) {
    const { requests, ruleOf = ruleFor } = options;
    this.#requests = requests;
    this.#rules = rulesOf(options, (pair) => this.#observed(pair, ruleOf));
    const { cells } = this.#rules;
    this.#placeAt = cells.length;
    this.#sentAt = this.#placeAt + 1;
    this.#routersAt = this.#sentAt + 1;
    this.width = this.#routersAt + requests.length;
    this.initial = [
      ...cells.map((_, at) => this.#cells.numberOf(at === 0 ? firstRecord(1) : noRecord)),
      this.#places.numberOf(newPlace()),
      this.#sets.numberOf([]),
      ...requests.map(() => this.#routers.numberOf(idle)),
    ];
    this.#numbering = new Numbering(this.#placeAt + 1);
    this.#deliveries = cells.map(() => new Map());
    this.#effects = [anyone, ...requests].map(() => new Map());
    this.#owed = [anyone, ...requests].map(() => new Map());
    this.#next = new Uint16Array(this.width);
  }

  expand(row: Uint16Array, found: (next: Uint16Array, step: number) => void): void {
    const next = this.#next;
    for (let cellAt = 0; cellAt < this.#placeAt; cellAt += 1) {
      for (const { cell, label } of this.#deliveriesTo(row, cellAt)) {
        next.set(row);
        next[cellAt] = cell;
        found(next, label);
      }
    }
    const parts = this.#numbering.of(row);
    for (let router = anyone; router < this.#requests.length; router += 1) {
      for (const effect of this.#effectsOf(row, parts, router, 'all')) {
        this.#apply(row, router, effect);
        found(next, effect.label);
      }
    }
  }

  rescue(row: Uint16Array, found: (next: Uint16Array) => void): void {
    const parts = this.#numbering.of(row);
    for (let router = anyone; router < this.#requests.length; router += 1) {
      for (const effect of this.#effectsOf(row, parts, router, 'owed')) {
        this.#apply(row, router, effect);
        for (const message of effect.sent) this.#deliver(message);
        found(this.#next);
      }
    }
  }

  violation(row: Uint16Array): string | null {
    const number = this.#numbering.of(row);
    let broken = this.#broken.get(number);
    if (broken === undefined) {
      broken = brokenBy(this.#partsOf(row));
      this.#broken.set(number, broken);
    }
    if (broken !== null) return broken;
    for (let at = this.#routersAt; at < this.width; at += 1) {
      const loss = this.#lossOf(row, number, row[at]!);
      if (loss !== null) return loss;
    }
    return null;
  }

  isDone(row: Uint16Array): boolean {
    for (let at = this.#routersAt; at < this.width; at += 1) {
      if (this.#routers.valueOf(row[at]!).phase !== 'done') return false;
    }
    return true;
  }

  /** A state in lines of text. */
  describe(row: Uint16Array): readonly string[] {
    const { cells, place } = this.#partsOf(row);
    const lines = [...cells].map(([cell, record]) => cellText(cell, record));
    lines.push(placeText(place));
    for (const [index, request] of this.#requests.entries()) {
      const { phase } = this.#routers.valueOf(row[this.#routersAt + index]!);
      lines.push(`router-${index + 1}: ${phase}, for ${request}`);
    }
    return lines;
  }

  /** A state by what its cells are, and how the move stands. */
  name(row: Uint16Array): string {
    const { cells, place } = this.#partsOf(row);
    return nameText(cells, place);
  }

  /** How many of the 49 pairs were decided by; the other order is another pair. */
  coverage(): { readonly appliedCount: number; readonly ruleCount: number } {
    return {
      appliedCount: this.pairsDecided.size,
      ruleCount: observations.length * observations.length,
    };
  }

  /** A step in words. */
  label(step: number): string {
    return this.#labels.valueOf(step);
  }

  /** By which earlier steps, counted from 0, a step is what it is: who wrote what it reads. */
  causes({ steps, rows }: SearchPath, at: number): readonly number[] {
    const { columns, message } = this.#reads[steps[at]!]!;
    const causes = new Set<number>();
    for (const column of columns) {
      let last = at - 1;
      while (last >= 0 && rows[last]![column] === rows[last + 1]![column]) last -= 1;
      if (last >= 0) causes.add(last);
    }
    if (message >= 0) {
      const has = (row: Uint16Array) => this.#sets.valueOf(row[this.#sentAt]!).includes(message);
      causes.add(rows.findIndex(has) - 1);
    }
    return [...causes].sort((a, b) => a - b);
  }

  #observed(pair: ObservedPair, ruleOf: typeof ruleFor): ReturnType<typeof ruleFor> {
    this.pairsDecided.add(`${pair[0]}/${pair[1]}`);
    return ruleOf(pair);
  }

  #partsOf(row: Uint16Array): CoreParts {
    const { cells } = this.#rules;
    return {
      cells: new Map(cells.map((cell, at) => [cell, this.#cells.valueOf(row[at]!)])),
      place: this.#places.valueOf(row[this.#placeAt]!),
    };
  }

  #lossOf(row: Uint16Array, parts: number, router: number): string | null {
    const state = this.#routers.valueOf(router);
    if (state.phase !== 'done') return null;
    const key = parts * 65_536 + router;
    let loss = this.#losses.get(key);
    if (loss === undefined) {
      loss = lossOf(this.#partsOf(row), state.acked);
      this.#losses.set(key, loss);
    }
    return loss;
  }

  #effectsOf(
    row: Uint16Array,
    parts: number,
    router: number,
    which: 'all' | 'owed',
  ): readonly NumberedEffect[] {
    const state = router === anyone ? 0 : row[this.#routersAt + router]!;
    const known = (which === 'all' ? this.#effects : this.#owed)[router + 1]!;
    const key = parts * 65_536 + state;
    let effects = known.get(key);
    if (effects === undefined) {
      const prefix = router === anyone ? '' : `router-${router + 1} `;
      const made = this.#makeEffects(this.#partsOf(row), { router, state, which });
      effects = made.map((effect) => this.#numbered(effect, prefix));
      known.set(key, effects);
    }
    return effects;
  }

  #makeEffects(
    parts: CoreParts,
    whose: { readonly router: number; readonly state: number; readonly which: 'all' | 'owed' },
  ): readonly CoreEffect[] {
    const { router, state, which } = whose;
    const rules = this.#rules;
    if (router !== anyone) {
      const request = this.#requests[router]!;
      const known = this.#routers.valueOf(state);
      return routerEffects(parts, { state: known, request, mayFail: which === 'all' }, rules);
    }
    if (which === 'owed') return renewal(parts);
    return [
      ...moverEffects(parts, rules),
      ...(rules.forcedTakeover ? leaseEffects(parts, rules) : []),
      ...(rules.rollBacks ? rollBackEffects(parts, rules) : []),
    ];
  }

  #numbered(effect: CoreEffect, prefix: string): NumberedEffect {
    const { cell, place, router, sent, reads } = effect;
    const label = this.#labels.numberOf(`${prefix}${effect.label}`);
    const columns = reads.map((part) => this.#columnOf(part));
    this.#reads[label] ??= { columns, message: -1 };
    return {
      label,
      cellAt: cell === undefined ? -1 : this.#columnOf(cell.name),
      cell: cell === undefined ? -1 : this.#cells.numberOf(cell.record),
      place: place === undefined ? -1 : this.#places.numberOf(place),
      router: router === undefined ? -1 : this.#routers.numberOf(router),
      sent: sent.map((message) => this.#messages.numberOf(message)),
    };
  }

  // Into `#next`.
  #apply(row: Uint16Array, router: number, effect: NumberedEffect): void {
    const next = this.#next;
    next.set(row);
    if (effect.cellAt >= 0) next[effect.cellAt] = effect.cell;
    if (effect.place >= 0) next[this.#placeAt] = effect.place;
    if (effect.router >= 0) next[this.#routersAt + router] = effect.router;
    for (const message of effect.sent) this.#send(message);
  }

  #deliveriesTo(row: Uint16Array, cellAt: number): readonly Delivery[] {
    const set = row[this.#sentAt]!;
    const before = row[cellAt]!;
    const known = this.#deliveries[cellAt]!;
    const key = set * 65_536 + before;
    let deliveries = known.get(key);
    if (deliveries === undefined) {
      const made: Delivery[] = [];
      for (const message of this.#sets.valueOf(set)) {
        const { cell, command } = this.#messages.valueOf(message);
        if (this.#columnOf(cell) !== cellAt) continue;
        const after = this.#afterMessage(before, message);
        if (after === before) continue;
        const label = this.#labels.numberOf(`${cell} receives ${commandText(command)}`);
        this.#reads[label] ??= { columns: [], message };
        made.push({ label, cell: after });
      }
      deliveries = made;
      known.set(key, deliveries);
    }
    return deliveries;
  }

  #afterMessage(before: number, message: number): number {
    const key = before * 65_536 + message;
    let after = this.#delivered.get(key);
    if (after === undefined) {
      const { cell, command } = this.#messages.valueOf(message);
      const { guards } = this.#rules;
      const record = applyCommand(this.#cells.valueOf(before), command, { cell, guards });
      after = this.#cells.numberOf(record);
      this.#delivered.set(key, after);
    }
    return after;
  }

  // At once, into `#next`.
  #deliver(message: number): void {
    const at = this.#columnOf(this.#messages.valueOf(message).cell);
    this.#next[at] = this.#afterMessage(this.#next[at]!, message);
  }

  #send(message: number): void {
    const before = this.#next[this.#sentAt]!;
    const key = before * 65_536 + message;
    let after = this.#added.get(key);
    if (after === undefined) {
      const set = this.#sets.valueOf(before);
      const grown = set.includes(message) ? set : [...set, message].sort((a, b) => a - b);
      after = this.#sets.numberOf(grown);
      this.#added.set(key, after);
    }
    this.#next[this.#sentAt] = after;
  }

  #columnOf(part: string): number {
    return part === 'authority' ? this.#placeAt : this.#rules.cells.indexOf(part);
  }
}
