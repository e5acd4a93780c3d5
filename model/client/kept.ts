// What a client of a volume that is durable on flush keeps of its own writes: they may be lost with
// the caches of hosts, and only who has them still can write them again.
//
//   write --ack: A in boot 1, B in boot 1--> kept --flush: A 1, B 1--> durable, forgotten
//                                             |'---flush: A 1, B 2--> B was down: written again,
//                                             |                       through all caches
//                                             '--read--> never older than what is kept
//
// The numbers are those of RFC 8881, section 18.3 (COMMIT): where one has changed since the write
// was acknowledged, its host does not know any more what it had. As long as the session lasts its
// program sees one disk, whatever power was lost: what it has written, or read of what was being
// written, is what it reads. With the client what it keeps is gone, as the page cache is with a
// machine: then what no flush was answered for is old or new.
import { replicaOn } from '../map-entry.ts';
import type { HostVerifier } from '../messages/blocks.ts';
import { quorumOf } from '../replication.ts';
import type { ClientStep, KeptBlock, Piece } from './state.ts';

/** More blocks are not kept: further writes go through all caches (assumed: 16 MiB). */
const keptMax = 4_096;

/** Hosts that did their part of an operation, in a version of the entry. */
export interface Doers {
  readonly version: number;
  readonly verifiers: readonly HostVerifier[];
}

/** Whether a client has to keep what it writes. */
export function isKeeping({ state }: ClientStep): boolean {
  return state.input.durability === 'on-flush';
}

/** Whether there is no room for more: a write has to be durable when it is acknowledged. */
export function isFull({ state }: ClientStep): boolean {
  return state.kept.size >= keptMax;
}

/** Whether so much is kept that it is time for a flush that nobody asked for. */
export function isFilling({ state }: ClientStep): boolean {
  return state.kept.size >= keptMax / 2;
}

/** A write has begun: a read may show it before it is acknowledged. */
export function noteBegun(step: ClientStep, block: number, stamps: readonly number[]): void {
  if (!isKeeping(step)) return;
  for (const [i, stamp] of stamps.entries()) step.state.openStamps.set(block + i, stamp);
}

/** A write is acknowledged, durable (`doers` null) or not. */
export function noteAcknowledged(step: ClientStep, piece: Piece, doers: Doers | null): void {
  const { state } = step;
  if (!isKeeping(step) || piece.stamps === null) return;
  const first = firstBlock(step, piece);
  for (const [i, stamp] of piece.stamps.entries()) {
    const block = first + i;
    if ((state.openStamps.get(block) ?? Number.POSITIVE_INFINITY) <= stamp)
      state.openStamps.delete(block);
    const kept = state.kept.get(block)?.stamp ?? 0;
    if (kept > stamp) continue;
    if (doers === null) state.kept.delete(block);
    else state.kept.set(block, { stamp, held: doers });
  }
}

/** What a read returns: nothing older than what is kept. What it shows of open writes is kept. */
export function asKept(
  step: ClientStep,
  piece: Piece,
  found: readonly number[],
): readonly number[] {
  const { kept, openStamps } = step.state;
  if (!isKeeping(step) || (kept.size === 0 && openStamps.size === 0)) return found;
  const first = firstBlock(step, piece);
  return found.map((stamp, i) => {
    const own = kept.get(first + i)?.stamp ?? 0;
    if (stamp <= own) return own;
    if (openStamps.has(first + i)) kept.set(first + i, { stamp, held: null });
    return stamp;
  });
}

/** What is kept of each range, as it is now. */
export function keptByRange({ state }: ClientStep): ReadonlyMap<number, Map<number, KeptBlock>> {
  const ranges = new Map<number, Map<number, KeptBlock>>();
  for (const [block, kept] of state.kept) {
    const range = Math.floor(block / state.input.blocksPerRange);
    const blocks = ranges.get(range) ?? new Map<number, KeptBlock>();
    ranges.set(range, blocks.set(block, kept));
  }
  return ranges;
}

/**
 * Hosts have flushed what they hold: forgets what is durable by that, and answers the blocks that
 * have to be written again, ascending.
 */
export function settleKept(
  step: ClientStep,
  range: number,
  flushed: { readonly blocks: ReadonlyMap<number, KeptBlock>; readonly doers: Doers },
): readonly number[] {
  const { kept } = step.state;
  const again: number[] = [];
  for (const [block, before] of flushed.blocks) {
    if (!kept.has(block)) continue;
    if (!isSafe(step, range, before, flushed.doers)) again.push(block);
    // What came on top of it meanwhile is not flushed.
    else if (kept.get(block) === before || kept.get(block)?.stamp === before.stamp) {
      kept.delete(block);
    }
  }
  return again.sort((a, b) => a - b);
}

// Whether all that count, or a quorum of them, had it in their caches and have not been down since.
function isSafe(
  { state }: ClientStep,
  range: number,
  { held }: KeptBlock,
  flushed: Doers,
): boolean {
  if (held === null) return false;
  // The variant that takes any answer for the end of the matter.
  if (state.input.mutants.has('verifier-ignored')) return true;
  const entry = state.cache.get(range);
  if (entry?.version !== flushed.version || held.version !== flushed.version) return false;
  let count = 0;
  for (const { host, verifier } of flushed.verifiers) {
    const before = held.verifiers.find((one) => one.host === host);
    if (before?.verifier === verifier && replicaOn(entry, host) !== undefined) count += 1;
  }
  return count >= quorumOf(state, entry.replicas.length);
}

/** No copy of some ranges is left: there is nothing to be written again. */
export function forgetKept({ state }: ClientStep, ranges: readonly number[]): void {
  for (const block of state.kept.keys()) {
    if (ranges.includes(Math.floor(block / state.input.blocksPerRange))) state.kept.delete(block);
  }
}

function firstBlock({ state }: ClientStep, piece: Piece): number {
  return piece.range * state.input.blocksPerRange + piece.block;
}
