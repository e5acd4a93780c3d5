// A host: keeps copies of block ranges in the slots of its device and serves them as a member of
// chains.
//
//   client --write--> head --store--> member --store--> target under way
//          <--reply--      <--reply--        <--reply--
//
// Every read and every write passes through all members of the configuration its sender believes
// in, and each refuses unless that is the one it has adopted. A change of configuration keeps at
// least one member, which adopts it durably before anything is acknowledged under it: a stale
// sender is refused by somebody. A read is confirmed down the chain before it is answered, so what
// was read once stays read; no clock and no lease takes part.
import {
  type Behavior,
  type IoCompletion,
  type Message,
  machineDriver,
  nsPerMs,
  nsPerSec,
} from '../../sim/index.ts';
import type { ModelMessage } from '../messages/messages.ts';
import type { Heartbeat } from '../messages/slots.ts';
import { type HostVersion, hostVersions, type VersionId } from '../versions.ts';
import {
  onLedgerIo,
  onReply,
  onTaskIo,
  takeBlockRequest,
  wakeWaiting,
  writeBack,
} from './blocks.ts';
import { watchForwards } from './chain.ts';
import { onCopied, takeCopyTo } from './copy.ts';
import { advanceCuts, expireCuts, takeCutStep } from './cut.ts';
import { isAiling, noteDeviceFailed } from './damage.ts';
import { onHeaderWritten } from './headers.ts';
import { healSlots, takeHeal } from './heal.ts';
import { onCutsTold, reviewPast, takeFindCut } from './kept-past.ts';
import { tightenLedgers } from './ledger.ts';
import { takeLoad } from './load.ts';
import { type HostAsk, type HostEvent, hostMachine } from './machine.ts';
import { onPastIo, takeReadChanges, takeReadPast } from './past.ts';
import { askAgain, onJoined, onRecoveryIo, recover } from './recovery.ts';
import { sweepShadows } from './shadows.ts';
import { countSlots } from './slot-count.ts';
import {
  isVacant,
  onScrubbed,
  onVerifyAnswer,
  takeFence,
  takeProbe,
  takeReconfigure,
  takeReopen,
  takeReserve,
  verifySlots,
} from './slots.ts';
import { copyHost, freshHost, type HostInput, type HostState, type HostStep } from './state.ts';
import { onUnreadIo, readAgain } from './unread.ts';

/** How often a host tells its cell that it is there. */
const heartbeatNs = 500 * nsPerMs;
/**
 * After so long at most a host asks the authority again whether its slots are still in the map. Up
 * to a quarter less is drawn: in step with others it would meet the same full queue each time
 * (Floyd and Jacobson, "The Synchronization of Periodic Routing Messages", 1994).
 */
const verifyNs = 10 * nsPerSec;
const verifyJitterNs = verifyNs / 4;
/** How often a host looks for members that do not answer. */
const watchNs = 100 * nsPerMs;

const driver = machineDriver(hostMachine);
type State = HostState<ReturnType<typeof driver.initial>>;
type HostTimer = {
  readonly type:
    | 'heartbeat.due'
    | 'verify.due'
    | 'watch.due'
    | 'cut.due'
    | 'heal.due'
    | 'unread.due'
    | 'tighten.due'
    | 'write-back.due';
};

/** The behavior of a host, with the other versions of it. */
export const host: Behavior<State, HostInput> = {
  ...hostOf(hostVersions.current),
  versions: {
    previous: hostOf(hostVersions.previous),
  } satisfies Record<VersionId, Behavior<State, HostInput>>,
};

function hostOf(version: HostVersion): Behavior<State, HostInput> {
  return {
    name: 'host',

    init(input, self, out) {
      const asks: HostAsk[] = [];
      const machine = driver.initial(undefined, self, out, (ask) => asks.push(ask));
      const state = freshHost({ input, version }, machine, self.incarnation);
      for (const ask of asks) carryOut({ state, self, out }, ask);
      return state;
    },

    receive(state, message, from, self, out) {
      const step: HostStep = { state, self, out };
      if (driver.ownsTimer(message)) enter(step, message.event as HostEvent);
      else if (message.type === 'io.completed') onIo(step, message as IoCompletion);
      else if (driver.mode(state.machine) === 'serving') serve(step, message, from);
      else refuseWhileRecovering(step, message, from);
      if (state.cutting.size > 0) advanceCuts(step);
      return state;
    },

    copy: copyHost,
    mode: (state) => driver.mode(state.machine),
    modes: driver.modes,
  };
}

function enter(step: HostStep, event: HostEvent): void {
  const state = step.state as State;
  const asks: HostAsk[] = [];
  state.machine = driver.next(state.machine, event, step.self, step.out, (ask) => asks.push(ask));
  for (const ask of asks) carryOut(step, ask);
}

function carryOut(step: HostStep, ask: HostAsk): void {
  if (ask.type === 'recover') {
    recover(step);
    return;
  }
  step.out.mark('host.recovered', {
    slots: step.state.slots.filter((slot) => slot.header.state !== 'free').length,
    // So long at most a slot is kept that no map names.
    keptNs: step.state.input.slotLife.reserveNs + 3 * verifyNs,
  });
  beat(step);
  verify(step);
}

