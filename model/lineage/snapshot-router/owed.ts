// What a router still owes others after a snapshot is published: that the cells of the volume hear
// of the new head, and that the routing metadata names the right cell first. Nobody waits for it,
// so it is repeated until it is done, each time after twice as long.
//
//   owed --note-head, fix-hint--> both cells, authority        1 s, 2 s, 4 s ... 32 s
//     ^                               |
//     +------- no answer -------------+--> all answered: forgotten
import { type ActorId, nsPerSec, type Outbox, type Self } from '../../../sim/index.ts';
import { type AuthorityContact, askNext, memberAsked } from '../../authority-contact.ts';
import type { VolumeId } from '../../map-entry.ts';
import type {
  AskCell,
  CellAnswer,
  ChangeVolume,
  OweUpdate,
  ReadRoute,
  Route,
  VolumeChanged,
} from '../../messages/lineage.ts';
import type { MutantSet } from '../../mutants.ts';
import type { CellName, KnownHead } from '../cell-record.ts';
import type { CellMembers } from './cell-calls.ts';

/** What is owed of one volume: of several snapshots the newest counts. */
export interface Owed {
  known: KnownHead;
  /** The cells that have not heard of it. */
  readonly cells: Set<CellName>;
  active: CellName | null;
  sendCount: number;
  reqId: number;
}

/** All that a router owes. */
export interface OwedUpdates {
  readonly byVolume: Map<VolumeId, Owed>;
  /** Volumes whose head is to be read first: what an earlier life owed is not known. */
  readonly unread: Map<VolumeId, number>;
  nextReqId: number;
}

/** Who owes. */
export interface Debtor {
  readonly owed: OwedUpdates;
  readonly authority: AuthorityContact;
  readonly members: CellMembers;
  readonly mutants: MutantSet;
  readonly self: Self;
  readonly out: Outbox;
}

/** A timer: what is owed of a volume is to be sent again. */
export interface OwedDue {
  readonly type: 'owed.due';
  readonly volume: VolumeId;
}

const firstWaitNs = nsPerSec;
const doublingsMax = 5;

/** Nothing is owed. */
export function nothingOwed(incarnation: number): OwedUpdates {
  return { byVolume: new Map(), unread: new Map(), nextReqId: incarnation * 1_000_000_000 };
}

/** An independent copy. */
export function copyOwed({ byVolume, unread, nextReqId }: OwedUpdates): OwedUpdates {
  const copied = new Map<VolumeId, Owed>();
  for (const [volume, one] of byVolume) copied.set(volume, { ...one, cells: new Set(one.cells) });
  return { byVolume: copied, unread: new Map(unread), nextReqId };
}

/** A snapshot is published: its volume's cells are to hear of it. */
export function owe(debtor: Debtor, { volume, cells, known, active }: OweUpdate): void {
  const { byVolume } = debtor.owed;
  const before = byVolume.get(volume);
  if (before !== undefined && before.known.count > known.count) return;
  const made: Owed = {
    known,
    cells: new Set(cells),
    active: active ?? before?.active ?? null,
    sendCount: 0,
    reqId: 0,
  };
  byVolume.set(volume, made);
  sendOwed(debtor, volume);
}

/** A router began anew: what it owed it owes again, as far as the record tells. */
export function oweAnew(debtor: Debtor, volumes: readonly VolumeId[]): void {
  for (const volume of volumes) {
    debtor.owed.unread.set(volume, 0);
    sendOwed(debtor, volume);
  }
}

/** Sends what is owed of a volume, and again later. */
export function sendOwed(debtor: Debtor, volume: VolumeId): void {
  const { owed, out } = debtor;
  const readCount = owed.unread.get(volume);
  const one = owed.byVolume.get(volume);
  if (readCount === undefined && one === undefined) return;
  const sendCount = one?.sendCount ?? readCount ?? 0;
  const waitNs = firstWaitNs * (1 << Math.min(sendCount, doublingsMax));
  const due: OwedDue = { type: 'owed.due', volume };
  if (!debtor.mutants.has('updates-sent-once')) out.setTimer(`owed-${volume}`, waitNs, due);
  if (sendCount > 0) askNext(debtor.authority);
  if (one !== undefined) {
    sendUpdates(debtor, volume, one);
  } else {
    owed.unread.set(volume, sendCount + 1);
    const read: ReadRoute = { type: 'route.read', volume, reqId: owed.nextReqId++ };
    out.send(memberAsked(debtor.authority), read);
  }
}

function sendUpdates(debtor: Debtor, volume: VolumeId, one: Owed): void {
  const { owed, authority, out } = debtor;
  one.sendCount += 1;
  one.reqId = owed.nextReqId++;
  const { known, reqId, active } = one;
  for (const cell of one.cells) {
    const command = { kind: 'note-head', known } as const;
    const message: AskCell = { type: 'cell.ask', volume, reqId, command };
    out.send(hostOf(debtor, cell, one.sendCount), message);
  }
  if (active === null) return;
  const change = { kind: 'fix-hint', active } as const;
  const message: ChangeVolume = { type: 'volume.change', volume, reqId, change };
  out.send(memberAsked(authority), message);
}

// Another host each time: one that is down answers nobody.
function hostOf({ members }: Debtor, cell: CellName, turn: number): ActorId {
  const hosts = members.get(cell) ?? [];
  return hosts[turn % hosts.length]!;
}

/** What the authority keeps of a volume whose head was to be read. */
export function onRoute(debtor: Debtor, { volume, known }: Route): void {
  if (!debtor.owed.unread.delete(volume) || known === null) return;
  const { record, routing } = known;
  const head = record.chain.at(-1);
  if (head === undefined) return;
  const { active, alternate } = routing;
  owe(debtor, {
    type: 'update.owed',
    volume,
    cells: alternate === null ? [active.cell] : [active.cell, alternate.cell],
    known: { count: record.chain.length, head },
    active: active.cell === record.owner ? null : record.owner,
  });
}

/** A cell answered: it knows the head, unless too few of its hosts could be asked. */
export function onNoted(debtor: Debtor, answer: CellAnswer): void {
  const one = debtor.owed.byVolume.get(answer.volume);
  if (one === undefined || answer.record === null) return;
  const { knownHead } = answer.record;
  if ((knownHead?.count ?? 0) < one.known.count || !one.cells.delete(answer.cell)) return;
  debtor.out.mark('head.noted', {
    volume: answer.volume,
    cell: answer.cell,
    count: one.known.count,
  });
  forgetIfPaid(debtor, answer.volume, one);
}

/** The authority answered: the routing metadata names the cell first, if it still should. */
export function onHintFixed(debtor: Debtor, { volume, reqId }: VolumeChanged): void {
  const one = debtor.owed.byVolume.get(volume);
  if (one === undefined || one.reqId !== reqId) return;
  one.active = null;
  forgetIfPaid(debtor, volume, one);
}

function forgetIfPaid({ owed, out }: Debtor, volume: VolumeId, { cells, active }: Owed): void {
  if (cells.size > 0 || active !== null) return;
  owed.byVolume.delete(volume);
  out.cancelTimer(`owed-${volume}`);
}
