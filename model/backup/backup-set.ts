// Has several volumes cut at one instant, on a schedule, and registers a snapshot of each: what one
// program has written to all of them is in or out as it was written. All count or none does: a cut
// that is void at one host is void for all. The backup of each volume uploads what is registered.
//
// It remembers nothing durably: a set that was cut and not registered when it died is nobody's, and
// of one that was registered in part each snapshot stands for itself.
import {
  actorModes,
  type Behavior,
  type Message,
  type ModalStep,
  type ModeOf,
  type Ns,
  nsPerMs,
} from '../../sim/index.ts';
import { type CutInput, type CutPart, cut } from '../cut/cut.ts';
import type { VolumeId } from '../map-entry.ts';
import type { RegisterSnapshot, SnapshotsListed } from '../messages/archive.ts';
import type { CutEnded } from '../messages/cuts.ts';
import type { ModelMessage } from '../messages/messages.ts';
import type { MutantSet } from '../mutants.ts';
import { type SetAsk, setMachine } from './set-machine.ts';

/** What a set is started with. */
export interface BackupSetInput {
  /** Its snapshots are named after it. */
  readonly set: string;
  readonly volumes: readonly VolumeId[];
  /** How long after one cut the next is begun. */
  readonly everyNs: Ns;
  /** No cut is begun after this. */
  readonly untilNs: Ns;
  readonly store: string;
  /** Members of the map authority. */
  readonly authorities: readonly string[];
  readonly mutants: MutantSet;
}

const modes = actorModes(setMachine, carryOut);

interface BackupSetState {
  readonly input: BackupSetInput;
  machine: ModeOf<typeof setMachine>;
  /** Counts cuts of this incarnation. */
  cutCount: number;
  /** What is cut, or registered, at the moment. */
  parts: readonly CutPart[];
  /** What is cut at one instant: all, and nothing after it. */
  instants: readonly (readonly CutPart[])[];
  /** Parts that the store does not know yet. */
  unregistered: readonly CutPart[];
}

type Step = ModalStep<BackupSetState>;

/** The behavior of a set. */
export const backupSet: Behavior<BackupSetState, BackupSetInput> = {
  name: 'backup-set',

  init(input, self, out) {
    const context = { everyMs: Math.ceil(input.everyNs / nsPerMs) };
    return modes.begin(context, self, out, (machine) => ({
      input,
      machine,
      cutCount: 0,
      parts: [],
      instants: [],
      unregistered: [],
    }));
  },

  receive(state, message, _from, self, out) {
    const step: Step = { state, self, out };
    if (!modes.takeTimer(step, message)) take(step, message);
    return state;
  },

  copy: (state) => ({ ...state }),
  mode: modes.mode,
  modes: modes.modes,
};

function take(step: Step, message: Message): void {
  const known = message as ModelMessage;
  if (known.type === 'cut.ended') onCut(step, known);
  else if (known.type === 'archive.listed') onListed(step, known);
}

function carryOut(step: Step, ask: SetAsk): void {
  const { state, self, out } = step;
  switch (ask.type) {
    case 'wait':
      if (self.nowNs() >= state.input.untilNs) modes.enter(step, { type: 'ENOUGH' });
      break;
    case 'cut':
      beginCut(step);
      break;
    case 'drop-cut':
      for (const { cut: name } of state.parts) out.stop(childName(name));
      break;
    case 'register':
      for (const { volume, cut: snapshot } of state.unregistered) {
        const register: RegisterSnapshot = { type: 'archive.register', volume, snapshot };
        out.send(state.input.store, register);
      }
      break;
  }
}

function childName(name: string): string {
  return `cut-${name}`;
}

function beginCut(step: Step): void {
  const { state, self, out } = step;
  const { volumes, mutants } = state.input;
  state.cutCount += 1;
  const name = nameOf(state, self.incarnation);
  state.parts = volumes.map((volume) => ({ volume, cut: `${name}.${volume}` }));
  out.mark('set.begun', { set: name, parts: state.parts });
  // The variant that has one volume cut after the other.
  const isApart = mutants.has('volumes-cut-apart');
  state.instants = isApart ? state.parts.map((part) => [part]) : [state.parts];
  cutNext(step);
}

function cutNext({ state, self, out }: Step): void {
  const { authorities } = state.input;
  const [first, ...along] = state.instants[0]!;
  const input: CutInput = { parent: self.id, ...first!, along, authorities };
  out.spawn(childName(first!.cut), cut, input);
}

function nameOf({ input, cutCount }: BackupSetState, incarnation: number): string {
  return `${input.set}-${incarnation}-${cutCount}`;
}

function onCut(step: Step, { cut: name, status }: CutEnded): void {
  const { state, self, out } = step;
  const [now, ...later] = state.instants;
  if (now?.[0]?.cut !== name || modes.mode(state) !== 'cutting') return;
  if (status !== 'taken') {
    modes.enter(step, { type: 'CUT', isTaken: false });
    return;
  }
  state.instants = later;
  if (later.length > 0) {
    cutNext(step);
    return;
  }
  out.mark('set.taken', { set: nameOf(state, self.incarnation) });
  state.unregistered = state.parts;
  modes.enter(step, { type: 'CUT', isTaken: true });
}

function onListed(step: Step, { snapshots }: SnapshotsListed): void {
  const { state } = step;
  if (modes.mode(state) !== 'registering') return;
  const known = new Set(snapshots.map(({ snapshot }) => snapshot));
  state.unregistered = state.unregistered.filter((part) => !known.has(part.cut));
  if (state.unregistered.length === 0) modes.enter(step, { type: 'REGISTERED' });
}
