// What a router may do in the protocol core next, by the functions that the simulated one runs.
// Pure: it depends on the cells, on the record of the authority and on the router.
//
// A router remembers whatever pair of cells it likes: what it was told once may be old. Who has to
// bring things to an end asks the pair that the routing metadata names now.
import { unreachable } from '../../sim/index.ts';
import { type CellName, type CellRecord, type Snapshot, sameSnapshot } from './cell-record.ts';
import { namedCells, sentBy } from './core-mover.ts';
import {
  type CellPair,
  type CoreEffect,
  type CoreParts,
  type CorePlace,
  type CoreRules,
  changed,
  idle,
  type RouterState,
  recordOf,
  type Sent,
} from './core-parts.ts';
import { commandText, listText, seenText, snapshotText } from './core-words.ts';
import { type DriveAction, notSeen, type Seen, seenOf } from './drive.ts';
import {
  decide,
  forwardOf,
  hopMax,
  impostors,
  isUnchanged,
  ledOn,
  type NamedSeen,
  nextToPublish,
  routerActions,
  takenLineage,
} from './router.ts';
import type { VolumeChange } from './volume-change.ts';
import { isPublished } from './volume-record.ts';

/** Whose step it is. */
interface Router {
  readonly state: RouterState;
  readonly request: string;
  /** A cell may fail to answer, and what the router remembers may be old. */
  readonly mayFail: boolean;
}

type Half = Extract<RouterState, { readonly phase: 'half' }>;

/** What two cells were seen to be. */
type SeenPair = readonly [NamedSeen, NamedSeen];

/** What a router may do with its request. */
export function routerEffects(
  parts: CoreParts,
  router: Router,
  rules: CoreRules,
): readonly CoreEffect[] {
  const { state } = router;
  const anew: CoreEffect = { label: 'begins anew', reads: [], router: idle, sent: [] };
  switch (state.phase) {
    case 'idle':
      return pairsToAsk(parts, router, rules).flatMap((pair) =>
        readFirst(parts, { pair, before: null, hopCount: 0 }, router.mayFail),
      );
    case 'query':
      return [anew, ...readFirst(parts, state, router.mayFail)];
    case 'half':
      return [anew, ...readSecond(parts, router, state, rules)];
    case 'drive':
      return [anew, driveEffect(parts, state, rules)];
    case 'conflict':
      return [anew, conflictEffect(parts, state.seen, rules)];
    case 'await':
      return [anew, ...heard(parts, { request: router.request, cell: state.cell }, rules)];
    case 'publish':
      return [anew, publishEffect(parts.place, router.request, state.lineage, rules)];
    case 'done':
      return [];
    default:
      return unreachable(state);
  }
}

// Either of the two may answer first. Where only one cell is named nobody was ever to have the
// volume beside it, and any other may be asked.
function pairsToAsk(
  { place }: CoreParts,
  { mayFail }: Router,
  { cells }: CoreRules,
): readonly CellPair[] {
  const named = namedCells(place.routing);
  const [first, second] = [...named, ...cells.filter((cell) => !named.includes(cell))];
  if (!mayFail) return [[first!, second!]];
  return cells.flatMap((a, at) => cells.slice(at + 1).map((b): CellPair => [a, b]));
}

function readFirst(
  { cells }: CoreParts,
  query: Pick<Half, 'before' | 'hopCount'> & { readonly pair: CellPair },
  mayFail: boolean,
): readonly CoreEffect[] {
  const { pair, before, hopCount } = query;
  return pair.flatMap((cell, at) =>
    answers(recordOf(cells, cell), mayFail).map(({ seen, forward }) => {
      const other = pair[1 - at]!;
      return {
        label: `sees ${cell} ${seenText(seen)}, ${other} is next`,
        reads: [cell],
        router: { phase: 'half', cell, seen, forward, other, before, hopCount } as const,
        sent: [],
      };
    }),
  );
}

function answers(
  record: CellRecord,
  mayFail: boolean,
): readonly { readonly seen: Seen; readonly forward: CellName | null }[] {
  const answer = { seen: seenOf(record), forward: forwardOf(record) };
  return mayFail ? [answer, { seen: notSeen, forward: null }] : [answer];
}

function readSecond(
  parts: CoreParts,
  { request, mayFail }: Router,
  half: Half,
  rules: CoreRules,
): readonly CoreEffect[] {
  const { cells, place } = parts;
  const { cell: first, other } = half;
  return answers(recordOf(cells, other), mayFail).flatMap(({ seen, forward }) => {
    const known: NamedSeen = { cell: first, seen: half.seen };
    const read: NamedSeen = { cell: other, seen };
    const isFirst = rules.cells.indexOf(first) < rules.cells.indexOf(other);
    const pair: SeenPair = isFirst ? [known, read] : [read, known];
    const pointers = [
      { cell: first, forward: half.forward },
      { cell: other, forward },
    ];
    return hintOrders(place, pair, mayFail).map(([active, alternate]) => {
      const { rule, taker } = decide(active, alternate, rules.ruleOf);
      const cell = taker?.cell ?? null;
      const take: readonly Sent[] =
        taker === null
          ? []
          : [{ cell: taker.cell, command: { kind: 'take', request, epoch: taker.epoch } }];
      const led = rule.reRead || taker !== null || half.hopCount >= hopMax ? null : ledOn(pointers);
      const next =
        led === null
          ? afterRule(rule, pair, { cell, before: half.before })
          : ({ phase: 'query', pair: led, before: null, hopCount: half.hopCount + 1 } as const);
      const follows = led === null ? '' : `, and is pointed to ${led[0]}`;
      const label = `sees ${other} ${seenText(seen)}: rule ${rule.name}${follows}`;
      return { label: `${label}${takeText(cell)}`, reads: [other], router: next, sent: take };
    });
  });
}

