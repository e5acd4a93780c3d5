// Uploads the contents of one snapshot from the hosts into the lineage store: a child of whoever
// looks after the snapshots of a volume. It keeps nothing that it could not find out again: one
// that died is replaced by another, which begins anew.
//
// Only what changed since the last complete snapshot is copied, where the very copy of the range is
// still there that that one was read from: copies may differ in writes that nobody was told of, and
// each knows only its own past. Where no copy knows it that the map names, the range was moved
// since the cut: it is read from where it was then.
import {
  actorModes,
  type Behavior,
  type Message,
  type ModalStep,
  type ModeOf,
  nsPerMs,
} from '../../sim/index.ts';
import { type AuthorityContact, askNext, contactOf, heardFrom } from '../authority-contact.ts';
import type { HostId, VolumeId } from '../map-entry.ts';
import type {
  BeginUpload,
  BlocksPut,
  EndUpload,
  PutBlocks,
  UploadBegun,
  UploadDone,
  UploadEnded,
} from '../messages/archive.ts';
import type {
  ChangesAnswer,
  CutFound,
  FindCut,
  PastAnswer,
  ReadChanges,
  ReadPast,
} from '../messages/cuts.ts';
import type { ModelMessage } from '../messages/messages.ts';
import { dataBytes } from '../messages/sizes.ts';
import type { MutantSet } from '../mutants.ts';
import { beginSurvey, entriesOf, type SurveyedVolume, takePage } from '../surveying.ts';
import { type UploadAsk, uploadMachine } from './machine.ts';
import type { Pending } from './pending.ts';
import {
  addCopy,
  copyOf,
  type HeldPiece,
  heldPieces,
  isCopied,
  isSought,
  type Piece,
  planRange,
  type RangePlan,
  skipRange,
  takeBlocks,
  takeNextCopy,
  uploadedOf,
} from './plan.ts';
import { heardOf, isOver, type Search, search } from './search.ts';

/** What an upload is started with. */
export interface UploadInput {
  readonly parent: string;
  readonly volume: VolumeId;
  /** The snapshot, which has the name of its cut. */
  readonly snapshot: string;
  readonly store: string;
  /** Members of the map authority. */
  readonly authorities: readonly string[];
  /** All hosts: some that the map does not name may have been there at the cut. */
  readonly hosts: readonly HostId[];
  readonly mutants: MutantSet;
}

/** Requests to hosts and to the store under way at once. */
const windowSize = 8;
/** How often it looks for requests without an answer, and after how long it sends them again. */
const tickNs = 250 * nsPerMs;
const againNs = 750 * nsPerMs;
/** A host that says nothing so often is left alone; the store is given up. */
const sendMax = 5;

const modes = actorModes(uploadMachine, carryOut);

interface UploadState {
  readonly input: UploadInput;
  machine: ModeOf<typeof uploadMachine>;
  readonly authority: AuthorityContact;
  readonly found: Map<VolumeId, SurveyedVolume>;
  base: string | null;
  plans: RangePlan[];
  readonly pending: Map<number, Pending>;
  nextReqId: number;
  /** For copies that the map does not name; null before one is needed. */
  search: Search | null;
  /** Nobody knows the contents any more. */
  isLost: boolean;
  outcome: UploadDone['state'];
}

type Step = ModalStep<UploadState>;

/** The behavior of an upload. */
export const upload: Behavior<UploadState, UploadInput> = {
  name: 'upload',

  init(input, self, out) {
    return modes.begin(undefined, self, out, (machine) => {
      out.mark('upload.started', { volume: input.volume, snapshot: input.snapshot });
      out.setTimer('tick', tickNs, { type: 'tick.due' });
      return {
        input,
        machine,
        authority: contactOf(input.authorities),
        found: new Map(),
        base: null,
        plans: [],
        pending: new Map(),
        nextReqId: 1,
        search: null,
        isLost: false,
        outcome: 'pending',
      };
    });
  },

  receive(state, message, from, self, out) {
    const step: Step = { state, self, out };
    heardFrom(state.authority, from);
    if (!modes.takeTimer(step, message)) take(step, message, from);
    return state;
  },

  copy: (state) => ({
    ...state,
    authority: { ...state.authority },
    found: new Map(state.found),
    plans: state.plans.map((plan) => ({ ...plan })),
    pending: new Map([...state.pending].map(([id, one]) => [id, { ...one }])),
  }),
  mode: modes.mode,
  modes: modes.modes,
};

