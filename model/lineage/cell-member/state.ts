// What a cell member remembers.
import type { ActorId, Message, ModalStep, ModeOf, Ns } from '../../../sim/index.ts';
import type { AuthorityContact } from '../../authority-contact.ts';
import type { VolumeId } from '../../map-entry.ts';
import type { Ballot } from '../../messages/lineage.ts';
import type { MutantSet } from '../../mutants.ts';
import type { CellCommand, CellName, CellRecord } from '../cell-record.ts';
import type { Pledge, StoredPledge } from './control-store.ts';
import type { cellMemberMachine } from './machine.ts';

/** A volume, and the cell that had it in the beginning. */
export interface ControlledVolume {
  readonly id: VolumeId;
  readonly firstCell: CellName;
  /** Its snapshots have contents: the volume is cut before one is taken. */
  readonly isCut: boolean;
  /** Of a restored volume whose snapshots have contents: what it begins with; else null. */
  readonly origin: { readonly store: ActorId; readonly root: string } | null;
}

/** What a cell member is started with. */
export interface CellMemberInput {
  readonly cell: CellName;
  /** The members of the cell, one on each of its hosts; this one is among them. */
  readonly members: readonly ActorId[];
  /** The device of this node that the pledges lie on. */
  readonly device: string;
  /** Every volume, whether it is in this cell or not, in the order of the device. */
  readonly volumes: readonly ControlledVolume[];
  readonly authorities: readonly ActorId[];
  readonly mutants: MutantSet;
}

/** A reply that waits for the pledge that it tells of to be durable. */
export interface WaitingReply {
  readonly sequence: number;
  readonly to: ActorId;
  readonly message: Message;
  /** The record that is accepted with it, for the record of the run. */
  readonly accepted: Pledge['accepted'];
}

/** One volume at this member as an acceptor. */
export interface Acceptor {
  /** What the pledge will be when all that was asked for is durable. */
  pledge: StoredPledge;
  /** What is on its way to the device. */
  writing: StoredPledge | null;
  replies: WaitingReply[];
  /** Neither place could be read: what was promised is not known, so nothing is ever again. */
  isDamaged: boolean;
}

/** Somebody wants to know what the cell is to a volume, after a command if there is one. */
export interface Ask {
  readonly from: ActorId;
  readonly reqId: number;
  readonly command: CellCommand | null;
  /** By the clock of the member: then it answers that it does not know. */
  readonly untilNs: Ns;
  /** For a take: the cut that was made for it; null where there is none. */
  readonly made: MadeCut | null;
}

/** A cut of the volume for a take. */
export interface MadeCut {
  readonly cut: string;
  /** Snapshots that the cell had taken, or taken over, before it was begun. */
  readonly count: number;
}

/** A take whose turn it is: the volume is cut for it, or that cut is being recorded. */
export interface Cutting {
  readonly ask: Ask;
  /** Null while the next attempt is waited for. */
  readonly made: MadeCut | null;
}

/** An attempt to answer an ask: a full round over the cell's members. */
export interface Round {
  readonly ask: Ask;
  readonly phase: 'leasing' | 'preparing' | 'accepting' | 'backing-off';
  readonly ballot: Ballot;
  /** How many ballots were refused. */
  readonly refusedCount: number;
  /** Questions that had come when the members were asked to accept: it answers them, too. */
  readonly alongside: readonly Ask[];
  /** What members have promised, with what they had accepted. */
  readonly promises: ReadonlyMap<ActorId, Pledge['accepted']>;
  readonly accepts: ReadonlySet<ActorId>;
  /** What is to be accepted; null before most have promised. */
  readonly proposed: CellRecord | null;
}

/** The right to take snapshots of a volume, by the clock of the member. */
export interface CellLease {
  readonly untilNs: Ns;
  /** From when on it is asked for again, though it is not over. */
  readonly renewNs: Ns;
}

/** One volume at this member as a coordinator. */
export interface Coordinator {
  round: Round | null;
  readonly asks: Ask[];
  /** Null before the first. */
  lease: CellLease | null;
  /** Requests whose snapshots nobody will ever publish, as far as the authority has told. */
  givenUp: readonly string[];
  /** The highest count of a ballot that was heard of. */
  highestCount: number;
  /** One at a time. */
  cutting: Cutting | null;
  /** Takes that wait for theirs. */
  readonly cutAsks: Ask[];
  /** Counts cuts of this life. */
  cutCount: number;
  /** Of a restored volume: what it begins with is there. */
  hasBegun: boolean;
}

/** All of the memory of a cell member. */
export interface CellMemberState {
  readonly input: CellMemberInput;
  machine: ModeOf<typeof cellMemberMachine>;
  /** Counts readings of the device; completions of an earlier one are ignored. */
  readingCount: number;
  readonly acceptors: Map<VolumeId, Acceptor>;
  readonly coordinators: Map<VolumeId, Coordinator>;
  readonly authority: AuthorityContact;
}

/** One step of a cell member. */
export type MemberStep = ModalStep<CellMemberState>;

/** A copy for forks: what changes in place is copied, the rest is shared. */
export function copyMember(state: CellMemberState): CellMemberState {
  return {
    ...state,
    acceptors: new Map(
      [...state.acceptors].map(([id, one]) => [id, { ...one, replies: one.replies.slice() }]),
    ),
    coordinators: new Map(
      [...state.coordinators].map(([id, one]) => [
        id,
        { ...one, asks: one.asks.slice(), cutAsks: one.cutAsks.slice() },
      ]),
    ),
    authority: { ...state.authority },
  };
}

/** A coordinator of a volume that nobody has asked about. */
export function idleCoordinator(): Coordinator {
  const ofRounds = { round: null, asks: [], lease: null, givenUp: [], highestCount: 0 };
  return { ...ofRounds, cutting: null, cutAsks: [], cutCount: 0, hasBegun: false };
}
