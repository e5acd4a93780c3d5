// What a client looks after from time to time: ranges with too few copies, and at the end what it
// wrote.
import { type Ns, nsPerMs } from '../../sim/index.ts';
import { holds, type MapEntry, type Replica } from '../map-entry.ts';
import type { ReMirrorEnded, Suspected } from '../messages/re-mirror.ts';
import type { ReMirrorPlan } from '../re-mirror/machine.ts';
import { type ReMirrorInput, reMirror } from '../re-mirror/re-mirror.ts';
import { leastMemberCount } from '../replication.ts';
import { flushBehind } from './ends.ts';
import { suspectIn, unreachedFrom } from './health.ts';
import { beginOp } from './io.ts';
import type { ClientStep } from './state.ts';
import { beginTracking } from './tracker.ts';
import { chunkBlockCount } from './written.ts';

/** How often ranges are reviewed. */
export const reviewNs = 250 * nsPerMs;
/** At most so many ranges are re-mirrored at once. */
const reMirrorMax = 4;
/**
 * How long after an attempt the next one waits at least, in first waits of a back-off; as much
 * again is drawn on top. Each attempt that comes to nothing doubles it.
 */
const restFactor = 10;
const restDoublingsMax = 2;
/** Reads of the verification pass under way at once. */
const verifyMax = 4;
/** A client that was restarted reads volumes up to this many chunks back as a whole. */
const verifyChunkMax = 1_024;

/** Starts to restore copies where some are missing; answers how many ranges have too few. */
export function reviewCopies(step: ClientStep, nowNs: Ns): number {
  const { state } = step;
  state.reviewedNs = nowNs;
  let degradedCount = 0;
  let runningCount = 0;
  for (const turn of state.reMirrors.values()) if (turn.running) runningCount += 1;
  for (const entry of state.cache.values()) {
    const isShort = entry.replicas.length < state.replicaCount;
    if (isShort) degradedCount += 1;
    const suspect = suspectOf(step, entry, nowNs);
    const turn = state.reMirrors.get(entry.range);
    if (turn?.running === true && suspect !== null) tellSuspect(step, entry.range, suspect);
    if ((suspect === null && !isShort) || runningCount >= reMirrorMax) continue;
    if (turn !== undefined && (turn.running || nowNs < turn.againNs)) continue;
    startReMirror(step, entry, suspect);
    runningCount += 1;
  }
  if (degradedCount !== state.degradedCount) {
    state.degradedCount = degradedCount;
    step.out.gauge('entries.degraded', degradedCount);
  }
  return degradedCount;
}

// The last copies that a quorum may have been of are never given up: there would be nobody to fill
// another from.
function suspectOf(step: ClientStep, entry: MapEntry, nowNs: Ns): Replica | null {
  const lost = step.state.lost.get(entry.range);
  const canShrink = entry.replicas.length > leastMemberCount(step.state);
  if (lost !== undefined && (canShrink || !holds(entry, lost))) return lost;
  if (!canShrink) return null;
  return suspectIn(step, entry, nowNs);
}

function startReMirror(step: ClientStep, entry: MapEntry, suspect: Replica | null): void {
  const { state, self, out } = step;
  const { volume, cells, cellOf, zoneOf } = state.input;
  const before = state.reMirrors.get(entry.range);
  const failCount = before?.failCount ?? 0;
  const replaces = suspect?.host ?? before?.replaces ?? null;
  if (suspect !== null) beginTracking(step, entry, suspect);
  const avoids = unreachedFrom(step, { entry, suspect }, self.nowNs());
  const dropped = state.trackers.get(entry.range)?.dropped ?? null;
  const input: ReMirrorInput = {
    plan: {
      entry,
      suspect,
      replicaCount: state.replicaCount,
      move: null,
      backOff: backOffOf(step, failCount),
    },
    parent: self.id,
    volume,
    session: state.session,
    cells,
    cellOf,
    zoneOf,
    dropped: dropped !== null && avoids.includes(dropped.host) ? null : dropped,
    replaces,
    avoids,
  };
  state.reMirrors.set(entry.range, { running: true, againNs: 0, failCount, replaces });
  out.spawn(childName(entry.range), reMirror, input);
}

