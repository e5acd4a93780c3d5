// What an exploration came to, as text for a terminal and as the file that replays its finding.
import { protocols } from '../../../model/index.ts';
import type { Palette } from '../reporters/palette.ts';
import { counted, countedAs } from './counted.ts';
import type { Exploration } from './exploration.ts';
import type { ExplorationResult, Way } from './search.ts';

/** The whole text, ending in a newline. */
export function explorationText(
  exploration: Exploration,
  result: ExplorationResult,
  told: { readonly saved: string | null; readonly colors: Palette },
): string {
  const { colors, saved } = told;
  const { held, broken, unknown } = colors.signs;
  const isHeld = result.status === 'held';
  const sign = isHeld
    ? colors.good(held)
    : result.status === 'inconclusive'
      ? colors.doubtful(unknown)
      : colors.bad(broken);
  const lines = [` ${sign} ${exploration.name}  ${result.status}`];
  if (result.what !== null) lines.push('', `   WHAT     ${result.what}`);
  if (result.way !== null && !isHeld) lines.push(...wayLines(result.way));
  const { stateCount, stepCount, depth } = result;
  const { appliedCount, ruleCount } = result.coverage;
  lines.push(
    `   STATES   ${counted(stateCount)} states, ${counted(stepCount)} steps, ${depth} deep`,
    `   RULES    ${appliedCount} of ${ruleCount} were applied: one for each pair, in each order`,
  );
  if (isHeld && exploration.steps === null) lines.push(...provedLines(exploration));
  if (saved !== null) lines.push(`   REPLAY   npx stormcell run ${saved}`);
  return `${lines.join('\n')}\n`;
}

function wayLines({ steps, state }: Way): readonly string[] {
  const how =
    steps.length === 0
      ? 'it begins like this'
      : `the shortest way, ${countedAs(steps.length, 'step')}; <- names those a step follows from`;
  const numberWidth = String(steps.length).length;
  const textWidth = Math.max(0, ...steps.map(({ text }) => text.length));
  return [
    '',
    `   WHY      ${how}`,
    ...steps.map(({ text, after }, at) => {
      const line = `     ${String(at + 1).padStart(numberWidth)}  ${text.padEnd(textWidth)}`;
      return (after.length === 0 ? line : `${line}  <- ${after.join(', ')}`).trimEnd();
    }),
    '',
    '   STATE    at its end',
    ...state.map((line) => `     ${line}`),
    '',
  ];
}

function provedLines(exploration: Exploration): readonly string[] {
  const { properties } = protocols[exploration.protocol];
  return Object.entries(properties).map(([id, summary]) => `   PROVED   ${id}: ${summary}`);
}

/** A file that takes the same way again. */
export function replayText(exploration: Exploration, result: ExplorationResult): string {
  const { requests, moves, cells, takeover, rollBacks, mutants, without } = exploration;
  const steps = result.way?.steps ?? [];
  const listed = (key: string, values: readonly string[]) =>
    values.length === 0 ? [] : [`  ${key}: [${values.join(', ')}]`];
  return [
    `# The shortest way to: ${result.what ?? 'nothing wrong'}`,
    'version: 1',
    `scenario: ${exploration.name}-found`,
    `summary: ${JSON.stringify(exploration.summary)}`,
    'explore:',
    `  protocol: ${exploration.protocol}`,
    `  requests: [${requests.join(', ')}]`,
    `  moves: ${moves}`,
    `  cells: ${cells}`,
    `  takeover: ${takeover}`,
    `  rollBacks: ${rollBacks}`,
    ...listed('mutants', mutants),
    ...listed('without', without),
    // A protocol may be stuck from the beginning.
    steps.length === 0 ? '  steps: []' : '  steps:',
    ...steps.map(({ text }) => `    - ${JSON.stringify(text)}`),
    '',
  ].join('\n');
}
