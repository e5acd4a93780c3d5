// A client's partial, cached copy of the map, and what it tells the authority.
import { type Ns, nsPerMs } from '../../sim/index.ts';
import { askNext, memberAsked } from '../authority-contact.ts';
import { holds, type MapEntry } from '../map-entry.ts';
import type {
  ChangeNotification,
  EntryChange,
  MapPortion,
  MapUpdated,
  Receipt,
} from '../messages/notifications.ts';
import type { ChangeOutcome } from '../messages/re-mirror.ts';
import { entryBytes } from '../messages/sizes.ts';
import { forgetUnused } from './cache.ts';
import type { ClientStep, PendingNotification } from './state.ts';

/** At most so many ranges are asked for in one notification. */
const needMax = 64;
/** How long the first answer may take; then the notification is repeated, later and later. */
const notifyAgainNs = 500 * nsPerMs;
const notifyDoublingsMax = 3;
/** Volumes with more ranges than this are mapped on demand only. */
const walkRangeMax = 4_096;

/** Asks for entries of ranges; those already asked for are left out. `report`: why. */
export function needRanges(
  step: ClientStep,
  ranges: readonly number[],
  report?: ChangeNotification['report'],
): void {
  const { state } = step;
  const need = ranges.filter((range) => !state.missing.has(range));
  if (need.length === 0 || state.session === 0) return;
  for (const range of need) state.missing.add(range);
  notify(step, report === undefined ? { need } : { need, report }, null);
}

function reportOf(entry: MapEntry | undefined, error: string): ChangeNotification['report'] {
  const head = entry?.replicas[0];
  return head === undefined ? [] : [{ host: head.host, error }];
}

/** Asks for the whole map, page by page, unless it is too much; `everyNs` is for the record. */
export function walkMap(step: ClientStep, everyNs: Ns | null): void {
  const { rangeCount, input } = step.state;
  const isWhole = rangeCount <= Math.min(walkRangeMax, input.cacheRangeMax);
  step.out.mark('map.walked', { volume: input.volume, rangeCount, isWhole, everyNs });
  if (!isWhole) return;
  for (let first = 0; first < rangeCount; first += needMax) {
    const count = Math.min(needMax, rangeCount - first);
    needRanges(
      step,
      Array.from({ length: count }, (_, i) => first + i),
    );
  }
}

/**
 * Tells the authority that data moved; `child` is told what came of it. Where an answer about the
 * map is late, what it was to tell is asked for by the same notification.
 */
export function requestChange(step: ClientStep, change: EntryChange, child: string): void {
  const entry = step.state.cache.get(change.range);
  const gone = entry?.replicas.filter((old) => !change.next.some((r) => r.host === old.host)) ?? [];
  const late = withdrawLate(step);
  const need = late.flatMap((message) => message.need ?? []);
  const report = [
    ...gone.map(({ host }) => ({ host, error: 'silent' })),
    ...late.flatMap((message) => message.report ?? []),
  ];
  notify(step, { changes: [change], report, ...(need.length === 0 ? {} : { need }) }, child);
}

// Of what is repeated, or waits for its turn, as much as one notification takes. Nobody waits for
// it any more: it would hold up those after it.
function withdrawLate({ state, out }: ClientStep): readonly ChangeNotification[] {
  const taken: ChangeNotification[] = [];
  let needCount = 0;
  for (const { message, sendCount } of state.notifications.values()) {
    const { volume, session, reqId, need = [], changes = [] } = message;
    if (sendCount === 1 || changes.length > 0 || needCount + need.length > needMax) continue;
    needCount += need.length;
    taken.push(message);
    if (sendCount > 0) out.mark('notification.withdrawn', { volume, session, reqId });
  }
  for (const { reqId } of taken) state.notifications.delete(reqId);
  return taken;
}

function notify(
  step: ClientStep,
  what: Pick<ChangeNotification, 'need' | 'changes' | 'report'>,
  child: string | null,
): void {
  const { state, self } = step;
  const reqId = takeRequestId(state);
  const message: ChangeNotification = {
    ...what,
    type: 'notify',
    volume: state.input.volume,
    client: self.id,
    session: state.session,
    reqId,
    seenVersion: state.mapVersion,
  };
  const awaited = new Set<'portion' | 'updated'>();
  if ((what.need?.length ?? 0) > 0) awaited.add('portion');
  if ((what.changes?.length ?? 0) > 0) awaited.add('updated');
  const pending: PendingNotification = {
    message,
    child,
    againNs: Number.POSITIVE_INFINITY,
    sendCount: 0,
    awaited,
    portionVersion: -1,
    pages: new Set(),
  };
  state.notifications.set(message.reqId, pending);
  sendReady(step);
}

