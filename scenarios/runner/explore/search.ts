// Searches a protocol in every state, or replays one way through it.
import { type ProtocolSpace, protocols } from '../../../model/index.ts';
import { type SearchPath, type SearchResult, searchStates } from '../../../sim/index.ts';
import { countedAs } from './counted.ts';
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
  /** The shortest way to what is wrong; null where nothing is. */
  readonly way: Way | null;
}

/** A way through a protocol. */
export interface Way {
  readonly steps: readonly WayStep[];
  /** The state at its end. */
  readonly state: readonly string[];
}

/** A step in words, and the earlier steps, counted from 1, that it goes by. */
export interface WayStep {
  readonly text: string;
  readonly after: readonly number[];
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
    what: violation?.what ?? (stuck === null ? null : stuckText(space, stuck.path, stuck.count)),
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

function stuckText(space: ProtocolSpace, { rows }: SearchPath, count: number): string {
  const states = `${countedAs(count, 'state')} ${count === 1 ? 'is' : 'are'}`;
  const corner = space.name(rows.at(-1) ?? Uint16Array.from(space.initial));
  return `can-finish: ${states} stuck, no router can end every request; here: ${corner}`;
}

function wayOf(space: ProtocolSpace, path: SearchPath): Way {
  const { steps, rows } = path;
  return {
    steps: steps.map((step, at) => ({
      text: space.label(step),
      after: space.causes(path, at).map((cause) => cause + 1),
    })),
    state: space.describe(rows.at(-1) ?? Uint16Array.from(space.initial)),
  };
}

function replaySteps(space: ProtocolSpace, steps: readonly string[]): ExplorationResult {
  const rows = [Uint16Array.from(space.initial)];
  const path = { steps: [] as number[], rows };
  let what = space.violation(rows[0]!);
  for (const step of steps) {
    const next = what === null ? stepNamed(space, rows.at(-1)!, step) : null;
    if (next === null) break;
    path.steps.push(next.step);
    rows.push(next.row);
    what = space.violation(next.row);
  }
  const takenCount = path.steps.length;
  const isWhole = takenCount === steps.length;
  const at = `step ${takenCount + 1} of ${steps.length}`;
  const missing = `${at}, '${steps[takenCount]}', is not possible`;
  // A way into a corner breaks nothing by itself: it ends where nothing leads on.
  const isStuck = isWhole && what === null && !canFinish(space, rows.at(-1)!);
  return {
    status: what !== null ? 'violated' : isStuck ? 'stuck' : isWhole ? 'held' : 'not replayable',
    what: what ?? (isStuck ? stuckText(space, path, 1) : isWhole ? null : missing),
    stateCount: takenCount + 1,
    stepCount: takenCount,
    depth: takenCount,
    stuckCount: isStuck ? 1 : 0,
    coverage: space.coverage(),
    way: wayOf(space, path),
  };
}

function stepNamed(
  space: ProtocolSpace,
  row: Uint16Array,
  name: string,
): { readonly row: Uint16Array<ArrayBuffer>; readonly step: number } | null {
  let found: { readonly row: Uint16Array<ArrayBuffer>; readonly step: number } | null = null;
  space.expand(row, (next, step) => {
    if (found === null && space.label(step) === name) found = { row: Uint16Array.from(next), step };
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
      open.push(Uint16Array.from(next));
    });
  }
  return false;
}
