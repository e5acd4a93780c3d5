// The placement optimizer: a node of its own that evens hosts out. It holds no volume. It reads
// the map, chooses copies on full hosts, and has them relocated.
import {
  type Behavior,
  type Message,
  machineDriver,
  type Ns,
  nsPerMs,
  type Outbox,
  type Self,
} from '../../sim/index.ts';
import { type AuthorityContact, askNext, contactOf, heardFrom } from '../authority-contact.ts';
import type { VolumeId } from '../map-entry.ts';
import type { ModelMessage } from '../messages/messages.ts';
import type { Surveyed } from '../messages/surveys.ts';
import {
  beginRelocation,
  copyRelocations,
  noRelocations,
  type RelocationRules,
  type RelocationStep,
  type Relocations,
  relocationTickNs,
  takeRelocation,
  tickRelocations,
} from '../relocation/relocations.ts';
import { beginSurvey, type SurveyedVolume, takePage } from '../relocation/surveys.ts';
import { type OptimizerAsk, type OptimizerEvent, optimizerMachine } from './machine.ts';
import { chooseMoves, type HostPlace } from './moves.ts';

/** What an optimizer is started with. */
export interface OptimizerInput extends RelocationRules {
  readonly everyNs: Ns;
  readonly movesAtOnce: number;
  /** With the cells that their copies may lie in. */
  readonly volumes: ReadonlyMap<VolumeId, readonly string[]>;
  readonly hosts: readonly HostPlace[];
  readonly authorities: readonly string[];
}

const driver = machineDriver(optimizerMachine);

interface OptimizerState {
  readonly input: OptimizerInput;
  machine: ReturnType<typeof driver.initial>;
  readonly authority: AuthorityContact;
  /** What the survey under way has found so far. */
  readonly found: Map<VolumeId, SurveyedVolume>;
  readonly relocations: Relocations;
}

interface OptimizerStep {
  readonly state: OptimizerState;
  readonly self: Self;
  readonly out: Outbox;
}

/** The behavior of the optimizer. */
export const optimizer: Behavior<OptimizerState, OptimizerInput> = {
  name: 'optimizer',

  init(input, self, out) {
    const context = { everyMs: Math.ceil(input.everyNs / nsPerMs) };
    const machine = driver.initial(context, self, out, () => {});
    out.setTimer('tick', relocationTickNs, { type: 'tick.due' });
    return {
      input,
      machine,
      authority: contactOf(input.authorities),
      found: new Map(),
      relocations: noRelocations(0, self),
    };
  },

  receive(state, message, from, self, out) {
    const step: OptimizerStep = { state, self, out };
    heardFrom(state.authority, from);
    if (driver.ownsTimer(message)) enter(step, message.event as OptimizerEvent);
    else take(step, message, from);
    return state;
  },

  copy: (state) => ({
    ...state,
    authority: { ...state.authority },
    found: new Map(state.found),
    relocations: copyRelocations(state.relocations),
  }),
  mode: (state) => driver.mode(state.machine),
  modes: driver.modes,
};

function enter(step: OptimizerStep, event: OptimizerEvent): void {
  const { state, self, out } = step;
  const asks: OptimizerAsk[] = [];
  state.machine = driver.next(state.machine, event, self, out, (ask) => asks.push(ask));
  for (const _ask of asks) {
    askNext(state.authority);
    beginSurvey({ ...state, out }, [...state.input.volumes.keys()]);
  }
}

function take(step: OptimizerStep, message: Message, from: string): void {
  const known = message as ModelMessage | { readonly type: 'tick.due' };
  switch (known.type) {
    case 'tick.due':
      step.out.setTimer('tick', relocationTickNs, { type: 'tick.due' });
      tickRelocations(relocationStep(step));
      break;
    case 'surveyed':
      onSurveyed(step, known);
      break;
    default:
      takeRelocation(relocationStep(step), message, from);
      break;
  }
}

function relocationStep(step: OptimizerStep): RelocationStep {
  const { state, self, out } = step;
  const { relocations, authority } = state;
  const onEnded = () => enter(step, { type: 'MOVED', leftCount: relocations.open.size });
  return { relocations, authority, self, out, onEnded };
}

function onSurveyed(step: OptimizerStep, page: Surveyed): void {
  const { state, out } = step;
  if (driver.mode(state.machine) !== 'surveying') return;
  const isWhole = takePage({ ...state, out }, page);
  if (isWhole && state.found.size === state.input.volumes.size) beginMoves(step);
}

function beginMoves(step: OptimizerStep): void {
  const { found, input } = step.state;
  const { hosts, volumes, movesAtOnce } = input;
  const moves = chooseMoves([...found.values()], hosts, volumes, movesAtOnce);
  enter(step, { type: 'SURVEYED', moveCount: moves.length });
  for (const move of moves) {
    beginRelocation(relocationStep(step), move, volumes.get(move.volume) ?? [], input);
  }
}
