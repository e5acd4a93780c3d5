// The protocol core as a space of states: one volume, two cells, some routers, a mover. The rule
// table, the guards and the drive policy are those that the simulated actors run.
//
//   row = [cell x, cell y, volume record, messages, router 1, router 2 ...]
//
// Messages are a set that only grows: each may be delivered at any time, again and again, or never,
// so delay, duplication, reordering and loss are all in it. The mover does at any time whatever the
// record allows, or nothing any more. A router reads the cells one after the other; a cell may fail
// to answer at any time; a router may forget all and begin anew at any time.
//
// The way to the end is asked of the routers alone: the mover is dead, whatever was under way is
// lost, and cells answer.
import { assert, Interner, type StateSpace, unreachable } from '../../sim/index.ts';
import {
  allCellGuards,
  applyCommand,
  type CellCommand,
  type CellGuards,
  type CellName,
  type CellRecord,
  firstRecord,
  isAuthoritative,
  noRecord,
  type Snapshot,
} from './cell-record.ts';
import {
  certificates,
  type DriveAction,
  type DriveFaults,
  driveActions,
  noDriveFaults,
  notSeen,
  preparations,
  type Seen,
  seenOf,
} from './drive.ts';
import {
  decide,
  impostors,
  isUnchanged,
  type NamedSeen,
  nextToPublish,
  takenLineage,
} from './router.ts';
import { type Rule, ruleFor } from './rules.ts';
import {
  abortMove,
  allVolumeChecks,
  clearMove,
  commitMove,
  isPublished,
  newVolume,
  openMove,
  publish,
  type VolumeChecks,
  type VolumeRecord,
} from './volume-record.ts';

/** The two cells of the core. */
export const coreCells = ['x', 'y'] as const;

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
  /** Wrong where true: a router acknowledges what a cell has taken before it is published. */
  readonly ackBeforePublish?: boolean;
  /** Wrong where true: a take-over does not wait for the lease. */
  readonly forceWithoutLease?: boolean;
  readonly ruleOf?: typeof ruleFor;
}

type RouterState =
  | { readonly phase: 'idle' }
  | {
      readonly phase: 'half';
      readonly cell: CellName;
      readonly seen: Seen;
      /** The pair that is read again, or null. */
      readonly before: readonly NamedSeen[] | null;
    }
  | { readonly phase: 'again'; readonly before: readonly NamedSeen[] }
  | { readonly phase: 'conflict'; readonly seen: readonly NamedSeen[] }
  | {
      readonly phase: 'drive';
      readonly seen: readonly NamedSeen[];
      /** Where the snapshot is taken meanwhile, or null. */
      readonly cell: CellName | null;
    }
  | { readonly phase: 'await'; readonly cell: CellName }
  | { readonly phase: 'publish'; readonly lineage: readonly Snapshot[] }
  | { readonly phase: 'done'; readonly acked: Snapshot };

interface Sent {
  readonly cell: CellName;
  readonly command: CellCommand;
}

/** A state in words, for reports. */
export interface CoreState {
  readonly cells: ReadonlyMap<CellName, CellRecord>;
  readonly volume: VolumeRecord;
  readonly routers: readonly RouterState[];
}

const idle: RouterState = { phase: 'idle' };
const volumeAt = coreCells.length;
const sentAt = volumeAt + 1;
const routersAt = sentAt + 1;

/** The space of states of the protocol core. */
export class LineageCore implements StateSpace {
  readonly width: number;
  readonly initial: readonly number[];
  /** Every pair of observations that a router decided by, first by the first cell's. */
  readonly pairsSeen = new Set<string>();
  readonly #options: CoreOptions;
  readonly #guards: CellGuards;
  readonly #checks: VolumeChecks;
  readonly #how: { readonly faults: DriveFaults; readonly ruleOf: typeof ruleFor };
  readonly #cells = new Interner<CellRecord>((value) => JSON.stringify(value));
  readonly #volumes = new Interner<VolumeRecord>((value) => JSON.stringify(value));
  readonly #messages = new Interner<Sent>((value) => JSON.stringify(value));
  readonly #sets = new Interner<readonly number[]>((value) => value.join());
  readonly #routers = new Interner<RouterState>((value) => JSON.stringify(value));
  readonly #labels = new Interner<string>((value) => value);
  /** Cell and message to the cell after it. */
  readonly #delivered = new Map<number, number>();
  readonly #added = new Map<number, number>();

