// What a router knows of one request on its way, and whom it asks about it.
import type { ActorId, Message, Outbox, Self } from '../../../sim/index.ts';
import { type AuthorityContact, askNext, memberAsked } from '../../authority-contact.ts';
import type { VolumeId } from '../../map-entry.ts';
import type {
  ChangeVolume,
  ReadRoute,
  SnapshotAnswered,
  SnapshotStatus,
} from '../../messages/lineage.ts';
import type { MutantSet } from '../../mutants.ts';
import type { CellName, CellRecord, Snapshot } from '../cell-record.ts';
import type { NamedSeen, RouterDecision } from '../router.ts';
import type { Routing } from '../routing.ts';
import type { VolumeChange, VolumePlace } from '../volume-change.ts';
import type { CellCall, CellMembers } from './cell-calls.ts';

/** What a request is started with. */
export interface RequestInput {
  readonly volume: VolumeId;
  readonly request: string;
  readonly parent: ActorId;
  /** True: nobody wants it any more, and there shall be none. */
  readonly isCancelled: boolean;
  /** Where the router believes the volume to be; null to ask. */
  readonly hint: Routing | null;
  readonly authorities: readonly ActorId[];
  readonly members: CellMembers;
  readonly mutants: MutantSet;
}

/** What a request knows, beside its mode. */
export interface RequestData {
  readonly input: RequestInput;
  readonly authority: AuthorityContact;
  readonly calls: Map<number, CellCall>;
  nextReqId: number;
  /** What the authority has not answered yet; null for nothing. */
  askedReqId: number | null;
  /** What it said last; null before. */
  place: VolumePlace | null;
  /** The cells to ask: named active, and alternate if there is one. */
  pair: readonly CellName[];
  /** The pair is from the authority, not from what the router remembers. */
  isFresh: boolean;
  /** How many forward pointers led to the pair. */
  hopCount: number;
  /** Of the cells that answered this time. */
  readonly answers: Map<CellName, CellRecord>;
  seen: readonly [NamedSeen, NamedSeen] | null;
  /** The pair that is being read again. */
  before: readonly NamedSeen[] | null;
  decision: RouterDecision | null;
  /** What the taking cell holds, up to the snapshot of this request. */
  taken: readonly Snapshot[];
  /** The change that was asked for last. */
  change: VolumeChange | null;
  /** There is no move, and yet no cell takes snapshots. */
  isOrphaned: boolean;
  isAnswered: boolean;
}

/** A step of a request. */
export interface RequestStep {
  readonly data: RequestData;
  readonly self: Self;
  readonly out: Outbox;
}

/** A draw below 65536. */
export function drawJitter({ self }: RequestStep): number {
  return self.choose('back-off', 65_536);
}

/** Who asks cells, in the name of the request. */
export function callerOf({ data, self, out }: RequestStep) {
  const { input, calls } = data;
  return { self, out, volume: input.volume, members: input.members, calls };
}

/** Asks the authority for the record; another of its members after silence. */
export function readRoute(step: RequestStep): void {
  const { volume } = step.data.input;
  ask(step, (reqId): ReadRoute => ({ type: 'route.read', volume, reqId }));
}

/** Asks it for a change of the record. */
export function changeVolume(step: RequestStep, change: VolumeChange): void {
  const { volume } = step.data.input;
  step.data.change = change;
  ask(step, (reqId): ChangeVolume => ({ type: 'volume.change', volume, reqId, change }));
}

function ask({ data, out }: RequestStep, message: (reqId: number) => Message): void {
  if (data.askedReqId !== null) askNext(data.authority);
  data.askedReqId = data.nextReqId++;
  out.send(memberAsked(data.authority), message(data.askedReqId));
}

/** Tells the router what became of the request; once. */
export function answer(
  step: RequestStep,
  status: SnapshotStatus,
  snapshot: Snapshot | null = null,
): void {
  const { data, out } = step;
  if (data.isAnswered) return;
  data.isAnswered = true;
  const { volume, request, parent } = data.input;
  const message: SnapshotAnswered = {
    type: 'snapshot.answered',
    volume,
    request,
    status,
    snapshot,
  };
  out.mark('request.answered', { volume, request, status, snapshot });
  out.send(parent, message);
}

/** Nobody can say which cell is right: somebody has to look. Nothing is changed. */
export function quarantine(step: RequestStep, reason: string): void {
  const { volume, request } = step.data.input;
  step.out.mark('volume.quarantined', { volume, request, reason });
  answer(step, 'quarantined');
}
