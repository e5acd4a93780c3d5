// A cell member as a coordinator: answers what the cell is to a volume by a full round over the
// cell's members (D. Rystsov, "CASPaxos: Replicated State Machines without logs", 2018).
//
//   ask -> [lease] -> prepare ---most promise---> apply the command ---> accept ---most---> answer
//             ^          |                        to the newest record      |
//             |          +--- refused: a rival has a higher ballot ---------+
//             +---------------- wait a while, by chance -------------------<+
//
// Every round writes what it read, changed or not: who was away learns of it, and a question is
// answered by what no later round can miss. A round that is begun again applies its command again;
// the guards of the record make that harmless. Where too few members answer in time nobody knows
// what the cell is: the answer is null, and the command may have taken effect or not.
//
// A volume's commands are applied one after the other. A round answers every question, too, that
// had come when the members were asked to accept: what was decided before that it has read, and
// what is decided later need not be in the answer. So many who ask need few rounds, and their
// coordinators are few rivals. Only a round with a lease takes a snapshot, and it is looked
// at when the command is applied: what reaches the members later is kept from doing harm by the
// authority, which publishes only what its owner took. Where snapshots have contents, the first
// round of a take only reads, and another one records the cut (cutting.ts).
import { type ActorId, assert, type Ns, nsPerMs } from '../../../sim/index.ts';
import type { VolumeId } from '../../map-entry.ts';
import type { SnapshotsListed } from '../../messages/archive.ts';
import type { CutEnded } from '../../messages/cuts.ts';
import type {
  AcceptRecord,
  AskCell,
  Ballot,
  CellAnswer,
  CellLeaseGranted,
  PrepareRecord,
  RecordAccepted,
  RecordPromised,
  RecordRefused,
} from '../../messages/lineage.ts';
import { controlBytes } from '../../messages/sizes.ts';
import type { CellRecord } from '../cell-record.ts';
import { compareBallots, firstBallot } from './ballots.ts';
import { noteBeginning } from './beginning.ts';
import { askForLease, holdsLease, isRenewalDue, leaseAfter, leaseAnswerNs } from './cell-lease.ts';
import {
  type CutDue,
  type CutPlace,
  cutFor,
  dropCutting,
  endCutting,
  hasCut,
  isCutFor,
  onCutDue,
  onCutEnded,
  resumeCutting,
} from './cutting.ts';
import { guardsOf, newestOf, propose, recordAfter } from './proposal.ts';
import type { Ask, Coordinator, MemberStep, Round } from './state.ts';

/**
 * How long an ask may take: less than a router waits for an answer (500 ms) or for a snapshot (2
 * s).
 */
const queryPatienceNs: Ns = 400 * nsPerMs;
const commandPatienceNs: Ns = 1_500 * nsPerMs;
/** Members that did not answer are asked again after this long; a round trip is far shorter. */
const resendNs: Ns = 100 * nsPerMs;
/** Bound of the first wait after a refusal, drawn; each further one doubles it. */
const backOffFirstNs: Ns = 10 * nsPerMs;
const backOffDoublingsMax = 4;
/** Asks of one volume that wait for their turn; more are not answered. */
const askMax = 64;

/** What most members have accepted, and under which ballot. */
interface Decided {
  readonly ballot: Ballot;
  readonly record: CellRecord;
}

/** A timer of a volume's round. */
export interface RoundDue {
  readonly type: 'round.due';
  readonly volume: VolumeId;
}

/** Somebody asks; the same again while it is being answered is the same. */
export function takeAsk(step: MemberStep, message: AskCell, from: ActorId): void {
  const { state, self, out } = step;
  const { volume, reqId, command } = message;
  const coordinator = state.coordinators.get(volume);
  if (coordinator === undefined) return;
  const { asks, round, cutting, cutAsks } = coordinator;
  const underWay = [round?.ask, cutting?.ask].filter((ask) => ask !== undefined);
  const isKnown = [...asks, ...cutAsks, ...underWay].some(
    (ask) => ask.from === from && ask.reqId === reqId,
  );
  if (isKnown || asks.length >= askMax) return;
  const patienceNs = command === null ? queryPatienceNs : commandPatienceNs;
  asks.push({ from, reqId, command, untilNs: self.nowNs() + patienceNs, made: null });
  out.mark('cell.asked', { cell: state.input.cell, volume, from, reqId });
  if (round === null) beginNext(step, volume);
}