// A re-mirror under way may wait for a member that fails meanwhile: it decides anew. What it was
// begun for, and is about to drop, it knows.
function tellSuspect({ self, out }: ClientStep, range: number, suspect: Replica): void {
  const suspected: Suspected = { type: 're-mirror.suspected', range, suspect };
  out.send(`${self.id}/${childName(range)}`, suspected);
}

function backOffOf({ state }: ClientStep, failCount: number): ReMirrorPlan['backOff'] {
  const { backOffFirstNs, backOffMaxNs } = state.input.reMirror;
  return {
    firstMs: Math.ceil(backOffFirstNs / nsPerMs),
    maxMs: Math.ceil(backOffMaxNs / nsPerMs),
    failCount,
  };
}

/** A re-mirror is over: its child goes, the range gets a rest. */
export function endReMirror(
  step: ClientStep,
  { range, outcome }: Pick<ReMirrorEnded, 'range' | 'outcome'>,
): void {
  const { state, self, out } = step;
  const turn = state.reMirrors.get(range);
  if (turn?.running !== true) return;
  out.stop(childName(range));
  const lost = state.lost.get(range);
  const entry = state.cache.get(range);
  // Still in the map: the next attempt has to drop it.
  if (lost === undefined || entry === undefined || !holds(entry, lost)) state.lost.delete(range);
  if (outcome === 'done') state.trackers.delete(range);
  const failCount = outcome === 'done' ? 0 : turn.failCount + 1;
  const boundNs = restBoundNs(step, Math.min(turn.failCount, restDoublingsMax));
  const restNs = boundNs + self.choose('re-mirror.rest', boundNs);
  const replaces = outcome === 'done' ? null : turn.replaces;
  const againNs = self.nowNs() + restNs;
  state.reMirrors.set(range, { running: false, againNs, failCount, replaces });
}

function restBoundNs({ state }: ClientStep, doublings: number): Ns {
  return Math.max(1, restFactor * state.input.reMirror.backOffFirstNs) * (1 << doublings);
}

/** The session is over: so is all that was done in its name. */
export function stopReMirrors(step: ClientStep): void {
  for (const [range, turn] of step.state.reMirrors) {
    if (turn.running) step.out.stop(childName(range));
  }
  step.state.reMirrors.clear();
  step.state.trackers.clear();
}

function childName(range: number): string {
  return `re-mirror-${range}`;
}

/** After the workload: reads back what was written, so that a lost write is seen. */
export function pressVerification(step: ClientStep, nowNs: Ns): void {
  const { state, out } = step;
  // The clock may go back; a program that is over stays so.
  if (nowNs < state.input.workloadUntilNs || state.cursor !== null || state.session === 0) return;
  if (state.verify === null) {
    if (state.ops.size > 0) return;
    // What is read back shall be what hosts hold.
    if (state.kept.size > 0) {
      flushBehind(step);
      return;
    }
    state.verify = chunksToVerify(step);
  }
  while (state.ops.size < verifyMax) {
    const chunk = state.verify.pop();
    if (chunk === undefined) break;
    const block = chunk * chunkBlockCount;
    const blockCount = Math.min(chunkBlockCount, state.input.volumeBlockCount - block);
    beginOp(step, { op: 'read', block, blockCount }, chunk);
  }
  if (state.ops.size > 0 || state.verify.length > 0 || state.verifiedBlockCount < 0) return;
  out.mark('verified', { blocks: state.verifiedBlockCount });
  // Said once; there is nothing left to read.
  state.verifiedBlockCount = -1;
}

function chunksToVerify(step: ClientStep): number[] {
  const { state, self } = step;
  const chunkCount = Math.ceil(state.input.volumeBlockCount / chunkBlockCount);
  const chunks =
    self.incarnation > 0 && chunkCount <= verifyChunkMax
      ? Array.from({ length: chunkCount }, (_, chunk) => chunk)
      : [...state.writtenChunks].sort((a, b) => a - b);
  return chunks.reverse();
}
