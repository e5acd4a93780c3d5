// Who cuts a volume: a child of whoever wants a snapshot of it. It reads the map, and takes all
// copies through the steps that model/host/cut.ts tells. It may die at any point: gates open by
// themselves, and what was reserved is nobody's after a while.
import {
  type Behavior,
  type Message,
  machineDriver,
  type Outbox,
  type Self,
} from '../../sim/index.ts';
import { type AuthorityContact, askNext, contactOf, heardFrom } from '../authority-contact.ts';
import type { MapEntry, Replica, VolumeId } from '../map-entry.ts';
import type { CutEnded, CutPhase, CutStep, CutStepped } from '../messages/cuts.ts';
import type { ModelMessage } from '../messages/messages.ts';
import type { Surveyed } from '../messages/surveys.ts';
import { askPage, withPage } from '../surveying.ts';
import { type CutAsk, type CutEvent, cutMachine } from './machine.ts';

/** What a cut is started with. */
export interface CutInput {
  readonly parent: string;
  readonly volume: VolumeId;
  /** Never used for another cut. */
  readonly cut: string;
  /** Members of the map authority. */
  readonly authorities: readonly string[];
}

const driver = machineDriver(cutMachine);

interface CutState {
  readonly input: CutInput;
  machine: ReturnType<typeof driver.initial>;
  readonly authority: AuthorityContact;
  entries: readonly MapEntry[];
  /** The step that answers are awaited of, and from which copies. */
  phase: CutPhase;
  readonly awaited: Map<string, CutStep>;
  /** The number of the last cut that any copy has committed. */
  lastEpoch: number;
  /** Why the cut is void. */
  reason: string;
}

interface Step {
  readonly state: CutState;
  readonly self: Self;
  readonly out: Outbox;
}

/** The behavior of a cut. */
export const cut: Behavior<CutState, CutInput> = {
  name: 'cut',

  init(input, self, out) {
    const asks: CutAsk[] = [];
    const machine = driver.initial(undefined, self, out, (ask) => asks.push(ask));
    const state: CutState = {
      input,
      machine,
      authority: contactOf(input.authorities),
      entries: [],
      phase: 'reserve',
      awaited: new Map(),
      lastEpoch: 0,
      reason: 'too-late',
    };
    out.mark('cut.begun', { volume: input.volume, cut: input.cut });
    for (const ask of asks) carryOut({ state, self, out }, ask);
    return state;
  },

  receive(state, message, from, self, out) {
    const step: Step = { state, self, out };
    heardFrom(state.authority, from);
    if (driver.ownsTimer(message)) enter(step, message.event as CutEvent);
    else take(step, message, from);
    return state;
  },

  copy: (state) => ({
    ...state,
    authority: { ...state.authority },
    awaited: new Map(state.awaited),
  }),
  mode: (state) => driver.mode(state.machine),
  modes: driver.modes,
};

function enter(step: Step, event: CutEvent): void {
  const { state, self, out } = step;
  const asks: CutAsk[] = [];
  state.machine = driver.next(state.machine, event, self, out, (ask) => asks.push(ask));
  for (const ask of asks) carryOut(step, ask);
}

function take(step: Step, message: Message, from: string): void {
  const known = message as ModelMessage;
  if (known.type === 'surveyed') onSurveyed(step, known);
  else if (known.type === 'cut.stepped') onStepped(step, known, from);
}

function carryOut(step: Step, ask: CutAsk): void {
  const { state } = step;
  switch (ask.type) {
    case 'survey':
      askNext(state.authority);
      state.entries = [];
      survey(step);
      break;
    case 'reserve':
    case 'commit':
      askCopies(step, ask.type, membersOf(state.entries));
      break;
    case 'hold':
    case 'open':
      askCopies(step, ask.type, headsOf(state.entries));
      break;
    case 'take':
      step.out.mark('cut.taken', factsOf(step));
      end(step, 'taken');
      break;
    case 'release':
      askCopies(step, 'release', membersOf(state.entries));
      step.out.mark('cut.voided', { ...factsOf(step), reason: state.reason });
      end(step, 'void');
      break;
  }
}

function factsOf({ state }: Step) {
  const { volume, cut: name } = state.input;
  return { volume, cut: name };
}

function end({ state, out }: Step, status: CutEnded['status']): void {
  const { parent, volume, cut: name } = state.input;
  const ended: CutEnded = { type: 'cut.ended', volume, cut: name, status };
  out.send(parent, ended);
}

function survey({ state, out }: Step): void {
  askPage(out, state.authority, { volume: state.input.volume, known: state.entries });
}

function onSurveyed(step: Step, page: Surveyed): void {
  const { state } = step;
  if (driver.mode(state.machine) !== 'surveying') return;
  const found = withPage({ volume: state.input.volume, known: state.entries }, page);
  if (found === null) return;
  state.entries = found.entries;
  if (found.isWhole) enter(step, { type: 'SURVEYED' });
  else survey(step);
}

interface Copy {
  readonly entry: MapEntry;
  readonly replica: Replica;
}

function membersOf(entries: readonly MapEntry[]): readonly Copy[] {
  return entries.flatMap((entry) => entry.replicas.map((replica) => ({ entry, replica })));
}

function headsOf(entries: readonly MapEntry[]): readonly Copy[] {
  return entries.map((entry) => ({ entry, replica: entry.replicas[0]! }));
}

// Those that have answered already are not asked again.
function askCopies({ state, out }: Step, phase: CutPhase, copies: readonly Copy[]): void {
  const { volume, cut: name } = state.input;
  if (state.phase !== phase || state.awaited.size === 0) {
    state.phase = phase;
    state.awaited.clear();
    const cutEpoch = phase === 'commit' ? state.lastEpoch + 1 : 0;
    for (const { entry, replica } of copies) {
      const { range, version: cfgEpoch } = entry;
      const { slot, gen } = replica;
      const place = { volume, range, slot, gen, cfgEpoch };
      const step: CutStep = { type: 'cut.step', phase, ...place, cut: name, cutEpoch };
      state.awaited.set(keyOf(range, replica.host), step);
    }
  }
  for (const [key, message] of state.awaited) out.send(hostOf(key), message);
}

function onStepped(step: Step, stepped: CutStepped, from: string): void {
  const { state } = step;
  const { phase, cut: name, range, status, cutEpoch } = stepped;
  const key = keyOf(range, from);
  if (name !== state.input.cut || phase !== state.phase || !state.awaited.has(key)) return;
  // Another cut is under way there, or the host is busy: it is asked again.
  if (phase === 'reserve' && status === 'busy') return;
  if (status !== 'ok') {
    state.reason = status;
    enter(step, { type: 'REFUSED' });
    return;
  }
  state.awaited.delete(key);
  state.lastEpoch = Math.max(state.lastEpoch, phase === 'reserve' ? cutEpoch : 0);
  if (state.awaited.size === 0) enter(step, { type: 'ALL_DONE' });
}

function keyOf(range: number, host: string): string {
  return `${range} ${host}`;
}

function hostOf(key: string): string {
  return key.slice(key.indexOf(' ') + 1);
}
