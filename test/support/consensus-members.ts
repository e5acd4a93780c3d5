// Members of a replicated log without a world: a bag of messages, devices that lose what was not
// saved, and the claims of the paper (figure 3) held after every step.
import { compact, saved, takeMessage } from '../../model/authority/consensus/consensus.ts';
import { campaign } from '../../model/authority/consensus/elections.ts';
import { heartbeat, propose } from '../../model/authority/consensus/leading.ts';
import { askTerms } from '../../model/authority/consensus/refill.ts';
import {
  type Consensus,
  type ConsensusRules,
  type DurableChange,
  freshConsensus,
  lastIndexOf,
  nothingRecovered,
  type Recovered,
  type Turn,
  termAt,
} from '../../model/authority/consensus/state.ts';
import type { ConsensusMessage, LogEntry } from '../../model/messages/consensus.ts';

type Entry = LogEntry<string>;

interface Member {
  state: Consensus<string>;
  /** What a recovery would find, and what is on its way there. */
  disk: Recovered<string>;
  writing: { readonly write: number; readonly what: DurableChange<string> }[];
  /** What it applied, by index. */
  applied: Entry[];
  isUp: boolean;
}

interface Flight {
  readonly from: string;
  readonly to: string;
  readonly message: ConsensusMessage;
}

const networkMax = 60;

/** Times in steps: who heard of a leader in the last five helps nobody to replace it. */
export const stepRules: ConsensusRules = {
  electionMinNs: 5,
  quorumLostNs: 40,
  commitsAlone: false,
  forgetsVotes: false,
  votesBlindly: false,
};

/** A few members, and everything that is known of what they did. */
export class Members {
  readonly members: readonly Member[];
  readonly network: Flight[] = [];
  /** What was committed at each index, by anybody at any time. */
  readonly committed: Entry[] = [];
  readonly leaderOf = new Map<number, string>();
  readonly broken: string[] = [];
  readonly #rules: ConsensusRules;
  readonly #ids: readonly string[];
  #now = 0;
  #proposed = 0;

