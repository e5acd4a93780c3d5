// What the map authority says to those who asked.
import type { ActorId } from '../../sim/index.ts';
import type { MapEntry } from '../map-entry.ts';
import type { Joined } from '../messages/devices.ts';
import type {
  ChangeNotification,
  MapPortion,
  MapUpdated,
  Receipt,
  ReceiptStatus,
} from '../messages/notifications.ts';
import { entryBytes } from '../messages/sizes.ts';
import type { Survey, Surveyed } from '../messages/surveys.ts';
import type { GoneSlot, VerifyAnswer } from '../messages/tenancy.ts';
import { noteChange } from './changes.ts';
import { payloadDigest } from './data-map.ts';
import type { LogRecord, NotifiedOutcome, VolumeMap } from './map-state.ts';
import type { AuthorityStep } from './state.ts';

/** The most pages of one portion; the client asks for the rest by another notification. */
const portionPageMax = 64;

/** Affirms a notification; each one gets at least one receipt. */
export function sendReceipt(
  step: AuthorityStep,
  what: {
    readonly request: ChangeNotification;
    readonly from: ActorId;
    readonly status: ReceiptStatus;
    readonly logIndex: number | null;
  },
): void {
  const { state, out } = step;
  const { volume, client, session, reqId } = what.request;
  const { status, logIndex } = what;
  if (status === 'duplicate' && state.input.mutants.has('receipt-lost-for-duplicates')) return;
  const mapVersion = state.map.volumes.get(volume)?.mapVersion ?? 0;
  const receipt: Receipt = {
    type: 'receipt',
    volume,
    session,
    reqId,
    status,
    logIndex,
    mapVersion,
  };
  out.send(what.from, receipt);
  const { durableIndex } = state.register;
  out.mark('receipt.sent', {
    volume,
    client,
    session,
    reqId,
    payload: payloadDigest(what.request),
    status,
    logIndex,
    durableIndex,
  });
}

/** Says which changes were made, and gives the portion that was asked for. */
export function answerNotification(
  step: AuthorityStep,
  request: ChangeNotification,
  from: ActorId,
  outcome: NotifiedOutcome,
): void {
  const isForgotten = outcome.repeated && step.state.input.mutants.has('duplicate-decided-anew');
  const told = isForgotten ? { ...outcome, applied: [] } : outcome;
  if (!outcome.repeated) markOutcome(step, request, outcome);
  if ((request.changes?.length ?? 0) > 0) sendUpdated(step, request, from, told);
  if ((request.need?.length ?? 0) > 0) sendPortion(step, request, from);
}

function markOutcome(
  step: AuthorityStep,
  request: ChangeNotification,
  outcome: NotifiedOutcome,
): void {
  const { volume, client, session, reqId } = request;
  for (const { entry, previous, mapVersion } of outcome.applied) {
    noteChange(step, volume, { range: entry.range, version: entry.version, mapVersion });
    const change = request.changes?.find((c) => c.range === entry.range);
    step.out.mark('map.applied', {
      volume,
      range: entry.range,
      version: entry.version,
      mapVersion,
      expectVersion: change?.expectVersion ?? 0,
      replicas: entry.replicas,
      previous: previous.replicas,
      previousVersion: previous.version,
      client,
      session,
      reqId,
    });
  }
  for (const { range, reason } of outcome.refused) {
    step.out.mark('map.refused', { volume, range, reason, client, session, reqId });
  }
}

function sendUpdated(
  step: AuthorityStep,
  request: ChangeNotification,
  from: ActorId,
  outcome: NotifiedOutcome,
): void {
  const { volume, client, session, reqId } = request;
  const applied: MapEntry[] = outcome.applied.map((change) => change.entry);
  const updated: MapUpdated = {
    type: 'map.updated',
    volume,
    session,
    reqId,
    mapVersion: step.state.map.volumes.get(volume)?.mapVersion ?? 0,
    applied,
    refused: outcome.refused,
  };
  step.out.send(from, updated, entryBytes(applied.length + outcome.refused.length));
  step.out.mark('map.updated.sent', {
    volume,
    client,
    session,
    reqId,
    applied: applied.map(({ range, version }) => ({ range, version })),
    refused: outcome.refused.map(({ range }) => range),
  });
}

