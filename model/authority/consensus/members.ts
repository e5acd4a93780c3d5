// What the members of a map authority are told, and how they go about it.
import type { ActorId } from '../../../sim/index.ts';
import type { MutantSet } from '../../mutants.ts';
import type { ConsensusRules } from './state.ts';

/** What a register of several members is started with. */
export interface MembersInput {
  /** All members, this one too. */
  readonly ids: readonly ActorId[];
  /** The least time that a member waits for its leader. */
  readonly electionMinNs: number;
  readonly heartbeatNs: number;
}

/** The rules that the mutants leave. */
export function rulesOf({ electionMinNs }: MembersInput, mutants: MutantSet): ConsensusRules {
  return {
    electionMinNs,
    // As long as the last follower may wait for it.
    quorumLostNs: 2 * electionMinNs,
    commitsAlone: mutants.has('commit-without-majority'),
    forgetsVotes: mutants.has('vote-forgotten'),
    votesBlindly: mutants.has('votes-for-shorter-log'),
  };
}
