// The placement optimizer: a node of its own that evens hosts out. It holds no volume. It reads
// the map, chooses copies on full hosts, and has each one made elsewhere and taken out of the map
// in one compare-and-set. Changes that are ready together are asked for together; a client that
// changes one of the entries meanwhile wins or loses by the compare-and-set alone. What an
// optimizer that dies leaves behind, hosts and cells find out themselves.
import {
  type Behavior,
  type Message,
  machineDriver,
  type Ns,
  nsPerMs,
  type Outbox,
  type Self,
} from '../../sim/index.ts';
import {
  type AuthorityContact,
  askNext,
  contactOf,
  heardFrom,
  memberAsked,
} from '../authority-contact.ts';
import type { VolumeId } from '../map-entry.ts';
import type { ModelMessage } from '../messages/messages.ts';
import type {
  ChangeNotification,
  EntryChange,
  MapUpdated,
  Receipt,
} from '../messages/notifications.ts';
import type { ChangeOutcome, ReMirrorEnded, RequestChange } from '../messages/re-mirror.ts';
import { entryBytes } from '../messages/sizes.ts';
import type { Survey, Surveyed } from '../messages/surveys.ts';
import type { ReMirrorSpec } from '../policies.ts';
import { type ReMirrorInput, reMirror } from '../re-mirror/re-mirror.ts';
import { type OptimizerAsk, type OptimizerEvent, optimizerMachine } from './machine.ts';
import { chooseMoves, type HostPlace, type Move, type SurveyedVolume } from './moves.ts';

/** What an optimizer is started with. */
export interface OptimizerInput {
  readonly everyNs: Ns;
  readonly movesAtOnce: number;
  readonly volumes: readonly VolumeId[];
  readonly hosts: readonly (HostPlace & { readonly cell: string })[];
  readonly cells: readonly string[];
  readonly authorities: readonly string[];
  readonly reMirror: ReMirrorSpec;
}

/** How often it looks for notifications without an answer; each repetition waits twice as long. */
const tickNs = 250 * nsPerMs;
const notifyAgainNs = 500 * nsPerMs;
const sendMax = 6;
/** Request ids of an optimizer lie above those of all clients, and never meet an earlier one's. */
const firstReqId = 2_251_799_813_685_248;
const idsPerIncarnation = 1_048_576 * 1_024;

const driver = machineDriver(optimizerMachine);

interface Pending {
  readonly message: ChangeNotification;
  /** Who asked for each of its changes, by range. */
  readonly children: ReadonlyMap<number, string>;
  sentNs: Ns;
  sendCount: number;
}

interface OptimizerState {
  readonly input: OptimizerInput;
  machine: ReturnType<typeof driver.initial>;
  readonly authority: AuthorityContact;
  /** What the survey under way has found so far. */
  readonly found: Map<VolumeId, SurveyedVolume>;
  /** Moves under way by their drivers. */
  readonly moves: Map<string, Move>;
  /** Changes that wait for their turn, by who asked for them. */
  readonly ready: Map<string, EntryChange>;
  readonly pending: Map<number, Pending>;
  nextReqId: number;
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
    out.setTimer('tick', tickNs, { type: 'tick.due' });
    return {
      input,
      machine,
      authority: contactOf(input.authorities),
      found: new Map(),
      moves: new Map(),
      ready: new Map(),
      pending: new Map(),
      nextReqId: firstReqId + self.incarnation * idsPerIncarnation,
    };
  },

  receive(state, message, from, self, out) {
    const step: OptimizerStep = { state, self, out };
    heardFrom(state.authority, from);
    if (driver.ownsTimer(message)) enter(step, message.event as OptimizerEvent);
    else take(step, message, from);
    return state;
  },

  copy: (state) => {
    const pending = new Map<number, Pending>();
    for (const [reqId, one] of state.pending) pending.set(reqId, { ...one });
    const { authority, found, moves, ready } = state;
    return {
      ...state,
      authority: { ...authority },
      found: new Map(found),
      moves: new Map(moves),
      ready: new Map(ready),
      pending,
    };
  },
  mode: (state) => driver.mode(state.machine),
  modes: driver.modes,
};

function enter(step: OptimizerStep, event: OptimizerEvent): void {
  const { state, self, out } = step;
  const asks: OptimizerAsk[] = [];
  state.machine = driver.next(state.machine, event, self, out, (ask) => asks.push(ask));
  for (const _ask of asks) beginSurvey(step);
}

function take(step: OptimizerStep, message: Message, from: string): void {
  const known = message as ModelMessage | { readonly type: 'tick.due' };
  switch (known.type) {
    case 'tick.due':
      tick(step);
      break;
    case 'surveyed':
      onSurveyed(step, known);
      break;
    case 're-mirror.change':
      requestChange(step, known, from);
      break;
    case 're-mirror.ended':
      onEnded(step, known, from);
      break;
    case 'map.updated':
      onUpdated(step, known);
      break;
    case 'receipt':
      onReceipt(step, known);
      break;
    default:
      break;
  }
}

function beginSurvey(step: OptimizerStep): void {
  const { state } = step;
  state.found.clear();
  askNext(state.authority);
  for (const volume of state.input.volumes) survey(step, volume, 0);
}

function survey(step: OptimizerStep, volume: VolumeId, firstRange: number): void {
  const message: Survey = { type: 'survey', volume, firstRange };
  step.out.send(memberAsked(step.state.authority), message);
}

