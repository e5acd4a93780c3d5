// A mover of one volume: carries out the moves that are planned, and whatever it finds half done.
// The record of the authority and the records of the cells say how far a move is; what a mover
// remembers itself is only how long it has been waiting.
//
// Data is imported by relocating copy after copy into the target, as the optimizer does, while the
// clients go on: chains carry what is written meanwhile, and each relocation is a compare-and-set.
// Several movers stand in for each other: the second acts once nothing has moved for a while.
import { actorModes, type Behavior, type Message, type Ns, nsPerSec } from '../../../sim/index.ts';
import { askNext, heardFrom, memberAsked } from '../../authority-contact.ts';
import type { MapEntry, Replica } from '../../map-entry.ts';
import type {
  CellAnswer,
  ChangeVolume,
  ReadRoute,
  Route,
  VolumeChanged,
} from '../../messages/lineage.ts';
import type { ModelMessage } from '../../messages/messages.ts';
import {
  beginRelocation,
  type RelocationStep,
  relocationTickNs,
  takeRelocation,
  tickRelocations,
} from '../../relocation/relocations.ts';
import { beginSurvey, takePage } from '../../surveying.ts';
import type { CellName } from '../cell-record.ts';
import { notSeen, type Seen, seenOf } from '../drive.ts';
import { driveFaultsOf } from '../drive-mutants.ts';
import {
  askNextHost,
  type CellCall,
  call,
  calledFor,
  endCall,
  endCalls,
  type HostSilent,
} from '../snapshot-router/cell-calls.ts';
import type { VolumeChange } from '../volume-change.ts';
import { type MoverAsk, moverMachine } from './machine.ts';
import { markAnswered, markAwaited, markChanged } from './moved-marks.ts';
import { wantedNow } from './plan.ts';
import {
  copyMover,
  freshMover,
  type MoverInput,
  type MoverState,
  type MoverStep,
  type PendingChange,
} from './state.ts';
import { type MoverAction, nextTurn } from './turn.ts';
import { isItsTurn, isOverdue, isSourceLost, mayOpen, observe } from './waits.ts';

/** Copies that are relocated at once; what a cell's hosts admit is less in a storm. */
const relocationMax = 4;
/** A change without an answer is asked for again after so long. */
const changeAgainNs: Ns = nsPerSec / 2;
const modes = actorModes(moverMachine, carryOut);

/** The behavior of a mover. */
export const mover: Behavior<MoverState, MoverInput> = {
  name: 'mover',

  init(input, self, out) {
    return modes.begin(undefined, self, out, (machine) => {
      out.setTimer('tick', relocationTickNs, { type: 'tick.due' });
      return freshMover(input, self, machine);
    });
  },

  receive(state, message, from, self, out) {
    const step: MoverStep = { state, self, out };
    heardFrom(state.authority, from);
    if (!modes.takeTimer(step, message)) take(step, message, from);
    return state;
  },

  copy: copyMover,
  mode: modes.mode,
  modes: modes.modes,
};

function carryOut(step: MoverStep, ask: MoverAsk): void {
  switch (ask.type) {
    case 'read-route':
      readRoute(step);
      break;
    case 'survey':
      beginSurvey({ ...step.state, out: step.out }, [step.state.input.volume]);
      break;
    case 'ask-cells':
      askCells(step);
      break;
    case 'choose':
      choose(step);
      break;
    case 'tell':
      tell(step);
      break;
    case 'import':
      importCopies(step);
      break;
  }
}

function take(step: MoverStep, message: Message, from: string): void {
  const { state, out } = step;
  const known = message as ModelMessage | HostSilent | { readonly type: 'tick.due' };
  switch (known.type) {
    case 'tick.due':
      tick(step);
      break;
    case 'route':
      onRoute(step, known);
      break;
    case 'surveyed':
      if (modes.mode(state) !== 'surveying') break;
      if (takePage({ ...state, out }, known)) modes.enter(step, { type: 'SURVEYED' });
      break;
    case 'cell.answer':
      onCellAnswer(step, known);
      break;
    case 'host.silent':
      onSilent(step, known);
      break;
    case 'volume.changed':
      onChanged(step, known);
      break;
    default:
      takeRelocation(relocationStep(step), message, from);
      break;
  }
}

