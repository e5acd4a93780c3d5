// The driver of one re-mirror, a child of the client: turns what the machine asks into messages.
import {
  actorModes,
  assert,
  type Behavior,
  type Message,
  type ModalStep,
  type ModeOf,
} from '../../sim/index.ts';
import {
  type HostId,
  holds,
  type MapEntry,
  type Replica,
  replicaOn,
  sameReplica,
  type VolumeId,
} from '../map-entry.ts';
import type { CopyTo, Probe, Reconfigure, Reconfigured } from '../messages/copies.ts';
import type { ModelMessage } from '../messages/messages.ts';
import type {
  AskTouched,
  ChangeOutcome,
  ReMirrorEnded,
  RequestChange,
  Touched,
} from '../messages/re-mirror.ts';
import { entryBytes } from '../messages/sizes.ts';
import type { FindSlot, ReleaseCopy, RenewCopy, SlotFound } from '../messages/slots.ts';
import {
  type ReMirrorAsk,
  type ReMirrorEvent,
  type ReMirrorPlan,
  reMirrorMachine,
} from './machine.ts';
import { stageMarks } from './stage-marks.ts';

/** What a re-mirror is started with. */
export interface ReMirrorInput {
  readonly plan: ReMirrorPlan;
  readonly parent: string;
  readonly volume: VolumeId;
  readonly session: number;
  /** Cells that are asked for a slot in turn; null: those in which copies of the range lie. */
  readonly cells: readonly string[] | null;
  readonly cellOf: ReadonlyMap<string, string>;
  readonly zoneOf: ReadonlyMap<string, string>;
  /** A copy that was dropped and can be brought up to date if it comes back. */
  readonly dropped: Replica | null;
  /** The host that is suspected, or was when the range lost its copy; null when none is known. */
  readonly replaces: HostId | null;
  /** Hosts that are not reached by one that has a copy: they get none. */
  readonly avoids: readonly HostId[];
}

/** A copy that is filled so far is completed, even if the one it replaces comes back. */
const nearlyDone = 0.75;
/** A copy that came back is asked so often to be a target again. */
const reopenMax = 3;

const modes = actorModes(reMirrorMachine, carryOut);

interface ReMirrorState {
  readonly input: ReMirrorInput;
  machine: ModeOf<typeof reMirrorMachine>;
  /** The last entry that something was asked about; answers about others are old. */
  entry: MapEntry;
  reserveId: string;
  /** Who admits the copy; null before a slot was sought. */
  cell: string | null;
  /** The dropped copy is there again, as far as is known. */
  returned: boolean;
  /** How often it was asked in vain to be a target again. */
  reopenCount: number;
  /** That is what was asked for last. */
  seeksBack: boolean;
  /** The target is the dropped copy, and lacks these blocks; null for one that lacks all. */
  lacks: readonly number[] | 'none-yet' | null;
  /** The copy under way. */
  target: { readonly entry: MapEntry; readonly target: Replica } | null;
  /** Hosts that a copy did not get to: they are not tried again in this re-mirror. */
  failedHosts: readonly HostId[];
  /** How much of the target under way is filled, 0 to 1. */
  doneShare: number;
}

type Step = ModalStep<ReMirrorState>;

/** The behavior of a re-mirror. */
export const reMirror: Behavior<ReMirrorState, ReMirrorInput> = {
  name: 're-mirror',

  init(input, self, out) {
    const { entry } = input.plan;
    return modes.begin(input.plan, self, out, (machine) => {
      out.mark(stageMarks(input.plan).started, { volume: input.volume, range: entry.range });
      return {
        input,
        machine,
        entry,
        reserveId: '',
        cell: null,
        returned: false,
        reopenCount: 0,
        seeksBack: false,
        lacks: null,
        target: null,
        failedHosts: [],
        doneShare: 0,
      };
    });
  },

  receive(state, message, from, self, out) {
    const step: Step = { state, self, out };
    if (modes.takeTimer(step, message)) return state;
    const event = eventOf(step, message, from);
    if (event !== null) modes.enter(step, event);
    return state;
  },

  copy: (state) => ({ ...state }),
  mode: modes.mode,
  modes: modes.modes,
};

function isSame(one: Replica, other: Replica | null): boolean {
  return other !== null && sameReplica(one, other);
}