// Pages may be of different versions: an entry that changed meanwhile is refused later.
function onSurveyed(step: OptimizerStep, page: Surveyed): void {
  const { state } = step;
  const { volume, session, replicaCount, firstRange, rangeCount } = page;
  if (driver.mode(state.machine) !== 'surveying') return;
  const before = state.found.get(volume)?.entries ?? [];
  if (firstRange !== before.length) return;
  const entries = [...before, ...page.entries];
  state.found.set(volume, { volume, session, replicaCount, entries });
  if (entries.length < rangeCount && page.entries.length > 0) survey(step, volume, entries.length);
  else if (isComplete(step, rangeCount, entries.length)) beginMoves(step);
}

function isComplete({ state }: OptimizerStep, rangeCount: number, knownCount: number): boolean {
  return knownCount >= rangeCount && state.found.size === state.input.volumes.length;
}

function beginMoves(step: OptimizerStep): void {
  const { state, self, out } = step;
  const { hosts, cells, movesAtOnce, reMirror: policy } = state.input;
  const moves = chooseMoves([...state.found.values()], hosts, movesAtOnce);
  enter(step, { type: 'SURVEYED', moveCount: moves.length });
  for (const move of moves) {
    const { volume, session, replicaCount, entry, old } = move;
    const name = `move-${volume}-${entry.range}`;
    const input: ReMirrorInput = {
      plan: {
        entry,
        suspect: null,
        replicaCount,
        move: old,
        backOff: {
          firstMs: Math.ceil(policy.backOffFirstNs / nsPerMs),
          maxMs: Math.ceil(policy.backOffMaxNs / nsPerMs),
          failCount: 0,
        },
      },
      parent: self.id,
      volume,
      session,
      cells,
      cellOf: new Map(hosts.map(({ id, cell }) => [id, cell])),
      zoneOf: new Map(hosts.map(({ id, zone }) => [id, zone])),
      dropped: null,
      replaces: null,
    };
    state.moves.set(name, move);
    out.spawn(name, reMirror, input);
  }
}

function requestChange(step: OptimizerStep, request: RequestChange, child: string): void {
  const { state } = step;
  const move = state.moves.get(nameOf(child));
  if (move === undefined) return;
  state.ready.set(child, request.change);
  notify(step, move.volume);
}

// One notification of a volume is under way at a time; what gets ready meanwhile goes with the
// next one.
function notify(step: OptimizerStep, volume: VolumeId): void {
  const { state, self } = step;
  for (const { message } of state.pending.values()) if (message.volume === volume) return;
  const changes: EntryChange[] = [];
  const children = new Map<number, string>();
  let session = 0;
  for (const [child, change] of state.ready) {
    const move = state.moves.get(nameOf(child));
    if (move?.volume !== volume) continue;
    session = move.session;
    changes.push(change);
    children.set(change.range, child);
  }
  if (changes.length === 0) return;
  for (const child of children.values()) state.ready.delete(child);
  const message: ChangeNotification = {
    type: 'notify',
    volume,
    client: self.id,
    session,
    reqId: state.nextReqId++,
    seenVersion: 0,
    changes,
  };
  const pending: Pending = { message, children, sentNs: 0, sendCount: 0 };
  state.pending.set(message.reqId, pending);
  send(step, pending);
}

function end(step: OptimizerStep, { message }: Pending): void {
  step.state.pending.delete(message.reqId);
  notify(step, message.volume);
}

function send({ state, self, out }: OptimizerStep, pending: Pending): void {
  const { message } = pending;
  pending.sentNs = self.nowNs();
  pending.sendCount += 1;
  if (pending.sendCount > 1) askNext(state.authority);
  const { volume, session, reqId, changes = [] } = message;
  out.send(memberAsked(state.authority), message, entryBytes(changes.length));
  out.mark('notification.sent', { volume, session, reqId });
}

function tick(step: OptimizerStep): void {
  const { state, self, out } = step;
  out.setTimer('tick', tickNs, { type: 'tick.due' });
  for (const pending of [...state.pending.values()]) {
    const waitNs = notifyAgainNs * (1 << Math.min(pending.sendCount - 1, 3));
    if (self.nowNs() - pending.sentNs < waitNs) continue;
    if (pending.sendCount < sendMax) send(step, pending);
    else end(step, pending);
  }
}

function onUpdated(step: OptimizerStep, updated: MapUpdated): void {
  const pending = step.state.pending.get(updated.reqId);
  if (pending === undefined) return;
  for (const [range, child] of pending.children) {
    const applied = updated.applied.find((entry) => entry.range === range) ?? null;
    const refused = updated.refused.find((change) => change.range === range) ?? null;
    const outcome: ChangeOutcome = { type: 'change.outcome', applied, refused };
    if (step.state.moves.has(nameOf(child))) step.out.send(child, outcome);
  }
  end(step, pending);
}

// Somebody else holds the volume by now: what was begun in the name of the session is over.
function onReceipt(step: OptimizerStep, receipt: Receipt): void {
  const { state, out } = step;
  const { session, reqId, status } = receipt;
  out.mark('receipt.received', { session, reqId, status });
  const pending = state.pending.get(reqId);
  if (pending === undefined || status !== 'stale-session') return;
  for (const child of pending.children.values()) endMove(step, child);
  end(step, pending);
}

function onEnded(step: OptimizerStep, _ended: ReMirrorEnded, child: string): void {
  endMove(step, child);
}

function endMove(step: OptimizerStep, child: string): void {
  const { state, out } = step;
  const name = nameOf(child);
  state.ready.delete(child);
  if (!state.moves.delete(name)) return;
  out.stop(name);
  enter(step, { type: 'MOVED', leftCount: state.moves.size });
}

function nameOf(child: string): string {
  return child.slice(child.indexOf('/') + 1);
}
