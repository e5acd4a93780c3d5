// Rare paths: a run or a sweep that never reached one has tested nothing there.
import type { Entry, Monitor, Property } from '../../sim/index.ts';
import { blockOpOf, isOp, OpenOps } from './block-ops.ts';
import { isMark } from './marks.ts';

/** A host answered that a client's map entry is out of date. */
export const staleMapRefused = reached({
  id: 'stale-map-refused',
  summary: 'a client used an old map entry and was refused',
  kinds: ['mark'],
  matcher: () => named('stale-map.refused'),
});

/** A client learned from a host that refused where its range is. */
export const forwardFollowed = reached({
  id: 'forward-followed',
  summary: 'a client went on by a map entry that a host named which refused',
  kinds: ['mark'],
  matcher: () => named('forward.followed'),
});

/** A program waited longer than it bears. */
export const volumeStuck = reached({
  id: 'volume-stuck',
  summary: 'an operation of a volume waited for longer than a program bears',
  kinds: ['mark'],
  matcher: () => named('volume.stuck'),
});

/** A cell had more mutations than it may. */
export const cellWasSplit = reached({
  id: 'cell-was-split',
  summary: 'volumes left a cell whose records changed too often',
  kinds: ['mark'],
  matcher: () => named('cell.split'),
});

/** The answers of two cells that each had the volume, one after the other. */
export const twoSeenActive = reached({
  id: 'two-seen-active',
  summary: 'a router saw two cells active at once, though they answered one after the other',
  kinds: ['mark'],
  matcher: () => (entry) =>
    isMark(entry, 'rule.applied') &&
    entry.facts.pair.every((seen) => seen === 'active' || seen === 'migrating'),
});

/** Merits were rolled back before the move that had made them was decided. */
export const moveRolledBack = reached({
  id: 'move-rolled-back',
  summary: 'a roll-back of merits ended a move that was not decided',
  kinds: ['mark'],
  matcher: () => (entry) => isRolledBack(entry, 'abort'),
});

/** Merits were rolled back when it was decided, and before it was over. */
export const decisionOutlived = reached({
  id: 'decision-outlived-roll-back',
  summary: 'a roll-back of merits met a move that was decided and not over',
  kinds: ['mark'],
  matcher: () => (entry) => isRolledBack(entry, 'commit'),
});

function isRolledBack(entry: Entry, decision: 'commit' | 'abort'): boolean {
  if (!isMark(entry, 'lineage.recorded')) return false;
  const { change, record } = entry.facts;
  return change?.kind === 'swap-merits' && record.move?.decision === decision;
}

/** A lost replica was replaced. */
export const reMirrored = reached({
  id: 're-mirrored',
  summary: 'a re-mirror was carried through to its end',
  kinds: ['mark'],
  matcher: () => named('re-mirror.finished'),
});

/** What a snapshot held is gone. */
export const snapshotContentsLost = reached({
  id: 'snapshot-contents-lost',
  summary: 'the contents of a snapshot were lost before they were uploaded, and that was noted',
  kinds: ['mark'],
  matcher: () => named('snapshot.lost'),
});

/** The authority came back and found its log. */
export const authorityRecovered = reached({
  id: 'authority-recovered',
  summary: 'the map authority recovered from a log with records',
  kinds: ['mark'],
  matcher: () => (entry) => isMark(entry, 'log.recovered') && entry.facts.recordCount > 0,
});

/** A host came back and read its device. */
export const hostRecovered = reached({
  id: 'host-recovered',
  summary: 'a host recovered from its device after a restart',
  kinds: ['mark', 'start'],
  matcher: recoveredAfterRestart,
});

/** Somebody of an older session was turned away. */
export const sessionFenced = reached({
  id: 'session-fenced',
  summary: 'a request of an older session was refused, or its client noticed that it was fenced',
  kinds: ['mark'],
  matcher: () => (entry) =>
    (isMark(entry, 'request.refused') && entry.facts.reason === 'fenced') ||
    (entry.kind === 'mark' && entry.name === 'client.fenced'),
});

