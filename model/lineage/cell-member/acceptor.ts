// A cell member as an acceptor: keeps, for each volume, the promise and the record that it accepted
// last (D. Rystsov, "CASPaxos: Replicated State Machines without logs", 2018; the acceptor is that
// of single-decree Paxos).
//
//   control.prepare(b)    b at or above the promise: promise b, tell what was accepted last
//   control.accept(b, r)  b at or above the promise: promise b, accept r
//   else                  refuse, and tell of the promise
//
// Nothing is said before it is durable. What comes while a pledge is being written is written
// together next.
import type { ActorId, IoCompletion } from '../../../sim/index.ts';
import type { VolumeId } from '../../map-entry.ts';
import type {
  AcceptRecord,
  Ballot,
  PrepareRecord,
  RecordAccepted,
  RecordPromised,
  RecordRefused,
} from '../../messages/lineage.ts';
import { controlBytes } from '../../messages/sizes.ts';
import { compareBallots } from './ballots.ts';
import {
  foundPledge,
  onPledgeIo,
  type Pledge,
  type PledgeStep,
  pledgeBlock,
  type StoredPledge,
  writePledge,
} from './control-store.ts';
import type { Acceptor, MemberStep, WaitingReply } from './state.ts';

/** Replies that wait for one pledge; more are dropped, who asks asks again. */
const replyMax = 256;
/** How many blocks one command reads at recovery. */
const blocksPerRead = 64;

/** What comes back with a command to the device. */
export interface PledgeTag {
  readonly step: PledgeStep | 'flush' | 'read';
  readonly volume: VolumeId | null;
  readonly readingCount: number;
}

/** Takes part in an attempt, unless in a higher one. */
export function takePrepare(step: MemberStep, message: PrepareRecord, from: ActorId): void {
  const { volume, ballot } = message;
  const acceptor = step.state.acceptors.get(volume);
  if (acceptor === undefined || acceptor.isDamaged) return;
  const { promised, accepted } = acceptor.pledge;
  if (isOvertaken(ballot, promised)) {
    refuse(step, { volume, ballot, promised }, from);
    return;
  }
  change(step, volume, { promised: ballot, accepted });
  const reply: RecordPromised = { type: 'control.promised', volume, ballot, accepted };
  answerWhenDurable(step, volume, { to: from, message: reply, accepted: null });
}

/** Accepts a record, unless it promised itself to a higher attempt. */
export function takeAccept(step: MemberStep, message: AcceptRecord, from: ActorId): void {
  const { volume, ballot, record } = message;
  const acceptor = step.state.acceptors.get(volume);
  if (acceptor === undefined || acceptor.isDamaged) return;
  const { promised, accepted: before } = acceptor.pledge;
  if (isOvertaken(ballot, promised)) {
    refuse(step, { volume, ballot, promised }, from);
    return;
  }
  const isRepeated = before !== null && compareBallots(before.ballot, ballot) === 0;
  const accepted = isRepeated ? before : { ballot, record };
  change(step, volume, { promised: ballot, accepted });
  const reply: RecordAccepted = { type: 'control.accepted', volume, ballot };
  answerWhenDurable(step, volume, { to: from, message: reply, accepted });
}

function isOvertaken(ballot: Ballot, promised: Ballot | null): boolean {
  return promised !== null && compareBallots(ballot, promised) < 0;
}

function refuse(
  { out }: MemberStep,
  what: { readonly volume: VolumeId; readonly ballot: Ballot; readonly promised: Ballot | null },
  to: ActorId,
): void {
  const { volume, ballot, promised } = what;
  if (promised === null) return;
  const refused: RecordRefused = { type: 'control.refused', volume, ballot, promised };
  out.send(to, refused, controlBytes(0));
}

// What says nothing new is not written again.
function change(step: MemberStep, volume: VolumeId, pledge: Pledge): void {
  const acceptor = acceptorOf(step, volume);
  const { sequence, promised, accepted } = acceptor.pledge;
  const isSame =
    promised !== null &&
    pledge.promised !== null &&
    compareBallots(promised, pledge.promised) === 0 &&
    accepted === pledge.accepted;
  if (isSame) return;
  acceptor.pledge = { sequence: sequence + 1, ...pledge };
  if (acceptor.writing === null) write(step, volume);
}

function answerWhenDurable(
  step: MemberStep,
  volume: VolumeId,
  reply: Omit<WaitingReply, 'sequence'>,
): void {
  const acceptor = acceptorOf(step, volume);
  const isEarly = step.state.input.mutants.has('accepted-before-durable');
  if (acceptor.writing === null || isEarly) {
    answer(step, volume, reply);
  } else if (acceptor.replies.length < replyMax) {
    acceptor.replies.push({ ...reply, sequence: acceptor.pledge.sequence });
  }
}

function answer(
  { state, out }: MemberStep,
  volume: VolumeId,
  reply: Omit<WaitingReply, 'sequence'>,
): void {
  const { to, message, accepted } = reply;
  if (accepted !== null) {
    const { cell, members } = state.input;
    const { ballot, record } = accepted;
    const memberCount = members.length;
    out.mark('control.accepted', { cell, volume, ballot, record, memberCount });
  }
  const told = message.type === 'control.promised' ? (message as RecordPromised).accepted : null;
  out.send(to, message, controlBytes(told?.record.lineage.length ?? 0));
}

