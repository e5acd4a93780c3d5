// Rare paths that an accident consists of: a run that never came there has not shown it.
import { type Entry, type MarkEntry, type Ns, nsPerSec } from '../../sim/index.ts';
import type { ClientId, VolumeId } from '../map-entry.ts';
import { isMark, type MarkFacts, rangeKey, tenancyKey } from './marks.ts';
import { reached } from './reached.ts';

/** Two changes of a head further apart than this have nothing to do with each other (assumed). */
const inARowNs = nsPerSec;
/** As many as in the accident S24: ten changes, of which some are refused. */
const manyChanges = 10;

/** A late request met a host that has its range anew. */
export const earlierStayRefused = reached({
  id: 'earlier-stay-refused',
  summary: 'a host refused a request of an earlier stay of a range that it has again by now',
  kinds: ['mark'],
  matcher: hasItAgain,
});

/** A change named a tenancy that is over. */
export const releasedSlotRefused = reached({
  id: 'released-slot-refused',
  summary: 'the map authority refused a change to a slot that it had let its host give up',
  kinds: ['mark'],
  matcher: () => (entry) => isMark(entry, 'map.refused') && entry.facts.reason === 'slot-released',
});

/** A notification of a session that is over. */
export const staleSessionAnswered = reached({
  id: 'stale-session-answered',
  summary: 'the map authority told a client that its session is over, and did nothing else',
  kinds: ['mark'],
  matcher: () => (entry) => isMark(entry, 'receipt.sent') && entry.facts.status === 'stale-session',
});

/** All copies but one were given up. */
export const lastCopyLeft = reached({
  id: 'last-copy-left',
  summary: 'a range that had several copies has one left',
  kinds: ['mark'],
  matcher: () => (entry) =>
    isMark(entry, 'map.applied') &&
    entry.facts.replicas.length === 1 &&
    entry.facts.previous.length > 1,
});

/** Fail-overs that follow each other. */
export const headChangedAgain = reached({
  id: 'head-changed-again',
  summary: 'the head of a range changed twice within a second',
  kinds: ['mark'],
  matcher: changesInARow,
});

/** What a returned copy lacked was all that it got. */
export const copyMerged = reached({
  id: 'copy-merged',
  summary: 'a copy that came back got what it lacked, and was whole by that',
  kinds: ['mark'],
  matcher: merging,
});

/** A large notification of which a part was done. */
export const manyChangesPartlyApplied = reached({
  id: 'many-changes-partly-applied',
  summary: 'of ten or more changes in one notification some were applied and the others refused',
  kinds: ['mark'],
  matcher: () => (entry) => {
    if (!isMark(entry, 'map.updated.sent')) return false;
    const { applied, refused } = entry.facts;
    const isPart = applied.length > 0 && refused.length > 0;
    return isPart && applied.length + refused.length >= manyChanges;
  },
});

/** There was no room for a copy. */
export const cellWasFull = reached({
  id: 'cell-was-full',
  summary: 'a cell had no free slot for a copy that was to be made',
  kinds: ['mark'],
  matcher: () => (entry) =>
    entry.kind === 'mark' && entry.name === 'slot.refused' && entry.facts.reason === 'no-slot',
});

/** Garbage is collected while contents of a snapshot are on their way. */
export const collectedAmidUpload = reached({
  id: 'collected-amid-upload',
  summary: 'a host gave a slot of a volume up while a snapshot of that was cut and not complete',
  kinds: ['mark'],
  matcher: collectingAmidUpload,
});

/** Another client went on with a volume. */
export const volumeTakenOver = reached({
  id: 'volume-taken-over',
  summary: 'a volume was attached to another client than before',
  kinds: ['mark'],
  matcher: attaching,
});

/** One notification was of both kinds: told of moved data, and asked for a part of the map. */
export const changesAndNeedInOne = reached({
  id: 'changes-and-need-in-one',
  summary: 'the map authority answered one notification with what it changed and with a portion',
  kinds: ['mark'],
  matcher: answeringBoth,
});

