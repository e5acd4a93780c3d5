// Why a violation happened: a reverse walk from its event over both parents, nearest causes first,
// cut to a length that a person reads.
import type { SliceLine } from './property.ts';
import type { Entry, EventId } from './record.ts';

/** How many lines a slice has at most. */
export const sliceLineMax = 24;

/**
 * The causal slice of the entry with this id, oldest first. Entries must be complete (level
 * `full`).
 */
export function causalSlice(
  entries: readonly Entry[],
  eventId: EventId,
  lineMax: number = sliceLineMax,
): readonly SliceLine[] {
  const byId = new Map<EventId, Entry>();
  const details = new Map<EventId, Entry[]>();
  for (const entry of entries) {
    byId.set(entry.id, entry);
    if (entry.cause === null || !isDetail(entry)) continue;
    const list = details.get(entry.cause);
    if (list === undefined) details.set(entry.cause, [entry]);
    else list.push(entry);
  }
  const taken = new Map<EventId, Entry>();
  const seen = new Set<EventId>();
  for (const fault of latestFaults(entries, eventId, lineMax)) taken.set(fault.id, fault);
  const frontier: Step[] = [{ id: eventId, distance: 0 }];
  while (frontier.length > 0 && taken.size < lineMax) {
    const { id, distance } = takeNearest(frontier);
    const entry = byId.get(id);
    if (entry === undefined || seen.has(id)) continue;
    seen.add(id);
    const telling = tellingDetails(details.get(id) ?? []);
    // A timer that did nothing of note is passed by in silence: what armed it may tell more.
    if (entry.kind !== 'timer' || telling.length > 0) taken.set(id, entry);
    for (const detail of telling) if (taken.size < lineMax) taken.set(detail.id, detail);
    if (entry.cause !== null) {
      frontier.push({ id: entry.cause, distance: distance + causeStep });
    }
    if (entry.previous !== null) {
      frontier.push({ id: entry.previous, distance: distance + previousStep });
    }
  }
  const lines = [...taken.values()].sort((a, b) => a.index - b.index);
  return lines.map((entry) => ({
    index: entry.index,
    atNs: entry.atNs,
    actor: entry.actor,
    text: describeEntry(entry),
    suspicious: isSuspicious(entry),
  }));
}

/** How many lines are kept for faults that began or ended before the violation. */
const faultLineMax = 6;

function latestFaults(
  entries: readonly Entry[],
  eventId: EventId,
  lineMax: number,
): readonly Entry[] {
  const count = Math.min(faultLineMax, Math.floor(lineMax / 4));
  const end = entries.findIndex((entry) => entry.id === eventId);
  const before = entries.slice(0, end + 1).filter((entry) => entry.kind === 'fault');
  return before.slice(Math.max(0, before.length - count));
}

/** An event still to be looked at, and how far it is from the violation. */
interface Step {
  readonly id: EventId;
  readonly distance: number;
}

// Who sent this tells more than what the same actor happened to do before.
const causeStep = 1;
const previousStep = 5;

function takeNearest(frontier: Step[]): Step {
  let nearest = 0;
  for (let i = 1; i < frontier.length; i++) {
    if (frontier[i]!.distance < frontier[nearest]!.distance) nearest = i;
  }
  return frontier.splice(nearest, 1)[0]!;
}

function isDetail(entry: Entry): boolean {
  return entry.previous === null && entry.kind !== 'start';
}

/** Of the many things one event did, few get a line: what was lost, changed mode, or was noted. */
const detailsPerEventMax = 2;
const rankOfDetail: Partial<Record<Entry['kind'], number>> = {
  message: 0,
  stop: 1,
  state: 2,
  mark: 3,
};

function tellingDetails(details: readonly Entry[]): readonly Entry[] {
  const rank = (entry: Entry) => rankOfDetail[entry.kind] ?? Number.POSITIVE_INFINITY;
  return details
    .filter((entry) => rankOfDetail[entry.kind] !== undefined)
    .sort((a, b) => rank(a) - rank(b) || a.index - b.index)
    .slice(0, detailsPerEventMax);
}

function isSuspicious(entry: Entry): boolean {
  return (
    (entry.kind === 'message' && entry.outcome === 'dropped') ||
    entry.kind === 'fault' ||
    entry.kind === 'stop' ||
    (entry.kind === 'io' && entry.status !== 'ok')
  );
}

/** One line about an entry, in the kernel's words. */
export function describeEntry(entry: Entry): string {
  switch (entry.kind) {
    case 'message': {
      const fate = entry.outcome === 'delivered' ? '' : `  dropped: ${entry.reason ?? ''}`;
      const arrow = entry.outcome === 'delivered' ? '->' : '-x';
      return `${entry.from} ${arrow} ${entry.actor}  ${entry.type}${fate}`;
    }
    case 'timer':
      return `timer ${entry.key}`;
    case 'io':
      return `${entry.device} ${entry.op} ${entry.block}+${entry.blockCount} ${entry.status}`;
    case 'op':
      return `${entry.phase} ${entry.name} #${entry.opId} ${brief(entry.value)}`;
    case 'state':
      return `enters ${entry.state}`;
    case 'mark':
      return `${entry.name} ${brief(entry.facts)}`;
    case 'gauge':
      return `${entry.name} = ${entry.value}`;
    case 'fault':
      return `${entry.phase} ${entry.fault} ${entry.targets.join(' ')}`;
    case 'start':
      return `starts, incarnation ${entry.incarnation}`;
    case 'stop':
      return `stops: ${entry.reason}`;
    case 'violation':
      return `violates ${entry.property}: ${entry.what}`;
  }
}

const briefCharMax = 96;

function brief(value: unknown): string {
  const text = JSON.stringify(value) ?? '';
  return text.length <= briefCharMax ? text : `${text.slice(0, briefCharMax - 3)}...`;
}
