// The end of a request: what a cell has taken is published, before anybody hears of it; or the
// request is given up, and the record says so before anybody hears that there is none.
import { type CellRecord, type Snapshot, sameSnapshot } from '../cell-record.ts';
import { nextToPublish, takenLineage } from '../router.ts';
import type { VolumeChange, VolumePlace } from '../volume-change.ts';
import type { VolumeRecord } from '../volume-record.ts';
import { call } from './cell-calls.ts';
import type { RequestEvent } from './machine.ts';
import {
  answer,
  callerOf,
  changeVolume,
  drawJitter,
  isQuarantined,
  type RequestData,
  type RequestStep,
} from './request-state.ts';

/** Tells the cell that was chosen to take the snapshot. */
export function take(step: RequestStep): void {
  const { data, out } = step;
  const { volume, request } = data.input;
  const { cell, epoch } = data.decision!.taker!;
  out.mark('take.sent', { volume, request, cell, epoch });
  const command = { kind: 'take', request, epoch } as const;
  call(callerOf(step), { reqId: data.nextReqId++, cell, command });
}

/** The cell answered: it has taken it, or was not what it seemed to be. */
export function onTakeAnswered(step: RequestStep, record: CellRecord): RequestEvent {
  const { data } = step;
  const lineage = takenLineage(record, data.input.request);
  if (lineage === null) return { type: 'WAIT', jitter: drawJitter(step) };
  if (data.input.mutants.has('ack-before-publish')) {
    answer(step, 'taken', lineage.at(-1));
    return { type: 'END' };
  }
  data.taken = lineage;
  return { type: 'TAKEN' };
}

/**
 * By what the record says now: it is published, or never will be, or the next snapshot of the
 * lineage is due; what the cell took before for others comes first.
 */
export function publishNext(step: RequestStep): RequestEvent | null {
  const { data } = step;
  if (data.place === null) return { type: 'WAIT', jitter: drawJitter(step) };
  const { record } = data.place;
  const known = settled(step, data.place);
  if (known !== null) return known;
  const due = dueOf(data, record);
  const change: VolumeChange | null = due === null ? null : { kind: 'publish', ...due };
  // The same again: the record refuses it. Somebody else owns the volume by now.
  if (change === null || isSame(data.change, change)) {
    data.change = null;
    return { type: 'WAIT', jitter: drawJitter(step) };
  }
  changeVolume(step, change);
  return null;
}

function dueOf({ taken, input }: RequestData, record: VolumeRecord) {
  if (!input.mutants.has('publish-own-first')) return nextToPublish(taken, record);
  const own = taken.at(-1);
  return own === undefined ? null : { snapshot: own, parent: record.chain.at(-1) ?? null };
}

/** What the record says of the request already; null for nothing. */
export function settled(step: RequestStep, { record }: VolumePlace): RequestEvent | null {
  const { request } = step.data.input;
  if (publishedOf(step.data) !== undefined) return { type: 'PUBLISHED' };
  if (record.tombstones.includes(request)) answer(step, 'failed');
  else if (!isQuarantined(step)) return null;
  return { type: 'END' };
}

/** The published snapshot of the request. */
export function publishedOf({ place, input, taken }: RequestData): Snapshot | undefined {
  const own = taken.at(-1);
  // The variant knows only what was taken for it, as nobody else knows requests again either.
  const isIts = (one: Snapshot) =>
    input.mutants.has('request-forgotten')
      ? own !== undefined && sameSnapshot(one, own)
      : one.request === input.request;
  return place?.record.chain.find(isIts);
}

function isSame(asked: VolumeChange | null, due: VolumeChange): boolean {
  if (asked?.kind !== 'publish' || due.kind !== 'publish') return false;
  return sameSnapshot(asked.snapshot, due.snapshot);
}
