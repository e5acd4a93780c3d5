// Exhaustive search of a state space: every state that any order of steps can lead to, breadth
// first, so that a counterexample is as short as there is one.
//
//   initial --expand--> states not seen before --> check each --> queue --> ... until none is new
//                            |
//                  table of all that were seen (exact, no hashing away)
//
// A state is a row of small whole numbers: what they stand for, the space knows (see `Interner`).
// Rows lie in flat arrays, so tens of millions fit. A second pass asks from which states a state
// that is `done` can still be reached: a state without such a path is stuck, and said to be.
import { assert } from './assert.ts';

/** What is searched. All functions are pure. Rows are lent: who keeps one copies it. */
export interface StateSpace {
  /** Numbers of a row; each is 0 to 65535. */
  readonly width: number;
  /** The row that everything begins with. */
  readonly initial: readonly number[];
  /** Calls `found` for each step that is possible, with its number, which `label` knows. */
  expand(row: Uint16Array, found: (next: Uint16Array, step: number) => void): void;
  /** What is wrong with a state, or null. */
  violation(row: Uint16Array): string | null;
  /** Whether everything that was begun has ended. */
  isDone(row: Uint16Array): boolean;
  /**
   * Calls `found` for each state that those can bring about who have to bring things to an end, by
   * themselves: without luck, and without those who may be dead. All of them are reachable.
   */
  rescue(row: Uint16Array, found: (next: Uint16Array) => void): void;
}

/** How far a search goes. */
export interface SearchLimits {
  /** The most states; a search that meets it is incomplete and says so. */
  readonly stateMax: number;
  /** Called now and then with the states so far. */
  readonly onProgress?: (stateCount: number) => void;
}

/** A way through the space: the steps, and the row after each; the first row is the initial one. */
export interface SearchPath {
  readonly steps: readonly number[];
  readonly rows: readonly Uint16Array[];
}

/** What a search found. */
export interface SearchResult {
  readonly stateCount: number;
  readonly stepCount: number;
  /** The longest shortest way from the initial state. */
  readonly depth: number;
  /** True when every state was visited. */
  readonly complete: boolean;
  /** The first state that is wrong, by the shortest way. */
  readonly violation: { readonly what: string; readonly path: SearchPath } | null;
  /** Searched only where nothing is wrong and all was visited. */
  readonly stuck: { readonly count: number; readonly path: SearchPath } | null;
}

/** Visits all states; ends at the first that is wrong. */
export function searchStates(space: StateSpace, limits: SearchLimits): SearchResult {
  return new Search(space, limits).run();
}

const progressEvery = 262_144;

class Search {
  readonly #space: StateSpace;
  readonly #limits: SearchLimits;
  readonly #rows: RowTable;
  /** The row that is looked at. */
  readonly #row: Uint16Array;
  #stepCount = 0;

  constructor(space: StateSpace, limits: SearchLimits) {
    const { stateMax } = limits;
    assert(Number.isInteger(stateMax) && stateMax >= 1, `stateMax ${stateMax}, expected from 1`);
    assert(space.initial.length === space.width, `a row of ${space.initial.length} numbers`);
    this.#space = space;
    this.#limits = limits;
    this.#rows = new RowTable(space.width);
    this.#row = new Uint16Array(space.width);
  }

  run(): SearchResult {
    const rows = this.#rows;
    const first = Uint16Array.from(this.#space.initial);
    rows.add(first, 0, -1);
    const what = this.#space.violation(first);
    if (what !== null) {
      const violation = { what, path: this.#pathTo(0) };
      return this.#result({ complete: false, violation, stuck: null });
    }
    let cut = false;
    for (let at = 0; at < rows.count && !cut; at += 1) {
      const wrong = this.#expand(at);
      if (wrong !== null) {
        return this.#result({ complete: false, violation: wrong, stuck: null });
      }
      cut = rows.count > this.#limits.stateMax;
      if (at % progressEvery === progressEvery - 1) this.#limits.onProgress?.(rows.count);
    }
    const stuck = cut ? null : this.#findStuck();
    return this.#result({ complete: !cut, violation: null, stuck });
  }

  #expand(at: number): SearchResult['violation'] {
    const rows = this.#rows;
    let wrong: SearchResult['violation'] = null;
    rows.read(at, this.#row);
    this.#space.expand(this.#row, (next, step) => {
      this.#stepCount += 1;
      if (wrong !== null || !rows.add(next, at, step)) return;
      const what = this.#space.violation(next);
      if (what !== null) wrong = { what, path: this.#pathTo(rows.count - 1) };
    });
    return wrong;
  }

  // Later states tend to lead to earlier ones that are known to end well, so passes run backwards;
  // they are few.
  #findStuck(): SearchResult['stuck'] {
    const rows = this.#rows;
    const ends = new Uint8Array(rows.count);
    let leftCount = rows.count;
    for (let changed = true; changed && leftCount > 0; ) {
      changed = false;
      for (let at = rows.count - 1; at >= 0; at -= 1) {
        if (ends[at] !== 0 || !this.#endsWell(at, ends)) continue;
        ends[at] = 1;
        leftCount -= 1;
        changed = true;
      }
    }
    if (leftCount === 0) return null;
    return { count: leftCount, path: this.#pathTo(this.#cornerBelow(ends.indexOf(0))) };
  }

  // The first stuck state is one that leads into a corner: the corner itself says what is missing.
  #cornerBelow(start: number): number {
    let reached = this.#rescuedFrom(start);
    for (;;) {
      const next = this.#rescuedFrom(reached.at(-1) ?? start);
      if (next.length >= reached.length) return Math.min(...next);
      reached = next;
    }
  }

  #rescuedFrom(start: number): readonly number[] {
    const reached = new Set<number>([start]);
    for (const at of reached) {
      this.#space.rescue(this.#rows.row(at), (next) => reached.add(this.#rows.indexOf(next)));
    }
    return [...reached];
  }

