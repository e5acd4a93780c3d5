// What a host answers to block requests, and why it refuses one.

import type { MapEntry, Replica } from '../map-entry.ts';
import type {
  BlockReply,
  BlockStatus,
  HostVerifier,
  ReadRequest,
  StoreRequest,
} from '../messages/blocks.ts';
import { dataBytes } from '../messages/sizes.ts';
import { isTenant, refusalOf } from './extent-store.ts';
import type { BlockTask, HostStep, Slot } from './state.ts';
import { verifiersOf } from './write-back.ts';

/** A read, a write or a confirmation. */
export type BlockRequest = StoreRequest | ReadRequest;

/** An answer before it is a message. */
export interface Answer {
  readonly status: BlockStatus;
  /** The slot here that it is about, or another member. */
  readonly about: Slot | Replica | null;
  readonly stamps: readonly number[] | null;
  /** Of all who did their part; null where nobody asks. */
  readonly verifiers?: readonly HostVerifier[] | null;
}

/** Why a slot does not take a request; null when it does. */
export function refuse(step: HostStep, slot: Slot, request: BlockRequest): BlockStatus | null {
  // Nobody knows what it holds: not even that it is somebody else's.
  if (slot.unread !== null) return 'io-error';
  if (step.state.input.mutants.has('no-host-fencing')) {
    return isTenant(slot.header, request) ? null : 'stale-gen';
  }
  const { mutants } = step.state.input;
  const asked = mutants.has('identity-unchecked') ? asIfOf(slot, request) : request;
  return refusalOf(slot.header, asked) ?? withheld(step, slot, request);
}

// The variant that goes by the number of the slot alone.
function asIfOf({ header }: Slot, request: BlockRequest): BlockRequest {
  const { gen, volume, range, cfgEpoch } = header;
  return volume === null ? request : { ...request, gen, volume, range, cfgEpoch };
}

// What is refused of requests that are in order otherwise.
function withheld({ state }: HostStep, slot: Slot, request: BlockRequest): BlockStatus | null {
  const { header } = slot;
  // What a target has to get passes the head, and nothing passes it by.
  if (request.direct === true && header.joint !== null) return 'via-head';
  const rules = state.input.volumes.get(request.volume);
  if (rules?.degraded !== 'block' || request.type !== 'write' || header.state !== 'live') {
    return null;
  }
  return header.members.length < rules.replicaCount ? 'degraded' : null;
}

/** Ends a task with an answer to whoever asked for it. */
export function finish(step: HostStep, task: BlockTask, what: Answer): void {
  step.state.tasks.delete(task.id);
  const slot = step.state.slots[task.slot]!;
  answer(step, slot, { request: task.request, from: task.from }, what);
}

/** Ends a task with the answer of the next member. */
export function passUp(step: HostStep, task: BlockTask, reply: BlockReply): void {
  step.state.tasks.delete(task.id);
  const answered: BlockReply = { ...reply, reqId: task.request.reqId };
  step.out.send(task.from, answered);
}

/** Ends a task that every member has done its part of. */
export function finishWell(
  step: HostStep,
  task: BlockTask,
  supplied: readonly number[] | null,
): void {
  const { request, stamps, failed } = task;
  if (request.type === 'read') {
    const about = failed ? step.state.slots[task.slot]! : null;
    finish(step, task, { status: 'ok', about, stamps });
  } else {
    const more = request.type === 'confirm' ? moreThanSent(request, stamps, supplied) : null;
    const verifiers = verifiersOf(step, task);
    finish(step, task, { status: 'ok', about: null, stamps: more, verifiers });
  }
}

/** Ends a read of which some contents are nowhere what they should be. */
export function finishDamaged(step: HostStep, task: BlockTask): void {
  const slot = step.state.slots[task.slot]!;
  const status = task.failed ? 'io-error' : 'corrupt';
  finish(step, task, { status, about: slot, stamps: null });
}

// What is held here and further on, where that is more than the sender has; else null.
function moreThanSent(
  request: StoreRequest,
  own: readonly number[],
  supplied: readonly number[] | null,
): readonly number[] | null {
  let isMore = false;
  const most = request.stamps.map((sent, i) => {
    const held = Math.max(own[i]!, supplied?.[i] ?? -1);
    if (held > sent) isMore = true;
    return Math.max(held, sent);
  });
  return isMore ? most : null;
}

/** Sends an answer. */
export function answer(
  step: HostStep,
  slot: Slot,
  to: { readonly request: BlockRequest; readonly from: string },
  what: Answer,
): void {
  const { out, self } = step;
  const { request, from } = to;
  const { header } = slot;
  const { status, about, stamps, verifiers = null } = what;
  const own = { host: self.id, slot: slot.index, gen: request.gen };
  const movedTo = movedEntry(step, slot, request, status);
  const reply: BlockReply = {
    type: 'block.reply',
    reqId: request.reqId,
    status,
    about: about !== null && 'header' in about ? own : about,
    cfgEpoch: header.cfgEpoch,
    session: header.maxSession,
    ...(movedTo === null ? {} : { movedTo }),
    ...(verifiers === null ? {} : { verifiers }),
    stamps,
  };
  out.send(from, reply, stamps === null ? undefined : dataBytes(stamps.length));
  if (about !== slot || !isRefusal(status)) return;
  const { volume, range, cfgEpoch, session } = request;
  out.mark('request.refused', { reason: status, volume, range, cfgEpoch, session });
}

// A newer entry than its sender has: the one that this slot has adopted, or the one that the map
// had when the slot was given up. Both are entries that the authority has stored.
function movedEntry(
  { state }: HostStep,
  { header }: Slot,
  request: BlockRequest,
  status: BlockStatus,
): MapEntry | null {
  const { volume, range, cfgEpoch } = request;
  if (status === 'wrong-epoch') {
    return { range, version: header.cfgEpoch, replicas: header.members };
  }
  if (status !== 'stale-gen') return null;
  const movedTo = state.forwards.get(`${volume}/${range}`);
  return movedTo === undefined || movedTo.version <= cfgEpoch ? null : movedTo;
}

function isRefusal(status: BlockStatus): boolean {
  return status !== 'ok' && status !== 'io-error' && status !== 'busy' && status !== 'corrupt';
}
