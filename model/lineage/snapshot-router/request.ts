// One request for a snapshot, a child of its router: turns what the machine asks into messages, and
// messages into events. It dies with its router; the requester asks again.
import { type Behavior, type Message, machineDriver } from '../../../sim/index.ts';
import { contactOf, heardFrom } from '../../authority-contact.ts';
import type { CellAnswer, OweUpdate, RequestClosed, Route } from '../../messages/lineage.ts';
import type { ModelMessage } from '../../messages/messages.ts';
import type { Routing } from '../routing.ts';
import {
  askNextHost,
  type CellCall,
  call,
  calledFor,
  endCall,
  endCalls,
  type HostSilent,
} from './cell-calls.ts';
import { decideNext, drive, driveDecided, isOrphaned, resolveConflict } from './deciding.ts';
import { type RequestAsk, type RequestEvent, requestMachine } from './machine.ts';
import { onTakeAnswered, publishedOf, publishNext, settled, take } from './publishing.ts';
import {
  answer,
  callerOf,
  changeVolume,
  drawJitter,
  isQuarantined,
  quarantine,
  type RequestData,
  type RequestInput,
  type RequestStep,
  raiseAlarm,
  readRoute,
} from './request-state.ts';

const driver = machineDriver(requestMachine);

interface RequestState {
  machine: ReturnType<typeof driver.initial>;
  readonly data: RequestData;
}

interface Step extends RequestStep {
  readonly state: RequestState;
}

/** The behavior of a request at its router. */
export const snapshotRequest: Behavior<RequestState, RequestInput> = {
  name: 'snapshot-request',

  init(input, self, out) {
    const machine = driver.initial(undefined, self, out, () => {});
    const state: RequestState = { machine, data: dataOf(input) };
    const step: Step = { state, data: state.data, self, out };
    if (input.isCancelled) enter(step, { type: 'CANCEL' });
    else enter(step, { type: input.hint === null ? 'READ_ROUTE' : 'QUERY' });
    return state;
  },

  receive(state, message, from, self, out) {
    const step: Step = { state, data: state.data, self, out };
    heardFrom(state.data.authority, from);
    if (driver.ownsTimer(message)) enter(step, message.event as RequestEvent);
    else if (driver.mode(state.machine) !== 'done') {
      const event = eventOf(step, message);
      if (event !== null) enter(step, event);
    }
    return state;
  },

  copy: ({ machine, data }) => ({ machine, data: copyOf(data) }),
  mode: (state) => driver.mode(state.machine),
  modes: driver.modes,
};

function dataOf(input: RequestInput): RequestData {
  return {
    input,
    authority: contactOf(input.authorities),
    calls: new Map(),
    nextReqId: 1,
    askedReqId: null,
    place: null,
    pair: input.hint === null ? [] : cellsOf(input.hint),
    isFresh: false,
    hopCount: 0,
    answers: new Map(),
    seen: null,
    before: null,
    decision: null,
    taken: [],
    change: null,
    orphanedBy: null,
    isAnswered: false,
  };
}

function copyOf(data: RequestData): RequestData {
  const calls = new Map<number, CellCall>();
  for (const [reqId, one] of data.calls) calls.set(reqId, { ...one });
  return { ...data, authority: { ...data.authority }, calls, answers: new Map(data.answers) };
}

function cellsOf({ active, alternate }: Routing): readonly string[] {
  return alternate === null ? [active.cell] : [active.cell, alternate.cell];
}

function enter(step: Step, first: RequestEvent): void {
  const { state, self, out } = step;
  const events = [first];
  for (let event = events.shift(); event !== undefined; event = events.shift()) {
    const asks: RequestAsk[] = [];
    state.machine = driver.next(state.machine, event, self, out, (ask) => asks.push(ask));
    for (const ask of asks) {
      const next = carryOut(step, ask);
      if (next !== null) events.push(next);
    }
  }
}

function carryOut(step: Step, ask: RequestAsk): RequestEvent | null {
  const { data } = step;
  switch (ask.type) {
    case 'read-route':
      endCalls(callerOf(step));
      data.change = null;
      readRoute(step);
      return null;
    case 'query':
      query(step);
      return null;
    case 'decide':
      endCalls(callerOf(step));
      return decideNext(step);
    case 'take':
      take(step);
      return null;
    case 'update':
      return update(step);
    case 'give-up':
      if (data.input.mutants.has('failed-without-tombstone')) {
        answer(step, 'failed');
        return { type: 'END' };
      }
      changeVolume(step, { kind: 'give-up', request: data.input.request });
      return null;
    case 'give-in':
      answer(step, 'unavailable');
      return null;
    case 'alarm':
      raiseAlarm(step, 'two cells are authoritative and the authority is silent');
      return null;
    case 'end':
      close(step);
      return null;
  }
}