// Requests go no further than the window above the first one that has no answer.
function sendReady(step: ClientStep): void {
  const { notifications, requestWindow } = step.state;
  const endReqId = openReqIdOf(step) + requestWindow;
  for (const pending of notifications.values()) {
    if (pending.sendCount === 0 && pending.message.reqId < endReqId) send(step, pending);
  }
}

function openReqIdOf({ state }: ClientStep): number {
  return Math.min(...state.notifications.keys());
}

// An id goes with one request at a time, also when the ids begin again.
function takeRequestId(state: ClientStep['state']): number {
  if (state.notificationCount === state.input.requestIdsRestartAfter) {
    state.nextNotificationId = state.firstNotificationId;
  }
  state.notificationCount += 1;
  while (state.notifications.has(state.nextNotificationId)) state.nextNotificationId += 1;
  return state.nextNotificationId++;
}

function send(step: ClientStep, pending: PendingNotification): void {
  const { state, self } = step;
  // A repetition says it anew: what was answered meanwhile need not be remembered.
  const message = { ...pending.message, openReqId: openReqIdOf(step) };
  const boundNs = notifyAgainNs * (1 << Math.min(pending.sendCount, notifyDoublingsMax));
  // Those whom the same outage made wait do not come back at the same time.
  const jitterNs = pending.sendCount > 0 ? self.choose('notify.jitter', boundNs) : 0;
  pending.againNs = self.nowNs() + boundNs + jitterNs;
  pending.sendCount += 1;
  if (pending.sendCount > 1) askNext(state.authority);
  const size = entryBytes((message.need?.length ?? 0) + (message.changes?.length ?? 0));
  step.out.send(memberAsked(state.authority), message, size);
  const { volume, session, reqId } = message;
  step.out.mark('notification.sent', { volume, session, reqId });
}

// Too many came at once: this one comes again at some time of its own, so that those of one instant
// do not meet again.
function spread({ self }: ClientStep, pending: PendingNotification): void {
  const boundNs = notifyAgainNs * (1 << Math.min(pending.sendCount - 1, notifyDoublingsMax));
  pending.againNs = self.nowNs() + self.choose('overload.jitter', boundNs);
}

/** Repeats notifications that were not answered in time. */
export function repeatNotifications(step: ClientStep, nowNs: Ns): void {
  for (const pending of step.state.notifications.values()) {
    if (nowNs >= pending.againNs) send(step, pending);
  }
}

/** What a receipt means beyond itself: `fenced` when the session is over. */
export function onReceipt(step: ClientStep, receipt: Receipt): 'fenced' | null {
  const { session, reqId, status } = receipt;
  step.out.mark('receipt.received', { session, reqId, status });
  if (session !== step.state.session) return null;
  const pending = step.state.notifications.get(reqId);
  if (status === 'overloaded' && pending !== undefined) spread(step, pending);
  if ((status === 'conflict' || status === 'answered') && pending !== undefined) {
    // The id stands for another request already: this one needs one of its own.
    step.state.notifications.delete(reqId);
    notify(step, pending.message, pending.child);
  }
  return status === 'stale-session' ? 'fenced' : null;
}

/** A portion of the map; answers the ranges that are known now. */
export function onPortion(step: ClientStep, portion: MapPortion): readonly number[] {
  const { state } = step;
  const pending = state.notifications.get(portion.reqId);
  if (portion.session !== state.session || pending === undefined) return [];
  // What comes along never pushes out of a small copy what was asked for.
  const asked = new Set(pending.message.need);
  for (const entry of portion.entries) if (!asked.has(entry.range)) keepEntry(step, entry);
  for (const entry of portion.entries) if (asked.has(entry.range)) keepEntry(step, entry);
  if (isWhole(step, pending, portion)) {
    state.mapVersion = Math.max(state.mapVersion, portion.mapVersion);
    for (const range of pending.message.need ?? []) state.missing.delete(range);
    settle(step, pending, 'portion');
    // More than a portion holds: the rest is asked for anew, whatever its version is by then.
    if (!portion.complete) needRanges(step, restOf(step, pending));
  }
  return portion.entries.map((entry) => entry.range);
}

// The pages of one version make the portion; one of a later version begins a new one.
function isWhole(step: ClientStep, pending: PendingNotification, portion: MapPortion): boolean {
  const { volume, session, reqId, mapVersion } = portion;
  if (mapVersion < pending.portionVersion) return false;
  if (mapVersion > pending.portionVersion) {
    const { portionVersion: oldVersion, pages } = pending;
    if (pages.size > 0) {
      const pageCount = pages.size;
      step.out.mark('portion.outrun', {
        volume,
        session,
        reqId,
        oldVersion,
        mapVersion,
        pageCount,
      });
    }
    pending.portionVersion = mapVersion;
    pages.clear();
  }
  pending.pages.add(portion.pageIndex);
  return pending.pages.size === portion.pageCount;
}

