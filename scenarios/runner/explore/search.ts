// Searches a protocol in every state, or replays one way through it.
import { type ProtocolSpace, protocols } from '../../../model/index.ts';
import { type SearchPath, type SearchResult, searchStates } from '../../../sim/index.ts';
import type { Exploration } from './exploration.ts';

/** How an exploration ended. */
export interface ExplorationResult {
  readonly status: 'held' | 'violated' | 'stuck' | 'inconclusive' | 'not replayable';
  /** Which property was broken, and how; null where none was. */
  readonly what: string | null;
  /** The states and steps that were looked at. */
  readonly stateCount: number;
  readonly stepCount: number;
  readonly depth: number;
  readonly stuckCount: number;
  readonly coverage: { readonly appliedCount: number; readonly ruleCount: number };
  /** The shortest way to what is wrong: steps in words, and the state at its end. */
  readonly way: { readonly steps: readonly string[]; readonly state: readonly string[] } | null;
}

/** Searches, or replays where steps are given. */
export function explorationOf(
  exploration: Exploration,
  onProgress?: (stateCount: number) => void,
): ExplorationResult {
  const space: ProtocolSpace = protocols[exploration.protocol].open(exploration);
  if (exploration.steps !== null) return replaySteps(space, exploration.steps);
  const { stateMax } = exploration;
  const result = searchStates(space, {
    stateMax,
    ...(onProgress === undefined ? {} : { onProgress }),
  });
  const { stateCount, stepCount, depth, violation, stuck } = result;
  const path = violation?.path ?? stuck?.path ?? null;
  return {
    status: statusOf(result),
    what: violation?.what ?? (stuck === null ? null : stuckText(stuck.count)),
    stateCount,
    stepCount,
    depth,
    stuckCount: stuck?.count ?? 0,
    coverage: space.coverage(),
    way: path === null ? null : wayOf(space, path),
  };
}

function statusOf(result: SearchResult): ExplorationResult['status'] {
  if (result.violation !== null) return 'violated';
  if (!result.complete) return 'inconclusive';
  return result.stuck === null ? 'held' : 'stuck';
}

function stuckText(count: number): string {
  return `can-finish: from ${count} states no request can be brought to its end`;
}

function wayOf(space: ProtocolSpace, { steps, rows }: SearchPath): ExplorationResult['way'] {
  const last = rows.at(-1) ?? Uint16Array.from(space.initial);
  return { steps: steps.map((step) => space.label(step)), state: space.describe(last) };
}

function replaySteps(space: ProtocolSpace, steps: readonly string[]): ExplorationResult {
  let row: Uint16Array = Uint16Array.from(space.initial);
  let what = space.violation(row);
  const taken: string[] = [];
  for (const step of steps) {
    const next = what === null ? stepNamed(space, row, step) : null;
    if (next === null) break;
    row = next;
    taken.push(step);
    what = space.violation(row);
  }
  const isWhole = taken.length === steps.length;
  const at = `step ${taken.length + 1} of ${steps.length}`;
  const missing = `${at}, '${steps[taken.length]}', is not possible`;
  // A way into a corner breaks nothing by itself: it ends where nothing leads on.
  const isStuck = isWhole && what === null && !canFinish(space, row);
  return {
    status: what !== null ? 'violated' : isStuck ? 'stuck' : isWhole ? 'held' : 'not replayable',
    what: what ?? (isStuck ? stuckText(1) : isWhole ? null : missing),
    stateCount: taken.length + 1,
    stepCount: taken.length,
    depth: taken.length,
    stuckCount: isStuck ? 1 : 0,
    coverage: space.coverage(),
    way: { steps: taken, state: space.describe(row) },
  };
}

function stepNamed(space: ProtocolSpace, row: Uint16Array, name: string): Uint16Array | null {
  let found: Uint16Array | null = null;
  space.expand(row, (next, step) => {
    if (found === null && space.label(step) === name) found = next;
  });
  return found;
}

// Whether those who have to bring things to an end can, from this state on.
function canFinish(space: ProtocolSpace, from: Uint16Array): boolean {
  const seen = new Set<string>([from.join()]);
  const open = [from];
  for (let row = open.pop(); row !== undefined; row = open.pop()) {
    if (space.isDone(row)) return true;
    space.rescue(row, (next) => {
      const key = next.join();
      if (seen.has(key)) return;
      seen.add(key);
      open.push(next);
    });
  }
  return false;
}