/** The network or a dead node swallowed a message. */
export const messageLost = reached({
  id: 'message-lost',
  summary: 'a message was dropped',
  kinds: ['message'],
  matcher: () => (entry) => entry.kind === 'message' && entry.outcome === 'dropped',
});

/** A power loss emptied a cache that held something. */
export const unflushedWriteLost = reached({
  id: 'unflushed-write-lost',
  summary: 'a power loss took writes that had completed and were not flushed',
  kinds: ['mark'],
  matcher: () => (entry) => isMark(entry, 'device.power-lost') && entry.facts.lostCount > 0,
});

/** A host was restarted between a write and its flush. */
export const writesRepeated = reached({
  id: 'writes-repeated',
  summary: 'a client wrote again what hosts may have lost with their memory',
  kinds: ['mark'],
  matcher: () => named('writes.repeated'),
});

/** A race on the map had a loser. */
export const changeRefused = reached({
  id: 'change-refused',
  summary: 'the map authority refused a change',
  kinds: ['mark'],
  matcher: () => named('map.refused'),
});

/** Of several changes, some lost a race. */
export const changesPartlyApplied = reached({
  id: 'changes-partly-applied',
  summary: 'the map authority applied some changes of a notification and refused the others',
  kinds: ['mark'],
  matcher: () => (entry) =>
    isMark(entry, 'map.updated.sent') &&
    entry.facts.applied.length > 0 &&
    entry.facts.refused.length > 0,
});

/** Some pages of a portion were lost, and what came instead was newer. */
export const portionOutrun = reached({
  id: 'portion-outrun',
  summary: 'a client that lacked pages of a portion began anew, for the map had moved on',
  kinds: ['mark'],
  matcher: () => named('portion.outrun'),
});

/** An answer was lost, or came late: its request came again. */
export const requestRepeated = reached({
  id: 'request-repeated',
  summary: 'the map authority was asked the same again, and said so',
  kinds: ['mark'],
  matcher: () => (entry) => isMark(entry, 'receipt.sent') && entry.facts.status === 'duplicate',
});

/** A client lost count of its requests. */
export const requestIdReused = reached({
  id: 'request-id-reused',
  summary: 'the map authority refused a request whose id had been used before',
  kinds: ['mark'],
  matcher: () => (entry) =>
    isMark(entry, 'receipt.sent') &&
    (entry.facts.status === 'conflict' || entry.facts.status === 'answered'),
});

/** A host came up with a device that holds nothing. */
export const deviceFormatted = reached({
  id: 'device-formatted',
  summary: 'a host found nothing on its device that it knows, and began anew',
  kinds: ['mark'],
  matcher: () => named('device.formatted'),
});

/** A batch was cut short by a crash. */
export const tornTailDropped = reached({
  id: 'torn-tail-dropped',
  summary: 'a recovery of the map authority dropped a torn tail of its log',
  kinds: ['mark'],
  matcher: () => named('torn-tail.dropped'),
});

/** The authority went on under another leader. */
export const leaderChanged = reached({
  id: 'leader-changed',
  summary: 'a member of the map authority took over from another one',
  kinds: ['mark'],
  matcher: anotherLeader,
});

/** What a member had and nobody had committed gave way to what its leader has. */
export const logRepaired = reached({
  id: 'log-repaired',
  summary: 'records in the log of a member of the map authority were replaced by its leader',
  kinds: ['mark'],
  matcher: () => named('log.repaired'),
});

/** A member was too far behind for the log. */
export const snapshotInstalled = reached({
  id: 'snapshot-installed',
  summary: 'a member of the map authority took the state of its leader in place of its log',
  kinds: ['mark'],
  matcher: () => named('snapshot.installed'),
});

/** Damage of one member was repaired by the others. */
export const memberRefilled = reached({
  id: 'member-refilled',
  summary: 'a member of the map authority whose log was damaged has all of it again',
  kinds: ['mark'],
  matcher: () => named('refill.finished'),
});