  #endsWell(at: number, ends: Uint8Array): boolean {
    const space = this.#space;
    this.#rows.read(at, this.#row);
    if (space.isDone(this.#row)) return true;
    let found = false;
    space.rescue(this.#row, (next) => {
      if (!found) found = ends[this.#rows.indexOf(next)] === 1;
    });
    return found;
  }

  #pathTo(end: number): SearchPath {
    const steps: number[] = [];
    const rows: Uint16Array[] = [];
    for (let at = end; ; at = this.#rows.parentOf(at)) {
      rows.push(this.#rows.row(at));
      if (at === 0) break;
      steps.push(this.#rows.stepTo(at));
    }
    return { steps: steps.reverse(), rows: rows.reverse() };
  }

  #result(what: Pick<SearchResult, 'complete' | 'violation' | 'stuck'>): SearchResult {
    const { count } = this.#rows;
    const depth = this.#pathTo(count - 1).steps.length;
    return { stateCount: count, stepCount: this.#stepCount, depth, ...what };
  }
}

/** Rows per chunk: chunks are never moved, so the table grows without copies of its rows. */
const chunkRowCount = 1 << 18;

// Every row that was seen, with the row and the step that led to it first.
class RowTable {
  readonly #width: number;
  readonly #chunks: Uint16Array[] = [];
  readonly #parents: Int32Array[] = [];
  readonly #steps: Uint16Array[] = [];
  /** Open addressing: index of a row plus 1; 0 is free. */
  #slots = new Uint32Array(1 << 16);
  #count = 0;

  constructor(width: number) {
    this.#width = width;
  }

  get count(): number {
    return this.#count;
  }

  /** A copy of a row. */
  row(index: number): Uint16Array {
    const start = (index % chunkRowCount) * this.#width;
    return this.#chunk(index).slice(start, start + this.#width);
  }

  /** Copies a row into another. */
  read(index: number, into: Uint16Array): void {
    const chunk = this.#chunk(index);
    const start = (index % chunkRowCount) * this.#width;
    for (let i = 0; i < this.#width; i += 1) into[i] = chunk[start + i]!;
  }

  parentOf(index: number): number {
    return this.#parents[Math.floor(index / chunkRowCount)]![index % chunkRowCount]!;
  }

  stepTo(index: number): number {
    return this.#steps[Math.floor(index / chunkRowCount)]![index % chunkRowCount]!;
  }

  indexOf(row: Uint16Array): number {
    const found = this.#slots[this.#slotOf(row)]!;
    assert(found > 0, 'a row that was never visited');
    return found - 1;
  }

  /** False when the row is known. */
  add(row: Uint16Array, parent: number, step: number): boolean {
    const slot = this.#slotOf(row);
    if (this.#slots[slot] !== 0) return false;
    const index = this.#count;
    const place = index % chunkRowCount;
    if (place === 0) {
      this.#chunks.push(new Uint16Array(chunkRowCount * this.#width));
      this.#parents.push(new Int32Array(chunkRowCount));
      this.#steps.push(new Uint16Array(chunkRowCount));
    }
    this.#chunk(index).set(row, place * this.#width);
    const last = this.#parents.length - 1;
    this.#parents[last]![place] = parent;
    this.#steps[last]![place] = Math.max(0, step);
    this.#count += 1;
    this.#slots[slot] = this.#count;
    if (this.#count * 2 > this.#slots.length) this.#grow();
    return true;
  }

  #chunk(index: number): Uint16Array {
    return this.#chunks[Math.floor(index / chunkRowCount)]!;
  }

  // The slot of a row, or the free one where it belongs.
  #slotOf(row: Uint16Array): number {
    const mask = this.#slots.length - 1;
    let slot = hashOf(row, 0, this.#width) & mask;
    for (;;) {
      const found = this.#slots[slot]!;
      if (found === 0 || this.#holds(found - 1, row)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #holds(index: number, row: Uint16Array): boolean {
    const chunk = this.#chunk(index);
    const start = (index % chunkRowCount) * this.#width;
    for (let i = 0; i < this.#width; i += 1) if (chunk[start + i] !== row[i]) return false;
    return true;
  }

  #grow(): void {
    const slots = new Uint32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (let index = 0; index < this.#count; index += 1) {
      const start = (index % chunkRowCount) * this.#width;
      let slot = hashOf(this.#chunk(index), start, this.#width) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = index + 1;
    }
    this.#slots = slots;
  }
}

function hashOf(numbers: Uint16Array, start: number, width: number): number {
  let hash = 0x811c9dc5;
  for (let i = start; i < start + width; i += 1) {
    hash = Math.imul(hash ^ numbers[i]!, 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  return hash >>> 0;
}

/** Numbers for values: equal values have one number, in order of first sight. */
export class Interner<T> {
  readonly #values: T[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #keyOf: (value: T) => string;

  constructor(keyOf: (value: T) => string) {
    this.#keyOf = keyOf;
  }

  get count(): number {
    return this.#values.length;
  }

  numberOf(value: T): number {
    const key = this.#keyOf(value);
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const fresh = this.#values.length;
    assert(fresh < 65_536, 'more than 65536 values of one part of a state');
    this.#values.push(value);
    this.#numbers.set(key, fresh);
    return fresh;
  }

  valueOf(number: number): T {
    assert(number < this.#values.length, `number ${number} of ${this.#values.length} values`);
    return this.#values[number] as T;
  }
}
