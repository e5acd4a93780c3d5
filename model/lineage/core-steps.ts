// What can happen in the protocol core next, as effects on its parts. Pure: an effect depends on
// the two cells, on the record of the authority and on one router, never on what is under way.
//
// The mover does at any time whatever the record allows, or nothing any more. It sends all that the
// record asks for as soon as it does: what is under way may be as late as one likes. Data is not in
// the core: what a move opens is imported at once.
import { assert, unreachable } from '../../sim/index.ts';
import {
  type CellCommand,
  type CellGuards,
  type CellName,
  type CellRecord,
  isAuthoritative,
  type Snapshot,
  sameSnapshot,
} from './cell-record.ts';
import { commandText, seenText, snapshotText } from './core-words.ts';
import {
  certificates,
  type DriveAction,
  type DriveFaults,
  driveActions,
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
import type { Rule, ruleFor } from './rules.ts';
import {
  abortMove,
  clearMove,
  commitMove,
  importedMove,
  isPublished,
  openMove,
  publish,
  type VolumeChecks,
  type VolumeRecord,
} from './volume-record.ts';

/** The two cells of the core. */
export const coreCells = ['x', 'y'] as const;

/** How far a router is with its request. */
export type RouterState =
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

/** A router that knows nothing. */
export const idle: RouterState = { phase: 'idle' };

/** A command on its way to a cell. */
export interface Sent {
  readonly cell: CellName;
  readonly command: CellCommand;
}

/** The parts that effects depend on. */
export interface CoreParts {
  readonly cells: ReadonlyMap<CellName, CellRecord>;
  readonly volume: VolumeRecord;
}

/** What a step changes; what is absent stays as it is. */
export interface CoreEffect {
  readonly label: string;
  readonly cell?: { readonly name: CellName; readonly record: CellRecord };
  readonly volume?: VolumeRecord;
  readonly router?: RouterState;
  readonly sent: readonly Sent[];
}

/** How the system is built: the right one, or with parts of it switched off. */
export interface CoreRules {
  readonly guards: CellGuards;
  readonly checks: VolumeChecks;
  readonly faults: DriveFaults;
  readonly ruleOf: typeof ruleFor;
  readonly moveMax: number;
  readonly forcedTakeover: boolean;
  /** Wrong where true: a take-over does not wait for the lease. */
  readonly forceWithoutLease: boolean;
  /** Wrong where true: a router acknowledges what a cell has taken before it is published. */
  readonly ackBeforePublish: boolean;
}

/** What the mover may do. */
export function moverEffects(parts: CoreParts, rules: CoreRules): readonly CoreEffect[] {
  const { cells, volume } = parts;
  const { move } = volume;
  const recorded = (label: string, after: VolumeRecord): CoreEffect => ({
    label: `mover ${label}`,
    volume: after,
    sent: sentBy(after),
  });
  if (move === null) {
    if (volume.lastMove >= rules.moveMax) return [];
    const target = coreCells.find((cell) => cell !== volume.owner);
    assert(target !== undefined, 'a core of one cell');
    const label = `opens move ${volume.lastMove + 1} to '${target}'`;
    const opened = openMove(volume, target);
    return [recorded(label, importedMove(opened, opened.lastMove))];
  }
  const source = recordOf(cells, move.source);
  const target = recordOf(cells, move.target);
  if (move.decision !== 'open') {
    const isClosed = source.closedMove >= move.id && target.closedMove >= move.id;
    return isClosed ? [recorded(`clears move ${move.id}`, clearMove(volume, move.id))] : [];
  }
  const abort = recorded(`aborts move ${move.id}`, abortMove(volume, move.id));
  const isSealed = source.state === 'sealed' && source.moveId === move.id;
  if (!isSealed) return [abort];
  return [recorded(`commits move ${move.id}`, commitMove(volume, move.id)), abort];
}

/** Leases run out, the owner's is renewed, and an expired source may be overruled. */
export function leaseEffects(parts: CoreParts, rules: CoreRules): readonly CoreEffect[] {
  const { cells, volume } = parts;
  const effects: CoreEffect[] = [];
  for (const [name, record] of cells) {
    if (!record.leased || !isAuthoritative(record.state)) continue;
    const cell = { name, record: { ...record, leased: false } };
    effects.push({ label: `cell-${name} loses its lease`, cell, sent: [] });
  }
  effects.push(...renewal(parts));
  const { move } = volume;
  if (move === null || move.decision !== 'open') return effects;
  const target = recordOf(cells, move.target);
  const isExpired = !recordOf(cells, move.source).leased || rules.forceWithoutLease;
  if (isExpired && target.state === 'creating' && target.moveId === move.id) {
    const after = commitMove(volume, move.id, true);
    const label = `mover takes over by move ${move.id}`;
    effects.push({ label, volume: after, sent: sentBy(after) });
  }
  return effects;
}

/** The authority renews the lease of the owner only, by the same record that it decides by. */
export function renewal({ cells, volume }: CoreParts): readonly CoreEffect[] {
  const record = recordOf(cells, volume.owner);
  if (record.leased || !isAuthoritative(record.state)) return [];
  const cell = { name: volume.owner, record: { ...record, leased: true } };
  return [{ label: `cell-${volume.owner} renews its lease`, cell, sent: [] }];
}

/** What a router may do with its request. */
export function routerEffects(
  parts: CoreParts,
  router: { readonly state: RouterState; readonly request: string; readonly mayFail: boolean },
  rules: CoreRules,
): readonly CoreEffect[] {
  const { state } = router;
  const anew: CoreEffect = { label: 'begins anew', router: idle, sent: [] };
  switch (state.phase) {
    case 'idle':
      return readFirst(parts, null, router.mayFail);
    case 'again':
      return [anew, ...readFirst(parts, state.before, router.mayFail)];
    case 'half':
      return [anew, ...readSecond(parts, { ...router, half: state }, rules)];
    case 'drive':
      return [anew, driveEffect(parts, state, rules)];
    case 'conflict':
      return [anew, conflictEffect(parts, state.seen)];
    case 'await':
      return [anew, ...heard(parts, { request: router.request, cell: state.cell }, rules)];
    case 'publish':
      return [anew, publishEffect(parts.volume, router.request, state.lineage, rules)];
    case 'done':
      return [];
    default:
      return unreachable(state);
  }
}

function readFirst(
  { cells }: CoreParts,
  before: readonly NamedSeen[] | null,
  mayFail: boolean,
): readonly CoreEffect[] {
  return coreCells.flatMap((cell) =>
    answers(recordOf(cells, cell), mayFail).map((seen) => ({
      label: `sees '${cell}' ${seenText(seen)}`,
      router: { phase: 'half', cell, seen, before } as const,
      sent: [],
    })),
  );
}

function answers(record: CellRecord, mayFail: boolean): readonly Seen[] {
  return mayFail ? [seenOf(record), notSeen] : [seenOf(record)];
}

function readSecond(
  { cells }: CoreParts,
  router: {
    readonly request: string;
    readonly mayFail: boolean;
    readonly half: Extract<RouterState, { readonly phase: 'half' }>;
  },
  rules: CoreRules,
): readonly CoreEffect[] {
  const { half, request, mayFail } = router;
  const [x, y] = coreCells;
  const other = half.cell === x ? y : x;
  return answers(recordOf(cells, other), mayFail).map((seen) => {
    const known: NamedSeen = { cell: half.cell, seen: half.seen };
    const read: NamedSeen = { cell: other, seen };
    const pair = half.cell === x ? ([known, read] as const) : ([read, known] as const);
    const { rule, taker } = decide(pair[0], pair[1], rules.ruleOf);
    const cell = taker?.cell ?? null;
    const take =
      taker === null
        ? []
        : [{ cell: taker.cell, command: { kind: 'take', request, epoch: taker.epoch } as const }];
    return {
      label: `sees '${other}' ${seenText(seen)}: rule ${rule.name}`,
      router: afterRule(rule, pair, { cell, before: half.before }),
      sent: take,
    };
  });
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

// The record is read and acted upon at one instant: a compare-and-set that lost the race changes
// nothing, and a message that was sent by an older record is one that is late.
function driveEffect(
  parts: CoreParts,
  state: { readonly seen: readonly NamedSeen[]; readonly cell: CellName | null },
  rules: CoreRules,
): CoreEffect {
  const seen = new Map(state.seen.map((one) => [one.cell, one.seen]));
  const actions = driveActions(parts.volume, seen, rules.faults);
  const names = actions.map((one) => (one.kind === 'send' ? commandText(one.command) : one.kind));
  const label = names.length === 0 ? 'finds nothing to drive' : `drives: ${names.join(', ')}`;
  return { label, router: afterDrive(state.cell), ...carriedOut(parts.volume, actions) };
}

function conflictEffect(parts: CoreParts, seen: readonly NamedSeen[]): CoreEffect {
  const actions = impostors(seen, parts.volume);
  const label = actions.length === 0 ? 'puts the volume in quarantine' : 'fences an impostor';
  return { label, router: idle, ...carriedOut(parts.volume, actions) };
}

function carriedOut(
  volume: VolumeRecord,
  actions: readonly DriveAction[],
): Pick<CoreEffect, 'volume' | 'sent'> {
  let after = volume;
  const sent: Sent[] = [];
  for (const action of actions) {
    if (action.kind === 'send') {
      sent.push({ cell: action.cell, command: action.command });
      continue;
    }
    const decided = decidedBy(after, action);
    if (decided !== after) sent.push(...sentBy(decided));
    after = decided;
  }
  return { volume: after, sent };
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

function heard(
  { cells }: CoreParts,
  what: { readonly request: string; readonly cell: CellName },
  rules: CoreRules,
): readonly CoreEffect[] {
  const lineage = takenLineage(recordOf(cells, what.cell), what.request);
  const acked = lineage?.at(-1);
  if (lineage === null || acked === undefined) return [];
  if (rules.ackBeforePublish) {
    const label = `acknowledges ${snapshotText(acked)} unpublished`;
    return [{ label, router: { phase: 'done', acked }, sent: [] }];
  }
  const label = `hears that ${snapshotText(acked)} is taken`;
  return [{ label, router: { phase: 'publish', lineage }, sent: [] }];
}

function publishEffect(
  volume: VolumeRecord,
  request: string,
  lineage: readonly Snapshot[],
  rules: CoreRules,
): CoreEffect {
  const published = volume.chain.find((one) => one.request === request);
  const own = lineage.at(-1);
  const isOwn = published !== undefined && own !== undefined && sameSnapshot(published, own);
  if (published !== undefined && (rules.checks.deduplicate || isOwn)) {
    const label = `acknowledges ${snapshotText(published)}`;
    return { label, router: { phase: 'done', acked: published }, sent: [] };
  }
  const due = nextToPublish(lineage, volume);
  const after = due === null ? volume : publish(volume, due.snapshot, due.parent, rules.checks);
  if (due === null || after === volume) {
    return { label: 'is refused to publish', router: idle, sent: [] };
  }
  const acked = due.snapshot;
  const done: RouterState = { phase: 'done', acked };
  return {
    label: `publishes ${snapshotText(acked)}`,
    volume: after,
    ...(isPublished(after, request) ? { router: done } : {}),
    sent: [],
  };
}

function sentBy({ move }: VolumeRecord): readonly Sent[] {
  if (move === null) return [];
  const actions = move.decision === 'open' ? preparations(move) : certificates(move);
  return actions.flatMap((one) =>
    one.kind === 'send' ? [{ cell: one.cell, command: one.command }] : [],
  );
}

function recordOf(cells: ReadonlyMap<CellName, CellRecord>, name: CellName): CellRecord {
  const record = cells.get(name);
  assert(record !== undefined, `unknown cell '${name}'`);
  return record;
}
