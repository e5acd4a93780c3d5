// A client: a virtual computer with a volume. It issues its program's requests, keeps a partial
// copy of the map, tells the authority what moved, and restores copies that are missing.
//
//   program --request--> pieces --> heads of ranges --> answers --> program
//                          |  ^ refused: stale
//                          v  |
//                    cache of the map <--> map authority
import { type Behavior, type Message, machineDriver, nsPerMs } from '../../sim/index.ts';
import { askNext, heardFrom, memberAsked } from '../authority-contact.ts';
import type { Detached } from '../messages/leases.ts';
import type { ModelMessage } from '../messages/messages.ts';
import type { Attach, AttachGranted, AttachRefused, Detach } from '../messages/notifications.ts';
import type { Touched } from '../messages/re-mirror.ts';
import { endAll, endGone, flushBehind } from './ends.ts';
import { beginOp, onBlockReply, pressOn } from './io.ts';
import { holdLease, onRenewed, pressLease, renewalPeriod } from './lease.ts';
import { doubtRange, settleDoubts } from './loss.ts';
import { type ClientAsk, type ClientEvent, clientMachine } from './machine.ts';
import {
  needRanges,
  onPortion,
  onReceipt,
  onUpdated,
  repeatNotifications,
  requestChange,
  walkMap,
} from './map.ts';
import { onOrigin } from './origin.ts';
import { wakePieces } from './pieces.ts';
import { endReMirror, pressVerification, reviewCopies, reviewNs, stopReMirrors } from './review.ts';
import {
  type ClientInput,
  type ClientState,
  type ClientStep,
  copyClient,
  freshClient,
  noLease,
} from './state.ts';
import { noteStuck } from './stuck.ts';
import { touchedBlocks } from './tracker.ts';
import { firstCursor, nextCursor, requestAt } from './workloads.ts';

/** How often a client looks for what is due: resends, time-outs, reviews. */
const tickNs = 25 * nsPerMs;

const driver = machineDriver(clientMachine);
type State = ClientState<ReturnType<typeof driver.initial>>;
type ClientTimer = { readonly type: 'tick.due' | 'request.due' | 'attach.due' };

/** The behavior of a client. */
export const client: Behavior<State, ClientInput> = {
  name: 'client',

  init(input, self, out) {
    const asks: ClientAsk[] = [];
    const machine = driver.initial(undefined, self, out, (ask) => asks.push(ask));
    const state = freshClient(input, machine, self);
    const step: ClientStep = { state, self, out };
    const { volume, timeoutNs } = input;
    out.mark('deadline.set', { volume, timeoutNs, tickNs });
    state.cursor = firstCursor(input.workload, self.nowNs(), self);
    // What a program that has let go of its volume would do there is done.
    if (isTimeToLeave(step)) stopWork(step);
    out.setTimer('tick', tickNs, { type: 'tick.due' });
    for (const ask of asks) carryOut(step, ask);
    return state;
  },

  receive(state, message, from, self, out) {
    const step: ClientStep = { state, self, out };
    if (driver.ownsTimer(message)) enter(step, message.event as ClientEvent);
    else {
      heardFrom(state.authority, from);
      take(step, message, from);
    }
    return state;
  },

  copy: copyClient,
  mode: (state) => driver.mode(state.machine),
  modes: driver.modes,
};

function enter(step: ClientStep, event: ClientEvent): void {
  const state = step.state as State;
  const asks: ClientAsk[] = [];
  state.machine = driver.next(state.machine, event, step.self, step.out, (ask) => asks.push(ask));
  for (const ask of asks) carryOut(step, ask);
}

function carryOut(step: ClientStep, ask: ClientAsk): void {
  const { state, self, out } = step;
  switch (ask.type) {
    case 'detached':
      if (hasWork(step)) attachInTime(step);
      break;
    case 'attach':
      askToAttach(step, ask.number);
      break;
    case 'detach': {
      const { volume } = state.input;
      const { session } = state;
      const detach: Detach = { type: 'detach', volume, client: self.id, session };
      out.send(memberAsked(state.authority), detach);
      // Whoever is silent is not asked twice in a row.
      askNext(state.authority);
      break;
    }
  }
}

