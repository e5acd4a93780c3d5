// Who cuts a volume, or several at one instant: a child of whoever wants a snapshot. It reads the
// map, and takes all copies through the steps that model/host/cut.ts tells: all heads of all
// volumes are held together, so what holds for the ranges of one volume holds for several. It may
// die at any point: gates open by themselves, and what was reserved is nobody's after a while.
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
import type { Surveyed } from '../messages/surveys.ts';
import { beginSurvey, entriesOf, type SurveyedVolume, takePage } from '../surveying.ts';
import { type CutAsk, cutMachine } from './machine.ts';

/** A volume that is cut. */
export interface CutPart {
  readonly volume: VolumeId;
  /** Never used for another cut, nor for another volume. */
  readonly cut: string;
  /** Earlier cuts of the volume that are snapshots; the parent will make none of the others one. */
  readonly wanted: readonly string[];
}

/** What a cut is started with: its parent knows it by the volume that is named here. */
export interface CutInput extends CutPart {
  readonly parent: string;
  /** The life of the parent, and which of its cuts in that it is. */
  readonly life: number;
  readonly number: number;
  /** Of the cell that is to take it; null where none is asked. */
  readonly epoch: number | null;
  /** What is cut at the same instant; left out: nothing. */
  readonly along?: readonly CutPart[];
  /** Members of the map authority. */
  readonly authorities: readonly string[];
}

const modes = actorModes(cutMachine, carryOut);

interface CutState {
  readonly input: CutInput;
  machine: ModeOf<typeof cutMachine>;
  readonly authority: AuthorityContact;
  readonly found: Map<VolumeId, SurveyedVolume>;
  /** Volumes whose map is known. */
  readonly mapped: Set<VolumeId>;
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
      for (const { volume, cut: name } of partsOf(input)) {
        out.mark('cut.begun', { volume, cut: name });
      }
      return {
        input,
        machine,
        authority: contactOf(input.authorities),
        found: new Map(),
        mapped: new Set(),
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
    mapped: new Set(state.mapped),
    awaited: new Map(state.awaited),
  }),
  mode: modes.mode,
  modes: modes.modes,
};

function take(step: Step, message: Message, from: string): void {
  const known = message as ModelMessage;
  if (known.type === 'surveyed') {
    onSurveyed(step, known);
  } else if (known.type === 'cut.stepped') {
    onStepped(step, known, from);
  } else if (known.type === 'cut.disowned') {
    onDisowned(step);
  }
}

function onSurveyed(step: Step, page: Surveyed): void {
  const { state, out } = step;
  if (modes.mode(state) !== 'surveying' || !takePage({ ...state, out }, page)) return;
  state.mapped.add(page.volume);
  if (state.mapped.size === partsOf(state.input).length) modes.enter(step, { type: 'SURVEYED' });
}

function partsOf({ volume, cut: name, wanted, along = [] }: CutInput): readonly CutPart[] {
  return [{ volume, cut: name, wanted }, ...along];
}

function carryOut(step: Step, ask: CutAsk): void {
  const { state, out } = step;
  const parts = partsOf(state.input);
  switch (ask.type) {
    case 'survey':
      askNext(state.authority);
      // A busy authority may answer for one volume at a time.
      beginSurvey(
        { ...state, out },
        parts.flatMap(({ volume }) => (state.mapped.has(volume) ? [] : [volume])),
      );
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
      for (const { volume, cut: name } of parts) out.mark('cut.taken', { volume, cut: name });
      end(step, 'taken');
      break;
    case 'release':
      askCopies(step, 'release', membersOf(state));
      for (const { volume, cut: name } of parts) {
        out.mark('cut.voided', { volume, cut: name, reason: state.reason });
      }
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

function end({ state, out }: Step, status: CutEnded['status']): void {
  const { parent, volume, cut: name } = state.input;
  const ended: CutEnded = { type: 'cut.ended', volume, cut: name, status };
  out.send(parent, ended);
}

interface Copy {
  readonly part: CutPart;
  readonly entry: MapEntry;
  readonly replica: Replica;
}

function membersOf(state: CutState): readonly Copy[] {
  return partsOf(state.input).flatMap((part) =>
    entriesOf(state, part.volume).flatMap((entry) =>
      entry.replicas.map((replica) => ({ part, entry, replica })),
    ),
  );
}

function headsOf(state: CutState): readonly Copy[] {
  return partsOf(state.input).flatMap((part) =>
    entriesOf(state, part.volume).map((entry) => ({ part, entry, replica: entry.replicas[0]! })),
  );
}

// Those that have answered already are not asked again.
function askCopies({ state, out }: Step, phase: CutPhase, copies: readonly Copy[]): void {
  if (state.phase !== phase || state.awaited.size === 0) {
    state.phase = phase;
    state.awaited.clear();
    const cutEpoch = phase === 'commit' ? state.lastEpoch + 1 : 0;
    const { parent: maker, life, number, epoch } = state.input;
    for (const { part, entry, replica } of copies) {
      const { range, version: cfgEpoch } = entry;
      const { slot, gen } = replica;
      const { volume, cut: name, wanted } = part;
      const place = { volume, range, slot, gen, cfgEpoch };
      const line = { maker, life, number, epoch, wanted };
      const step: CutStep = { type: 'cut.step', phase, ...place, cut: name, cutEpoch, line };
      state.awaited.set(keyOf(step, replica.host), step);
    }
  }
  for (const [key, message] of state.awaited) out.send(hostOf(key), message);
}

function onStepped(step: Step, stepped: CutStepped, from: string): void {
  const { state } = step;
  const { phase, status, cutEpoch } = stepped;
  const key = keyOf(stepped, from);
  if (phase !== state.phase || !state.awaited.has(key)) return;
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

function keyOf({ cut: name, range }: Pick<CutStep, 'cut' | 'range'>, host: string): string {
  return `${host} ${range} ${name}`;
}

function hostOf(key: string): string {
  return key.slice(0, key.indexOf(' '));
}