function eventOf(step: Step, message: Message, from: string): ReMirrorEvent | null {
  const { state, self } = step;
  const known = message as ModelMessage;
  const failed = () => ({ type: 'FAILED', jitter: self.choose('back-off', 65_536) }) as const;
  switch (known.type) {
    case 'probed':
      if (isReturning(state, from)) return onReturned(step, known.held);
      return { type: 'PROBED', host: from, held: known.held };
    case 'change.outcome':
      return changeEvent(step, known);
    case 'reconfigured':
      return known.version === state.entry.version ? adoptionEvent(step, known, from) : null;
    case 'slot.found':
      if (known.reserveId !== state.reserveId) return null;
      if (state.seeksBack) onReopened(state, known);
      return known.replica === null ? failed() : { type: 'SLOT_FOUND', target: known.replica };
    case 're-mirror.suspected':
      return { type: 'SUSPECTED', suspect: known.suspect };
    case 'touched':
      return touchedEvent(step, known);
    case 'caught-up':
      if (known.version !== state.entry.version) return null;
      if (known.status === 'ok') return { type: 'CAUGHT_UP', target: known.target };
      if (known.status === 'joined') return askTouched(step);
      if (known.status === 'filling') state.doneShare = known.doneShare ?? 0;
      if (known.status === 'filling' || known.status === 'over-budget') return null;
      if (known.status === 'target-failed') {
        state.failedHosts = [...state.failedHosts, known.target.host];
        return { type: 'TARGET_FAILED' };
      }
      return known.status === 'behind' ? null : failed();
    default:
      return null;
  }
}

function adoptionEvent(step: Step, known: Reconfigured, host: string): ReMirrorEvent | null {
  switch (known.status) {
    case 'ok':
      return { type: 'ADOPTED', host };
    case 'busy':
      return null;
    case 'stale-gen':
      return { type: 'COPY_GONE', host, jitter: step.self.choose('back-off', 65_536) };
    case 'wrong-epoch':
      return { type: 'LOST' };
  }
}

function changeEvent(step: Step, outcome: ChangeOutcome): ReMirrorEvent {
  if (outcome.applied !== null) return { type: 'CHANGED', entry: outcome.applied };
  return {
    type: 'REFUSED',
    current: outcome.refused?.current ?? null,
    jitter: step.self.choose('back-off', 65_536),
  };
}

function carryOut(step: Step, ask: ReMirrorAsk): void {
  const { state, out } = step;
  const { volume, parent } = state.input;
  state.entry = ask.entry;
  const { range, version } = ask.entry;
  switch (ask.type) {
    case 'probe':
      for (const { host, slot, gen } of ask.entry.replicas) {
        const probe: Probe = { type: 'probe', volume, range, slot, gen };
        out.send(host, probe);
      }
      break;
    case 'change': {
      assert(
        ask.next.some((replica) => holds(ask.entry, replica)),
        'a change without a survivor',
      );
      const change = { range, expectVersion: version, next: ask.next };
      const request: RequestChange = { type: 're-mirror.change', change };
      out.send(parent, request);
      break;
    }
    case 'reconfigure':
      reconfigure(step, ask.entry, ask.hosts);
      break;
    case 'find-slot':
      findSlot(step, ask);
      probeDropped(step);
      break;
    case 'copy': {
      const { entry, target } = ask;
      if (!isDropped(state, target)) state.lacks = null;
      state.target = { entry, target };
      const { lacks, input } = state;
      const only = lacks === null ? {} : { only: lacks };
      const { session } = input;
      const copy: CopyTo = { type: 'copy-to', volume, entry, target, session, ...only };
      const head = entry.replicas[0];
      if (head === undefined) break;
      out.send(head.host, copy, entryBytes(1));
      renew(step, { source: head.host, target: target.host });
      probeDropped(step);
      break;
    }
    case 'end': {
      const { outcome, entry } = ask;
      release(step);
      const { move } = state.input.plan;
      const isThere = move === null || !entry.replicas.some((one) => isSame(one, move));
      const stage = outcome === 'done' && isThere ? 'finished' : 'abandoned';
      out.mark(stageMarks(state.input.plan)[stage], { volume, range });
      const ended: ReMirrorEnded = { type: 're-mirror.ended', range, outcome, entry };
      out.send(parent, ended);
      break;
    }
  }
}

function reconfigure(step: Step, entry: MapEntry, hosts: readonly string[]): void {
  const { volume, session } = step.state.input;
  for (const { host, slot, gen } of entry.replicas) {
    if (!hosts.includes(host)) continue;
    const message: Reconfigure = { type: 'reconfigure', volume, entry, session, slot, gen };
    step.out.send(host, message, entryBytes(1));
  }
}

// Whether a host is the one of the dropped copy, and of no other that is in question.
function isReturning(state: ReMirrorState, host: string): boolean {
  const { dropped } = state.input;
  return dropped?.host === host && replicaOn(state.entry, host) === undefined;
}

function isDropped({ input }: ReMirrorState, target: Replica): boolean {
  return input.dropped !== null && sameReplica(input.dropped, target);
}

