// What the lineage store has under way at its device: commands that belong together, and what
// follows when the last of them is done.
import { type Entry, type Manifest, type Page, sealRecord } from './layout.ts';
import type { Archived, Job, StoreStep } from './state.ts';

/** Begins a job that has no command yet. */
export function startJob({ state }: StoreStep, job: Job): number {
  const id = state.nextJobId++;
  state.jobs.set(id, job);
  return id;
}

/** Writes the contents of objects, consecutive ones together. */
export function writeObjects(step: StoreStep, id: number, entries: readonly Entry[]): void {
  const { input } = step.state;
  for (const { start, part } of runsOf(entries.map(({ object }) => object))) {
    const stamps = entries.slice(start, start + part.length).map(({ stamp }) => stamp);
    const block = input.recordCount + part[0]!;
    submit(step, id, { op: 'write', block, blockCount: part.length, stamps, fua: true }, start);
  }
}

/** Reads objects, consecutive ones together; -1 for none. */
export function readObjects(step: StoreStep, id: number, objects: readonly number[]): void {
  for (const { start, part } of runsOf(objects)) {
    if (part[0]! < 0) continue;
    const block = step.state.input.recordCount + part[0]!;
    submit(step, id, { op: 'read', block, blockCount: part.length }, start);
  }
}

function runsOf(values: readonly number[]) {
  const runs: { readonly start: number; readonly part: number[] }[] = [];
  for (const [i, value] of values.entries()) {
    const last = runs.at(-1)?.part;
    if (value > 0 && last?.at(-1) === value - 1) last.push(value);
    else runs.push({ start: i, part: [value] });
  }
  return runs;
}

/** Writes a record to its place. */
export function writeRecord(
  step: StoreStep,
  id: number,
  place: number,
  record: Manifest | Page,
): void {
  const payloads = [sealRecord(record)];
  submit(step, id, { op: 'write', block: place, blockCount: 1, payloads, fua: true }, 0);
}

/** Writes a manifest to a free place; where there is none, or on an error, the old one counts. */
export function writeManifest(
  step: StoreStep,
  from: string,
  archived: Omit<Archived, 'place'>,
  ends: 'registration' | 'upload',
): void {
  const place = step.state.freeRecords.pop();
  const one = { ...archived, place: place ?? -1 };
  const job = { kind: 'manifest', from, archived: one, ends } as const;
  const id = startJob(step, { ...job, leftCount: 0, failed: place === undefined });
  if (place !== undefined) writeRecord(step, id, place, archived.manifest);
  // The place of the one before is overwritten by whatever comes next: its version is lower.
  else submit(step, id, { op: 'flush', block: 0, blockCount: 0 }, 0);
}

/** Makes a record's place say nothing. */
export function eraseRecord(step: StoreStep, id: number, place: number): void {
  submit(step, id, { op: 'write', block: place, blockCount: 1, stamps: [0], fua: true }, 0);
}

function submit(
  { state, out }: StoreStep,
  id: number,
  request: {
    readonly op: 'read' | 'write' | 'flush';
    readonly block: number;
    readonly blockCount: number;
    readonly stamps?: readonly number[];
    readonly payloads?: readonly unknown[];
    readonly fua?: true;
  },
  offset: number,
): void {
  const job = state.jobs.get(id)!;
  job.leftCount += 1;
  const tag = { part: 'job', id, round: state.round, offset };
  out.submitIo(state.input.device, { ...request, tag });
}
