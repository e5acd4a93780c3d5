// Reads of a completed snapshot. What an object holds is compared with what its page says: it is
// handed out as a whole or not at all.
import type { IoCompletion } from '../../sim/index.ts';
import type { ArchiveContents, ReadArchive } from '../messages/archive.ts';
import { dataBytes } from '../messages/sizes.ts';
import { readObjects, startJob } from './jobs.ts';
import type { Job, StoreStep } from './state.ts';

type ReadJob = Job & { readonly kind: 'read' };

/** Reads some blocks of a snapshot. */
export function takeRead(step: StoreStep, request: ReadArchive, from: string): void {
  const one = step.state.archived.get(request.snapshot);
  const { range, block, blockCount } = request;
  if (one?.manifest.state !== 'completed' || one.isDamaged) {
    answer(step, request, from, null);
    return;
  }
  const entries = Array.from({ length: blockCount }, (_, i) =>
    one.ranges.get(range)?.entries.get(block + i),
  );
  const expected = entries.map((entry) => entry?.stamp ?? 0);
  const job: ReadJob = {
    kind: 'read',
    request,
    from,
    expected,
    stamps: new Array<number>(blockCount).fill(0),
    leftCount: 0,
    failed: false,
  };
  const id = startJob(step, job);
  const objects = entries.map((entry) => entry?.object ?? -1);
  readObjects(step, id, objects);
  if (job.leftCount > 0) return;
  step.state.jobs.delete(id);
  onRead(step, job);
}

/** Some objects of a read are there. */
export function onReadPart(job: ReadJob, done: IoCompletion, offset: number): void {
  const stamps = job.stamps.slice();
  for (let i = 0; i < done.blockCount; i++) {
    stamps[offset + i] = done.payloads?.[i] === undefined ? (done.stamps?.[i] ?? 0) : -1;
  }
  job.stamps = stamps;
}

/** All objects of a read are there, or could not be read. */
export function onRead(step: StoreStep, job: ReadJob): void {
  const { request, from, stamps } = job;
  const isWhole = isAsWritten(step, job);
  const { snapshot, range, block } = request;
  if (isWhole) {
    step.out.mark('archive.served', { snapshot, range, block, stamps });
  } else {
    noteDamage(step, job);
    const { blockCount } = request;
    step.out.mark('archive.damaged', { snapshot, range, block, blockCount });
  }
  answer(step, request, from, isWhole ? stamps : null);
}

function isAsWritten({ state }: StoreStep, { expected, stamps, failed }: ReadJob): boolean {
  // The variant that trusts its device.
  if (state.input.mutants.has('archive-unchecked')) return !failed;
  return !failed && stamps.every((stamp, i) => stamp === expected[i]);
}

function noteDamage({ state }: StoreStep, { request, expected, stamps }: ReadJob): void {
  const entries = state.archived.get(request.snapshot)?.ranges.get(request.range)?.entries;
  for (const [i, stamp] of stamps.entries()) {
    const entry = entries?.get(request.block + i);
    if (entry !== undefined && stamp !== expected[i]) state.damaged.add(entry.object);
  }
}

function answer(
  { state, self, out }: StoreStep,
  { snapshot, reqId }: ReadArchive,
  from: string,
  stamps: readonly number[] | null,
): void {
  // What it reads for itself it has noted.
  if (from === self.id) return;
  const isLoaded = state.archived.get(snapshot)?.manifest.root?.isLoaded ?? false;
  const contents: ArchiveContents = {
    type: 'archive.contents',
    snapshot,
    reqId,
    stamps,
    isLoaded,
  };
  out.send(from, contents, dataBytes(stamps?.length ?? 0));
}