// Not before its time; a client that is to stay away after a fence does.
function attachInTime(step: ClientStep): void {
  const { state, self, out } = step;
  if (state.attachId !== '' && !state.input.reattaches) return;
  const waitNs = state.input.attachAtNs - self.nowNs();
  if (waitNs > 0) out.setTimer('attach', waitNs, { type: 'attach.due' });
  else enter(step, { type: 'ATTACH', jitter: self.choose('attach.jitter', 65_536) });
}

function askToAttach(step: ClientStep, number: number): void {
  const { state, self, out } = step;
  const attachId = `${self.incarnation}.${number}`;
  if (attachId === state.attachId) askNext(state.authority);
  state.attachId = attachId;
  const { volume, force } = state.input;
  const sentNs = self.nowNs();
  const attach: Attach = { type: 'attach', volume, client: self.id, attachId, force, sentNs };
  out.send(memberAsked(state.authority), attach);
}

// Requests to issue, or something written that was not read back yet.
function hasWork(step: ClientStep): boolean {
  const { cursor, verifiedBlockCount } = step.state;
  return cursor !== null || verifiedBlockCount >= 0;
}

function take(step: ClientStep, message: Message, from: string): void {
  const known = message as ModelMessage | ClientTimer;
  switch (known.type) {
    case 'request.due':
      issueDue(step);
      break;
    case 'tick.due':
      tick(step);
      break;
    case 'block.reply':
      if (onBlockReply(step, known, from) === 'fenced') fence(step);
      break;
    case 'archive.contents':
      onOrigin(step, known);
      break;
    case 'attach.granted':
      onGranted(step, known);
      break;
    case 'attach.due':
      attachInTime(step);
      break;
    case 'attach.refused':
      onRefused(step, known);
      break;
    case 'renewed': {
      const outcome = onRenewed(step, known);
      if (outcome === 'fenced') fence(step);
      else if (outcome === 'renewed') enter(step, { type: 'RENEWED' });
      break;
    }
    case 'detached':
      onDetached(step, known);
      break;
    case 'receipt':
      if (onReceipt(step, known) === 'fenced') fence(step);
      break;
    case 'map.portion':
      wakePieces(step, onPortion(step, known));
      if (known.session === step.state.session) {
        endGone(step, settleDoubts(step, known.entries));
      }
      break;
    case 'map.updated': {
      const outcome = onUpdated(step, known);
      if (outcome === 'fenced') fence(step);
      else wakePieces(step, outcome);
      break;
    }
    case 're-mirror.change':
      if (step.state.session > 0) requestChange(step, known.change, from);
      break;
    case 're-mirror.touched': {
      const { range } = known;
      const blocks = touchedBlocks(step, range);
      step.out.send(from, { type: 'touched', range, blocks } as Touched);
      break;
    }
    case 're-mirror.ended':
      endReMirror(step, known);
      if (known.outcome === 'abandoned') needRanges(step, [known.range]);
      if (known.outcome === 'gone') doubtRange(step, known.entry);
      break;
    default:
      break;
  }
}

function onGranted(step: ClientStep, granted: AttachGranted): void {
  const { state } = step;
  if (granted.attachId !== state.attachId || state.session !== 0) return;
  state.session = granted.session;
  state.nextSequence = 1;
  state.mapVersion = granted.mapVersion;
  state.refreshedVersion = granted.mapVersion;
  state.rangeCount = granted.rangeCount;
  state.replicaCount = granted.replicaCount;
  state.replication = granted.replication;
  state.requestWindow = granted.requestWindow;
  holdLease(step, granted);
  enter(step, { type: 'GRANTED' });
  walkMap(step, renewalPeriod(step));
  if (!state.begun && state.leaving === 'no') beginWorkload(step);
}

// `held` and `overloaded` may pass: it asks again later, unless it has nothing more to do there.
function onRefused(step: ClientStep, refused: AttachRefused): void {
  const { state } = step;
  if (refused.attachId !== state.attachId || state.session > 0) return;
  const mayPass = refused.reason === 'held' || refused.reason === 'overloaded';
  if (!mayPass || state.leaving !== 'no') enter(step, { type: 'SUPERSEDED' });
}

// A program starts when its volume is there: the workload's time counts from the first grant.
function beginWorkload(step: ClientStep): void {
  const { state, self } = step;
  state.begun = true;
  state.cursor = firstCursor(state.input.workload, self.nowNs(), self);
  armRequest(step);
}