/** Answers that it does not know: this member cannot even ask itself. */
export function answerUnknown(step: MemberStep, message: AskCell, from: ActorId): void {
  const { volume, reqId } = message;
  const { cell } = step.state.input;
  const answer: CellAnswer = { type: 'cell.answer', volume, reqId, cell, record: null };
  step.out.send(from, answer, controlBytes(0));
}

/** All that was asked is answered: nobody knows. */
export function dropRounds(step: MemberStep): void {
  for (const [volume, coordinator] of step.state.coordinators) {
    const { round, asks } = coordinator;
    const open = new Map<string, Ask>();
    const inCut = dropCutting(step, { volume, coordinator });
    for (const ask of [...(round === null ? [] : [round.ask]), ...asks, ...inCut]) {
      open.set(`${ask.from} ${ask.reqId}`, ask);
    }
    for (const ask of open.values()) answer(step, volume, ask, null);
    coordinator.round = null;
    asks.length = 0;
    step.out.cancelTimer(`round ${volume}`);
  }
}

function beginNext(step: MemberStep, volume: VolumeId): void {
  const coordinator = coordinatorOf(step, volume);
  const ask = coordinator.asks.shift();
  coordinator.round = null;
  if (ask === undefined) {
    step.out.cancelTimer(`round ${volume}`);
    return;
  }
  const { lease } = coordinator;
  const isLeaseNeeded = needsLease(step, ask);
  if (isLeaseNeeded && isRenewalDue(step, lease)) askForLease(step, volume, false);
  if (isLeaseNeeded && !holdsLease(step, lease)) {
    coordinator.round = { ...freshRound(ask, firstBallot, 0), phase: 'leasing' };
    setDue(step, volume, leaseAnswerNs);
  } else {
    attempt(step, volume, ask, 0);
  }
}

function needsLease(step: MemberStep, { command }: Ask): boolean {
  return command?.kind === 'take' && guardsOf(step).takeNeedsLease;
}

function freshRound(ask: Ask, ballot: Ballot, refusedCount: number): Round {
  const nothing = { promises: new Map(), accepts: new Set<ActorId>(), proposed: null };
  return { ask, phase: 'preparing', ballot, refusedCount, alongside: [], ...nothing };
}

// A ballot names the life of its member: none is ever used twice.
function attempt(step: MemberStep, volume: VolumeId, ask: Ask, refusedCount: number): void {
  const { self } = step;
  const coordinator = coordinatorOf(step, volume);
  coordinator.highestCount += 1;
  const ballot = { count: coordinator.highestCount, by: `${self.id}.${self.incarnation}` };
  coordinator.round = freshRound(ask, ballot, refusedCount);
  sendRound(step, volume, coordinator.round);
}

/** Sends to the members that have not answered yet, and looks again later. */
function sendRound(step: MemberStep, volume: VolumeId, round: Round): void {
  const { state, out } = step;
  const { ballot, promises, accepts, proposed } = round;
  for (const member of state.input.members) {
    if (proposed === null) {
      if (promises.has(member)) continue;
      const prepare: PrepareRecord = { type: 'control.prepare', volume, ballot };
      out.send(member, prepare, controlBytes(0));
    } else if (!accepts.has(member)) {
      const accept: AcceptRecord = { type: 'control.accept', volume, ballot, record: proposed };
      out.send(member, accept, controlBytes(proposed.lineage.length));
    }
  }
  setDue(step, volume, resendNs);
}

function setDue(step: MemberStep, volume: VolumeId, delayNs: Ns): void {
  const due: RoundDue = { type: 'round.due', volume };
  step.out.setTimer(`round ${volume}`, delayNs, due);
}