// Ranges beyond the end of the volume are not asked for again.
function restOf({ state }: ClientStep, { message }: PendingNotification): readonly number[] {
  const need = message.need ?? [];
  return need.filter((range) => range < state.rangeCount && !state.cache.has(range));
}

/** An answer is there; false when it was there before. The last one ends the notification. */
function settle(
  step: ClientStep,
  pending: PendingNotification,
  answer: 'portion' | 'updated',
): boolean {
  if (!pending.awaited.delete(answer)) return false;
  if (pending.awaited.size > 0) return true;
  step.state.notifications.delete(pending.message.reqId);
  sendReady(step);
  return true;
}

/** What became of a change; answers the ranges that are known now, or `fenced`. */
export function onUpdated(step: ClientStep, updated: MapUpdated): readonly number[] | 'fenced' {
  const { state, out } = step;
  const pending = state.notifications.get(updated.reqId);
  if (updated.session !== state.session || pending === undefined) return [];
  if (!settle(step, pending, 'updated')) return [];
  state.mapVersion = Math.max(state.mapVersion, updated.mapVersion);
  const known: number[] = [];
  for (const entry of updated.applied) {
    keepEntry(step, entry);
    known.push(entry.range);
  }
  for (const { current } of updated.refused) {
    if (current === null) continue;
    keepEntry(step, current);
    known.push(current.range);
  }
  const applied = updated.applied[0] ?? null;
  const refused = updated.refused[0] ?? null;
  if (pending.child !== null) {
    const outcome: ChangeOutcome = { type: 'change.outcome', applied, refused };
    out.send(pending.child, outcome);
  }
  return refused?.reason === 'stale-session' ? 'fenced' : known;
}

/** Keeps an entry unless a newer one is known. */
function keepEntry(step: ClientStep, entry: MapEntry): void {
  const { state, out } = step;
  const known = state.cache.get(entry.range);
  if (known !== undefined && known.version >= entry.version) return;
  if (known !== undefined && state.input.mutants.has('client-never-refreshes')) return;
  state.cache.set(entry.range, entry);
  const lost = state.lost.get(entry.range);
  if (lost !== undefined && !holds(entry, lost)) state.lost.delete(entry.range);
  if ((state.gone.get(entry.range) ?? entry.version) < entry.version) {
    state.gone.delete(entry.range);
  }
  const { range, version, replicas } = entry;
  out.mark('map.cached', { volume: state.input.volume, range, version, replicas });
  forgetUnused(step);
}

/**
 * A host that refused named a newer entry. It has that from the authority, so it may be used at
 * once; the authority is asked all the same, because there may be a newer one still.
 */
function follow(step: ClientStep, movedTo: MapEntry): void {
  const { state, out } = step;
  const { range, version } = movedTo;
  if ((state.cache.get(range)?.version ?? 0) >= version) return;
  keepEntry(step, movedTo);
  if (state.cache.get(range) !== movedTo) return;
  out.mark('forward.followed', { volume: state.input.volume, range, version });
  needRanges(step, [range]);
}

/** Forgets an entry that a host refused, and asks for it; or goes on by one that the host named. */
export function dropStale(
  step: ClientStep,
  what: {
    readonly range: number;
    readonly version: number;
    readonly reason: string;
    readonly movedTo: MapEntry | null;
  },
): void {
  const { state, out } = step;
  const { range, version, reason, movedTo } = what;
  out.mark('stale-map.refused', { range, version, reason });
  if (state.input.mutants.has('invented-entry') && guessEntry(step, range, version)) return;
  if (movedTo !== null) follow(step, movedTo);
  const known = state.cache.get(range);
  const refreshes = !state.input.mutants.has('client-never-refreshes');
  const isOld = refreshes && known !== undefined && known.version <= version;
  if (isOld) state.cache.delete(range);
  if (!state.cache.has(range)) needRanges(step, [range], reportOf(known, reason));
}

// What a mutant does before it hears where the range is by now.
function guessEntry(step: ClientStep, range: number, version: number): boolean {
  const known = step.state.cache.get(range);
  const head = known?.replicas[0];
  if (known === undefined || head === undefined || known.version > version) return false;
  keepEntry(step, {
    ...known,
    version: version + 1,
    replicas: [...known.replicas.slice(1), head],
  });
  return true;
}
