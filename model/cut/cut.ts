// Who cuts a volume: a child of whoever wants a snapshot of it. It reads the map, and takes all
// copies through the steps that model/host/cut.ts tells. It may die at any point: gates open by
// themselves, and what was reserved is nobody's after a while.
import {
  actorModes,
  type Behavior,
  type Message,
  type ModalStep,
  type ModeOf,
} from '../../sim/index.ts';
import { type AuthorityContact, askNext, contactOf, heardFrom } from '../authority-contact.ts';
import type { MapEntry, Replica, VolumeId } from '../map-entry.ts';
import type { CutEnded, CutPhase, CutStep, CutStepped } from '../messages/cuts.ts';
import type { ModelMessage } from '../messages/messages.ts';
import { beginSurvey, entriesOf, type SurveyedVolume, takePage } from '../surveying.ts';
import { type CutAsk, cutMachine } from './machine.ts';

/** What a cut is started with. */
export interface CutInput {
  readonly parent: string;
  readonly volume: VolumeId;
  /** Never used for another cut. */
  readonly cut: string;
  /** Members of the map authority. */
  readonly authorities: readonly string[];
}

const modes = actorModes(cutMachine, carryOut);

interface CutState {
  readonly input: CutInput;
  machine: ModeOf<typeof cutMachine>;
  readonly authority: AuthorityContact;
  readonly found: Map<VolumeId, SurveyedVolume>;
  /** The step that answers are awaited of, and from which copies. */
  phase: CutPhase;
  readonly awaited: Map<string, CutStep>;
  /** The number of the last cut that any copy has committed. */
  lastEpoch: number;
  /** Why the cut is void. */
  reason: string;
}

type Step = ModalStep<CutState>;

/** The behavior of a cut. */
export const cut: Behavior<CutState, CutInput> = {
  name: 'cut',

  init(input, self, out) {
    return modes.begin(undefined, self, out, (machine) => {
      out.mark('cut.begun', { volume: input.volume, cut: input.cut });
      return {
        input,
        machine,
        authority: contactOf(input.authorities),
        found: new Map(),
        phase: 'reserve',
        awaited: new Map(),
        lastEpoch: 0,
        reason: 'too-late',
      };
    });
  },

  receive(state, message, from, self, out) {
    const step: Step = { state, self, out };
    heardFrom(state.authority, from);
    if (!modes.takeTimer(step, message)) take(step, message, from);
    return state;
  },

  copy: (state) => ({
    ...state,
    authority: { ...state.authority },
    found: new Map(state.found),
    awaited: new Map(state.awaited),
  }),
  mode: modes.mode,
  modes: modes.modes,
};

function take(step: Step, message: Message, from: string): void {
  const known = message as ModelMessage;
  if (known.type === 'surveyed') {
    if (modes.mode(step.state) !== 'surveying') return;
    if (takePage({ ...step.state, out: step.out }, known)) modes.enter(step, { type: 'SURVEYED' });
  } else if (known.type === 'cut.stepped') {
    onStepped(step, known, from);
  } else if (known.type === 'cut.disowned') {
    onDisowned(step);
  }
}

function carryOut(step: Step, ask: CutAsk): void {
  const { state } = step;
  switch (ask.type) {
    case 'survey':
      askNext(state.authority);
      beginSurvey({ ...state, out: step.out }, [state.input.volume]);
      break;
    case 'reserve':
    case 'commit':
      askCopies(step, ask.type, membersOf(state));
      break;
    case 'hold':
    case 'open':
      askCopies(step, ask.type, headsOf(state));
      break;
    case 'take':
      step.out.mark('cut.taken', factsOf(step));
      end(step, 'taken');
      break;
    case 'release':
      askCopies(step, 'release', membersOf(state));
      step.out.mark('cut.voided', { ...factsOf(step), reason: state.reason });
      end(step, 'void');
      break;
  }
}

// All let it go, even where it counts already.
function onDisowned(step: Step): void {
  const { state } = step;
  const mode = modes.mode(state);
  if (mode === 'voided') return;
  state.reason = 'disowned';
  if (mode === 'taken') carryOut(step, { type: 'release' });
  else modes.enter(step, { type: 'REFUSED' });
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

interface Copy {
  readonly entry: MapEntry;
  readonly replica: Replica;
}

function membersOf(state: CutState): readonly Copy[] {
  return entriesOf(state, state.input.volume).flatMap((entry) =>
    entry.replicas.map((replica) => ({ entry, replica })),
  );
}

function headsOf(state: CutState): readonly Copy[] {
  const entries = entriesOf(state, state.input.volume);
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
    modes.enter(step, { type: 'REFUSED' });
    return;
  }
  state.awaited.delete(key);
  state.lastEpoch = Math.max(state.lastEpoch, phase === 'reserve' ? cutEpoch : 0);
  if (state.awaited.size === 0) modes.enter(step, { type: 'ALL_DONE' });
}

function keyOf(range: number, host: string): string {
  return `${range} ${host}`;
}

function hostOf(key: string): string {
  return key.slice(key.indexOf(' ') + 1);
}
