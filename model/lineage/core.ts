// The protocol core as a space of states: one volume, two cells, some routers, a mover. The rule
// table, the guards and the drive policy are those that the simulated actors run.
//
//   row = [cell x, cell y, volume record, messages, router 1, router 2 ...]
//
// Messages are a set that only grows: each may be delivered at any time, again and again, or never,
// so delay, duplication, reordering and loss are all in it. A router reads the cells one after the
// other; a cell may fail to answer at any time; a router may forget all and begin anew at any time.
//
// The way to the end is asked of the routers alone: the mover is dead, whatever was under way is
// lost, and cells answer.
import { assert, Interner, type StateSpace } from '../../sim/index.ts';
import {
  allCellGuards,
  applyCommand,
  type CellGuards,
  type CellName,
  type CellRecord,
  firstRecord,
  isAuthoritative,
  noRecord,
  type Snapshot,
  sameSnapshot,
} from './cell-record.ts';
import {
  type CoreEffect,
  type CoreParts,
  type CoreRules,
  coreCells,
  idle,
  leaseEffects,
  moverEffects,
  type RouterState,
  renewal,
  routerEffects,
  type Sent,
} from './core-steps.ts';
import { cellText, commandText, volumeText } from './core-words.ts';
import { type DriveFaults, noDriveFaults } from './drive.ts';
import { type ObservedPair, observations, ruleFor } from './rules.ts';
import {
  allVolumeChecks,
  newVolume,
  type VolumeChecks,
  type VolumeRecord,
} from './volume-record.ts';

/** What is searched, and what of the right system is switched off. */
export interface CoreOptions {
  /** The request of each router; the same one twice is a retry. */
  readonly requests: readonly string[];
  /** How many moves the mover may begin. */
  readonly moveMax: number;
  /** Whether a source that does not answer may be overruled once its lease has run out. */
  readonly forcedTakeover?: boolean;
  readonly guards?: Partial<CellGuards>;
  readonly checks?: Partial<VolumeChecks>;
  readonly faults?: Partial<DriveFaults>;
  /** Wrong where true: see `CoreRules`. */
  readonly ackBeforePublish?: boolean;
  readonly forceWithoutLease?: boolean;
  readonly ruleOf?: typeof ruleFor;
}

/** An effect in numbers; -1 leaves a part as it is. */
interface NumberedEffect {
  readonly label: number;
  readonly cellAt: number;
  readonly cell: number;
  readonly volume: number;
  readonly router: number;
  readonly sent: readonly number[];
}

type Effects = readonly NumberedEffect[];

/** Cells, records and routers have fewer values than this, so that they fit one key. */
const valueMax = 4_096;

const volumeAt = coreCells.length;
const sentAt = volumeAt + 1;
const routersAt = sentAt + 1;
const anyone = -1;

/** The space of states of the protocol core. */
export class LineageCore implements StateSpace {
  readonly width: number;
  readonly initial: readonly number[];
  /** Every pair of observations that a router decided by, in both orders. */
  readonly pairsSeen = new Set<string>();
  readonly #requests: readonly string[];
  readonly #rules: CoreRules;
  readonly #cells = new Interner<CellRecord>((value) => JSON.stringify(value));
  readonly #volumes = new Interner<VolumeRecord>((value) => JSON.stringify(value));
  readonly #messages = new Interner<Sent>((value) => JSON.stringify(value));
  readonly #sets = new Interner<readonly number[]>((value) => value.join());
  readonly #routers = new Interner<RouterState>((value) => JSON.stringify(value));
  readonly #labels = new Interner<string>((value) => value);
  /** Cell and message to the cell after it. */
  readonly #delivered = new Map<number, number>();
  /** Set and message to the set with it. */
  readonly #added = new Map<number, number>();
  /** Effects by all that they depend on: far fewer than there are states. */
  readonly #effects = { all: new Map<number, Effects>(), owed: new Map<number, Effects>() };
  readonly #stepOf: number[] = [];

