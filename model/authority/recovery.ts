// Recovery of the map authority: the state of the last checkpoint, then the records after it.
//
// The only member whose log is damaged (log-tail.ts) says `log.damaged` at each opening and serves
// nobody: what it has promised to clients, hosts and cells may be in what is lost, and the data
// path goes on by the maps that clients hold. What an operator does, in this order:
//   1. has the blocks read again: another path, a rescue copy onto another device, patience. The
//      authority opens the log again every few seconds and goes on by itself.
//   2. keeps the clients up: theirs is the newest copy of the map, and each slot header of a host
//      names volume, range, generation, epoch and members. Nothing here makes a map of these.
//   3. restores the volumes from their last complete snapshots into a cluster with a new authority.
// Of three or five members a damaged one needs nobody: the others fill it again.

import type { VolumeId } from '../map-entry.ts';
import { recordEntryMax } from './log.ts';
import { restoreMap } from './map-checkpoint.ts';
import type { LogRecord } from './map-state.ts';
import { digestMap } from './map-state.ts';
import type { RegisterNews } from './register.ts';
import { type AuthorityStep, forgetRequests, freshMap, registerStep } from './state.ts';

/** Begins to read the log, forgetting everything. */
export function readLog(step: AuthorityStep): void {
  const { state } = step;
  state.map = freshMap(state.input);
  forgetRequests(state);
  state.register.open(registerStep(step));
}

/** The state begins anew: from a checkpoint, or from nothing. */
export function takeRestored(
  step: AuthorityStep,
  restored: Extract<RegisterNews, { readonly type: 'restored' }>,
): void {
  const { state } = step;
  state.map = freshMap(state.input);
  state.restoredCount = restored.recordCount;
  if (restored.pieces === null) return;
  restoreMap(state.map, restored.pieces);
  markState(step);
}

/** Of several members each says what state it has come to without answering anybody. */
export function markState({ state, out }: AuthorityStep): void {
  if (state.input.members === null) return;
  const logIndex = state.map.recordCount - 1;
  out.mark('member.state', { logIndex, digest: digestMap(state.map) });
}

/** What was there is applied; where first entries of volumes are missing, they are logged. */
export function finishRecovery(
  step: AuthorityStep,
  { tornTail, term }: Extract<RegisterNews, { readonly type: 'leading' }>,
): void {
  if (term === null) markRecovered(step, tornTail);
  else beginToLead(step, term);
  // Whoever logged them may have died before it said so.
  for (const { id, mapVersion, session } of step.state.map.volumes.values()) {
    const made = step.state.input.volumes.find((volume) => volume.id === id);
    if (mapVersion === 0 && session === (made?.baseSession ?? 0)) markCreated(step, id);
  }
  if (!hasAllVolumes(step)) queueFirstEntries(step);
}

/** Says what a volume is made of, before anybody can have held it. */
export function markCreated(step: AuthorityStep, volume: VolumeId): void {
  const created = step.state.input.volumes.find(({ id }) => id === volume);
  if (created === undefined) return;
  const { id: _, ...kept } = created;
  step.out.mark('volume.created', { volume, mapVersion: 0, ...kept });
}

function beginToLead(step: AuthorityStep, term: number): void {
  const { state, out } = step;
  if (state.input.mutants.has('request-dedup-lost-on-failover')) {
    for (const volume of state.map.volumes.values()) volume.requests.clear();
  }
  const logIndex = state.map.recordCount - 1;
  out.mark('leader.began', { term, logIndex, digest: digestMap(state.map) });
}

function markRecovered(step: AuthorityStep, tornTail: boolean): void {
  const { state, out } = step;
  const { recordCount } = state.map;
  if (tornTail) out.mark('torn-tail.dropped', { logIndex: recordCount });
  out.mark('log.recovered', {
    logIndex: recordCount - 1,
    recordCount: recordCount - state.restoredCount,
    checkpointCount: state.restoredCount,
    digest: digestMap(state.map),
  });
}

/**
 * Whether every volume has all its first entries. A new authority does not, and neither does one
 * whose leader died while it logged them.
 */
export function hasAllVolumes({ state }: AuthorityStep): boolean {
  return state.input.volumes.every(
    ({ id, entries }) => state.map.volumes.get(id)?.entries.length === entries.length,
  );
}

function queueFirstEntries(step: AuthorityStep): void {
  const records: LogRecord[] = [];
  const { map, input } = step.state;
  for (const { id, entries, blocksPerRange: _, cells: __, ...kept } of input.volumes) {
    const known = map.volumes.get(id);
    if (known === undefined) records.push({ kind: 'volume.created', volume: id, ...kept });
    for (let at = known?.entries.length ?? 0; at < entries.length; at += recordEntryMax) {
      const portion = entries.slice(at, at + recordEntryMax);
      records.push({ kind: 'entries.created', volume: id, entries: portion });
    }
  }
  for (const record of records) {
    step.state.queue.push({ from: null, message: null, record, logIndex: null });
  }
}
