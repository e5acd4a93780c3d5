// The map authority: keeps the map of every volume, durably and independently of the clients.
//
//   request --> queue --> batch --> write, read back, flush --> receipts --> apply --> answers
//
// While a flush is under way further requests gather for the next batch. A receipt `logged`
// promises that the request survives any crash. State is a fold of the log, so recovery is reading
// it from block 0.
import { type Behavior, type IoCompletion, type Message, machineDriver } from '../../sim/index.ts';
import type { ModelMessage } from '../messages/messages.ts';
import { type AuthorityVersion, authorityVersions, type VersionId } from '../versions.ts';
import { finishBatch, flushBatch, isThere, nextBatch, readBack, submitBatch } from './batch.ts';
import { type AuthorityAsk, type AuthorityEvent, authorityMachine } from './machine.ts';
import { onLogRead, onRecoveryFlushed, readLog } from './recovery.ts';
import { takeDetach, takeJoin, takeNotification, takeVerify } from './requests.ts';
import { fenceAgain, onFenced, takeAttach } from './sessions.ts';
import {
  type AuthorityInput,
  type AuthorityState,
  type AuthorityStep,
  copyAuthority,
  freshAuthority,
} from './state.ts';

const driver = machineDriver(authorityMachine);
type State = AuthorityState<ReturnType<typeof driver.initial>>;

/** The behavior of the map authority, with the other versions of it. */
export const mapAuthority: Behavior<State, AuthorityInput> = {
  ...authorityOf(authorityVersions.current),
  versions: {
    previous: authorityOf(authorityVersions.previous),
  } satisfies Record<VersionId, Behavior<State, AuthorityInput>>,
};

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
      else if (message.type === 'io.completed') onIo(step, message as IoCompletion);
      else if (isServing(state)) serve(step, message, from);
      return state;
    },

    copy: copyAuthority,
    mode: (state) => driver.mode(state.machine),
    modes: driver.modes,
  };
}

// A new authority writes its first records before it knows any volume: it does not answer yet.
function isServing(state: State): boolean {
  return state.map.recordCount > 0 && driver.mode(state.machine).startsWith('serving');
}

function enter(step: AuthorityStep, event: AuthorityEvent): void {
  const state = step.state as State;
  const asks: AuthorityAsk[] = [];
  state.machine = driver.next(state.machine, event, step.self, step.out, (ask) => asks.push(ask));
  for (const _ask of asks) readLog(step);
}

function serve(step: AuthorityStep, message: Message, from: string): void {
  const known = message as ModelMessage | { readonly type: 'fence.again' };
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
    case 'join':
      takeJoin(step, known, from);
      break;
    case 'verify':
      takeVerify(step, known, from);
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
}

// Starts the next batch unless one is under way.
function pump(step: AuthorityStep): void {
  while (step.state.inFlight === null && step.state.queue.length > 0) {
    const batch = nextBatch(step);
    if (batch.recordCount === 0) {
      finishBatch(step, batch);
      continue;
    }
    submitBatch(step, batch);
    enter(step, { type: 'BATCH_SUBMITTED' });
  }
}

function onIo(step: AuthorityStep, done: IoCompletion): void {
  const { state } = step;
  const tag = done.tag as { readonly step: string; readonly round: number };
  if (tag.round !== state.round) return;
  if (done.status !== 'ok') {
    fail(step);
    return;
  }
  switch (tag.step) {
    case 'read':
      onRead(step, done);
      break;
    case 'recovery-flush':
      onRecoveryFlushed(step);
      enter(step, { type: 'RECOVERED' });
      pump(step);
      break;
    case 'write':
      readBack(step);
      break;
    case 'read-back':
      if (isThere(step, done)) flushBatch(step);
      else fail(step);
      break;
    case 'flush': {
      const batch = state.inFlight;
      state.inFlight = null;
      enter(step, { type: 'BATCH_FLUSHED' });
      if (batch !== null) finishBatch(step, batch);
      pump(step);
      break;
    }
  }
}

function onRead(step: AuthorityStep, done: IoCompletion): void {
  const found = onLogRead(step, done);
  if (found === 'end') enter(step, { type: 'LOG_READ' });
  else if (found === 'damaged') fail(step);
}

// The device is of no use for now: all that is not in the log is forgotten, who asked asks again.
function fail(step: AuthorityStep): void {
  // Commands that are still under way belong to nobody.
  step.state.round += 1;
  enter(step, { type: 'DEVICE_FAILED', jitter: step.self.choose('recovery.jitter', 65_536) });
}
