// Recovery of the map authority: read the log, drop a torn tail, make sure of what was read,
// replay.
import type { IoCompletion } from '../../sim/index.ts';
import { applyRecord, digestMap, type LogRecord } from './data-map.ts';
import { emptyScan, isScanned, lookAheadCount, recordEntryMax, scanBlocks } from './log.ts';
import { type AuthorityStep, freshMap } from './state.ts';

/** How many blocks one read of the log takes. */
const readBlockCount = 64;

/** Begins to read the log from its first block, forgetting everything. */
export function readLog(step: AuthorityStep): void {
  const { state } = step;
  state.round += 1;
  state.map = freshMap(state.input);
  state.scan = emptyScan();
  state.queue = [];
  state.pendingKeys.clear();
  state.inFlight = null;
  state.attaching.clear();
  state.granted.clear();
  submitRead(step, 0);
}

/**
 * Takes blocks of the log. `end`: it was found, and what was read is being flushed. `damaged`: what
 * was promised is not there; maybe it is when it is read again.
 */
export function onLogRead(step: AuthorityStep, done: IoCompletion): 'more' | 'end' | 'damaged' {
  const { state, out } = step;
  const { scan, input } = state;
  // Without any payload in what was read there is no list of them.
  const payloads = done.payloads ?? new Array<undefined>(done.blockCount).fill(undefined);
  scanBlocks(scan, payloads, input.mutants.has('torn-batch-applied'));
  const nextBlock = done.block + done.blockCount;
  if (scan.damaged) {
    out.mark('log.damaged', { block: scan.blockCount });
    return 'damaged';
  }
  if (!isScanned(scan) && nextBlock < input.logBlockCount) {
    submitRead(step, nextBlock);
    return 'more';
  }
  // What was read may be in a volatile cache only: nobody is told of it before it is durable.
  out.submitIo(input.device, {
    op: 'flush',
    block: 0,
    blockCount: 0,
    tag: { step: 'recovery-flush', round: state.round },
  });
  return 'end';
}

/** Replays the records that were read; an empty log gets the first entries of all volumes. */
export function onRecoveryFlushed(step: AuthorityStep): void {
  const { state, out } = step;
  const { scan } = state;
  for (const record of scan.records) applyRecord(state.map, record);
  state.nextBlock = scan.blockCount;
  state.nextBatch = scan.batchCount;
  state.nextLogIndex = scan.records.length;
  state.checksum = scan.checksum;
  state.durableIndex = scan.records.length - 1;
  if (scan.torn) out.mark('torn-tail.dropped', { logIndex: state.nextLogIndex });
  out.mark('log.recovered', {
    logIndex: state.durableIndex,
    recordCount: scan.records.length,
    digest: digestMap(state.map),
  });
  if (scan.records.length === 0) queueFirstEntries(step);
  state.scan = emptyScan();
}

function queueFirstEntries(step: AuthorityStep): void {
  const records: LogRecord[] = [];
  for (const { id, replicaCount, entries } of step.state.input.volumes) {
    records.push({ kind: 'volume.created', volume: id, replicaCount });
    for (let at = 0; at < entries.length; at += recordEntryMax) {
      const portion = entries.slice(at, at + recordEntryMax);
      records.push({ kind: 'entries.created', volume: id, entries: portion });
    }
  }
  for (const record of records) {
    step.state.queue.push({ from: null, message: null, record, logIndex: null });
  }
}

function submitRead(step: AuthorityStep, block: number): void {
  const { input, round, scan } = step.state;
  step.out.submitIo(input.device, {
    op: 'read',
    block,
    blockCount: Math.min(scan.ended ? lookAheadCount : readBlockCount, input.logBlockCount - block),
    tag: { step: 'read', round },
  });
}
