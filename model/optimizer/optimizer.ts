// The placement optimizer: a node of its own that evens hosts out. It holds no volume. It reads
// the map, chooses copies on full hosts, and has them relocated.
import {
  actorModes,
  type Behavior,
  type Message,
  type ModalStep,
  type ModeOf,
  type Ns,
  nsPerMs,
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
import { beginSurvey, type SurveyedVolume, takePage } from '../surveying.ts';
import { optimizerMachine } from './machine.ts';
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

const modes = actorModes(optimizerMachine, beginToSurvey);

interface OptimizerState {
  readonly input: OptimizerInput;
  machine: ModeOf<typeof optimizerMachine>;
  readonly authority: AuthorityContact;
  /** What the survey under way has found so far. */
  readonly found: Map<VolumeId, SurveyedVolume>;
  readonly relocations: Relocations;
}

type OptimizerStep = ModalStep<OptimizerState>;

/** The behavior of the optimizer. */
export const optimizer: Behavior<OptimizerState, OptimizerInput> = {
  name: 'optimizer',

  init(input, self, out) {
    const context = { everyMs: Math.ceil(input.everyNs / nsPerMs) };
    return modes.begin(context, self, out, (machine) => {
      out.setTimer('tick', relocationTickNs, { type: 'tick.due' });
      return {
        input,
        machine,
        authority: contactOf(input.authorities),
        found: new Map(),
        relocations: noRelocations(0, self),
      };
    });
  },

  receive(state, message, from, self, out) {
    const step: OptimizerStep = { state, self, out };
    heardFrom(state.authority, from);
    if (!modes.takeTimer(step, message)) take(step, message, from);
    return state;
  },

  copy: (state) => ({
    ...state,
    authority: { ...state.authority },
    found: new Map(state.found),
    relocations: copyRelocations(state.relocations),
  }),
  mode: modes.mode,
  modes: modes.modes,
};

function beginToSurvey({ state, out }: OptimizerStep): void {
  askNext(state.authority);
  beginSurvey({ ...state, out }, [...state.input.volumes.keys()]);
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
  const onEnded = () => modes.enter(step, { type: 'MOVED', leftCount: relocations.open.size });
  return { relocations, authority, self, out, onEnded };
}

function onSurveyed(step: OptimizerStep, page: Surveyed): void {
  const { state, out } = step;
  if (modes.mode(state) !== 'surveying') return;
  const isWhole = takePage({ ...state, out }, page);
  if (isWhole && state.found.size === state.input.volumes.size) beginMoves(step);
}

function beginMoves(step: OptimizerStep): void {
  const { found, input } = step.state;
  const { hosts, volumes, movesAtOnce } = input;
  const moves = chooseMoves([...found.values()], hosts, volumes, movesAtOnce);
  modes.enter(step, { type: 'SURVEYED', moveCount: moves.length });
  for (const move of moves) {
    beginRelocation(relocationStep(step), move, volumes.get(move.volume) ?? [], input);
  }
}