  constructor(options: CoreOptions) {
    const { requests, moveMax, ruleOf = ruleFor } = options;
    this.#requests = requests;
    this.#rules = {
      guards: { ...allCellGuards, ...options.guards },
      checks: { ...allVolumeChecks, ...options.checks },
      faults: { ...noDriveFaults, ...options.faults },
      ruleOf: (pair) => this.#observed(pair, ruleOf),
      moveMax,
      forcedTakeover: options.forcedTakeover === true,
      forceWithoutLease: options.forceWithoutLease === true,
      ackBeforePublish: options.ackBeforePublish === true,
    };
    this.width = routersAt + requests.length;
    this.initial = [
      this.#cells.numberOf(firstRecord(1)),
      this.#cells.numberOf(noRecord),
      this.#volumes.numberOf(newVolume(coreCells[0])),
      this.#sets.numberOf([]),
      ...requests.map(() => this.#routers.numberOf(idle)),
    ];
  }

  expand(row: Uint16Array, found: (next: Uint16Array, step: number) => void): void {
    for (const message of this.#sets.valueOf(row[sentAt]!)) {
      const next = Uint16Array.from(row);
      const step = this.#deliver(next, message);
      if (step >= 0) found(next, step);
    }
    for (const effect of this.#effectsOf(row, anyone, 'all')) {
      found(this.#after(row, anyone, effect), effect.label);
    }
    for (let router = 0; router < this.#requests.length; router += 1) {
      for (const effect of this.#effectsOf(row, router, 'all')) {
        found(this.#after(row, router, effect), effect.label);
      }
    }
  }

  rescue(row: Uint16Array, found: (next: Uint16Array) => void): void {
    for (let router = anyone; router < this.#requests.length; router += 1) {
      for (const effect of this.#effectsOf(row, router, 'owed')) {
        const next = this.#after(row, router, effect);
        for (const message of effect.sent) this.#deliver(next, message);
        found(next);
      }
    }
  }

  violation(row: Uint16Array): string | null {
    const { cells, volume } = this.#partsOf(row);
    const authoritative = [...cells].filter(
      ([, record]) => isAuthoritative(record.state) && record.leased,
    );
    if (authoritative.length > 1) return 'lineage-one-authority: two cells are authoritative';
    const requests = volume.chain.map(({ request }) => request);
    if (new Set(requests).size < requests.length) {
      return 'lineage-published-once: a request has two published snapshots';
    }
    if (authoritative.length === 0) return null;
    const acked = this.#acked(row);
    for (const [cell, { lineage }] of authoritative) {
      if (!volume.chain.every((one, at) => isAt(lineage, at, one))) {
        return `lineage-one-head: '${cell}' lacks a part of the published chain`;
      }
      if (!acked.every((one) => lineage.some((held) => sameSnapshot(held, one)))) {
        return `lineage-not-lost: '${cell}' lacks a snapshot that was acknowledged`;
      }
    }
    return null;
  }

  isDone(row: Uint16Array): boolean {
    for (let at = routersAt; at < this.width; at += 1) {
      if (this.#routers.valueOf(row[at]!).phase !== 'done') return false;
    }
    return true;
  }

  /** A state in lines of text. */
  describe(row: Uint16Array): readonly string[] {
    const { cells, volume } = this.#partsOf(row);
    const lines = [...cells].map(([cell, record]) => cellText(cell, record));
    lines.push(volumeText(volume));
    for (const [index, request] of this.#requests.entries()) {
      const { phase } = this.#routers.valueOf(row[routersAt + index]!);
      lines.push(`router-${index + 1}: ${phase}, for ${request}`);
    }
    return lines;
  }

  /** How many of the 49 pairs were decided by. */
  coverage(): { readonly appliedCount: number; readonly ruleCount: number } {
    return {
      appliedCount: this.pairsSeen.size,
      ruleCount: observations.length * observations.length,
    };
  }

  /** A step in words. */
  label(step: number): string {
    return this.#labels.valueOf(step);
  }

  // Which cell the routing metadata names first does not matter to what is done: both orders count.
  #observed(pair: ObservedPair, ruleOf: typeof ruleFor): ReturnType<typeof ruleFor> {
    this.pairsSeen.add(`${pair[0]}/${pair[1]}`);
    this.pairsSeen.add(`${pair[1]}/${pair[0]}`);
    return ruleOf(pair);
  }

  #partsOf(row: Uint16Array): CoreParts {
    const cells = new Map(coreCells.map((cell, at) => [cell, this.#cells.valueOf(row[at]!)]));
    return { cells, volume: this.#volumes.valueOf(row[volumeAt]!) };
  }

  #acked(row: Uint16Array): readonly Snapshot[] {
    const acked: Snapshot[] = [];
    for (let at = routersAt; at < this.width; at += 1) {
      const state = this.#routers.valueOf(row[at]!);
      if (state.phase === 'done') acked.push(state.acked);
    }
    return acked;
  }

  #effectsOf(row: Uint16Array, router: number, which: 'all' | 'owed'): Effects {
    const state = router === anyone ? -1 : row[routersAt + router]!;
    const key = this.#keyOf(row, router, state);
    const effects = this.#effects[which];
    const known = effects.get(key);
    if (known !== undefined) return known;
    const made = this.#makeEffects(this.#partsOf(row), { router, state, which });
    const prefix = router === anyone ? '' : `router-${router + 1} `;
    const numbered = made.map((effect) => this.#numbered(effect, prefix));
    effects.set(key, numbered);
    return numbered;
  }

  #keyOf(row: Uint16Array, router: number, state: number): number {
    let key = (router + 1) * valueMax + state + 1;
    for (let at = 0; at <= volumeAt; at += 1) {
      assert(row[at]! < valueMax, `value ${row[at]} of a part, expected below ${valueMax}`);
      key = key * valueMax + row[at]!;
    }
    return key;
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
    const moves = moverEffects(parts, rules);
    return rules.forcedTakeover ? [...moves, ...leaseEffects(parts, rules)] : moves;
  }

  #numbered(effect: CoreEffect, prefix: string): NumberedEffect {
    const { label, cell, volume, router, sent } = effect;
    return {
      label: this.#labels.numberOf(`${prefix}${label}`),
      cellAt: cell === undefined ? -1 : cellIndex(cell.name),
      cell: cell === undefined ? -1 : this.#cells.numberOf(cell.record),
      volume: volume === undefined ? -1 : this.#volumes.numberOf(volume),
      router: router === undefined ? -1 : this.#routers.numberOf(router),
      sent: sent.map((message) => this.#messages.numberOf(message)),
    };
  }

  #after(row: Uint16Array, router: number, effect: NumberedEffect): Uint16Array {
    const next = Uint16Array.from(row);
    if (effect.cellAt >= 0) next[effect.cellAt] = effect.cell;
    if (effect.volume >= 0) next[volumeAt] = effect.volume;
    if (effect.router >= 0) next[routersAt + router] = effect.router;
    for (const message of effect.sent) this.#send(next, message);
    return next;
  }

  // Answers the step, or -1 when the message changes nothing.
  #deliver(row: Uint16Array, message: number): number {
    const { cell, command } = this.#messages.valueOf(message);
    const at = cellIndex(cell);
    const before = row[at]!;
    const key = before * 65_536 + message;
    let after = this.#delivered.get(key);
    if (after === undefined) {
      const { guards } = this.#rules;
      const record = applyCommand(this.#cells.valueOf(before), command, { cell, guards });
      after = this.#cells.numberOf(record);
      this.#delivered.set(key, after);
    }
    if (after === before) return -1;
    row[at] = after;
    let step = this.#stepOf[message];
    if (step === undefined) {
      step = this.#labels.numberOf(`cell-${cell} receives ${commandText(command)}`);
      this.#stepOf[message] = step;
    }
    return step;
  }

  #send(row: Uint16Array, message: number): void {
    const before = row[sentAt]!;
    const key = before * 65_536 + message;
    let after = this.#added.get(key);
    if (after === undefined) {
      const set = this.#sets.valueOf(before);
      const grown = set.includes(message) ? set : [...set, message].sort((a, b) => a - b);
      after = this.#sets.numberOf(grown);
      this.#added.set(key, after);
    }
    row[sentAt] = after;
  }
}

function cellIndex(name: CellName): number {
  return (coreCells as readonly CellName[]).indexOf(name);
}

function isAt(lineage: readonly Snapshot[], at: number, snapshot: Snapshot): boolean {
  const held = lineage[at];
  return held !== undefined && sameSnapshot(held, snapshot);
}