function query(step: Step): void {
  const { data } = step;
  endCalls(callerOf(step));
  data.answers.clear();
  for (const cell of data.pair) {
    call(callerOf(step), { reqId: data.nextReqId++, cell, command: null });
  }
}

// The request is served; what is left is that the cells and the routing metadata hear of it, and
// that a move which was met is brought on.
function update(step: Step): RequestEvent | null {
  const { data, out } = step;
  const { input, place, decision } = data;
  const snapshot = publishedOf(data);
  const head = place?.record.chain.at(-1);
  if (place === null || snapshot === undefined || head === undefined) return { type: 'HEARD' };
  answer(step, 'taken', snapshot);
  const { record, routing } = place;
  const owed: OweUpdate = {
    type: 'update.owed',
    volume: input.volume,
    cells: cellsOf(routing),
    known: { count: record.chain.length, head },
    active: decision?.rule.fixHint === true ? record.owner : null,
  };
  out.send(input.parent, owed);
  const isDriven = decision?.rule.drive === true && data.seen !== null && drive(step);
  return isDriven ? heardIfAll(data) : { type: 'HEARD' };
}

function close({ data, out }: Step): void {
  const message: RequestClosed = {
    type: 'request.closed',
    routing: data.place?.routing ?? null,
  };
  out.send(data.input.parent, message);
}

function eventOf(step: Step, message: Message): RequestEvent | null {
  const known = message as ModelMessage | HostSilent;
  switch (known.type) {
    case 'route':
    case 'volume.changed':
      return known.reqId === step.data.askedReqId ? onRecord(step, known.known) : null;
    case 'cell.answer':
      return onCellAnswer(step, known);
    case 'host.silent': {
      const made = step.data.calls.get(known.reqId);
      return made === undefined ? null : onHostSilent(step, made);
    }
    case 'snapshot.cancel':
      return { type: 'CANCEL' };
    default:
      return null;
  }
}

// What the authority keeps of the volume, read or after a change.
function onRecord(step: Step, place: Route['known']): RequestEvent | null {
  const { state, data } = step;
  data.askedReqId = null;
  data.place = place;
  if (place === null) {
    answer(step, 'not-found');
    return { type: 'END' };
  }
  switch (driver.mode(state.machine)) {
    case 'readingRoute':
      data.pair = cellsOf(place.routing);
      data.isFresh = true;
      data.hopCount = 0;
      return settled(step, place) ?? { type: 'QUERY' };
    case 'resolving':
      return resolveConflict(step);
    case 'driving':
      return onDriven(step);
    case 'updating':
      driveDecided(step);
      return heardIfAll(data);
    case 'publishing':
      return publishNext(step);
    case 'cancelling':
      return settled(step, place);
    default:
      return null;
  }
}

// First the record is read and acted upon; then it may be that a decision was recorded.
function onDriven(step: Step): RequestEvent | null {
  const { data } = step;
  if (isQuarantined(step)) return { type: 'END' };
  if (data.change !== null) {
    data.change = null;
    driveDecided(step);
  } else if (!drive(step)) {
    if (isOrphaned(step)) {
      quarantine(step, 'no-owner');
      return null;
    }
    return { type: 'WAIT', jitter: drawJitter(step) };
  }
  return heardIfAll(data);
}

function heardIfAll({ calls, askedReqId }: RequestData): RequestEvent | null {
  return calls.size === 0 && askedReqId === null ? { type: 'HEARD' } : null;
}

function onCellAnswer(step: Step, message: CellAnswer): RequestEvent | null {
  const { data, state } = step;
  const made = calledFor(callerOf(step), message);
  if (made === undefined) return null;
  if (message.record === null) return onHostSilent(step, made);
  endCall(callerOf(step), made);
  if (made.command === null) data.answers.set(made.cell, message.record);
  if (driver.mode(state.machine) === 'taking') return onTakeAnswered(step, message.record);
  return onHeard(step);
}

function onHostSilent(step: Step, made: CellCall): RequestEvent | null {
  return askNextHost(callerOf(step), made) ? null : onHeard(step);
}

function onHeard(step: Step): RequestEvent | null {
  const { state, data } = step;
  const heard = heardIfAll(data);
  if (heard === null) return null;
  switch (driver.mode(state.machine)) {
    case 'taking':
      return { type: 'WAIT', jitter: drawJitter(step) };
    case 'resolving':
      return { type: 'QUERY' };
    default:
      return heard;
  }
}