function probeDropped({ state, out }: Step): void {
  const { dropped, volume } = state.input;
  if (dropped === null || !isReturning(state, dropped.host) || state.lacks !== null) return;
  const { host, slot, gen } = dropped;
  const probe: Probe = { type: 'probe', volume, range: state.entry.range, slot, gen };
  out.send(host, probe);
}

// It is back: a copy that is nearly done is completed, any other is given up for it.
function onReturned(step: Step, held: boolean): ReMirrorEvent | null {
  const { state } = step;
  state.returned = held;
  if (!held || modes.mode(state) !== 'copying') return null;
  return state.doneShare >= nearlyDone ? null : { type: 'TARGET_FAILED' };
}

// While only the budget is spent, it is asked for again.
function onReopened(state: ReMirrorState, { replica, busy }: SlotFound): void {
  if (busy === true) {
    state.reopenCount -= 1;
    return;
  }
  state.returned = false;
  if (replica !== null) state.lacks = 'none-yet';
}

// From now on it gets all that comes; what came before is what the client has noted.
function askTouched({ state, out }: Step): null {
  const message: AskTouched = { type: 're-mirror.touched', range: state.entry.range };
  out.send(state.input.parent, message);
  return null;
}

function touchedEvent(step: Step, { blocks }: Touched): ReMirrorEvent | null {
  const { state } = step;
  if (state.lacks !== 'none-yet') return null;
  if (blocks === null) return { type: 'TARGET_FAILED' };
  state.lacks = blocks;
  if (state.target !== null) carryOut(step, { type: 'copy', ...state.target });
  return null;
}

// The copy is still wanted: whoever admitted it keeps its place.
function renew(step: Step, between: { readonly source: string; readonly target: string }): void {
  const { state, out } = step;
  if (state.cell === null) return;
  const { volume } = state.input;
  const { range } = state.entry;
  const { reserveId } = state;
  const message: RenewCopy = { type: 'copy.renew', reserveId, volume, range, ...between };
  out.send(state.cell, message);
}

function release(step: Step): void {
  const { state, out } = step;
  if (state.cell === null) return;
  const message: ReleaseCopy = { type: 'copy.release', reserveId: state.reserveId };
  out.send(state.cell, message);
  state.cell = null;
}

// One reservation for each version and turn: a repetition asks for the same slot.
function findSlot(step: Step, ask: Extract<ReMirrorAsk, { type: 'find-slot' }>): void {
  const { state, self, out } = step;
  const { volume, session, dropped, cellOf, zoneOf } = state.input;
  const { move } = state.input.plan;
  const { range, version, replicas } = ask.entry;
  const back = state.returned && state.reopenCount < reopenMax ? dropped : null;
  const attempt = `${session}/${self.incarnation}/${version}/${ask.turn}`;
  const suffix = back === null ? '' : '/back';
  const reserveId = `${volume}/${range}/${self.id}/${attempt}${suffix}`;
  if (reserveId !== state.reserveId) {
    release(step);
    if (back === null) out.mark('slot.sought', { volume, range, turn: ask.turn });
    else state.reopenCount += 1;
  }
  state.seeksBack = back !== null;
  state.lacks = null;
  state.doneShare = 0;
  state.reserveId = reserveId;
  state.cell = (back === null ? cellInTurn(step, ask) : cellOf.get(back.host)) ?? null;
  const find: FindSlot = {
    type: 'find-slot',
    reserveId,
    volume,
    range,
    purpose: move === null ? 'repair' : 'move',
    source: replicas[0]?.host ?? '',
    excludeHosts: [
      ...replicas.map(({ host }) => host),
      ...state.input.avoids,
      ...state.failedHosts,
    ],
    // A move frees the zone that it leaves.
    excludeZones: replicas
      .filter((replica) => move === null || !sameReplica(replica, move))
      .map((replica) => zoneOf.get(replica.host) ?? ''),
    replaces: state.input.replaces,
    ...(back === null ? {} : { back }),
  };
  if (state.cell !== null) out.send(state.cell, find);
}

// The cell of the head first.
function cellInTurn({ state }: Step, ask: Extract<ReMirrorAsk, { type: 'find-slot' }>) {
  const { cellOf } = state.input;
  const cells = state.input.cells ?? cellsOf(state.input, ask.entry);
  const home = cells.indexOf(cellOf.get(ask.entry.replicas[0]?.host ?? '') ?? '');
  return cells[(Math.max(0, home) + ask.turn) % cells.length];
}

// A volume that is moved takes its repairs along: no copy is made where none is any more.
function cellsOf({ cellOf }: ReMirrorInput, { replicas }: MapEntry): readonly string[] {
  return [...new Set(replicas.map(({ host }) => cellOf.get(host) ?? ''))];
}
