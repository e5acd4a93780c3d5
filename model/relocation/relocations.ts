// Copies that somebody who holds no volume has made elsewhere: each by a re-mirror child, and taken
// out of the map where it was in one compare-and-set. Changes that are ready together are asked for
// together; a client that changes one of the entries meanwhile wins or loses by the compare-and-set
// alone. What somebody who dies leaves behind, hosts and cells find out themselves.
import { type Message, type Ns, nsPerMs, type Outbox, type Self } from '../../sim/index.ts';
import { type AuthorityContact, askNext, memberAsked } from '../authority-contact.ts';
import type { MapEntry, Replica, VolumeId } from '../map-entry.ts';
import type { ModelMessage } from '../messages/messages.ts';
import type {
  ChangeNotification,
  EntryChange,
  MapUpdated,
  Receipt,
} from '../messages/notifications.ts';
import type { ChangeOutcome, RequestChange } from '../messages/re-mirror.ts';
import { entryBytes } from '../messages/sizes.ts';
import type { ReMirrorSpec } from '../policies.ts';
import { type ReMirrorInput, reMirror } from '../re-mirror/re-mirror.ts';

/** A copy that shall lie elsewhere. */
export interface Relocation {
  readonly volume: VolumeId;
  readonly session: number;
  readonly replicaCount: number;
  readonly entry: MapEntry;
  readonly old: Replica;
}

/** Where hosts are, and how persistently a slot is sought. */
export interface RelocationRules {
  readonly hosts: readonly {
    readonly id: string;
    readonly zone: string;
    readonly cell: string;
  }[];
  readonly reMirror: ReMirrorSpec;
}

/** How often `tickRelocations` wants to be called. */
export const relocationTickNs = 250 * nsPerMs;
/** A notification without an answer is sent again; each repetition waits twice as long. */
const notifyAgainNs = 500 * nsPerMs;
const sendMax = 6;
/** What came of the changes that go together fits a block: its room, what each change takes of it
 * and what each of its copies does, named before and after. In letters, as checkpoints count. */
const outcomeSizeMax = 3_600;
const changeSize = 140;
const copySize = 94;
/**
 * Request ids of who holds no volume lie above those of all clients, and never meet those of
 * another one or of an earlier incarnation.
 */
const firstReqId = 2_251_799_813_685_248;
const idsPerMover = 35_184_372_088_832;
const idsPerIncarnation = 1_048_576 * 1_024;

interface Pending {
  readonly message: ChangeNotification;
  /** Who asked for each of its changes, by range. */
  readonly children: ReadonlyMap<number, string>;
  sentNs: Ns;
  sendCount: number;
}

/** At most so many changes go together; ten of a range with two copies, four with eight. */
export function relocationChangeMax(replicaCount: number): number {
  return Math.floor(outcomeSizeMax / (changeSize + replicaCount * copySize));
}

/** Relocations under way. */
export interface Relocations {
  /** By the names of their drivers. */
  readonly open: Map<string, Relocation>;
  /** Changes that wait for their turn, by who asked for them. */
  readonly ready: Map<string, EntryChange>;
  readonly pending: Map<number, Pending>;
  nextReqId: number;
}

/** Who has copies relocated, in one step. */
export interface RelocationStep {
  readonly relocations: Relocations;
  readonly authority: AuthorityContact;
  readonly self: Self;
  readonly out: Outbox;
  /** One is over, whatever came of it. */
  readonly onEnded: () => void;
}

/** None; `index` counts those who relocate, from 0. */
export function noRelocations(index: number, self: Self): Relocations {
  return {
    open: new Map(),
    ready: new Map(),
    pending: new Map(),
    nextReqId: firstReqId + index * idsPerMover + self.incarnation * idsPerIncarnation,
  };
}

/** An independent copy for a fork. */
export function copyRelocations({ open, ready, pending, nextReqId }: Relocations): Relocations {
  const copied = new Map<number, Pending>();
  for (const [reqId, one] of pending) copied.set(reqId, { ...one });
  return { open: new Map(open), ready: new Map(ready), pending: copied, nextReqId };
}

/** Has a copy made in one of these cells, instead of where it is. */
export function beginRelocation(
  { relocations, self, out }: RelocationStep,
  relocation: Relocation,
  cells: readonly string[],
  { hosts, reMirror: policy }: RelocationRules,
): void {
  const { volume, session, replicaCount, entry, old } = relocation;
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
    avoids: [],
  };
  relocations.open.set(name, relocation);
  out.spawn(name, reMirror, input);
}

