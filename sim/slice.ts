// Why a violation happened: a reverse walk from its event over both parents, nearest causes first, cut to
// a length that a person reads.
import type { SliceLine } from './property.ts';
import type { Entry, EventId } from './record.ts';

/** How many lines a slice has at most. */
export const sliceLineMax = 24;

/** The causal slice of the entry with this id, oldest first. Entries must be complete (level `full`). */
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
  const frontier: EventId[] = [eventId];
  while (frontier.length > 0 && taken.size < lineMax) {
    const id = frontier.shift() as EventId;
    const entry = byId.get(id);
    if (entry === undefined || taken.has(id)) continue;
    taken.set(id, entry);
    // The sender first, then what the actor did before: causes matter more than neighbours.
    if (entry.cause !== null) frontier.push(entry.cause);
    for (const detail of details.get(id) ?? []) {
      if (taken.size < lineMax && isTelling(detail)) taken.set(detail.id, detail);
    }
    if (entry.previous !== null) frontier.push(entry.previous);
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

function isDetail(entry: Entry): boolean {
  return entry.previous === null && entry.kind !== 'start';
}

/** Details worth a line of their own: what was lost, changed mode, or ended an operation. */
function isTelling(entry: Entry): boolean {
  return entry.kind !== 'gauge';
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
