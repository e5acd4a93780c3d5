// How a re-mirror says what stage it is in, and a move, which is the same with nothing lost.
import type { ReMirrorPlan } from './machine.ts';

type StageMarks = Readonly<Record<'started' | 'finished' | 'abandoned', string>>;

const repairMarks: StageMarks = {
  started: 're-mirror.started',
  finished: 're-mirror.finished',
  abandoned: 're-mirror.abandoned',
};
const moveMarks: StageMarks = {
  started: 'move.started',
  finished: 'move.finished',
  abandoned: 'move.abandoned',
};

/** The marks of a repair, or of a move. */
export function stageMarks({ move }: ReMirrorPlan): StageMarks {
  return move === null ? repairMarks : moveMarks;
}
