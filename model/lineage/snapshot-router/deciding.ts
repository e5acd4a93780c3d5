// What a router does next, by what it has seen of two cells: the rule table decides, the record of
// the authority says how a move goes on and who gives way. All of it by the functions that the
// exhaustive check searches.
import { assert } from '../../../sim/index.ts';
import { type CellCommand, type CellName, noRecord } from '../cell-record.ts';
import { certificates, type DriveAction, notSeen, seenOf } from '../drive.ts';
import { driveFaultsOf } from '../drive-mutants.ts';
import {
  decide,
  forwardOf,
  hopMax,
  impostors,
  isAuthoritativeSeen,
  isUnchanged,
  ledOn,
  type NamedSeen,
  type RouterDecision,
  routerActions,
} from '../router.ts';
import { ruleFor } from '../rules.ts';
import { call } from './cell-calls.ts';
import type { RequestEvent } from './machine.ts';
import {
  callerOf,
  changeVolume,
  drawJitter,
  isQuarantined,
  quarantine,
  type RequestData,
  type RequestStep,
  raiseAlarm,
} from './request-state.ts';

/** A volume that was never to be in a second cell is certainly not found there. */
const noCell = '';

/** Decides by the answers of both cells; who has not answered is unreachable. */
export function decideNext(step: RequestStep): RequestEvent {
  const { data } = step;
  const seen = seenPair(data);
  const { before } = data;
  data.seen = seen;
  data.before = null;
  const { rule, taker } = decision(data, seen);
  data.decision = { rule, taker };
  markRule(step, seen);
  if (rule.reRead && taker === null) {
    if (data.input.mutants.has('quarantines-at-once')) {
      raiseAlarm(step, 'two cells seem authoritative');
      return { type: 'END' };
    }
    if (before !== null && isUnchanged(before, seen)) return { type: 'RESOLVE' };
    data.before = seen;
    return { type: 'RE_READ' };
  }
  if (taker !== null) return { type: 'TAKE' };
  if (isLedOn(data)) return { type: 'QUERY' };
  if (!data.isFresh) return { type: 'READ_ROUTE' };
  // That no cell has it is believed only if the authority does not know it either.
  return rule.drive || rule.notFound
    ? { type: 'DRIVE' }
    : { type: 'WAIT', jitter: drawJitter(step) };
}

function decision(
  { input }: RequestData,
  [first, alternate]: readonly [NamedSeen, NamedSeen],
): RouterDecision {
  const decided = decide(first, alternate, ruleFor);
  const wrong = decided.rule.reRead ? 'picks-first' : 'rule-ignored';
  if (!input.mutants.has(wrong)) return decided;
  return { ...decided, taker: { cell: first.cell, epoch: first.seen.epoch } };
}

function seenPair({ pair, answers }: RequestData): readonly [NamedSeen, NamedSeen] {
  const [first, alternate] = pair;
  assert(first !== undefined, 'a volume without a cell');
  const seen = (cell: CellName): NamedSeen => {
    const record = answers.get(cell);
    return { cell, seen: record === undefined ? notSeen : seenOf(record) };
  };
  const nowhere: NamedSeen = { cell: noCell, seen: seenOf(noRecord) };
  return [seen(first), alternate === undefined ? nowhere : seen(alternate)];
}

function markRule(step: RequestStep, [first, alternate]: readonly [NamedSeen, NamedSeen]): void {
  const { data, out } = step;
  const { volume, request } = data.input;
  const { rule, taker } = data.decision!;
  out.mark('rule.applied', {
    volume,
    request,
    cells: [first.cell, alternate.cell],
    pair: [first.seen.state, alternate.seen.state],
    epochs: [first.seen.epoch, alternate.seen.epoch],
    rule: rule.name,
    taker: taker?.cell ?? null,
    takerEpoch: taker?.epoch ?? null,
  });
}

// A cell that handed the volume over says to whom: that one is asked next, if it was not already.
function isLedOn(data: RequestData): boolean {
  if (data.hopCount >= hopMax) return false;
  const led = ledOn(
    data.pair.map((cell) => {
      const record = data.answers.get(cell);
      return { cell, forward: record === undefined ? null : forwardOf(record) };
    }),
  );
  if (led === null) return false;
  data.hopCount += 1;
  data.pair = led;
  return true;
}

/** Brings the recorded move on by what was seen; false when there is nothing to do about it. */
export function drive(step: RequestStep): boolean {
  const { data } = step;
  const { place, seen } = data;
  assert(place !== null && seen !== null, 'a drive without a record or without a look');
  const actions = routerActions(place.record, seen, driveFaultsOf(data.input.mutants));
  for (const action of actions) carryOut(step, action);
  return actions.length > 0;
}

/**
 * Nothing is to be driven: no cell takes snapshots, and by the record one should. The first look
 * may be two answers of different times; true at the second one by the same record.
 */
export function isOrphaned({ data }: RequestStep): boolean {
  const { place, seen, orphanedBy } = data;
  assert(place !== null && seen !== null, 'a drive without a record or without a look');
  const { record } = place;
  const isAsked = seen.some((one) => one.cell === record.owner);
  const isTaking = seen.some((one) => isAuthoritativeSeen(one));
  const isExplained = record.move !== null || isDark(seen) || isTaking || !isAsked;
  data.orphanedBy = isExplained ? null : record;
  if (isExplained || orphanedBy === null) return false;
  return orphanedBy.epoch === record.epoch && orphanedBy.lastMove === record.lastMove;
}

/** A decision was recorded: both cells hear of it. */
export function driveDecided(step: RequestStep): void {
  const move = step.data.place?.record.move ?? null;
  if (move === null) return;
  for (const action of certificates(move)) carryOut(step, action);
}

function isDark(seen: readonly NamedSeen[]): boolean {
  return seen.some((one) => one.seen.state === 'unreachable');
}

function carryOut(step: RequestStep, action: DriveAction): void {
  switch (action.kind) {
    case 'send':
      command(step, action.cell, action.command);
      break;
    case 'commit':
      changeVolume(step, { kind: 'commit', move: action.move, isForced: false });
      break;
    default:
      changeVolume(step, { kind: action.kind, move: action.move });
      break;
  }
}

function command(step: RequestStep, cell: CellName, what: CellCommand): void {
  const reqId = step.data.nextReqId++;
  call(callerOf(step), { reqId, cell, command: what });
}

/**
 * Two cells were seen authoritative twice, and nothing had moved. Who is not the owner gives way,
 * durably, before anything is taken; where the record does not say who that is, nobody is picked.
 */
export function resolveConflict(step: RequestStep): RequestEvent | null {
  const { data, out } = step;
  if (isQuarantined(step)) return { type: 'END' };
  const { place, seen } = data;
  assert(place !== null && seen !== null, 'a conflict without a record or without a look');
  const { volume, request } = data.input;
  const { owner, ownerSince } = place.record;
  const fences = impostors(seen, place.record);
  const fenced = fences.flatMap((one) => (one.kind === 'send' ? [one.cell] : []));
  out.mark('conflict.resolved', { volume, request, owner, ownerSince, fenced });
  if (fenced.length === 0) {
    quarantine(step, 'two-owners');
    return null;
  }
  for (const fence of fences) carryOut(step, fence);
  return null;
}