  constructor(count: number, rules: ConsensusRules = stepRules) {
    this.#rules = rules;
    this.#ids = Array.from({ length: count }, (_, i) => `m${i + 1}`);
    this.members = this.#ids.map((self) => ({
      state: this.#fresh(self, 0, nothingRecovered),
      disk: nothingRecovered,
      writing: [],
      applied: [],
      isUp: true,
    }));
  }

  member(at: number): Member {
    return this.members[at % this.members.length]!;
  }

  /** Who leads in the highest term. */
  get leader(): Member | undefined {
    const leading = this.members.filter(({ isUp, state }) => isUp && state.role === 'leader');
    return leading.sort((a, b) => b.state.term - a.state.term)[0];
  }

  timeout(at: number): void {
    this.#turn(this.member(at), (turn) => {
      if (turn.state.role === 'leader') heartbeat(turn);
      else if (turn.state.role === 'learner') askTerms(turn);
      else campaign(turn);
    });
  }

  propose(at: number): void {
    this.#turn(this.member(at), (turn) => {
      if (turn.state.role === 'leader') propose(turn, [`r${this.#proposed++}`]);
    });
  }

  /** Takes a message out of the bag, whichever; `keeps` leaves it there for another time. */
  deliver(at: number, keeps = false): void {
    if (this.network.length === 0) return;
    const index = at % this.network.length;
    const flight = this.network[index]!;
    if (!keeps) this.network.splice(index, 1);
    const to = this.members[this.#ids.indexOf(flight.to)]!;
    this.#turn(to, (turn) => takeMessage(turn, flight.message, flight.from));
  }

  /** Delivers and saves so often, among members of these places; other messages are lost. */
  work(count: number, places: readonly number[] = this.members.map((_, at) => at)): void {
    const ids = new Set(places.map((at) => this.member(at).state.self));
    for (let i = 0; i < count; i++) {
      for (const at of places) this.save(at, 2);
      const next = this.network[0];
      if (next === undefined) continue;
      if (ids.has(next.from) && ids.has(next.to)) this.deliver(0);
      else this.drop(0);
    }
  }

  drop(at: number): void {
    if (this.network.length > 0) this.network.splice(at % this.network.length, 1);
  }

  /** Some of what a member writes becomes durable. */
  save(at: number, count: number): void {
    const member = this.member(at);
    const done = member.writing.splice(0, 1 + (count % 3));
    const last = done.at(-1);
    if (last === undefined || !member.isUp) return;
    for (const { what } of done) member.disk = changed(member.disk, what);
    this.#turn(member, (turn) => saved(turn, last.write));
  }

  crash(at: number): void {
    const member = this.member(at);
    member.isUp = false;
    member.writing = [];
  }

  restart(at: number): void {
    const member = this.member(at);
    if (member.isUp) return;
    const { self, life } = member.state;
    member.isUp = true;
    member.applied = this.#snapshotOf(member.disk.snapshot);
    member.state = this.#fresh(self, life + 1, member.disk);
  }

  /** A crash after which nothing of the log can be read, and maybe not even the vote. */
  damage(at: number, losesVote: boolean): void {
    const member = this.member(at);
    this.crash(at);
    const { term, votedFor } = member.disk;
    const vote = losesVote ? {} : { term, votedFor };
    member.disk = { ...nothingRecovered, ...vote, isLearner: true };
    this.restart(at);
  }

  /** A checkpoint of all that is applied. */
  compact(at: number): void {
    const member = this.member(at);
    const { state, writing, applied } = member;
    if (!member.isUp || writing.length > 0 || state.commitIndex > state.durableIndex) return;
    const index = state.commitIndex;
    compact(state, index, applied.slice(0, index + 1));
    const { baseIndex, baseTerm, snapshot, entries } = state;
    member.disk = { ...member.disk, baseIndex, baseTerm, snapshot, entries: entries.slice() };
    this.#check();
  }

  get damagedCount(): number {
    return this.members.filter(({ disk }) => disk.isLearner).length;
  }

  #fresh(self: string, life: number, recovered: Recovered<string>): Consensus<string> {
    return freshConsensus(
      { self, members: this.#ids, rules: this.#rules, firstRecord: '', life },
      recovered,
    );
  }

  #snapshotOf(snapshot: unknown): Entry[] {
    return snapshot === null ? [] : (snapshot as Entry[]).slice();
  }

  #turn(member: Member, act: (turn: Turn<string>) => void): void {
    this.#now += 1;
    if (!member.isUp) return;
    const turn: Turn<string> = { state: member.state, nowNs: this.#now, effects: [] };
    act(turn);
    for (const effect of turn.effects) {
      if (effect.kind === 'write') member.writing.push(effect);
      else if (effect.kind === 'commit') this.#commit(member, effect.index);
      else if (effect.kind === 'install') member.applied = this.#snapshotOf(effect.snapshot);
      else if (effect.kind === 'role' && effect.role === 'leader') this.#elected(member);
      else if (effect.kind === 'send' && this.network.length < networkMax) {
        this.network.push({ from: member.state.self, ...effect });
      }
    }
    this.#check();
  }

  #commit(member: Member, index: number): void {
    const { state, applied } = member;
    for (let at = applied.length; at <= index; at++) {
      const entry = state.entries[at - state.baseIndex - 1]!;
      applied.push(entry);
      const known = this.committed[at];
      if (known === undefined) this.committed[at] = entry;
      else if (known.term !== entry.term || known.record !== entry.record) {
        this.broken.push(
          `state machine safety: entry ${at} was ${known.record}, is ${entry.record}`,
        );
      }
    }
  }

  #elected({ state }: Member): void {
    const known = this.leaderOf.get(state.term);
    if (known !== undefined && known !== state.self) {
      this.broken.push(`election safety: ${known} and ${state.self} lead in term ${state.term}`);
    }
    this.leaderOf.set(state.term, state.self);
    for (const [at, { term }] of this.committed.entries()) {
      if (at > state.baseIndex && termAt(state, at) !== term) {
        this.broken.push(`leader completeness: ${state.self} lacks entry ${at} in ${state.term}`);
      }
    }
  }

  #check(): void {
    for (const a of this.members) {
      for (const b of this.members) if (a !== b) this.#compareLogs(a.state, b.state);
    }
  }

  #compareLogs(a: Consensus<string>, b: Consensus<string>): void {
    let agrees = false;
    const first = Math.max(a.baseIndex, b.baseIndex) + 1;
    for (let at = Math.min(lastIndexOf(a), lastIndexOf(b)); at >= first; at--) {
      const one = a.entries[at - a.baseIndex - 1]!;
      const other = b.entries[at - b.baseIndex - 1]!;
      if (one.term === other.term && one.record === other.record) agrees = true;
      else if (agrees) this.broken.push(`log matching: entry ${at} of ${a.self} and ${b.self}`);
    }
  }
}

function changed(disk: Recovered<string>, what: DurableChange<string>): Recovered<string> {
  switch (what.kind) {
    case 'term':
      return { ...disk, term: what.term, votedFor: what.votedFor };
    case 'entries': {
      const kept = disk.entries.slice(0, what.index - disk.baseIndex - 1);
      return { ...disk, entries: [...kept, ...what.entries] };
    }
    case 'snapshot':
      return {
        ...disk,
        baseIndex: what.index,
        baseTerm: what.term,
        snapshot: what.snapshot,
        entries: [],
      };
    case 'refilled':
      return { ...disk, isLearner: false };
  }
}