/** It is time to send again, to try a higher ballot, or to give up. */
export function onRoundDue(step: MemberStep, volume: VolumeId): void {
  const coordinator = coordinatorOf(step, volume);
  const { round } = coordinator;
  if (round === null) return;
  const { ask, phase, refusedCount } = round;
  if (step.self.nowNs() >= ask.untilNs) {
    answer(step, volume, ask, null);
    beginNext(step, volume);
    return;
  }
  switch (phase) {
    case 'leasing':
      leaseAgain(step, volume, round);
      break;
    case 'backing-off':
      attempt(step, volume, ask, refusedCount);
      break;
    case 'preparing':
    case 'accepting':
      sendRound(step, volume, round);
      break;
  }
}

// Half of the patience is for the lease; without one the guard of the record refuses.
function leaseAgain(step: MemberStep, volume: VolumeId, { ask }: Round): void {
  if (step.self.nowNs() >= ask.untilNs - commandPatienceNs / 2) {
    attempt(step, volume, ask, 0);
    return;
  }
  askForLease(step, volume, true);
  setDue(step, volume, leaseAnswerNs);
}

/** The authority has answered about the lease. */
export function onLease(step: MemberStep, message: CellLeaseGranted, from: ActorId): void {
  const { volume, cell } = message;
  const coordinator = step.state.coordinators.get(volume);
  if (coordinator === undefined || cell !== step.state.input.cell) return;
  coordinator.lease = leaseAfter(step, coordinator.lease, message, from);
  // None of them is ever taken back: the longer list is the newer one.
  if (message.givenUp.length > coordinator.givenUp.length) coordinator.givenUp = message.givenUp;
  const { round } = coordinator;
  if (round?.phase === 'leasing') attempt(step, volume, round.ask, 0);
}

/** A member promised: with most of them the command is applied to the newest record. */
export function onPromised(step: MemberStep, message: RecordPromised, from: ActorId): void {
  const { volume, ballot, accepted } = message;
  const round = roundOf(step, volume, ballot, 'preparing');
  if (round === null) return;
  const promises = new Map(round.promises).set(from, accepted);
  const coordinator = coordinatorOf(step, volume);
  coordinator.round = { ...round, promises };
  if (promises.size < neededCount(step)) return;
  const basis = newestOf(promises.values());
  const proposed = propose(step, { volume, coordinator }, coordinator.round, basis);
  const alongside = waitingToRead(step, volume);
  coordinator.round = { ...coordinator.round, phase: 'accepting', proposed, alongside };
  sendRound(step, volume, coordinator.round);
}

/** A member accepted: with most of them it is decided, and the ask is answered. */
export function onAccepted(step: MemberStep, message: RecordAccepted, from: ActorId): void {
  const { volume, ballot } = message;
  const round = roundOf(step, volume, ballot, 'accepting');
  if (round === null) return;
  const accepts = new Set(round.accepts).add(from);
  coordinatorOf(step, volume).round = { ...round, accepts };
  if (accepts.size < neededCount(step)) return;
  const { ask, alongside } = round;
  const record = round.proposed as CellRecord;
  const place = { volume, coordinator: coordinatorOf(step, volume) };
  onRead(step, place, ask, { ballot, record });
  for (const one of alongside) readAlongside(step, place, one, { ballot, record });
  beginNext(step, volume);
}

// For whom a round changes nothing: that of a take does when it has a cut to record.
function waitingToRead(step: MemberStep, volume: VolumeId): readonly Ask[] {
  return coordinatorOf(step, volume).asks.filter(
    (ask) => ask.command === null || (isCutFor(step, volume, ask) && ask.made === null),
  );
}

function onRead(step: MemberStep, place: CutPlace, ask: Ask, decided: Decided): void {
  if (isCutDue(step, place, ask, decided.record)) cutFor(step, place, ask, decided.record);
  else answer(step, place.volume, ask, decided);
}