/** A host found damage on its device, and what the block should hold was put there again. */
export const corruptionRepaired = reached({
  id: 'corruption-repaired',
  summary: 'a host found a block damaged and repaired it from another copy',
  kinds: ['mark'],
  matcher: () => named('corruption.repaired'),
});

/** A host did not tell what it could not. */
export const pastDamageFound = reached({
  id: 'past-damage-found',
  summary: 'a host found that it cannot tell any more what it held at a cut',
  kinds: ['mark'],
  matcher: () => named('past.damaged'),
});

/** The lineage store did not hand out what it should not. */
export const archiveDamageFound = reached({
  id: 'archive-damage-found',
  summary: 'the lineage store found that blocks of a snapshot are not what they were',
  kinds: ['mark'],
  matcher: () => named('archive.damaged'),
});

/** Writes do not stop for a cut. */
export const writeStraddledCut = reached({
  id: 'write-straddled-cut',
  summary: 'a head was held for a cut of its volume while a write of a client was under way',
  kinds: ['mark', 'op', 'stop'],
  matcher: straddled,
});

/** The end of a log was sought beyond what could not be read. */
export const logDamageFound = reached({
  id: 'log-damage-found',
  summary: 'the map authority found a hole in its log and did not take it for the end',
  kinds: ['mark'],
  matcher: () => named('log.damaged'),
});

/** Something was written at all. */
export const acknowledgedWrite = reached({
  id: 'acknowledged-write',
  summary: 'a write was acknowledged',
  kinds: ['op'],
  matcher: () => (entry) => isOp(entry, 'write') && entry.phase === 'ok',
});

/** Something that had been written was read. */
export const readVerified = reached({
  id: 'read-verified',
  summary: 'a read returned a block that had been written',
  kinds: ['op'],
  matcher: () => (entry) =>
    isOp(entry, 'read') &&
    entry.phase === 'ok' &&
    blockOpOf(entry).stamps.some((stamp) => stamp !== 0),
});

type Matcher = (entry: Entry) => boolean;

/** A property of mode `sometimes`: some entry matches. Each run asks for a matcher of its own. */
export function reached(what: {
  readonly id: string;
  readonly summary: string;
  readonly kinds: Property['kinds'];
  readonly matcher: () => Matcher;
}): Property {
  const { id, summary, kinds, matcher } = what;
  return { id, mode: 'sometimes', summary, kinds, monitor: () => new ReachedMonitor(matcher()) };
}

class ReachedMonitor implements Monitor {
  evaluatedCount = 0;
  readonly #matches: Matcher;

  constructor(matches: Matcher) {
    this.#matches = matches;
  }

  observe(entry: Entry): null {
    if (this.#matches(entry)) this.evaluatedCount += 1;
    return null;
  }

  end(): null {
    return null;
  }
}

function named(name: string): Matcher {
  return (entry) => entry.kind === 'mark' && entry.name === name;
}

function anotherLeader(): Matcher {
  let leader: string | null = null;
  return (entry) => {
    if (!isMark(entry, 'leader.began')) return false;
    const isAnother = leader !== null && leader !== entry.actor;
    leader = entry.actor;
    return isAnother;
  };
}

function straddled(): Matcher {
  const open = new Map<string, OpenOps<null>>();
  return (entry) => {
    if (entry.kind === 'op' && isOp(entry, 'write')) {
      const { volume } = blockOpOf(entry);
      const writes = open.get(volume) ?? new OpenOps<null>();
      open.set(volume, writes);
      if (entry.phase === 'invoke') writes.begin(entry, null);
      else writes.end(entry);
    } else if (entry.kind === 'stop') {
      for (const writes of open.values()) writes.forget(entry.actor);
    }
    return isMark(entry, 'cut.held') && (open.get(entry.facts.volume)?.count ?? 0) > 0;
  };
}

// Hosts recover at their first start, too: that one is no return.
function recoveredAfterRestart(): Matcher {
  const restarted = new Set<string>();
  return (entry) => {
    if (entry.kind === 'start' && entry.incarnation > 0) restarted.add(entry.actor);
    return isMark(entry, 'host.recovered') && restarted.has(entry.actor);
  };
}
