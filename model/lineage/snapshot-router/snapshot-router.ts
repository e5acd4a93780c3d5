// A router: whoever wants a snapshot asks any of them. It keeps nothing that matters: each request
// is a child of its own, which finds out where the volume is and has the right cell take it; what a
// router that dies leaves behind, the next one that is asked for the same finds out.
//
//   requester --snapshot.request--> router --+--> request 1 ----> cells, authority
//        ^                            |      +--> request 2
//        +-----snapshot.answered------+
import type { ActorId, Behavior, Message, Outbox, Self } from '../../../sim/index.ts';
import { type AuthorityContact, contactOf, heardFrom } from '../../authority-contact.ts';
import type { VolumeId } from '../../map-entry.ts';
import type {
  CancelSnapshot,
  RequestClosed,
  RequestSnapshot,
  SnapshotAnswered,
} from '../../messages/lineage.ts';
import type { ModelMessage } from '../../messages/messages.ts';
import type { MutantSet } from '../../mutants.ts';
import type { Routing } from '../routing.ts';
import type { CellMembers } from './cell-calls.ts';
import {
  copyOwed,
  type Debtor,
  nothingOwed,
  type OwedDue,
  type OwedUpdates,
  onHintFixed,
  onNoted,
  onRoute,
  owe,
  oweAnew,
  sendOwed,
} from './owed.ts';
import { snapshotRequest } from './request.ts';
import type { RequestInput } from './request-state.ts';

/** What a router is started with. */
export interface RouterInput {
  readonly authorities: readonly ActorId[];
  readonly members: CellMembers;
  /** The volumes whose cells it keeps informed. */
  readonly volumes: readonly VolumeId[];
  readonly mutants: MutantSet;
}

/** A request under way. */
interface Pending {
  readonly volume: VolumeId;
  readonly request: string;
  /** Who wants to hear of it. */
  readonly askers: Set<ActorId>;
  answered: SnapshotAnswered | null;
}

interface RouterState {
  readonly input: RouterInput;
  readonly authority: AuthorityContact;
  /** By the names of the children. */
  readonly pending: Map<string, Pending>;
  /** Where volumes were last found: only a hint. */
  readonly routes: Map<VolumeId, Routing>;
  readonly owed: OwedUpdates;
  requestCount: number;
}

interface Step {
  readonly state: RouterState;
  readonly self: Self;
  readonly out: Outbox;
}

/** So many requests at once; more are told to come again. */
const pendingMax = 256;

/** The behavior of a router. */
export const snapshotRouter: Behavior<RouterState, RouterInput> = {
  name: 'snapshot-router',

  init(input, self, out) {
    const state: RouterState = {
      input,
      authority: contactOf(input.authorities),
      pending: new Map(),
      routes: new Map(),
      owed: nothingOwed(self.incarnation),
      requestCount: 0,
    };
    if (self.incarnation > 0) oweAnew(debtorOf({ state, self, out }), input.volumes);
    return state;
  },

  receive(state, message, from, self, out) {
    heardFrom(state.authority, from);
    take({ state, self, out }, message, from);
    return state;
  },

  copy: (state) => {
    const pending = new Map<string, Pending>();
    for (const [name, one] of state.pending) {
      pending.set(name, { ...one, askers: new Set(one.askers) });
    }
    const { authority, routes, owed } = state;
    return {
      ...state,
      authority: { ...authority },
      pending,
      routes: new Map(routes),
      owed: copyOwed(owed),
    };
  },
};

function debtorOf({ state, self, out }: Step): Debtor {
  const { owed, authority, input } = state;
  const { members, mutants } = input;
  return { owed, authority, members, mutants, self, out };
}

function take(step: Step, message: Message, from: ActorId): void {
  const known = message as ModelMessage | OwedDue;
  switch (known.type) {
    case 'snapshot.request':
    case 'snapshot.cancel':
      onAsked(step, known, from);
      break;
    case 'snapshot.answered':
      onAnswered(step, known, from);
      break;
    case 'request.closed':
      onClosed(step, known, from);
      break;
    case 'update.owed':
      owe(debtorOf(step), known);
      break;
    case 'owed.due':
      sendOwed(debtorOf(step), known.volume);
      break;
    case 'route':
      onRoute(debtorOf(step), known);
      break;
    case 'cell.answer':
      onNoted(debtorOf(step), known);
      break;
    case 'volume.changed':
      onHintFixed(debtorOf(step), known);
      break;
    default:
      break;
  }
}

function onAsked(step: Step, asked: RequestSnapshot | CancelSnapshot, from: ActorId): void {
  const { state, self, out } = step;
  const { volume, request } = asked;
  for (const [name, one] of state.pending) {
    if (one.volume !== volume || one.request !== request) continue;
    one.askers.add(from);
    if (one.answered !== null) out.send(from, one.answered);
    else if (asked.type === 'snapshot.cancel') out.send(`${self.id}/${name}`, asked);
    return;
  }
  if (state.pending.size < pendingMax) begin(step, asked, from);
  else {
    const status = 'unavailable';
    const refused: SnapshotAnswered = {
      type: 'snapshot.answered',
      volume,
      request,
      status,
      snapshot: null,
    };
    out.send(from, refused);
  }
}

function begin(step: Step, asked: RequestSnapshot | CancelSnapshot, from: ActorId): void {
  const { state, self, out } = step;
  const { volume, request } = asked;
  // No name comes twice: what is late for one request is not taken for the answer to another.
  const name = `request-${self.incarnation}.${++state.requestCount}`;
  const input: RequestInput = {
    volume,
    request,
    parent: self.id,
    isCancelled: asked.type === 'snapshot.cancel',
    hint: state.routes.get(volume) ?? null,
    authorities: state.input.authorities,
    members: state.input.members,
    mutants: state.input.mutants,
  };
  state.pending.set(name, { volume, request, askers: new Set([from]), answered: null });
  out.spawn(name, snapshotRequest, input);
}

function onAnswered({ state, out }: Step, message: SnapshotAnswered, child: ActorId): void {
  const one = state.pending.get(nameOf(child));
  if (one === undefined) return;
  one.answered = message;
  for (const asker of one.askers) out.send(asker, message);
}

function onClosed({ state, out }: Step, { routing }: RequestClosed, child: ActorId): void {
  const name = nameOf(child);
  const one = state.pending.get(name);
  if (one === undefined) return;
  if (routing !== null) state.routes.set(one.volume, routing);
  state.pending.delete(name);
  out.stop(name);
}

function nameOf(child: ActorId): string {
  return child.slice(child.indexOf('/') + 1);
}
