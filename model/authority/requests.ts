// What the map authority does with a request when it arrives: answer at once, or queue it for the
// log.
import type { ActorId } from '../../sim/index.ts';
import { slotKey } from '../map-entry.ts';
import type { Join } from '../messages/devices.ts';
import type { ChangeNotification, ReceiptStatus } from '../messages/notifications.ts';
import type { Verify } from '../messages/tenancy.ts';
import { answerJoin, answerNotification, sendReceipt } from './answers.ts';
import { decidedBefore, openReqIdOf, payloadDigest } from './data-map.ts';
import type { VolumeMap } from './map-state.ts';
import { type AuthorityStep, pendingKey } from './state.ts';

/** Records that wait for the log at the most; who asks for more is told `overloaded`. */
const recordQueueMax = 4_096;

/** A change notification: always leads to a receipt. */
export function takeNotification(
  step: AuthorityStep,
  request: ChangeNotification,
  from: ActorId,
): void {
  const { state } = step;
  noteArrival(step, request);
  const before = decidedBefore(state.map, request);
  if (before !== null) {
    const { status } = before;
    sendReceipt(step, { request, from, status, logIndex: null });
    if (status === 'duplicate') answerNotification(step, request, from, before.outcome);
    return;
  }
  const refusal = refusalOf(step, request);
  if (refusal !== null) {
    sendReceipt(step, { request, from, status: refusal, logIndex: null });
    return;
  }
  if (state.input.receipts === 'received') {
    sendReceipt(step, { request, from, status: 'received', logIndex: null });
  }
  const key = pendingKey(request);
  const repeats = state.pendingKeys.has(key) && state.map.rules.deduplicate;
  state.pendingKeys.add(key);
  state.queue.push({
    from,
    message: request,
    record: repeats ? null : { kind: 'notified', request },
    logIndex: null,
  });
}

function refusalOf(step: AuthorityStep, request: ChangeNotification): ReceiptStatus | null {
  const { state } = step;
  const volume = state.map.volumes.get(request.volume);
  if (volume === undefined) return 'unknown-volume';
  if (volume.session !== request.session) return 'stale-session';
  return isOverloaded(step) || isTooFarAhead(step, volume, request) ? 'overloaded' : null;
}

// What came of each request is remembered until its client has all answers up to it. One that goes
// without an answer makes those after it be remembered, too, and a checkpoint has room for so many.
function isTooFarAhead(
  step: AuthorityStep,
  volume: VolumeMap,
  { client, reqId, openReqId = 0 }: ChangeNotification,
): boolean {
  return reqId >= Math.max(openReqIdOf(volume, client), openReqId) + requestWindowOf(step);
}

/** How far above the first request without an answer a client may go. */
export function requestWindowOf({ state }: AuthorityStep): number {
  const { mutants, requestWindow } = state.input;
  return mutants.has('requests-without-window') ? Number.MAX_SAFE_INTEGER : requestWindow;
}

/** Whether one more request would be too many for the queue or the log. */
export function isOverloaded(step: AuthorityStep): boolean {
  const { queue, register } = step.state;
  // The last blocks are left free, so that one more batch always fits.
  return queue.length >= recordQueueMax || queue.length + register.proposalMax > register.roomCount;
}

/** Leaves behind that a notification came, whatever becomes of it. */
export function noteArrival({ out }: AuthorityStep, request: ChangeNotification): void {
  const { volume, client, session, reqId } = request;
  const changes = request.changes?.map(({ range }) => range) ?? [];
  const payload = payloadDigest(request);
  out.mark('notification.received', { volume, client, session, reqId, payload, changes });
}

/** A host asks what is known of its device, or has formatted one. */
export function takeJoin(step: AuthorityStep, message: Join, from: ActorId): void {
  const { state } = step;
  const { identity } = message;
  const known = state.map.joined.get(from) ?? null;
  if (identity === null || identity === known) answerJoin(step, from, known);
  else if (!isOverloaded(step)) {
    const record = { kind: 'device.joined', host: from, identity } as const;
    state.queue.push({ from, message: null, record, logIndex: null });
  }
}

/** A host asks which of its slots the map still names; the others are given up for good. */
export function takeVerify(step: AuthorityStep, message: Verify, from: ActorId): void {
  const { state } = step;
  for (const { slot, gen, volume, range } of message.slots) {
    if (state.map.bound.get(slotKey({ host: from, slot })) === gen) continue;
    if (isOverloaded(step)) return;
    const record = { kind: 'slot.released', host: from, slot, gen, volume, range } as const;
    state.queue.push({ from, message: null, record, logIndex: null });
  }
}