/** Takes what drivers and the authority say of relocations. */
export function takeRelocation(step: RelocationStep, message: Message, from: string): void {
  const known = message as ModelMessage;
  switch (known.type) {
    case 're-mirror.change':
      requestChange(step, known, from);
      break;
    case 're-mirror.ended':
      end(step, from);
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

/** Sends what has no answer yet again, or gives it up: its driver tries anew by itself. */
export function tickRelocations(step: RelocationStep): void {
  const { relocations, self } = step;
  for (const pending of [...relocations.pending.values()]) {
    const waitNs = notifyAgainNs * (1 << Math.min(pending.sendCount - 1, 3));
    if (self.nowNs() - pending.sentNs < waitNs) continue;
    if (pending.sendCount < sendMax) send(step, pending);
    else answered(step, pending);
  }
}

function requestChange(step: RelocationStep, request: RequestChange, child: string): void {
  const { open, ready } = step.relocations;
  const relocation = open.get(nameOf(child));
  if (relocation === undefined) return;
  ready.set(child, request.change);
  notify(step, relocation.volume);
}

// One notification of a volume is under way at a time; what gets ready meanwhile goes with the
// next one.
function notify(step: RelocationStep, volume: VolumeId): void {
  const { relocations, self } = step;
  for (const { message } of relocations.pending.values()) if (message.volume === volume) return;
  const changes: EntryChange[] = [];
  const children = new Map<number, string>();
  let session = 0;
  for (const [child, change] of relocations.ready) {
    const relocation = relocations.open.get(nameOf(child));
    if (relocation?.volume !== volume) continue;
    if (changes.length >= relocationChangeMax(relocation.replicaCount)) break;
    session = relocation.session;
    changes.push(change);
    children.set(change.range, child);
  }
  if (changes.length === 0) return;
  for (const child of children.values()) relocations.ready.delete(child);
  const reqId = relocations.nextReqId++;
  const message: ChangeNotification = {
    type: 'notify',
    volume,
    client: self.id,
    session,
    openReqId: reqId,
    reqId,
    seenVersion: 0,
    changes,
  };
  const pending: Pending = { message, children, sentNs: 0, sendCount: 0 };
  relocations.pending.set(message.reqId, pending);
  send(step, pending);
}

function answered(step: RelocationStep, { message }: Pending): void {
  step.relocations.pending.delete(message.reqId);
  notify(step, message.volume);
}

function send({ authority, self, out }: RelocationStep, pending: Pending): void {
  const { message } = pending;
  pending.sentNs = self.nowNs();
  pending.sendCount += 1;
  if (pending.sendCount > 1) askNext(authority);
  const { volume, session, reqId, changes = [] } = message;
  out.send(memberAsked(authority), message, entryBytes(changes.length));
  out.mark('notification.sent', { volume, session, reqId });
}

function onUpdated(step: RelocationStep, updated: MapUpdated): void {
  const pending = step.relocations.pending.get(updated.reqId);
  if (pending === undefined) return;
  for (const [range, child] of pending.children) {
    const applied = updated.applied.find((entry) => entry.range === range) ?? null;
    const refused = updated.refused.find((change) => change.range === range) ?? null;
    const outcome: ChangeOutcome = { type: 'change.outcome', applied, refused };
    if (step.relocations.open.has(nameOf(child))) step.out.send(child, outcome);
  }
  answered(step, pending);
}

// Somebody else holds the volume by now: what was begun in the name of the session is over.
function onReceipt(step: RelocationStep, receipt: Receipt): void {
  const { session, reqId, status } = receipt;
  step.out.mark('receipt.received', { session, reqId, status });
  const pending = step.relocations.pending.get(reqId);
  if (pending === undefined || status !== 'stale-session') return;
  for (const child of pending.children.values()) end(step, child);
  answered(step, pending);
}

function end({ relocations, out, onEnded }: RelocationStep, child: string): void {
  const name = nameOf(child);
  relocations.ready.delete(child);
  if (!relocations.open.delete(name)) return;
  out.stop(name);
  onEnded();
}

function nameOf(child: string): string {
  return child.slice(child.indexOf('/') + 1);
}
