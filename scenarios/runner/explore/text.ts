// What an exploration came to, as text for a terminal and as the file that replays its finding.
import { protocols } from '../../../model/index.ts';
import type { Palette } from '../reporters/palette.ts';
import type { Exploration } from './exploration.ts';
import type { ExplorationResult } from './search.ts';

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
  const { stateCount, stepCount, depth, coverage } = result;
  lines.push(
    `   STATES   ${counted(stateCount)} states, ${counted(stepCount)} steps, ${depth} deep`,
    `   RULES    ${coverage.appliedCount} of ${coverage.ruleCount} pairs were seen and decided by`,
  );
  if (isHeld && exploration.steps === null) lines.push(...provedLines(exploration));
  if (saved !== null) lines.push(`   REPLAY   npx stormcell run ${saved}`);
  return `${lines.join('\n')}\n`;
}

function wayLines(way: NonNullable<ExplorationResult['way']>): readonly string[] {
  const width = String(way.steps.length).length;
  return [
    '',
    `   WHY      the shortest way, ${way.steps.length} steps`,
    ...way.steps.map((step, at) => `     ${String(at + 1).padStart(width)}  ${step}`),
    '',
    ...way.state.map((line) => `     ${line}`),
    '',
  ];
}

function provedLines(exploration: Exploration): readonly string[] {
  const { properties } = protocols[exploration.protocol];
  return Object.entries(properties).map(([id, summary]) => `   PROVED   ${id}: ${summary}`);
}

function counted(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** A file that takes the same way again. */
export function replayText(exploration: Exploration, result: ExplorationResult): string {
  const { requests, moves, takeover, mutants, without } = exploration;
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
    `  takeover: ${takeover}`,
    ...listed('mutants', mutants),
    ...listed('without', without),
    '  steps:',
    ...(result.way?.steps ?? []).map((step) => `    - ${JSON.stringify(step)}`),
    '',
  ].join('\n');
}