// The routing metadata that a router remembers may name either cell first. Who has to bring things
// to an end has the metadata of now.
function hintOrders({ routing }: CorePlace, pair: SeenPair, mayFail: boolean): readonly SeenPair[] {
  const turned: SeenPair = [pair[1], pair[0]];
  if (mayFail) return [pair, turned];
  return [routing.active.cell === turned[0].cell ? turned : pair];
}

function takeText(cell: CellName | null): string {
  return cell === null ? '' : `, asks ${cell} to take`;
}

function afterRule(
  rule: { readonly reRead: boolean; readonly drive: boolean },
  seen: SeenPair,
  what: { readonly cell: CellName | null; readonly before: readonly NamedSeen[] | null },
): RouterState {
  const { cell, before } = what;
  if (rule.reRead) {
    if (before !== null && isUnchanged(before, seen)) return { phase: 'conflict', seen };
    return { phase: 'query', pair: [seen[0].cell, seen[1].cell], before: seen, hopCount: 0 };
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
  const { place } = parts;
  const actions = routerActions(place.record, state.seen, rules.faults);
  const names = actions.map(actionText);
  const label = names.length === 0 ? 'finds nothing to drive' : `drives: ${names.join(', ')}`;
  const router = afterDrive(state.cell);
  return { label, reads: ['authority'], router, ...carriedOut(place, actions, rules) };
}

function conflictEffect(
  { place }: CoreParts,
  seen: readonly NamedSeen[],
  rules: CoreRules,
): CoreEffect {
  const actions = impostors(seen, place.record);
  const label =
    actions.length === 0
      ? 'puts the volume in quarantine'
      : `tells an impostor: ${actions.map(actionText).join(', ')}`;
  return { label, reads: ['authority'], router: idle, ...carriedOut(place, actions, rules) };
}

function actionText(action: DriveAction): string {
  if (action.kind === 'send') return `${commandText(action.command)} to ${action.cell}`;
  return `${action.kind} of move ${action.move}`;
}

function carriedOut(
  place: CorePlace,
  actions: readonly DriveAction[],
  rules: CoreRules,
): Pick<CoreEffect, 'place' | 'sent'> {
  let after = place;
  const sent: Sent[] = [];
  for (const action of actions) {
    if (action.kind === 'send') {
      sent.push({ cell: action.cell, command: action.command });
      continue;
    }
    const decided = changed(after, changeOf(action), rules);
    if (decided !== after) sent.push(...sentBy(decided));
    after = decided;
  }
  return { place: after, sent };
}

function changeOf({ kind, move }: Exclude<DriveAction, { readonly kind: 'send' }>): VolumeChange {
  return kind === 'commit' ? { kind, move, isForced: false } : { kind, move };
}

function heard(
  { cells }: CoreParts,
  what: { readonly request: string; readonly cell: CellName },
  rules: CoreRules,
): readonly CoreEffect[] {
  const lineage = takenLineage(recordOf(cells, what.cell), what.request);
  const acked = lineage?.at(-1);
  if (lineage === null || acked === undefined) return [];
  const reads = [what.cell];
  if (rules.ackBeforePublish) {
    const label = `acknowledges ${snapshotText(acked)} unpublished`;
    return [{ label, reads, router: { phase: 'done', acked }, sent: [] }];
  }
  const label = `hears that ${what.cell} has ${listText(lineage)}`;
  return [{ label, reads, router: { phase: 'publish', lineage }, sent: [] }];
}

function publishEffect(
  place: CorePlace,
  request: string,
  lineage: readonly Snapshot[],
  rules: CoreRules,
): CoreEffect {
  const reads = ['authority'] as const;
  const { record } = place;
  const published = record.chain.find((one) => one.request === request);
  const own = lineage.at(-1);
  const isOwn = published !== undefined && own !== undefined && sameSnapshot(published, own);
  if (published !== undefined && (rules.checks.deduplicate || isOwn)) {
    const label = `acknowledges ${snapshotText(published)}`;
    return { label, reads, router: { phase: 'done', acked: published }, sent: [] };
  }
  const due = nextToPublish(lineage, record);
  const after = due === null ? place : changed(place, { kind: 'publish', ...due }, rules);
  if (due === null || after === place) {
    return { label: 'is refused to publish', reads, router: idle, sent: [] };
  }
  const acked = due.snapshot;
  const done: RouterState = { phase: 'done', acked };
  const isEnd = isPublished(after.record, request);
  return {
    label: `publishes ${snapshotText(acked)}${isEnd ? ' and acknowledges it' : ''}`,
    reads,
    place: after,
    ...(isEnd ? { router: done } : {}),
    sent: [],
  };
}
