// The register with several members: what is durable on most of them is committed. The core in
// consensus/ decides, this carries out what it wants done: messages, writes, roles, news.
//
//   propose, messages, timers --> core --+--> messages to other members
//                                        +--> writes --> log store, one after the other --> saved
//                                        +--> roles --> machine --> timers
//                                        +--> committed, restored, leading, following --> authority
//
// A device whose log is damaged is formatted, and the other members fill it again. One that fails
// is opened again later, as with one member.
import {
  type ActorId,
  assert,
  type IoCompletion,
  type Message,
  machineDriver,
  nsPerMs,
} from '../../sim/index.ts';
import type { CheckpointPieces } from './checkpoint.ts';
import { compact, saved, takeMessage } from './consensus/consensus.ts';
import { campaign } from './consensus/elections.ts';
import { committedFacts, HandOver } from './consensus/hand-over.ts';
import { confirmedRound, heartbeat, isLeading, propose, sendRound } from './consensus/leading.ts';
import { type MemberAsk, type MemberEvent, memberMachine } from './consensus/machine.ts';
import { type MembersInput, rulesOf } from './consensus/members.ts';
import { askTerms } from './consensus/refill.ts';
import {
  type Consensus,
  copyConsensus,
  type DurableChange,
  type Effect,
  freshConsensus,
  lastIndexOf,
  nothingRecovered,
  type Recovered,
  type Role,
  type Turn,
  termAt,
} from './consensus/state.ts';
import { isOfMembers, sizeOf } from './consensus/wire.ts';
import { MemberWrites } from './consensus/writes.ts';
import { LogStore } from './log-store.ts';
import type { LogStoreNews } from './log-store-news.ts';
import type { LogRecord } from './map-state.ts';
import type {
  DurableRegister,
  Proposal,
  RegisterInput,
  RegisterNews,
  RegisterStep,
} from './register.ts';
import { blankSuperblock, type Vote } from './superblock.ts';

const driver = machineDriver(memberMachine);
type Snapshot = ReturnType<typeof driver.initial>;

/** Openings of one incarnation are told apart by the low bits of a life. */
const openingsMax = 65_536;

const eventOfRole = {
  follower: 'FOLLOW',
  'pre-candidate': 'PRE_CAMPAIGN',
  candidate: 'CAMPAIGN',
  leader: 'LEAD',
  learner: 'LEARN',
} as const satisfies Record<Role, MemberEvent['type']>;

const firstRecord: LogRecord = Object.freeze({ kind: 'leader.began' });

/** The roles of a member. */
export const memberModes = driver.modes;

/** All of its memory is in it. */
export class ReplicatedRegister implements DurableRegister {
  readonly #input: RegisterInput;
  readonly #members: MembersInput;
  readonly #store: LogStore;
  #writes = new MemberWrites();
  #machine: Snapshot | null = null;
  /** Null until the device is read. */
  #consensus: Consensus<LogRecord> | null = null;
  /** What a damaged device says of the vote. */
  #damagedVote: Vote = blankSuperblock.vote;
  #openCount = 0;
  #handOver = new HandOver();
  #isAnnounced = false;
  /** The end of the log when all writes are durable. */
  #writtenIndex = -1;
  /** A request waits for a round that has not been sent. */
  #wantsRound = false;
  #checkpoint: { readonly recordCount: number; readonly pieces: CheckpointPieces } | null = null;

  constructor(input: RegisterInput, members: MembersInput, store?: LogStore) {
    this.#input = input;
    this.#members = members;
    this.#store = store ?? new LogStore({ ...input, salvages: true });
  }

