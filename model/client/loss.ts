// What a client takes for lost: copies that their hosts do not have any more, and ranges of which
// no copy is left. That is the end of a range only if the authority, asked once more, names the
// same copies still.

import { holds, type MapEntry, type Replica } from '../map-entry.ts';
import { leastMemberCount } from '../replication.ts';
import { needRanges } from './map.ts';
import type { ClientStep } from './state.ts';
import type { PlannedRequest } from './workloads.ts';

/** A copy is gone for good: generations never come back. */
export function noteLost(step: ClientStep, range: number, copy: Replica): void {
  const { state } = step;
  state.lost.set(range, copy);
  const entry = state.cache.get(range);
  if (entry === undefined || !holds(entry, copy)) return;
  // Of a quorum: what is left may lack what the copy had.
  if (entry.replicas.length <= leastMemberCount(state)) {
    doubtRange(step, entry);
  }
}

/** No copy that an entry names is there: if the map still says so, the range is gone. */
export function doubtRange(step: ClientStep, entry: MapEntry): void {
  step.state.doubted.set(entry.range, entry.version);
  needRanges(step, [entry.range]);
}

/** The authority named entries; answers the ranges whose end that confirms. */
export function settleDoubts(step: ClientStep, entries: readonly MapEntry[]): readonly number[] {
  const { doubted, gone, input } = step.state;
  if (doubted.size === 0) return [];
  const ranges: number[] = [];
  for (const { range, version } of entries) {
    if (doubted.get(range) === version && !gone.has(range)) {
      gone.set(range, version);
      ranges.push(range);
      step.out.mark('range.gone', { volume: input.volume, range, version });
    }
    doubted.delete(range);
  }
  return ranges;
}

/** Whether a request is for blocks of which no copy is left. */
export function isGone(step: ClientStep, request: PlannedRequest): boolean {
  const { gone, input } = step.state;
  if (gone.size === 0 || request.op === 'flush') return false;
  const last = Math.floor((request.block + request.blockCount - 1) / input.blocksPerRange);
  for (let range = Math.floor(request.block / input.blocksPerRange); range <= last; range++) {
    if (gone.has(range)) return true;
  }
  return false;
}