function readAlongside(step: MemberStep, place: CutPlace, ask: Ask, decided: Decided): void {
  const { asks, lease } = place.coordinator;
  // It waits for its turn, and for a lease then.
  if (needsLease(step, ask) && !holdsLease(step, lease)) return;
  const at = asks.indexOf(ask);
  assert(at >= 0, 'a question that does not wait any more');
  asks.splice(at, 1);
  onRead(step, place, ask, decided);
}

function isCutDue(step: MemberStep, place: CutPlace, ask: Ask, record: CellRecord): boolean {
  const { volume, coordinator } = place;
  const { command, untilNs } = ask;
  if (command === null || !isCutFor(step, volume, ask) || hasCut(record, ask)) return false;
  if (step.self.nowNs() >= untilNs) return false;
  return recordAfter(step, record, command, coordinator.lease) !== record;
}

/** The lineage store says what there is of a volume: with its root it has begun. */
export function onListed(step: MemberStep, listed: SnapshotsListed): void {
  const { volume } = listed;
  const coordinator = coordinatorOf(step, volume);
  const place = { volume, coordinator };
  if (!noteBeginning(step, place, listed)) return;
  resumeCutting(step, place);
  if (coordinator.round === null) beginNext(step, volume);
}

/** A cut of a volume has ended. */
export function onCut(step: MemberStep, ended: CutEnded): void {
  const { volume } = ended;
  const coordinator = coordinatorOf(step, volume);
  onCutEnded(step, { volume, coordinator }, ended);
  if (coordinator.round === null) beginNext(step, volume);
}

/** It is time to cut again, or to give up. */
export function onCutTimer(step: MemberStep, { volume }: CutDue): void {
  const coordinator = coordinatorOf(step, volume);
  onCutDue(step, { volume, coordinator });
  if (coordinator.round === null) beginNext(step, volume);
}

/** A rival has a higher ballot: wait, by chance, and go above it. */
export function onRefused(step: MemberStep, message: RecordRefused): void {
  const { volume, ballot, promised } = message;
  const coordinator = step.state.coordinators.get(volume);
  if (coordinator === undefined) return;
  coordinator.highestCount = Math.max(coordinator.highestCount, promised.count);
  const { round } = coordinator;
  if (round === null || compareBallots(round.ballot, ballot) !== 0) return;
  if (round.phase !== 'preparing' && round.phase !== 'accepting') return;
  const refusedCount = round.refusedCount + 1;
  coordinator.round = { ...round, phase: 'backing-off', refusedCount };
  const boundNs = backOffFirstNs << Math.min(refusedCount - 1, backOffDoublingsMax);
  const drawn = step.self.choose('ballot.back-off', 65_536);
  setDue(step, volume, 1 + Math.floor((boundNs * drawn) / 65_536));
}

function roundOf(
  { state }: MemberStep,
  volume: VolumeId,
  ballot: Ballot,
  phase: Round['phase'],
): Round | null {
  const round = state.coordinators.get(volume)?.round ?? null;
  if (round === null || round.phase !== phase) return null;
  return compareBallots(round.ballot, ballot) === 0 ? round : null;
}

function neededCount({ state }: MemberStep): number {
  const { members, mutants } = state.input;
  if (mutants.has('minority-answers')) return 1;
  return Math.floor(members.length / 2) + 1;
}

function answer(step: MemberStep, volume: VolumeId, ask: Ask, decided: Decided | null): void {
  const { state, out } = step;
  const { from, reqId } = ask;
  const { cell } = state.input;
  const ballot = decided?.ballot ?? null;
  const record = decided?.record ?? null;
  out.mark('cell.answered', { cell, volume, from, reqId, ballot });
  const message: CellAnswer = { type: 'cell.answer', volume, reqId, cell, record };
  out.send(from, message, controlBytes(record?.lineage.length ?? 0));
  endCutting(step, { volume, coordinator: coordinatorOf(step, volume) }, ask, record);
}

function coordinatorOf({ state }: MemberStep, volume: VolumeId): Coordinator {
  const coordinator = state.coordinators.get(volume);
  assert(coordinator !== undefined, `no coordinator of volume '${volume}'`);
  return coordinator;
}