  get mode(): string {
    return this.#machine === null ? 'recovering' : driver.mode(this.#machine);
  }
  get leader(): ActorId | null {
    return this.#consensus?.leader ?? null;
  }
  get roomCount(): number {
    return this.#store.roomCount - this.#writes.entryCount;
  }
  get proposalMax(): number {
    return this.#store.layout.batchMax;
  }
  get nextIndex(): number {
    return this.#consensus === null ? 0 : lastIndexOf(this.#consensus) + 1;
  }
  /** Durable on most members. */
  get durableIndex(): number {
    return this.#consensus?.commitIndex ?? -1;
  }
  get confirmedRound(): number {
    const consensus = this.#consensus;
    if (consensus === null || !isLeading(consensus)) return -1;
    if (this.#input.mutants.has('stale-leader-answers')) return Number.POSITIVE_INFINITY;
    return confirmedRound(consensus);
  }

  open(step: RegisterStep): void {
    this.#openCount += 1;
    assert(this.#openCount < openingsMax, `${this.#openCount} openings of one incarnation`);
    this.#consensus = null;
    this.#writes = new MemberWrites();
    this.#handOver.restart(-1);
    this.#checkpoint = null;
    this.#forgetLead();
    if (this.#machine === null) this.#startMachine(step);
    else this.#enter(step, 'RECOVER');
    this.#store.open(step.out);
  }

  canPropose(recordCount: number): boolean {
    const consensus = this.#consensus;
    if (consensus === null || !isLeading(consensus)) return false;
    return this.#handOver.proposalCount === 0 && recordCount <= this.roomCount;
  }

  propose(step: RegisterStep, records: readonly LogRecord[]): Proposal {
    const consensus = this.#consensus;
    assert(consensus !== null && this.#isAnnounced, 'a proposal of a member that does not lead');
    const { nextIndex: firstIndex } = this;
    this.#handOver.propose(firstIndex, records.length);
    const news = this.#turn(step, (turn) => propose(turn, records));
    assert(news.length === 0, 'a proposal is news to nobody');
    return { firstIndex, term: consensus.term };
  }

  /**
   * A request came: it may be answered from the state once this round is confirmed. At most one
   * round is under way for that; what comes meanwhile waits for the next.
   */
  requestRound(step: RegisterStep): number {
    const consensus = this.#consensus;
    if (consensus === null || consensus.role !== 'leader') return 0;
    if (confirmedRound(consensus) >= consensus.round) {
      this.#turn(step, (turn) => sendRound(turn));
      return consensus.round;
    }
    this.#wantsRound = true;
    return consensus.round + 1;
  }

  onIo(step: RegisterStep, done: IoCompletion): readonly RegisterNews[] {
    return this.#store.onIo(step.out, done).flatMap((news) => this.#onStore(step, news));
  }

  receive(step: RegisterStep, message: Message, from: ActorId): readonly RegisterNews[] | null {
    if (driver.ownsTimer(message)) return this.#onTimer(step, message.event as MemberEvent);
    if (!isOfMembers(message)) return null;
    return this.#turn(step, (turn) => takeMessage(turn, message, from));
  }

  applied(step: RegisterStep): void {
    const store = this.#store;
    const recordCount = this.#handOver.lastIndex + 1;
    if (!store.isOpen || store.isCheckpointing || this.#writes.isInstalling) return;
    if (recordCount > store.endIndex || recordCount <= store.startIndex) return;
    const isDue = recordCount - store.checkpointedCount >= this.#checkpointEvery;
    if (!isDue && this.roomCount >= 2 * this.proposalMax) return;
    const term = termAt(this.#consensus!, recordCount - 1) ?? 0;
    this.#checkpoint = { recordCount, pieces: step.snapshot() };
    store.writeCheckpoint(step.out, { ...this.#checkpoint, term });
  }

  copy(): ReplicatedRegister {
    const copy = new ReplicatedRegister(this.#input, this.#members, this.#store.copy());
    copy.#writes = this.#writes.copy();
    copy.#machine = this.#machine;
    copy.#consensus = this.#consensus === null ? null : copyConsensus(this.#consensus);
    copy.#damagedVote = this.#damagedVote;
    copy.#openCount = this.#openCount;
    copy.#handOver = this.#handOver.copy();
    copy.#writtenIndex = this.#writtenIndex;
    copy.#isAnnounced = this.#isAnnounced;
    copy.#wantsRound = this.#wantsRound;
    copy.#checkpoint = this.#checkpoint;
    return copy;
  }

  get #checkpointEvery(): number {
    const quarter = Math.floor(this.#store.layout.ringLength / 4);
    return Math.min(this.#input.checkpointEvery, quarter);
  }

  #startMachine({ self, out }: RegisterStep): void {
    const { electionMinNs, heartbeatNs } = this.#members;
    const times = { electionMinMs: electionMinNs / nsPerMs, heartbeatMs: heartbeatNs / nsPerMs };
    this.#machine = driver.initial(times, self, out, () => undefined);
  }

  #enter({ self, out }: RegisterStep, type: MemberEvent['type']): void {
    const event: MemberEvent = { type, jitter: self.choose('member.jitter', 65_536) };
    this.#machine = driver.next(this.#machine!, event, self, out, () => undefined);
  }

  #onTimer(step: RegisterStep, event: MemberEvent): readonly RegisterNews[] {
    const asks: MemberAsk[] = [];
    const { self, out } = step;
    this.#machine = driver.next(this.#machine!, event, self, out, (ask) => asks.push(ask));
    if (asks.length === 0 || this.#consensus === null) return [];
    return this.#turn(step, (turn) => {
      if (turn.state.role === 'leader') heartbeat(turn);
      else if (turn.state.role === 'learner') askTerms(turn);
      else campaign(turn);
    });
  }

  // A snapshot that was installed, or a device that was formatted.
  #onRewritten(step: RegisterStep): readonly RegisterNews[] {
    if (this.#consensus !== null) return this.#finishWrite(step);
    const vote = this.#damagedVote;
    return this.#recover(step, { ...nothingRecovered, ...vote, isLearner: true });
  }

  #finishWrite(step: RegisterStep): readonly RegisterNews[] {
    const write = this.#writes.finish();
    return write === null ? [] : this.#turn(step, (turn) => saved(turn, write));
  }

  #onStore(step: RegisterStep, news: LogStoreNews): readonly RegisterNews[] {
    switch (news.type) {
      case 'opened':
        return this.#recover(step, {
          ...news.vote,
          baseIndex: news.recordCount - 1,
          baseTerm: news.term,
          snapshot: news.pieces,
          entries: news.entries,
          isLearner: news.isRefilling,
        });
      case 'damaged':
        step.out.mark('refill.started', { term: news.vote.term });
        this.#damagedVote = news.vote;
        this.#store.format(step.out, news.vote);
        return [];
      case 'rewritten':
        return this.#onRewritten(step);
      case 'checkpointed':
        this.#noteCheckpoint(news.recordCount);
        return [];
      case 'failed':
        return this.#fail(step);
      case 'flushed':
        return [news];
      case 'checkpoint.abandoned':
        return this.roomCount < 2 * this.proposalMax ? this.#fail(step) : [];
      case 'appended':
      case 'vote.saved':
      case 'refilled':
        return this.#finishWrite(step);
    }
  }

  #recover(step: RegisterStep, recovered: Recovered<LogRecord>): readonly RegisterNews[] {
    const { self } = step;
    this.#consensus = freshConsensus(
      {
        self: self.id,
        members: this.#members.ids,
        firstRecord,
        life: self.incarnation * openingsMax + this.#openCount,
        rules: rulesOf(this.#members, this.#input.mutants),
      },
      recovered,
    );
    const { role, baseIndex } = this.#consensus;
    this.#handOver.restart(baseIndex);
    this.#writtenIndex = lastIndexOf(this.#consensus);
    step.out.mark('member.recovered', { logIndex: lastIndexOf(this.#consensus), role });
    this.#enter(step, eventOfRole[role]);
    const pieces = recovered.snapshot as CheckpointPieces | null;
    const news: RegisterNews[] = [
      { type: 'restored', pieces, recordCount: baseIndex + 1 },
      { type: 'following' },
    ];
    if (role === 'learner') news.push(...this.#turn(step, (turn) => askTerms(turn)));
    return news;
  }

  #noteCheckpoint(recordCount: number): void {
    const checkpoint = this.#checkpoint;
    this.#checkpoint = null;
    if (checkpoint?.recordCount !== recordCount || this.#consensus === null) return;
    compact(this.#consensus, recordCount - 1, checkpoint.pieces);
  }

  #fail(step: RegisterStep): readonly RegisterNews[] {
    this.#consensus = null;
    this.#forgetLead();
    this.#enter(step, 'FAIL');
    return [{ type: 'failed' }];
  }

  #forgetLead(): void {
    this.#handOver.forgetProposals();
    this.#isAnnounced = false;
    this.#wantsRound = false;
  }

  #turn(step: RegisterStep, act: (turn: Turn<LogRecord>) => void): readonly RegisterNews[] {
    const state = this.#consensus;
    if (state === null) return [];
    const news: RegisterNews[] = [];
    const turn: Turn<LogRecord> = { state, nowNs: step.self.nowNs(), effects: [] };
    act(turn);
    if (this.#wantsRound && state.role === 'leader' && confirmedRound(state) >= state.round) {
      this.#wantsRound = false;
      sendRound(turn);
    }
    for (const effect of turn.effects) this.#carryOut(step, effect, news);
    this.#giveCommitted(step, news);
    if (isLeading(state) && !this.#isAnnounced) {
      this.#isAnnounced = true;
      news.push({ type: 'leading', tornTail: false, term: state.term });
    }
    const isUsable = this.#writes.pump(step.out, this.#store);
    return isUsable ? news : [...news, ...this.#fail(step)];
  }

  #carryOut(step: RegisterStep, effect: Effect<LogRecord>, news: RegisterNews[]): void {
    switch (effect.kind) {
      case 'send':
        step.out.send(effect.to, effect.message, sizeOf(effect.message));
        break;
      case 'write':
        this.#noteWrite(step, effect.what);
        this.#writes.ask(effect);
        break;
      case 'install': {
        const pieces = effect.snapshot as CheckpointPieces;
        this.#handOver.restart(effect.index);
        step.out.mark('snapshot.installed', { logIndex: effect.index });
        news.push({ type: 'restored', pieces, recordCount: effect.index + 1 });
        break;
      }
      case 'role':
        this.#noteRole(step, effect.role, news);
        break;
      case 'heard':
        this.#enter(step, 'HEARD');
        break;
      case 'commit':
        break;
    }
  }

  #noteWrite(step: RegisterStep, what: DurableChange<LogRecord>): void {
    if (what.kind === 'refilled') step.out.mark('refill.finished');
    if (what.kind === 'snapshot') this.#writtenIndex = what.index;
    if (what.kind !== 'entries') return;
    if (what.index <= this.#writtenIndex) step.out.mark('log.repaired', { logIndex: what.index });
    this.#writtenIndex = what.index + what.entries.length - 1;
  }

  #noteRole(step: RegisterStep, role: Role, news: RegisterNews[]): void {
    this.#enter(step, eventOfRole[role]);
    const { term } = this.#consensus!;
    if (role === 'leader') {
      step.out.mark('leader.elected', { term, logIndex: lastIndexOf(this.#consensus!) - 1 });
      return;
    }
    if (!this.#isAnnounced) return;
    step.out.mark('leader.deposed', { term });
    this.#forgetLead();
    news.push({ type: 'following' });
  }

  #giveCommitted(step: RegisterStep, news: RegisterNews[]): void {
    const given = this.#handOver.take(this.#consensus!);
    if (given === null) return;
    step.out.mark('entries.committed', committedFacts(given));
    news.push({ type: 'committed', ...given });
  }
}