function tick(step: MoverStep): void {
  const { state, self, out } = step;
  out.setTimer('tick', relocationTickNs, { type: 'tick.due' });
  tickRelocations(relocationStep(step));
  for (const change of state.changes.values()) {
    if (self.nowNs() - change.sentNs < changeAgainNs) continue;
    askNext(state.authority);
    sendChange(step, change);
  }
}

function relocationStep(step: MoverStep): RelocationStep {
  const { state, self, out } = step;
  const { relocations, authority } = state;
  const onEnded = () => {
    if (relocations.open.size === 0) modes.enter(step, { type: 'IMPORTED' });
  };
  return { relocations, authority, self, out, onEnded };
}

function callerOf({ state, self, out }: MoverStep) {
  const { volume, members } = state.input;
  return { self, out, volume, members, calls: state.calls };
}

// What was under way is of no interest any more: the round begins anew.
function readRoute(step: MoverStep): void {
  const { state, out } = step;
  endCalls(callerOf(step));
  state.changes.clear();
  // Whoever answered last is asked; who was silent before is asked in turn.
  if (state.place === null) askNext(state.authority);
  state.place = null;
  state.routeReqId = state.nextReqId++;
  const { volume } = state.input;
  const message: ReadRoute = { type: 'route.read', volume, reqId: state.routeReqId };
  out.send(memberAsked(state.authority), message);
}

function onRoute(step: MoverStep, { reqId, known }: Route): void {
  const { state } = step;
  if (reqId !== state.routeReqId || known === null) return;
  state.place = known;
  modes.enter(step, { type: 'ROUTE_READ' });
}

function askCells(step: MoverStep): void {
  const { state } = step;
  const move = state.place?.record.move ?? null;
  state.seen.clear();
  for (const cell of move === null ? [] : [move.source, move.target]) {
    call(callerOf(step), { reqId: state.nextReqId++, cell, command: null });
  }
  if (move === null) modes.enter(step, { type: 'HEARD' });
}

function onCellAnswer(step: MoverStep, answer: CellAnswer): void {
  const { out } = step;
  const caller = callerOf(step);
  const made = calledFor(caller, answer);
  if (made === undefined) return;
  const { record, volume } = answer;
  if (record === null) {
    if (!askNextHost(caller, made)) heard(step, made, notSeen);
    return;
  }
  endCall(caller, made);
  const { cell, command } = made;
  if (command !== null) markAnswered(out, volume, { cell, command, record });
  heard(step, made, seenOf(record));
}

function onSilent(step: MoverStep, { reqId }: HostSilent): void {
  const made = step.state.calls.get(reqId);
  if (made === undefined || askNextHost(callerOf(step), made)) return;
  heard(step, made, notSeen);
}

function heard(step: MoverStep, { cell, command }: CellCall, seen: Seen): void {
  const { state } = step;
  if (command === null) {
    state.seen.set(cell, seen);
    if (state.calls.size === 0) modes.enter(step, { type: 'HEARD' });
  } else endIfTold(step);
}