/** The end of a log depends on blocks that give errors. */
export const unreadLogFound = reached({
  id: 'unread-log-found',
  summary: 'the map authority could not read blocks on which the end of its log depends',
  kinds: ['mark'],
  matcher: () => (entry) => entry.kind === 'mark' && entry.name === 'log.unread',
});

type Matcher = (entry: Entry) => boolean;

function hasItAgain(): Matcher {
  /** Reserved and not freed, by host and range. */
  const stays = new Map<string, Set<string>>();
  const stayKey = (host: string, at: { readonly volume: VolumeId; readonly range: number }) =>
    `${host} ${rangeKey(at.volume, at.range)}`;
  return (entry) => {
    if (isMark(entry, 'slot.reserved')) {
      const key = stayKey(entry.actor, entry.facts);
      const tenancies = stays.get(key) ?? new Set();
      stays.set(key, tenancies.add(tenancyKey(entry.actor, entry.facts)));
    } else if (isMark(entry, 'slot.freed') && entry.facts.volume !== null) {
      const { volume, range } = entry.facts;
      const tenancies = stays.get(stayKey(entry.actor, { volume, range }));
      tenancies?.delete(tenancyKey(entry.actor, entry.facts));
    }
    if (!isMark(entry, 'request.refused') || entry.facts.reason !== 'stale-gen') return false;
    return (stays.get(stayKey(entry.actor, entry.facts))?.size ?? 0) > 0;
  };
}

function changesInARow(): Matcher {
  const changedNs = new Map<string, Ns>();
  return (entry) => {
    if (!isMark(entry, 'map.applied')) return false;
    const { volume, range, replicas, previous } = entry.facts;
    if (replicas[0]?.host === previous[0]?.host) return false;
    const key = rangeKey(volume, range);
    const beforeNs = changedNs.get(key);
    changedNs.set(key, entry.atNs);
    return beforeNs !== undefined && entry.atNs - beforeNs < inARowNs;
  };
}

function merging(): Matcher {
  const targets = new Set<string>();
  return (entry) => {
    if (isMark(entry, 'copy.started')) {
      const { target, mode } = entry.facts;
      if (mode === 'merge') targets.add(tenancyKey(target.host, target));
      else targets.delete(tenancyKey(target.host, target));
    }
    if (!isMark(entry, 'copy.caught-up')) return false;
    const { target } = entry.facts;
    return targets.has(tenancyKey(target.host, target));
  };
}

function attaching(): Matcher {
  const holders = new Map<VolumeId, ClientId>();
  return (entry) => {
    if (!isMark(entry, 'attach.granted')) return false;
    const { volume, client } = entry.facts;
    const before = holders.get(volume);
    holders.set(volume, client);
    return before !== undefined && before !== client;
  };
}

function answeringBoth(): Matcher {
  const updated = new Set<string>();
  const keyOf = (facts: MarkFacts['map.updated.sent' | 'map.portion.sent']) =>
    `${facts.volume} ${facts.client} ${facts.session} ${facts.reqId}`;
  return (entry) => {
    if (isMark(entry, 'map.updated.sent')) updated.add(keyOf(entry.facts));
    return isMark(entry, 'map.portion.sent') && updated.has(keyOf(entry.facts));
  };
}

function collectingAmidUpload(): Matcher {
  /** Cut, and their upload not over, by volume. */
  const open = new Map<VolumeId, Set<string>>();
  const close = (facts: MarkEntry['facts']) => {
    const { volume, snapshot } = facts as { readonly volume: VolumeId; readonly snapshot: string };
    open.get(volume)?.delete(snapshot);
  };
  return (entry) => {
    if (entry.kind !== 'mark') return false;
    if (isMark(entry, 'cut.taken')) {
      const { volume, cut } = entry.facts;
      open.set(volume, (open.get(volume) ?? new Set()).add(cut));
    } else if (entry.name === 'snapshot.completed' || entry.name === 'upload.over') {
      close(entry.facts);
    }
    if (!isMark(entry, 'slot.freed') || entry.facts.reason !== 'released') return false;
    return (open.get(entry.facts.volume ?? '')?.size ?? 0) > 0;
  };
}