function acceptorOf({ state }: MemberStep, volume: VolumeId): Acceptor {
  return state.acceptors.get(volume) as Acceptor;
}

function write(step: MemberStep, volume: VolumeId): void {
  const acceptor = acceptorOf(step, volume);
  acceptor.writing = acceptor.pledge;
  writePledge(blockOf(step, volume), stored(step, acceptor.pledge), submitter(step, volume));
}

// A wrong variant keeps what it accepted, and nothing of what it promised.
function stored({ state }: MemberStep, pledge: StoredPledge): StoredPledge {
  if (!state.input.mutants.has('promise-forgotten')) return pledge;
  return { ...pledge, promised: pledge.accepted?.ballot ?? null };
}

function blockOf({ state }: MemberStep, volume: VolumeId): number {
  return pledgeBlock(state.input.volumes.findIndex(({ id }) => id === volume));
}

function submitter({ state, out }: MemberStep, volume: VolumeId | null) {
  const { readingCount, input } = state;
  return (step: PledgeTag['step'], request: Omit<Parameters<typeof out.submitIo>[1], 'tag'>) => {
    const tag: PledgeTag = { step, volume, readingCount };
    out.submitIo(input.device, { ...request, tag });
  };
}

/** Forgets everything and begins to read the device. */
export function readPledges(step: MemberStep): void {
  const { state } = step;
  state.readingCount += 1;
  state.acceptors.clear();
  // What is read may be in a volatile cache only; it must not be lost after it was told.
  submitter(step, null)('flush', { op: 'flush', block: 0, blockCount: 0 });
}

/** What a completed command means for the mode; null for nothing. */
export type AcceptorNews = 'read' | 'settled' | 'failed' | null;

/** Takes the completion of a command. */
export function onAcceptorIo(step: MemberStep, done: IoCompletion): AcceptorNews {
  const tag = done.tag as PledgeTag;
  if (tag.readingCount !== step.state.readingCount) return null;
  if (tag.step === 'flush' || tag.step === 'read') {
    if (done.status !== 'ok') return 'failed';
    return tag.step === 'flush' ? readFrom(step, 0) : onRead(step, done);
  }
  return onWritten(step, { ...tag, step: tag.step }, done);
}

function readFrom(step: MemberStep, volumeIndex: number): null {
  const block = pledgeBlock(volumeIndex);
  const blockCount = Math.min(blocksPerRead, pledgeBlock(step.state.input.volumes.length) - block);
  submitter(step, null)('read', { op: 'read', block, blockCount });
  return null;
}

function onRead(step: MemberStep, done: IoCompletion): AcceptorNews {
  const { state, out } = step;
  const { volumes, cell } = state.input;
  for (let at = 0; at < done.blockCount; at += pledgeBlock(1)) {
    const volumeIndex = (done.block + at) / pledgeBlock(1);
    const volume = volumes[volumeIndex]!.id;
    const found = foundPledge(done, at);
    if (found === null) out.mark('control.damaged', { cell, volume });
    const pledge = found ?? { sequence: 0, promised: null, accepted: null };
    const isDamaged = found === null;
    state.acceptors.set(volume, { pledge, writing: null, replies: [], isDamaged });
  }
  if (state.acceptors.size < volumes.length) return readFrom(step, state.acceptors.size);
  return settle(step);
}

// Both places agree before anything is told of them, and nothing that an earlier life wrote late
// can be taken for newer.
function settle(step: MemberStep): AcceptorNews {
  for (const [volume, acceptor] of step.state.acceptors) {
    const { pledge, isDamaged } = acceptor;
    if (isDamaged || pledge.sequence === 0) continue;
    acceptor.pledge = { ...pledge, sequence: pledge.sequence + 1 };
    write(step, volume);
  }
  return isSettled(step) ? 'settled' : 'read';
}

function isSettled({ state }: MemberStep): boolean {
  for (const { writing } of state.acceptors.values()) if (writing !== null) return false;
  return true;
}

function onWritten(
  step: MemberStep,
  tag: PledgeTag & { readonly step: PledgeStep },
  done: IoCompletion,
): AcceptorNews {
  const volume = tag.volume as VolumeId;
  const acceptor = acceptorOf(step, volume);
  const pledge = acceptor.writing as StoredPledge;
  const block = blockOf(step, volume);
  const ended = onPledgeIo({ step: tag.step, block, pledge }, done, submitter(step, volume));
  if (ended === 'more') return null;
  if (ended === 'failed') return 'failed';
  acceptor.writing = null;
  const { replies } = acceptor;
  acceptor.replies = replies.filter(({ sequence }) => sequence > pledge.sequence);
  if (acceptor.pledge.sequence > pledge.sequence) write(step, volume);
  for (const reply of replies) {
    if (reply.sequence <= pledge.sequence) answer(step, volume, reply);
  }
  return isSettled(step) ? 'settled' : null;
}