  constructor(options: CoreOptions) {
    this.#options = options;
    this.#guards = { ...allCellGuards, ...options.guards };
    this.#checks = { ...allVolumeChecks, ...options.checks };
    this.#how = {
      faults: { ...noDriveFaults, ...options.faults },
      ruleOf: options.ruleOf ?? ruleFor,
    };
    this.width = routersAt + options.requests.length;
    const [first] = coreCells;
    this.initial = [
      this.#cells.numberOf(firstRecord(1)),
      this.#cells.numberOf(noRecord),
      this.#volumes.numberOf(newVolume(first)),
      this.#sets.numberOf([]),
      ...options.requests.map(() => this.#routers.numberOf(idle)),
    ];
  }

  expand(row: Uint16Array, found: (next: Uint16Array, step: number) => void): void {
    this.#deliveries(row, found);
    this.#moverSteps(row, found);
    if (this.#options.forcedTakeover === true) this.#takeover(row, found);
    for (let router = 0; router < this.#options.requests.length; router += 1) {
      this.#routerSteps(row, router, { mayFail: true }, (next, label) => {
        found(next, this.#labels.numberOf(`router-${router + 1} ${label}`));
      });
    }
  }

  rescue(row: Uint16Array, found: (next: Uint16Array) => void): void {
    this.#renewal(row, found);
    for (let router = 0; router < this.#options.requests.length; router += 1) {
      this.#routerSteps(row, router, { mayFail: false }, (next, _label, sent) => {
        const at = Uint16Array.from(next);
        for (const message of sent) this.#deliver(at, message);
        found(at);
      });
    }
  }

  violation(row: Uint16Array): string | null {
    const { cells, volume, routers } = this.stateOf(row);
    const authoritative = [...cells].filter(
      ([, record]) => isAuthoritative(record.state) && record.leased,
    );
    if (authoritative.length > 1) return 'lineage-one-authority: two cells are authoritative';
    const requests = volume.chain.map(({ request }) => request);
    if (new Set(requests).size < requests.length) {
      return 'lineage-published-once: a request has two published snapshots';
    }
    for (const [cell, { lineage }] of authoritative) {
      const isPrefix = volume.chain.every((one, at) => isEqual(lineage[at], one));
      if (!isPrefix) return `lineage-one-head: '${cell}' lacks a part of the published chain`;
      for (const router of routers) {
        if (router.phase !== 'done') continue;
        if (!lineage.some((one) => isEqual(one, router.acked))) {
          return `lineage-not-lost: '${cell}' lacks a snapshot that was acknowledged`;
        }
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

  /** A row in words. */
  stateOf(row: Uint16Array): CoreState {
    const cells = new Map(coreCells.map((cell, at) => [cell, this.#cells.valueOf(row[at]!)]));
    const routers = this.#options.requests.map((_, i) =>
      this.#routers.valueOf(row[routersAt + i]!),
    );
    return { cells, volume: this.#volumes.valueOf(row[volumeAt]!), routers };
  }

  /** A step in words. */
  label(step: number): string {
    return this.#labels.valueOf(step);
  }

  #deliveries(row: Uint16Array, found: (next: Uint16Array, step: number) => void): void {
    for (const message of this.#sets.valueOf(row[sentAt]!)) {
      const next = Uint16Array.from(row);
      if (!this.#deliver(next, message)) continue;
      const { cell, command } = this.#messages.valueOf(message);
      found(next, this.#labels.numberOf(`cell-${cell} receives ${commandText(command)}`));
    }
  }

  // False when the message changes nothing.
  #deliver(row: Uint16Array, message: number): boolean {
    const { cell, command } = this.#messages.valueOf(message);
    const at = coreCells.indexOf(cell as (typeof coreCells)[number]);
    const before = row[at]!;
    const key = before * 65_536 + message;
    let after = this.#delivered.get(key);
    if (after === undefined) {
      const guards = this.#guards;
      after = this.#cells.numberOf(
        applyCommand(this.#cells.valueOf(before), command, { cell, guards }),
      );
      this.#delivered.set(key, after);
    }
    row[at] = after;
    return after !== before;
  }

  #moverSteps(row: Uint16Array, found: (next: Uint16Array, step: number) => void): void {
    const { cells, volume } = this.stateOf(row);
    const { move } = volume;
    const emit = (label: string, changed: VolumeRecord) => {
      const next = Uint16Array.from(row);
      this.#record(next, changed);
      found(next, this.#labels.numberOf(`mover ${label}`));
    };
    if (move === null) {
      if (volume.lastMove >= this.#options.moveMax) return;
      const target = coreCells.find((cell) => cell !== volume.owner);
      assert(target !== undefined, 'a core of one cell');
      emit(`opens move ${volume.lastMove + 1} to '${target}'`, openMove(volume, target));
      return;
    }
    const source = cells.get(move.source);
    const target = cells.get(move.target);
    assert(source !== undefined && target !== undefined, 'a move of unknown cells');
    if (move.decision === 'open') {
      if (source.state === 'sealed' && source.moveId === move.id) {
        emit(`commits move ${move.id}`, commitMove(volume, move.id));
      }
      emit(`aborts move ${move.id}`, abortMove(volume, move.id));
    } else if (source.closedMove >= move.id && target.closedMove >= move.id) {
      emit(`clears move ${move.id}`, clearMove(volume, move.id));
    }
  }

  #takeover(row: Uint16Array, found: (next: Uint16Array, step: number) => void): void {
    const { cells, volume } = this.stateOf(row);
    for (const [at, cell] of coreCells.entries()) {
      const record = cells.get(cell);
      if (record === undefined || !record.leased || !isAuthoritative(record.state)) continue;
      const next = Uint16Array.from(row);
      next[at] = this.#cells.numberOf({ ...record, leased: false });
      found(next, this.#labels.numberOf(`cell-${cell} loses its lease`));
    }
    this.#renewal(row, (next) => {
      found(next, this.#labels.numberOf(`cell-${volume.owner} renews its lease`));
    });
    const { move } = volume;
    if (move === null || move.decision !== 'open') return;
    const source = cells.get(move.source);
    const target = cells.get(move.target);
    const isExpired = source?.leased === false || this.#options.forceWithoutLease === true;
    if (!isExpired || target?.state !== 'creating' || target.moveId !== move.id) return;
    const next = Uint16Array.from(row);
    this.#record(next, commitMove(volume, move.id, true));
    found(next, this.#labels.numberOf(`mover takes over by move ${move.id}`));
  }

  // The authority renews the lease of the owner only, by the same record that it decides by.
  #renewal(row: Uint16Array, found: (next: Uint16Array) => void): void {
    const { cells, volume } = this.stateOf(row);
    const record = cells.get(volume.owner);
    if (record === undefined || record.leased || !isAuthoritative(record.state)) return;
    const next = Uint16Array.from(row);
    const at = coreCells.indexOf(volume.owner as (typeof coreCells)[number]);
    next[at] = this.#cells.numberOf({ ...record, leased: true });
    found(next);
  }

  // The mover sends all that the record asks for as soon as it does: what is under way may be as
  // late as one likes.
  #record(row: Uint16Array, volume: VolumeRecord): void {
    row[volumeAt] = this.#volumes.numberOf(volume);
    const { move } = volume;
    if (move === null) return;
    const actions = move.decision === 'open' ? preparations(move) : certificates(move);
    for (const action of actions) this.#carryOut(row, action);
  }

  // Answers the message where the action sends one.
  #carryOut(row: Uint16Array, action: DriveAction): number | null {
    if (action.kind === 'send') {
      const message = this.#messages.numberOf({ cell: action.cell, command: action.command });
      this.#send(row, message);
      return message;
    }
    const volume = this.#volumes.valueOf(row[volumeAt]!);
    const after = decidedBy(volume, action);
    if (after !== volume) this.#record(row, after);
    return null;
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

  #routerSteps(
    row: Uint16Array,
    router: number,
    how: { readonly mayFail: boolean },
    found: (next: Uint16Array, label: string, sent: readonly number[]) => void,
  ): void {
    const at = routersAt + router;
    const state = this.#routers.valueOf(row[at]!);
    const to = (after: RouterState): Uint16Array => {
      const next = Uint16Array.from(row);
      next[at] = this.#routers.numberOf(after);
      return next;
    };
    if (state.phase === 'done') return;
    if (state.phase !== 'idle') found(to(idle), 'begins anew', []);
    switch (state.phase) {
      case 'idle':
      case 'again': {
        const before = state.phase === 'again' ? state.before : null;
        for (const cell of coreCells) {
          for (const seen of this.#answers(row, cell, how.mayFail)) {
            const half = { phase: 'half', cell, seen, before } as const;
            found(to(half), `sees '${cell}' ${seenText(seen)}`, []);
          }
        }
        return;
      }
      case 'conflict':
        this.#conflictStep(row, router, state.seen, found);
        return;
      case 'half':
        this.#decideSteps(row, router, state, how, found);
        return;
      case 'drive':
        this.#driveStep(row, router, state, found);
        return;
      case 'await':
        this.#awaitSteps(row, router, state.cell, (after, label) => found(to(after), label, []));
        return;
      case 'publish':
        this.#publishSteps(row, router, state.lineage, found);
        return;
      default:
        unreachable(state);
    }
  }

  #answers(row: Uint16Array, cell: CellName, mayFail: boolean): readonly Seen[] {
    const at = coreCells.indexOf(cell as (typeof coreCells)[number]);
    const seen = seenOf(this.#cells.valueOf(row[at]!));
    return mayFail ? [seen, notSeen] : [seen];
  }

  #decideSteps(
    row: Uint16Array,
    router: number,
    half: {
      readonly cell: CellName;
      readonly seen: Seen;
      readonly before: readonly NamedSeen[] | null;
    },
    how: { readonly mayFail: boolean },
    found: (next: Uint16Array, label: string, sent: readonly number[]) => void,
  ): void {
    const [x, y] = coreCells;
    const other = half.cell === x ? y : x;
    for (const seen of this.#answers(row, other, how.mayFail)) {
      const byCell = new Map([
        [half.cell, half.seen],
        [other as CellName, seen],
      ]);
      const first = { cell: x, seen: byCell.get(x) ?? notSeen };
      const alternate = { cell: y, seen: byCell.get(y) ?? notSeen };
      const { rule, taker } = decide(first, alternate, this.#how.ruleOf);
      this.pairsSeen.add(rule.name);
      const next = Uint16Array.from(row);
      const sent = taker === null ? [] : [this.#sendTake(next, router, taker)];
      const cell = taker?.cell ?? null;
      const pair = [first, alternate];
      const after = afterRule(rule, pair, { cell, before: half.before });
      next[routersAt + router] = this.#routers.numberOf(after);
      found(next, `sees '${other}' ${seenText(seen)}: rule ${rule.name}`, sent);
    }
  }

  // The record is read and acted upon at one instant: a compare-and-set that lost the race changes
  // nothing, and a message that was sent by an older record is one that is late.
  #driveStep(
    row: Uint16Array,
    router: number,
    state: { readonly seen: readonly NamedSeen[]; readonly cell: CellName | null },
    found: (next: Uint16Array, label: string, sent: readonly number[]) => void,
  ): void {
    const volume = this.#volumes.valueOf(row[volumeAt]!);
    const seen = new Map(state.seen.map((one) => [one.cell, one.seen]));
    const next = Uint16Array.from(row);
    const sent: number[] = [];
    const done: string[] = [];
    for (const action of driveActions(volume, seen, this.#how.faults)) {
      const message = this.#carryOut(next, action);
      if (message !== null) sent.push(message);
      done.push(action.kind === 'send' ? action.command.kind : action.kind);
    }
    next[routersAt + router] = this.#routers.numberOf(afterDrive(state.cell));
    found(next, done.length === 0 ? 'finds nothing to drive' : `drives: ${done.join(', ')}`, sent);
  }

  #conflictStep(
    row: Uint16Array,
    router: number,
    seen: readonly NamedSeen[],
    found: (next: Uint16Array, label: string, sent: readonly number[]) => void,
  ): void {
    const next = Uint16Array.from(row);
    const sent: number[] = [];
    for (const action of impostors(seen, this.#volumes.valueOf(row[volumeAt]!))) {
      const message = this.#carryOut(next, action);
      if (message !== null) sent.push(message);
    }
    next[routersAt + router] = this.#routers.numberOf(idle);
    found(next, sent.length === 0 ? 'puts the volume in quarantine' : 'fences an impostor', sent);
  }

  #sendTake(
    row: Uint16Array,
    router: number,
    taker: { readonly cell: CellName; readonly epoch: number },
  ): number {
    const request = this.#options.requests[router]!;
    const command: CellCommand = { kind: 'take', request, epoch: taker.epoch };
    const message = this.#messages.numberOf({ cell: taker.cell, command });
    this.#send(row, message);
    return message;
  }

  #awaitSteps(
    row: Uint16Array,
    router: number,
    cell: CellName,
    found: (after: RouterState, label: string) => void,
  ): void {
    const at = coreCells.indexOf(cell as (typeof coreCells)[number]);
    const request = this.#options.requests[router]!;
    const lineage = takenLineage(this.#cells.valueOf(row[at]!), request);
    const acked = lineage?.at(-1);
    if (lineage === null || acked === undefined) return;
    if (this.#options.ackBeforePublish === true) {
      found({ phase: 'done', acked }, `acknowledges ${snapshotText(acked)} unpublished`);
    } else found({ phase: 'publish', lineage }, `hears that ${snapshotText(acked)} is taken`);
  }

  #publishSteps(
    row: Uint16Array,
    router: number,
    lineage: readonly Snapshot[],
    found: (next: Uint16Array, label: string, sent: readonly number[]) => void,
  ): void {
    const request = this.#options.requests[router]!;
    const volume = this.#volumes.valueOf(row[volumeAt]!);
    const next = Uint16Array.from(row);
    const become = (after: RouterState) => {
      next[routersAt + router] = this.#routers.numberOf(after);
    };
    const published = volume.chain.find((one) => one.request === request);
    if (
      published !== undefined &&
      (this.#checks.deduplicate || isEqual(published, lineage.at(-1)))
    ) {
      become({ phase: 'done', acked: published });
      found(next, `acknowledges ${snapshotText(published)}`, []);
      return;
    }
    const due = nextToPublish(lineage, volume);
    const after = due === null ? volume : publish(volume, due.snapshot, due.parent, this.#checks);
    if (after === volume || due === null) {
      become(idle);
      found(next, 'is refused to publish', []);
      return;
    }
    next[volumeAt] = this.#volumes.numberOf(after);
    if (isPublished(after, request)) become({ phase: 'done', acked: due.snapshot });
    found(next, `publishes ${snapshotText(due.snapshot)}`, []);
  }
}

function afterRule(
  rule: Rule,
  seen: readonly NamedSeen[],
  what: { readonly cell: CellName | null; readonly before: readonly NamedSeen[] | null },
): RouterState {
  const { cell, before } = what;
  if (rule.reRead) {
    const isStill = before !== null && isUnchanged(before, seen);
    return isStill ? { phase: 'conflict', seen } : { phase: 'again', before: seen };
  }
  return rule.drive ? { phase: 'drive', seen, cell } : afterDrive(cell);
}

// Who takes no snapshot now begins anew once all is driven.
function afterDrive(cell: CellName | null): RouterState {
  return cell === null ? idle : { phase: 'await', cell };
}

function decidedBy(
  volume: VolumeRecord,
  action: Exclude<DriveAction, { readonly kind: 'send' }>,
): VolumeRecord {
  switch (action.kind) {
    case 'commit':
      return commitMove(volume, action.move);
    case 'abort':
      return abortMove(volume, action.move);
    case 'clear':
      return clearMove(volume, action.move);
    default:
      return unreachable(action.kind);
  }
}

function isEqual(a: Snapshot | undefined, b: Snapshot | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  return a.request === b.request && a.cell === b.cell && a.epoch === b.epoch;
}

function seenText(seen: Seen): string {
  return seen.state === 'unreachable' ? seen.state : `${seen.state} in epoch ${seen.epoch}`;
}

function snapshotText({ request, cell, epoch }: Snapshot): string {
  return `${request}@${cell}/${epoch}`;
}

function commandText(command: CellCommand): string {
  if (command.kind === 'take') return `take ${command.request} in epoch ${command.epoch}`;
  if (command.kind === 'fence') return `fence below epoch ${command.epoch}`;
  return `${command.kind} of move ${command.move}`;
}