// All pages leave in one step: no change comes between them, so they are of one version. A page may
// be lost; then the whole portion is asked for again, and is of another version maybe.
function sendPortion(step: AuthorityStep, request: ChangeNotification, from: ActorId): void {
  const { volume: volumeId, client, session, reqId, need = [] } = request;
  const { input, map } = step.state;
  const volume = map.volumes.get(volumeId);
  if (volume === undefined || volume.session !== session) return;
  const wanted = need.slice(0, portionPageMax * input.portionEntryMax);
  const told = input.mutants.has('moves-known-to-clients-only')
    ? (input.volumes.find(({ id }) => id === volumeId)?.entries ?? [])
    : volume.entries;
  const found = wanted.flatMap((range) => told[range] ?? []);
  const entries = [...found, ...neighboursOf(volume, wanted, input.prefetchCount)];
  const pageCount = Math.max(1, Math.ceil(entries.length / input.portionEntryMax));
  const isMisnumbered = input.mutants.has('portion-under-older-number');
  const mapVersion = volume.mapVersion - (isMisnumbered ? 1 : 0);
  for (let pageIndex = 0; pageIndex < pageCount; pageIndex++) {
    const at = pageIndex * input.portionEntryMax;
    const page = entries.slice(at, at + input.portionEntryMax);
    const portion: MapPortion = {
      type: 'map.portion',
      volume: volumeId,
      session,
      reqId,
      mapVersion,
      pageIndex,
      pageCount,
      entries: page,
      complete: found.length === need.length,
    };
    step.out.send(from, portion, entryBytes(page.length));
    step.out.mark('map.portion.sent', {
      volume: volumeId,
      client,
      session,
      reqId,
      mapVersion,
      pageIndex,
      pageCount,
      entries: page.map(({ range, version }) => ({ range, version })),
    });
  }
}

// A client that lacks a range is likely to go on to the next ones.
function neighboursOf(volume: VolumeMap, need: readonly number[], count: number): MapEntry[] {
  const neighbours = new Map<number, MapEntry>();
  const asked = new Set(need);
  for (const range of need) {
    for (let next = range + 1; next <= range + count; next++) {
      const entry = volume.entries[next];
      if (neighbours.size === count || entry === undefined) break;
      if (!asked.has(next)) neighbours.set(next, entry);
    }
  }
  return [...neighbours.values()];
}

/** Shows a page of the map to somebody who holds no volume. */
export function answerSurvey(
  step: AuthorityStep,
  { volume: id, firstRange }: Survey,
  from: ActorId,
) {
  const volume = step.state.map.volumes.get(id);
  if (volume === undefined) return;
  const { session, mapVersion, replicaCount } = volume;
  const { portionEntryMax } = step.state.input;
  const entries = volume.entries.slice(firstRange, firstRange + portionEntryMax);
  const answer: Surveyed = {
    type: 'surveyed',
    volume: id,
    firstRange,
    session,
    mapVersion,
    rangeCount: volume.entries.length,
    replicaCount,
    entries,
  };
  step.out.send(from, answer, entryBytes(entries.length));
}

/** Tells a host which of its devices is known. */
export function answerJoin(step: AuthorityStep, from: ActorId, identity: number | null): void {
  const answer: Joined = { type: 'joined', identity };
  step.out.send(from, answer);
}

/** Tells a host that the tenancy of a slot is over. */
export function answerVerify(
  step: AuthorityStep,
  from: ActorId,
  released: Extract<LogRecord, { kind: 'slot.released' }>,
): void {
  const { slot, gen, volume, range } = released;
  const movedTo = step.state.map.volumes.get(volume ?? '')?.entries[range ?? -1];
  const gone: GoneSlot =
    volume === undefined || movedTo === undefined ? { slot, gen } : { slot, gen, volume, movedTo };
  const answer: VerifyAnswer = { type: 'verify.answer', gone: [gone] };
  step.out.send(from, answer);
}