function take(step: Step, message: Message, from: string): void {
  const known = message as ModelMessage | { readonly type: 'tick.due' };
  switch (known.type) {
    case 'surveyed':
      if (modes.mode(step.state) !== 'surveying') break;
      if (takePage({ ...step.state, out: step.out }, known))
        modes.enter(step, { type: 'SURVEYED' });
      break;
    case 'upload.begun':
      onBegun(step, known);
      break;
    case 'changes':
      onChanges(step, known);
      break;
    case 'past':
      onPast(step, known);
      break;
    case 'cut.found':
      onFound(step, known, from);
      break;
    case 'upload.stored':
      onStored(step, known);
      break;
    case 'upload.ended':
      onEnded(step, known);
      break;
    case 'tick.due':
      tick(step);
      break;
    default:
      break;
  }
}

function carryOut(step: Step, ask: UploadAsk): void {
  const { state, out } = step;
  const { volume, snapshot, store, parent } = state.input;
  switch (ask.type) {
    case 'survey':
      askNext(state.authority);
      beginSurvey({ ...state, out }, [volume]);
      break;
    case 'begin': {
      state.pending.clear();
      const begin: BeginUpload = { type: 'upload.begin', snapshot };
      out.send(store, begin);
      break;
    }
    case 'copy':
      for (const plan of state.plans) askChanges(step, plan);
      pump(step);
      break;
    case 'end': {
      const ranges = state.isLost ? null : state.plans.map(uploadedOf);
      const end: EndUpload = { type: 'upload.end', snapshot, base: state.base, ranges };
      out.send(store, end);
      break;
    }
    case 'tell': {
      out.mark('upload.over', { volume, snapshot, state: state.outcome });
      const done: UploadDone = { type: 'upload.done', snapshot, state: state.outcome };
      out.send(parent, done);
      break;
    }
  }
}

function onBegun(step: Step, begun: UploadBegun): void {
  const { state } = step;
  if (modes.mode(state) !== 'beginning') return;
  if (begun.snapshot !== state.input.snapshot) return;
  state.outcome = begun.state;
  if (begun.state !== 'pending') {
    modes.enter(step, { type: 'ENDED' });
    return;
  }
  state.base = begun.base?.snapshot ?? null;
  state.search = null;
  state.plans = entriesOf(state, state.input.volume).map((entry) => planRange(entry, begun));
  modes.enter(step, { type: 'BEGUN' });
}

function askChanges(step: Step, plan: RangePlan): void {
  const { volume, snapshot } = step.state.input;
  const { range } = plan.entry;
  const copy = copyOf(plan);
  if (copy === undefined) return;
  const { slot, gen } = copy;
  const address = { volume, range, slot, gen, cut: snapshot };
  const reqId = step.state.nextReqId++;
  const { root } = plan;
  const base = plan.base === root?.snapshot ? null : plan.base;
  const since = { base, sinceSession: root?.session ?? 0 };
  const request: ReadChanges = { type: 'changes.read', ...address, ...since, reqId };
  send(step, { to: copy.host, request, range, piece: null, sentNs: 0, sendCount: 0 });
}

function send(step: Step, pending: Pending): void {
  const { state, self, out } = step;
  pending.sentNs = self.nowNs();
  pending.sendCount += 1;
  const { to, request } = pending;
  state.pending.set(request.reqId, pending);
  const bytes = request.type === 'upload.put' ? dataBytes(request.stamps.length) : undefined;
  out.send(to, request, bytes);
}

// Begins as many pieces as the window has room for, or ends when all are in the store.
function pump(step: Step): void {
  const { state } = step;
  if (modes.mode(state) !== 'copying') return;
  for (const plan of state.plans) {
    while (plan.waiting.length > 0 && state.pending.size < windowSize) {
      const [piece, ...rest] = plan.waiting;
      plan.waiting = rest;
      readPiece(step, plan, piece!);
    }
  }
  if (state.isLost || state.plans.every(isCopied)) modes.enter(step, { type: 'COPIED' });
}

function readPiece(step: Step, plan: RangePlan, piece: Piece): void {
  const { volume, snapshot } = step.state.input;
  const { range } = plan.entry;
  const { host, slot, gen } = copyOf(plan)!;
  const reqId = step.state.nextReqId++;
  const address = { volume, range, slot, gen, cut: snapshot };
  const request: ReadPast = { type: 'past.read', ...address, reqId, ...piece };
  send(step, { to: host, request, range, piece, sentNs: 0, sendCount: 0 });
}

function onChanges(step: Step, { reqId, blocks }: ChangesAnswer): void {
  const found = ended(step, reqId);
  if (found === null) return;
  if (blocks === null) nextCopy(step, found.plan);
  else takeBlocks(found.plan, blocks);
  pump(step);
}

