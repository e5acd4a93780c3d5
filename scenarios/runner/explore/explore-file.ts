// One exploration file from beginning to end: searched, told, and what it found kept.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { portablePath } from '../files.ts';
import type { Palette } from '../reporters/palette.ts';
import type { ExitCode, Shell } from '../shell.ts';
import type { Exploration } from './exploration.ts';
import { type ExplorationResult, explorationOf } from './search.ts';
import { explorationText, replayText } from './text.ts';

const exitOf = {
  held: 0,
  violated: 1,
  stuck: 1,
  inconclusive: 3,
  'not replayable': 2,
} as const satisfies Record<ExplorationResult['status'], ExitCode>;

/** Explores, prints what came of it, and writes a way to what is wrong below `root`. */
export function exploreFile(
  exploration: Exploration,
  shell: Shell,
  how: { readonly root: string; readonly quiet: boolean; readonly colors: Palette },
): ExitCode {
  const result = explorationOf(exploration, (stateCount) => {
    shell.err(`${exploration.name}: ${stateCount} states so far\n`);
  });
  const { root, quiet, colors } = how;
  const isFound = exploration.steps === null && result.way !== null;
  const saved = isFound ? saveFound(root, exploration, result) : null;
  const exit = exitOf[result.status];
  if (!quiet || exit !== 0) shell.out(explorationText(exploration, result, { saved, colors }));
  return exit;
}

/** Keeps the way that was found below `root`, in a file that replays it. */
export function saveFound(
  root: string,
  exploration: Exploration,
  result: ExplorationResult,
): string {
  const { name, mutants, without } = exploration;
  const directory = path.join(root, name);
  mkdirSync(directory, { recursive: true });
  const wrong = [...mutants, ...without.map((rule) => `without-${rule.replace('/', '-')}`)];
  const file = path.join(directory, `${wrong.join('+') || 'counterexample'}.yaml`);
  writeFileSync(file, replayText(exploration, result));
  return portablePath(file);
}
