// A fault that never struck has tested nothing: the verdict is inconclusive and says which.
import type { Judgement, MissedFault } from '../../sim/index.ts';

/** A judgement `not exercised` for each fault of the schedule that never struck. */
export function missedJudgements(missed: readonly MissedFault[]): readonly Judgement[] {
  return missed.map(({ faultId, fault, reason }) => ({
    id: `fault ${faultId}, ${fault} (${reason})`,
    mode: 'sometimes',
    status: 'not exercised',
    evaluatedCount: 0,
    violation: null,
  }));
}
