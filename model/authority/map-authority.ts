// The map authority: keeps the map of every volume, durably and independently of the clients.
//
//   request --> queue --> batch --> register: durable, decided --> receipts --> apply --> answers
//
// Of several members one serves; the others pass on what reaches them (admission.ts).
//
// While a batch is under way further requests gather for the next one. A receipt `logged` promises
// that the request survives any crash. State is a fold of the log, so recovery is the state of the
// last checkpoint and the records after it.
import { type Behavior, type IoCompletion, type Message, machineDriver } from '../../sim/index.ts';
import type { ModelMessage } from '../messages/messages.ts';
import { type AuthorityVersion, authorityVersions, type VersionId } from '../versions.ts';
import { awaitRound, confirmed, passOn } from './admission.ts';
import { answerSurvey } from './answers.ts';
import { nextBatch, takeCommitted } from './batch.ts';
import { takeRenew } from './leases.ts';
import { type AuthorityAsk, type AuthorityEvent, authorityMachine } from './machine.ts';
import { refuseOverload } from './overload.ts';
import { answerCellLease, answerRoute, takeVolumeChange } from './places.ts';
import { finishRecovery, hasAllVolumes, readLog, takeRestored } from './recovery.ts';
import type { RegisterNews } from './register.ts';
import { memberModes } from './replicated-register.ts';
import { isOverloaded, takeJoin, takeNotification, takeVerify } from './requests.ts';
import { fenceAgain, onFenced, takeAttach, takeDetach } from './sessions.ts';
import {
  type AuthorityInput,
  type AuthorityState,
  type AuthorityStep,
  copyAuthority,
  forgetRequests,
  freshAuthority,
  registerStep,
} from './state.ts';

const driver = machineDriver(authorityMachine);
// Who follows is in a role of its own, and the only one never does.
const ownModes = (driver.modes ?? []).filter((mode) => mode !== 'following');
type State = AuthorityState<ReturnType<typeof driver.initial>>;

/** The behavior of the map authority, with the other versions of it. */
export const mapAuthority: Behavior<State, AuthorityInput> = {
  ...authorityOf(authorityVersions.current),
  versions: {
    previous: authorityOf(authorityVersions.previous),
  } satisfies Record<VersionId, Behavior<State, AuthorityInput>>,
};

/** The behavior of one of several members; its mode is its role. */
export const authorityMember: Behavior<State, AuthorityInput> = {
  ...memberOf(authorityVersions.current),
  versions: {
    previous: memberOf(authorityVersions.previous),
  } satisfies Record<VersionId, Behavior<State, AuthorityInput>>,
};

function memberOf(version: AuthorityVersion): Behavior<State, AuthorityInput> {
  return {
    ...authorityOf(version),
    name: 'authority-member',
    mode: ({ register }) => register.mode ?? 'recovering',
    modes: memberModes,
  };
}

function authorityOf(version: AuthorityVersion): Behavior<State, AuthorityInput> {
  return {
    name: 'map-authority',

    init(input, self, out) {
      const asks: AuthorityAsk[] = [];
      const machine = driver.initial(undefined, self, out, (ask) => asks.push(ask));
      const state = freshAuthority({ input, version }, machine);
      for (const _ask of asks) readLog({ state, self, out });
      return state;
    },

    receive(state, message, from, self, out) {
      const step: AuthorityStep = { state, self, out };
      if (driver.ownsTimer(message)) enter(step, message.event as AuthorityEvent);
      else if (message.type === 'io.completed') {
        takeNews(step, state.register.onIo(registerStep(step), message as IoCompletion));
      } else {
        const news = state.register.receive(registerStep(step), message, from);
        if (news === null) take(step, message, from);
        else takeNews(step, news);
      }
      for (const one of confirmed(step)) attend(step, one.message, one.from);
      gaugeQueue(step);
      return state;
    },

    copy: copyAuthority,
    mode: (state) => driver.mode(state.machine),
    modes: ownModes,
  };
}

/** Whether it serves: of several members, it is the one that leads. */
export function isLeading({ machine }: AuthorityState): boolean {
  return driver.mode(machine as State['machine']).startsWith('serving');
}

// A new authority writes its first records before it knows any volume: it does not answer yet.
function isServing(step: AuthorityStep): boolean {
  return isLeading(step.state) && hasAllVolumes(step);
}

function take(step: AuthorityStep, message: Message, from: string): void {
  if (!isServing(step)) {
    passOn(step, message, from);
    refuseEarly(step, message, from);
  } else if (from === step.self.id) attend(step, message, from);
  else awaitRound(step, message, from);
}

// A wrong variant: what is not read yet is taken for what is not there.
function refuseEarly(step: AuthorityStep, message: Message, from: string): void {
  const { input, map } = step.state;
  const known = message as ModelMessage;
  if (!input.mutants.has('answers-while-recovering') || map.recordCount > 0) return;
  if (known.type === 'notify') takeNotification(step, known, from);
}

