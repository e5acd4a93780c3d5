// Places of volumes: who owns each, its recorded move, its published snapshots. Whoever asks is
// answered from committed records only; a change is answered when it is one of them.
//
//   route.read     --> route
//   volume.change  --log--> volume.changed, applied or not
//   cell-lease.ask --> cell-lease.granted
//
// The lease of a cell is what makes a takeover by force safe: a source that does not answer is
// overruled only once its last lease has run out by the clock of the authority, which counts from
// its own recovery for leases that it cannot know of (Gray and Cheriton, "Leases", SOSP 1989).
//
// A volume in quarantine has no lease for its cell and no snapshot published until the quarantine
// is lifted. Its data is read and written as before: which copies are right the map says, whose
// compare-and-set asks no cell.
import type { ActorId } from '../../sim/index.ts';
import type { VolumeId } from '../map-entry.ts';
import type {
  AskCellLease,
  CellLeaseGranted,
  ChangeVolume,
  ReadRoute,
  Route,
  VolumeChanged,
} from '../messages/lineage.ts';
import { entryBytes } from '../messages/sizes.ts';
import { marginOf } from './leases.ts';
import type { LogRecord, Outcome } from './map-state.ts';
import { isOverloaded } from './requests.ts';
import type { AuthorityStep } from './state.ts';

/** Somebody asks where a volume is. */
export function answerRoute(
  step: AuthorityStep,
  { volume, reqId }: ReadRoute,
  from: ActorId,
): void {
  const route: Route = { type: 'route', volume, reqId, known: knownOf(step, volume) };
  step.out.send(from, route, sizeOf(route));
}

/** Somebody asks for a change of a volume's record. */
export function takeVolumeChange(step: AuthorityStep, message: ChangeVolume, from: ActorId): void {
  const { volume, change } = message;
  if (step.state.map.volumes.get(volume) === undefined || mayNotForce(step, message)) {
    answerChanged(step, message, from, false);
    return;
  }
  if (isOverloaded(step)) return;
  const record = { kind: 'volume.changed', volume, change } as const;
  step.state.queue.push({ from, message, record, logIndex: null });
}

/** The change is durable, and fitted or not. */
export function answerChanged(
  step: AuthorityStep,
  { volume, reqId }: ChangeVolume,
  from: ActorId,
  applied: boolean,
): void {
  const known = knownOf(step, volume);
  const changed: VolumeChanged = { type: 'volume.changed', volume, reqId, applied, known };
  step.out.send(from, changed, sizeOf(changed));
}

/** A host asks for the right of its cell to take snapshots for a while. */
export function answerCellLease(step: AuthorityStep, message: AskCellLease, from: ActorId): void {
  const { state, self, out } = step;
  const { volume, cell, sentNs } = message;
  const record = state.map.volumes.get(volume)?.place?.record;
  const isOwner = record?.owner === cell && record.quarantine === null;
  const isGranted = isOwner && !isForcePending(step, volume);
  const leaseNs = isGranted ? state.input.cellLeaseNs : 0;
  if (isGranted) state.cellLeases.set(volume, self.nowNs());
  const givenUp = record?.tombstones ?? [];
  const lease = { volume, cell, sentNs, leaseNs, givenUp };
  const granted: CellLeaseGranted = { type: 'cell-lease.granted', ...lease };
  out.send(from, granted);
}

// A forced commit is decided by the clock before it is logged: from then on until it is in the map
// no lease may begin.
function mayNotForce(step: AuthorityStep, { volume, change }: ChangeVolume): boolean {
  const { state, self } = step;
  if (change.kind !== 'commit' || !change.isForced) return false;
  if (state.input.mutants.has('take-over-without-lease')) return false;
  const { cellLeaseNs } = state.input;
  const sinceNs = state.cellLeases.get(volume) ?? state.recoveredNs;
  return self.nowNs() < sinceNs + cellLeaseNs + marginOf(cellLeaseNs);
}

function isForcePending({ state }: AuthorityStep, volume: VolumeId): boolean {
  const isForced = ({ record }: { readonly record: LogRecord | null }) =>
    record?.kind === 'volume.changed' &&
    record.volume === volume &&
    record.change.kind === 'commit' &&
    record.change.isForced;
  return state.queue.some(isForced) || state.batches.some(({ items }) => items.some(isForced));
}

/** Leaves behind what a record has made of a volume's place; a replay says the same again. */
export function markPlace(
  step: AuthorityStep,
  record: LogRecord,
  outcome: Outcome,
  logIndex: number,
): void {
  const isNew = record.kind === 'volume.created';
  const isChanged = record.kind === 'volume.changed' && outcome.kind === 'changed';
  if (!isNew && !(isChanged && outcome.applied)) return;
  const { volume } = record;
  const place = step.state.map.volumes.get(volume)?.place ?? null;
  if (place === null) return;
  const change = isChanged ? record.change : null;
  step.out.mark('lineage.recorded', { volume, logIndex, change, ...place });
}

function knownOf({ state }: AuthorityStep, volume: VolumeId): Route['known'] {
  return state.map.volumes.get(volume)?.place ?? null;
}

function sizeOf({ known }: Pick<Route, 'known'>): number {
  return entryBytes(known === null ? 0 : 1 + known.record.chain.length);
}
