// What a router knows of one request on its way, and whom it asks about it.
import { type ActorId, assert, type Message, type Outbox, type Self } from '../../../sim/index.ts';
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
import type { Quarantine, VolumeRecord } from '../volume-record.ts';
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
  /**
   * The record by which no cell took snapshots though no move explains it: seen so once more by the
   * very same record, it is no matter of answers that came at different times.
   */
  orphanedBy: VolumeRecord | null;
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

/** Nobody can say which cell is right, nor can that be recorded: somebody has to look. */
export function raiseAlarm(step: RequestStep, reason: string): void {
  const { volume, request } = step.data.input;
  step.out.mark('volume.quarantined', { volume, request, reason });
  answer(step, 'quarantined');
}

const reasonTexts = {
  held: 'an operator wants it so',
  'no-owner': 'no cell is authoritative, and no move is recorded',
  'two-owners': 'two cells are authoritative and the record names no impostor',
} as const satisfies Record<Quarantine, string>;

/** Has the volume put in quarantine, unless the record has changed since it was read. */
export function quarantine(step: RequestStep, reason: Quarantine): void {
  const { place } = step.data;
  assert(place !== null, 'a quarantine without a record');
  const { epoch, lastMove } = place.record;
  changeVolume(step, { kind: 'quarantine', reason, epoch, lastMove });
}

/** Whether the record says so: the request is refused then, and who had it said so is heard. */
export function isQuarantined(step: RequestStep): boolean {
  const { place, change } = step.data;
  const reason = place?.record.quarantine ?? null;
  if (reason === null) return false;
  if (change?.kind === 'quarantine') raiseAlarm(step, reasonTexts[reason]);
  else answer(step, 'quarantined');
  return true;
}
