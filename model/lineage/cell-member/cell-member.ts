// A cell member: one of the hosts of a cell that together keep what the cell is to each volume. It
// has a device of its own, and nothing of the host's: they share the node and with it the fate.
//
//   router, mover --cell.ask--> coordinator --control.prepare, control.accept--> acceptors, most
//                 <--answer---      (any member; coordinator.ts)      of the cell (acceptor.ts)
import { actorModes, type Behavior, type IoCompletion, type Message } from '../../../sim/index.ts';
import { contactOf } from '../../authority-contact.ts';
import type { ModelMessage } from '../../messages/messages.ts';
import { onAcceptorIo, readPledges, takeAccept, takePrepare } from './acceptor.ts';
import {
  answerUnknown,
  dropRounds,
  onAccepted,
  onCut,
  onCutTimer,
  onLease,
  onListed,
  onPromised,
  onRefused,
  onRoundDue,
  type RoundDue,
  takeAsk,
} from './coordinator.ts';
import type { CutDue } from './cutting.ts';
import { cellMemberMachine } from './machine.ts';
import {
  type CellMemberInput,
  type CellMemberState,
  copyMember,
  idleCoordinator,
  type MemberStep,
} from './state.ts';

/** The device of a cell member, beside that of its host. */
export const controlDevice = 'control';

/** The cell member on a host's node. */
export function cellMemberId(host: string): string {
  return `${host}:control`;
}

// All that the modes ask for is to read what was pledged.
const modes = actorModes(cellMemberMachine, (step: MemberStep) => readPledges(step));

/** The behavior of a cell member. */
export const cellMember: Behavior<CellMemberState, CellMemberInput> = {
  name: 'cell-member',

  init(input, self, out) {
    return modes.begin(undefined, self, out, (machine) => ({
      input,
      machine,
      readingCount: 0,
      acceptors: new Map(),
      coordinators: new Map(input.volumes.map(({ id }) => [id, idleCoordinator()])),
      authority: contactOf(input.authorities),
    }));
  },

  receive(state, message, from, self, out) {
    const step: MemberStep = { state, self, out };
    if (modes.takeTimer(step, message)) return state;
    if (message.type === 'io.completed') onIo(step, message as IoCompletion);
    else if (isServing(step)) serve(step, message, from);
    else refuseWhileRecovering(step, message, from);
    return state;
  },

  copy: copyMember,
  mode: modes.mode,
  modes: modes.modes,
};

function isServing({ state }: MemberStep): boolean {
  return modes.mode(state) === 'serving';
}

function onIo(step: MemberStep, done: IoCompletion): void {
  const news = onAcceptorIo(step, done);
  if (news === 'failed') {
    // Commands that are still under way belong to nobody.
    step.state.readingCount += 1;
    dropRounds(step);
    modes.enter(step, {
      type: 'DEVICE_FAILED',
      jitter: step.self.choose('recovery.jitter', 65_536),
    });
  } else if (news !== null && !isServing(step)) {
    modes.enter(step, { type: 'PLEDGES_READ' });
    if (news === 'settled') becomeServing(step);
  }
}

function becomeServing(step: MemberStep): void {
  const { acceptors, input } = step.state;
  const damaged = [...acceptors].filter(([, one]) => one.isDamaged).map(([volume]) => volume);
  step.out.mark('control.recovered', { cell: input.cell, damaged });
  modes.enter(step, { type: 'SETTLED' });
}

function serve(step: MemberStep, message: Message, from: string): void {
  const known = message as ModelMessage | RoundDue | CutDue;
  switch (known.type) {
    case 'cell.ask':
      takeAsk(step, known, from);
      break;
    case 'control.prepare':
      takePrepare(step, known, from);
      break;
    case 'control.accept':
      takeAccept(step, known, from);
      break;
    case 'control.promised':
      onPromised(step, known, from);
      break;
    case 'control.accepted':
      onAccepted(step, known, from);
      break;
    case 'control.refused':
      onRefused(step, known);
      break;
    case 'cell-lease.granted':
      onLease(step, known, from);
      break;
    case 'archive.listed':
      onListed(step, known);
      break;
    case 'cut.ended':
      onCut(step, known);
      break;
    case 'cut.due':
      onCutTimer(step, known);
      break;
    case 'round.due':
      onRoundDue(step, known.volume);
      break;
    default:
      break;
  }
}

// Who asks is not kept waiting: another member of the cell may know.
function refuseWhileRecovering(step: MemberStep, message: Message, from: string): void {
  const known = message as ModelMessage;
  if (known.type === 'cell.ask') answerUnknown(step, known, from);
}