// Another session took over: nothing of this one may be acknowledged any more.
function fence(step: ClientStep): void {
  const { state, out } = step;
  // Who has said that it lets go is told when it has, whoever took over meanwhile.
  if (state.session === 0 || state.leaving === 'telling') return;
  endAll(step);
  out.mark('client.fenced', { volume: state.input.volume, session: state.session });
  forgetSession(step);
  enter(step, { type: 'FENCED' });
}

function forgetSession(step: ClientStep): void {
  const { state } = step;
  stopReMirrors(step);
  state.session = 0;
  state.lease = noLease;
  state.cache.clear();
  state.missing.clear();
  state.notifications.clear();
  state.pieces.clear();
  state.lost.clear();
  state.links.clear();
  state.viaHead.clear();
  state.settled.clear();
  state.kept.clear();
  state.openStamps.clear();
  state.flushedOnce = false;
  state.gone.clear();
  state.doubted.clear();
}

function isTimeToLeave({ state, self }: ClientStep): boolean {
  const { detachAtNs } = state.input;
  return detachAtNs !== null && self.nowNs() >= detachAtNs;
}

// No more requests: neither of the program nor to read back what it wrote.
function stopWork(step: ClientStep): void {
  const { state, out } = step;
  state.leaving = 'draining';
  state.cursor = null;
  state.verify = [];
  state.verifiedBlockCount = -1;
  out.cancelTimer('request');
  out.cancelTimer('attach');
  stopReMirrors(step);
}

// Lets go in order: what is under way ends first.
function leave(step: ClientStep): void {
  const { state } = step;
  if (state.leaving === 'no') {
    stopWork(step);
    // Once: what a program does not flush before it lets go, it may lose.
    if (state.session !== 0) flushBehind(step);
  }
  if (state.session === 0 || state.leaving === 'telling') return;
  enter(step, { type: 'DETACH' });
  if (state.ops.size > 0 || state.notifications.size > 0) return;
  state.leaving = 'telling';
  enter(step, { type: 'DRAINED' });
}

function onDetached(step: ClientStep, { session }: Detached): void {
  const { state, out } = step;
  if (state.leaving !== 'telling' || session !== state.session) return;
  out.mark('client.detached', { volume: state.input.volume, session });
  forgetSession(step);
  enter(step, { type: 'DETACHED' });
}

function issueDue(step: ClientStep): void {
  const { state, self } = step;
  const { workload, workloadUntilNs } = state.input;
  const nowNs = self.nowNs();
  while (state.cursor !== null && state.cursor.nextNs <= nowNs) {
    if (state.cursor.nextNs >= workloadUntilNs) {
      state.cursor = null;
      break;
    }
    beginOp(step, requestAt(workload, state.cursor, self));
    state.cursor = nextCursor(workload, state.cursor, self);
  }
  armRequest(step);
}

function armRequest(step: ClientStep): void {
  const { state, self, out } = step;
  if (state.cursor === null) return;
  if (state.cursor.nextNs >= state.input.workloadUntilNs) {
    state.cursor = null;
    return;
  }
  const delayNs = Math.max(0, state.cursor.nextNs - self.nowNs());
  out.setTimer('request', delayNs, { type: 'request.due' });
}

function tick(step: ClientStep): void {
  const { state, self, out } = step;
  const nowNs = self.nowNs();
  out.setTimer('tick', tickNs, { type: 'tick.due' });
  if (isTimeToLeave(step)) leave(step);
  pressOn(step, nowNs);
  noteStuck(step, nowNs);
  if (state.session === 0 || state.leaving === 'telling') return;
  if (pressLease(step, nowNs) === 'lapsed') lapse(step);
  repeatNotifications(step, nowNs);
  if (state.leaving !== 'no' || isStopped(step)) return;
  pressVerification(step, nowNs);
  const sinceNs = nowNs - state.reviewedNs;
  if (sinceNs >= 0 && sinceNs < reviewNs) return;
  const degradedCount = reviewCopies(step, nowNs);
  enter(step, { type: 'REVIEWED', missingCount: state.missing.size, degradedCount });
}

// Whether it keeps to a lease that is over.
function isStopped({ state }: ClientStep): boolean {
  return state.lease.isLapsed && state.input.stopsOnLapse;
}

function lapse(step: ClientStep): void {
  if (!isStopped(step)) return;
  stopReMirrors(step);
  enter(step, { type: 'LAPSED' });
}