function onIo(step: HostStep, done: IoCompletion): void {
  const tag = done.tag as {
    readonly part: 'task' | 'ledger' | 'header' | 'scrub' | 'recovery' | 'unread' | 'past';
    readonly id: number;
    readonly round: number;
  };
  if (tag.round !== step.state.round) return;
  switch (tag.part) {
    case 'task':
      onTaskIo(step, tag.id, done);
      break;
    case 'ledger':
      onLedgerIo(step, tag.id, done);
      break;
    case 'past':
      onPastIo(step, tag.id, done);
      break;
    case 'unread':
      onUnreadIo(step, tag.id, done);
      break;
    case 'header':
      if (done.status !== 'ok') noteDeviceFailed(step);
      for (const { message, from } of onHeaderWritten(step, tag.id, done))
        serve(step, message, from);
      wakeWaiting(step, step.state.slots[tag.id]!);
      break;
    case 'scrub':
      onScrubbed(step, tag.id, done);
      break;
    case 'recovery': {
      const reached = onRecoveryIo(step, done);
      if (reached !== null) enter(step, reached);
      break;
    }
  }
}

function serve(step: HostStep, message: Message, from: string): void {
  const known = message as ModelMessage | HostTimer;
  switch (known.type) {
    case 'write':
    case 'confirm':
    case 'flush':
    case 'read':
      takeBlockRequest(step, known, from);
      break;
    case 'block.reply':
      if (from === step.self.id) onCopied(step, known);
      else onReply(step, known, from);
      break;
    case 'reconfigure':
      takeReconfigure(step, known, from);
      break;
    case 'copy-to':
      takeCopyTo(step, known, from);
      break;
    case 'probe':
      takeProbe(step, known, from);
      break;
    case 'fence':
      takeFence(step, known, from);
      break;
    case 'reopen':
      takeReopen(step, known, from);
      break;
    case 'reserve':
      takeReserve(step, known, from);
      break;
    case 'verify.answer':
      onVerifyAnswer(step, known);
      break;
    case 'load':
      takeLoad(step, known, from);
      break;
    case 'heal':
      takeHeal(step, known);
      break;
    case 'cut.step':
      takeCutStep(step, known, from);
      break;
    case 'past.read':
      takeReadPast(step, known, from);
      break;
    case 'changes.read':
      takeReadChanges(step, known, from);
      break;
    case 'cut.find':
      takeFindCut(step, known, from);
      break;
    case 'cuts.told':
      onCutsTold(step, known);
      break;
    default:
      onDue(step, known);
  }
  if (step.state.tasks.size > 0 && !step.state.ticking) {
    step.state.ticking = true;
    step.out.setTimer('watch', watchNs, { type: 'watch.due' });
  }
}

const dueActions: Readonly<Record<HostTimer['type'], (step: HostStep) => void>> = {
  'heartbeat.due': beat,
  'verify.due': verify,
  'watch.due': watch,
  'cut.due': expireCuts,
  'heal.due': healSlots,
  'unread.due': readAgain,
  'tighten.due': tightenLedgers,
  'write-back.due': writeBack,
};

function onDue(step: HostStep, { type }: Message): void {
  if (Object.hasOwn(dueActions, type)) dueActions[type as HostTimer['type']](step);
}

function watch(step: HostStep): void {
  step.state.ticking = false;
  watchForwards(step);
}

function beat(step: HostStep): void {
  const { input, slots } = step.state;
  const free = slots.filter((slot) => isVacant(step, slot));
  const freeCount = isAiling(step) ? 0 : free.length;
  const heartbeat: Heartbeat = { type: 'heartbeat', zone: input.zone, freeCount };
  step.out.send(input.cell, heartbeat);
  step.out.setTimer('heartbeat', heartbeatNs, { type: 'heartbeat.due' });
}

function verify(step: HostStep): void {
  countSlots(step);
  verifySlots(step);
  reviewPast(step);
  sweepShadows(step);
  const delayNs = verifyNs - step.self.choose('verify.jitter', verifyJitterNs);
  step.out.setTimer('verify', delayNs, { type: 'verify.due' });
}

function refuseWhileRecovering(step: HostStep, message: Message, from: string): void {
  const known = message as ModelMessage | { readonly type: 'join.due' };
  if (known.type === 'joined') onJoined(step, known);
  else if (known.type === 'join.due') askAgain(step);
  const { type } = known;
  if (type !== 'read' && type !== 'write' && type !== 'confirm' && type !== 'flush') return;
  const { slot, gen, reqId } = known;
  step.out.send(from, {
    type: 'block.reply',
    reqId,
    status: hasFailed(step) ? 'io-error' : 'busy',
    about: { host: step.self.id, slot, gen },
    cfgEpoch: 0,
    session: 0,
    stamps: null,
  } as ModelMessage);
}

// A host whose device fails is alive and of no use: who asks it is to look for another.
function hasFailed({ state }: HostStep): boolean {
  return (state as State).machine.context.failCount > 0;
}