function enter(step: AuthorityStep, event: AuthorityEvent): void {
  const state = step.state as State;
  const asks: AuthorityAsk[] = [];
  state.machine = driver.next(state.machine, event, step.self, step.out, (ask) => asks.push(ask));
  for (const _ask of asks) readLog(step);
}

// With a service time requests wait for their turn; what the authority tells itself, and what it
// has asked for, does not.
function attend(step: AuthorityStep, message: Message, from: string): void {
  const { inbox, input } = step.state;
  if (message.type === 'service.done') {
    const next = inbox.shift();
    if (next !== undefined) serve(step, next.message, next.from);
    if (inbox.length > 0) work(step);
  } else if (input.serviceTimeNs === 0 || isAwaited(step, message, from)) {
    serve(step, message, from);
  } else if (inbox.length >= input.queueMax) {
    refuseOverload(step, message as ModelMessage, from);
  } else {
    inbox.push({ message, from });
    if (inbox.length === 1) work(step);
  }
}

function isAwaited({ self }: AuthorityStep, message: Message, from: string): boolean {
  return from === self.id || message.type === 'fenced';
}

function work({ state, out }: AuthorityStep): void {
  out.setTimer('service', state.input.serviceTimeNs, { type: 'service.done' });
}

function gaugeQueue({ state, out }: AuthorityStep): void {
  const depth = state.inbox.length + state.queue.length;
  if (depth === state.gaugedDepth) return;
  state.gaugedDepth = depth;
  out.gauge('authority.queue', depth);
}

function serve(step: AuthorityStep, message: Message, from: string): void {
  const known = message as ModelMessage | { readonly type: 'fence.again' };
  if (isBusyWithAnother(step, message)) return;
  switch (known.type) {
    case 'notify':
      takeNotification(step, known, from);
      break;
    case 'attach':
      takeAttach(step, known, from);
      break;
    case 'detach':
      takeDetach(step, known, from);
      break;
    case 'renew':
      takeRenew(step, known, from);
      break;
    case 'join':
      takeJoin(step, known, from);
      break;
    case 'verify':
      takeVerify(step, known, from);
      break;
    case 'survey':
      answerSurvey(step, known, from);
      break;
    case 'route.read':
      answerRoute(step, known, from);
      break;
    case 'volume.change':
      takeVolumeChange(step, known, from);
      break;
    case 'cell-lease.ask':
      answerCellLease(step, known, from);
      break;
    case 'fenced':
      onFenced(step, known, from);
      break;
    case 'fence.again':
      fenceAgain(step);
      break;
    default:
      return;
  }
  pump(step);
  // What is refused for want of room shows that a checkpoint is needed, though nothing is applied.
  if (isOverloaded(step)) step.state.register.applied(registerStep(step));
}

// A wrong variant: while one volume is being attached nobody serves the others.
function isBusyWithAnother({ state }: AuthorityStep, message: Message): boolean {
  const { attaching, input } = state;
  if (attaching.size === 0 || !input.mutants.has('serves-one-volume-at-a-time')) return false;
  const { volume } = message as { readonly volume?: string };
  return volume !== undefined && !attaching.has(volume);
}

// Starts the next batch unless one is under way.
function pump(step: AuthorityStep): void {
  const { state } = step;
  while (state.queue.length > 0 && state.register.canPropose(state.register.proposalMax)) {
    if (nextBatch(step) === 'proposed') enter(step, { type: 'BATCH_SUBMITTED' });
  }
}

function takeNews(step: AuthorityStep, all: readonly RegisterNews[]): void {
  for (const news of all) takeOne(step, news);
  // Whatever was done may have made room.
  pump(step);
}

function takeOne(step: AuthorityStep, news: RegisterNews): void {
  const { state } = step;
  switch (news.type) {
    case 'flushed':
      enter(step, { type: 'FLUSHED' });
      break;
    case 'restored':
      takeRestored(step, news);
      break;
    case 'committed':
      if (state.batches.length > 0) enter(step, { type: 'BATCH_FLUSHED' });
      takeCommitted(step, news.firstIndex, news.entries);
      state.register.applied(registerStep(step));
      break;
    case 'leading':
      finishRecovery(step, news);
      state.recoveredNs = step.self.nowNs();
      enter(step, { type: 'RECOVERED' });
      break;
    case 'following':
      forgetRequests(state);
      enter(step, { type: 'FOLLOWING' });
      break;
    case 'failed':
      // All that is not in the log is forgotten, who asked asks again.
      forgetRequests(state);
      enter(step, { type: 'DEVICE_FAILED', jitter: step.self.choose('recovery.jitter', 65_536) });
      break;
  }
}
