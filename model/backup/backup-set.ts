// Has one volume or several cut at one instant, on a schedule, and registers a snapshot of each:
// what one program has written to all of them is in or out as it was written. All count or none
// does: a cut that is void at one host is void for all. The backup of each volume uploads what is
// registered; where that takes too long, no more is cut meanwhile.
//
// It remembers nothing durably: what was cut and not registered when it died is nobody's, and let
// go with the next cut; where a set was registered in part, each snapshot stands for itself.
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
import type {
  ArchivedSnapshot,
  ListSnapshots,
  RegisterSnapshot,
  SnapshotsListed,
} from '../messages/archive.ts';
import type { CutEnded } from '../messages/cuts.ts';
import type { ModelMessage } from '../messages/messages.ts';
import type { MutantSet } from '../mutants.ts';
import { type SetAsk, setMachine } from './set-machine.ts';

/** A volume that is cut. */
export interface CutVolume {
  readonly id: VolumeId;
  /** Of a restored volume: the snapshot that comes before all of them; else null. */
  readonly root: string | null;
}

/** What a set is started with. */
export interface BackupSetInput {
  /** Its cuts are named after it. */
  readonly set: string;
  readonly volumes: readonly CutVolume[];
  /** How long after one cut the next is begun. */
  readonly everyNs: Ns;
  /** No cut is begun after this, once one has counted. */
  readonly untilNs: Ns;
  readonly store: string;
  /** Members of the map authority. */
  readonly authorities: readonly string[];
  readonly mutants: MutantSet;
}

/**
 * Snapshots of a volume that may wait for their upload: a host keeps four cuts apart, and one of
 * them is what the next upload is a delta of, another one the next cut.
 */
const pendingMax = 2;

const modes = actorModes(setMachine, carryOut);

interface BackupSetState {
  readonly input: BackupSetInput;
  machine: ModeOf<typeof setMachine>;
  /** Counts cuts of this incarnation. */
  cutCount: number;
  /** What the store has of each volume, as far as it has answered. */
  readonly listed: Map<VolumeId, readonly ArchivedSnapshot[]>;
  /** What is cut, or registered, at the moment. */
  parts: readonly CutPart[];
  /** What is cut at one instant: all, and nothing after it. */
  instants: readonly (readonly CutPart[])[];
  /** A cut of all has counted in this life. */
  isTaken: boolean;
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
      listed: new Map(),
      parts: [],
      instants: [],
      isTaken: false,
      unregistered: [],
    }));
  },

  receive(state, message, _from, self, out) {
    const step: Step = { state, self, out };
    if (!modes.takeTimer(step, message)) take(step, message);
    return state;
  },

  copy: (state) => ({ ...state, listed: new Map(state.listed) }),
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
      // While all cuts were void there is nothing that a volume could be restored from.
      if (state.isTaken && self.nowNs() >= state.input.untilNs) {
        modes.enter(step, { type: 'ENOUGH' });
      }
      break;
    case 'list':
      list(step);
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

function list({ state, out }: Step): void {
  state.listed.clear();
  for (const { id: volume } of state.input.volumes) {
    const message: ListSnapshots = { type: 'archive.list', volume };
    out.send(state.input.store, message);
  }
}

function childName(name: string): string {
  return `cut-${name}`;
}

function beginCut(step: Step): void {
  const { state, self, out } = step;
  const { set, volumes, mutants } = state.input;
  state.cutCount += 1;
  const number = numberOf(state, self.incarnation);
  state.parts = volumes.map(({ id: volume }) => {
    const wanted = (state.listed.get(volume) ?? []).map(({ snapshot }) => snapshot);
    return { volume, cut: `${volume}-${number}`, wanted };
  });
  const parts = state.parts.map(({ volume, cut: name }) => ({ volume, cut: name }));
  out.mark('set.begun', { set: `${set}-${number}`, parts });
  // The variant that has one volume cut after the other.
  const isApart = mutants.has('volumes-cut-apart');
  state.instants = isApart ? state.parts.map((part) => [part]) : [state.parts];
  cutNext(step);
}

function cutNext({ state, self, out }: Step): void {
  const { authorities } = state.input;
  const [first, ...along] = state.instants[0]!;
  const by = { parent: self.id, life: self.incarnation, number: state.cutCount, epoch: null };
  const input: CutInput = { ...by, ...first!, along, authorities };
  out.spawn(childName(first!.cut), cut, input);
}

function numberOf({ cutCount }: BackupSetState, incarnation: number): string {
  return `${incarnation}-${cutCount}`;
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
  state.isTaken = true;
  out.mark('set.taken', { set: `${state.input.set}-${numberOf(state, self.incarnation)}` });
  state.unregistered = state.parts;
  modes.enter(step, { type: 'CUT', isTaken: true });
}

function onListed(step: Step, { volume, snapshots }: SnapshotsListed): void {
  const { state } = step;
  const mode = modes.mode(state);
  if (mode === 'listing') {
    state.listed.set(volume, snapshots);
    const { volumes } = state.input;
    if (state.listed.size < volumes.length) return;
    const isReady = volumes.every((one) => isReadyFor(one, state.listed.get(one.id) ?? []));
    modes.enter(step, { type: 'LISTED', isReady });
  } else if (mode === 'registering') {
    const known = new Set(snapshots.map(({ snapshot }) => snapshot));
    state.unregistered = state.unregistered.filter((part) => !known.has(part.cut));
    if (state.unregistered.length === 0) modes.enter(step, { type: 'REGISTERED' });
  }
}

// A restored volume is nothing yet before its root is there.
function isReadyFor({ root }: CutVolume, snapshots: readonly ArchivedSnapshot[]): boolean {
  if (root !== null && !snapshots.some(({ snapshot }) => snapshot === root)) return false;
  return snapshots.filter(({ state }) => state === 'pending').length <= pendingMax;
}