function choose(step: MoverStep): void {
  const { state, self, out } = step;
  const { place, seen, input } = state;
  if (place === null) return;
  const { record } = place;
  const nowNs = self.nowNs();
  const { cell: wanted, rollBackTo } = wantedNow(input.plan, place, nowNs);
  const home = record.move?.target ?? wanted ?? record.owner;
  const strays = straysOf(state, home).length;
  out.gauge('volume-move.left', strays);
  state.waits = observe(state.waits, { record, seen, wanted, strayCount: strays }, nowNs);
  const { waits } = state;
  state.awaitedMove = markAwaited(step.out, input.volume, { record, wanted }, state.awaitedMove);
  state.turn = nextTurn({
    record,
    seen,
    wanted,
    rollBackTo,
    mayOpen: mayOpen(waits, nowNs),
    strayCount: (cell) => strayCountOf(state, cell),
    isOverdue: isOverdue(waits, nowNs),
    isSourceLost: isSourceLost(waits, nowNs),
    faults: driveFaultsOf(input.mutants),
  });
  const { kind } = state.turn;
  // Who has begun to stand in goes on until nothing is left to do.
  state.isActing = kind !== 'rest' && (state.isActing || isItsTurn(waits, input.index, nowNs));
  if (kind === 'rest' || !state.isActing) modes.enter(step, { type: 'REST' });
  else modes.enter(step, { type: kind === 'tell' ? 'TELL' : 'IMPORT' });
}

// Wrong variants do not look.
function strayCountOf(state: MoverState, cell: CellName): number {
  const { mutants } = state.input;
  const isImporting = state.place?.record.move?.decision === 'open';
  if (mutants.has(isImporting ? 'import-unfinished' : 'copies-left-behind')) return 0;
  return straysOf(state, cell).length;
}

interface Stray {
  readonly entry: MapEntry;
  readonly old: Replica;
}

function straysOf({ input, found }: MoverState, cell: CellName): readonly Stray[] {
  const finder = input.slotFinders.get(cell);
  const inside = new Set(input.hosts.filter((host) => host.cell === finder).map(({ id }) => id));
  return (found.get(input.volume)?.entries ?? []).flatMap((entry) =>
    entry.replicas.filter(({ host }) => !inside.has(host)).map((old) => ({ entry, old })),
  );
}

function tell(step: MoverStep): void {
  const { state } = step;
  const actions: readonly MoverAction[] = state.turn.kind === 'tell' ? state.turn.actions : [];
  for (const action of actions) {
    if (action.kind === 'change') requestChange(step, action.change);
    else call(callerOf(step), { ...action, reqId: state.nextReqId++ });
  }
}

function requestChange(step: MoverStep, change: VolumeChange): void {
  const { state } = step;
  const { volume } = state.input;
  const message: ChangeVolume = { type: 'volume.change', volume, reqId: state.nextReqId++, change };
  const pending: PendingChange = { message, sentNs: 0 };
  state.changes.set(message.reqId, pending);
  sendChange(step, pending);
}

function sendChange({ state, self, out }: MoverStep, pending: PendingChange): void {
  pending.sentNs = self.nowNs();
  out.send(memberAsked(state.authority), pending.message);
}

function onChanged(step: MoverStep, { reqId, applied, known }: VolumeChanged): void {
  const { state, out } = step;
  const pending = state.changes.get(reqId);
  if (pending === undefined) return;
  state.changes.delete(reqId);
  const { volume, change } = pending.message;
  if (applied && known !== null) markChanged(out, volume, change, known.record.lastMove);
  endIfTold(step);
}

function endIfTold(step: MoverStep): void {
  const { calls, changes } = step.state;
  if (calls.size + changes.size === 0) modes.enter(step, { type: 'TOLD' });
}

function importCopies(step: MoverStep): void {
  const { state } = step;
  const { turn, input, relocations } = state;
  const known = state.found.get(input.volume);
  const finder = turn.kind === 'import' ? input.slotFinders.get(turn.cell) : undefined;
  if (turn.kind !== 'import' || known === undefined || finder === undefined) return;
  const { volume, session, replicaCount } = known;
  const busy = new Set([...relocations.open.values()].map(({ entry }) => entry.range));
  for (const { entry, old } of straysOf(state, turn.cell)) {
    // A range that lacks a copy is its client's business.
    if (busy.has(entry.range) || entry.replicas.length < replicaCount) continue;
    if (busy.size >= relocationMax) break;
    busy.add(entry.range);
    const relocation = { volume, session, replicaCount, entry, old };
    beginRelocation(relocationStep(step), relocation, [finder], input);
  }
}