function onPast(step: Step, { reqId, status, stamps }: PastAnswer): void {
  if (status === 'busy') return;
  const found = ended(step, reqId);
  if (found === null) return;
  const { plan, pending } = found;
  if (stamps === null) nextCopy(step, plan);
  else for (const piece of heldPieces(plan, pending.piece!, stamps)) putPiece(step, plan, piece);
  pump(step);
}

function putPiece(step: Step, plan: RangePlan, piece: HeldPiece): void {
  const { snapshot, store } = step.state.input;
  const { range } = plan.entry;
  const reqId = step.state.nextReqId++;
  const { block, stamps } = piece;
  const place = { snapshot, reqId, range, copy: copyOf(plan)!, block };
  const request: PutBlocks = { type: 'upload.put', ...place, stamps };
  send(step, { to: store, request, range, piece, sentNs: 0, sendCount: 0 });
}

function onStored(step: Step, { reqId, status, snapshot }: BlocksPut): void {
  const { state } = step;
  if (snapshot !== state.input.snapshot) return;
  const found = ended(step, reqId);
  if (found === null) return;
  if (status === 'ok') {
    found.plan.leftCount -= 1;
    pump(step);
  } else if (status === 'unknown') {
    // The store has forgotten what was put, in a crash.
    modes.enter(step, { type: 'INCOMPLETE' });
  } else {
    modes.enter(step, { type: 'STUCK' });
  }
}

// What was asked, unless that is of no interest any more.
function ended(
  { state }: Step,
  reqId: number,
): { readonly plan: RangePlan; readonly pending: Pending } | null {
  const pending = state.pending.get(reqId);
  const plan = state.plans.find(({ entry }) => entry.range === pending?.range);
  if (pending === undefined || plan === undefined) return null;
  state.pending.delete(reqId);
  return modes.mode(state) === 'copying' ? { plan, pending } : null;
}

function nextCopy(step: Step, plan: RangePlan): void {
  const { state } = step;
  for (const [reqId, { range }] of state.pending) {
    if (range === plan.entry.range) state.pending.delete(reqId);
  }
  if (takeNextCopy(plan)) askChanges(step, plan);
  else seek(step);
}

// Goes on looking for what no known copy has, or gives it up.
function seek(step: Step): void {
  const { state, self, out } = step;
  const { volume, snapshot: cut, hosts, mutants } = state.input;
  const sought = state.plans.filter(isSought);
  if (modes.mode(state) !== 'copying' || sought.length === 0) return;
  const nowNs = self.nowNs();
  const find: FindCut = { type: 'cut.find', volume, cut };
  state.search = search(state.search, hosts, find, { out, nowNs });
  if (!isOver(state.search, nowNs)) return;
  if (mutants.has('lost-range-skipped')) for (const plan of sought) skipRange(plan);
  else if (sought.some(({ wasSilent }) => !wasSilent)) state.isLost = true;
  // Who was asked and did not answer may know more than the others.
  else modes.enter(step, { type: 'STUCK' });
}

function onFound(step: Step, { cut, copies }: CutFound, host: HostId): void {
  const { state } = step;
  if (cut !== state.input.snapshot || state.search === null) return;
  if (modes.mode(state) !== 'copying') return;
  state.search = heardOf(state.search, host);
  for (const { range, copy } of copies) {
    const plan = state.plans.find(({ entry }) => entry.range === range);
    if (plan !== undefined && addCopy(plan, copy)) askChanges(step, plan);
  }
  seek(step);
  pump(step);
}

function tick(step: Step): void {
  const { state, self, out } = step;
  out.setTimer('tick', tickNs, { type: 'tick.due' });
  for (const pending of [...state.pending.values()]) {
    if (self.nowNs() - pending.sentNs < againNs) continue;
    if (!state.pending.has(pending.request.reqId)) continue;
    if (pending.sendCount < sendMax) {
      send(step, pending);
    } else if (pending.to === state.input.store) {
      modes.enter(step, { type: 'STUCK' });
      return;
    } else {
      const plan = state.plans.find(({ entry }) => entry.range === pending.range);
      if (plan === undefined) continue;
      plan.wasSilent = true;
      nextCopy(step, plan);
    }
  }
  seek(step);
  pump(step);
}

function onEnded(step: Step, { snapshot, state: outcome }: UploadEnded): void {
  const { state } = step;
  if (snapshot !== state.input.snapshot || modes.mode(state) !== 'ending') return;
  state.outcome = outcome;
  // The store has no room even to note that the contents are lost.
  if (outcome === 'pending' && state.isLost) modes.enter(step, { type: 'STUCK' });
  else if (outcome === 'pending') modes.enter(step, { type: 'INCOMPLETE' });
  else modes.enter(step, { type: 'ENDED' });
}
