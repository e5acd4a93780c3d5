// The outcome of one run as text for a terminal: the verdict first, then why, then what to type
// next.
import type { InjectedFault, Judgement, SliceLine, Verdict } from '../../../sim/index.ts';
import type { SourcePosition } from '../problems.ts';
import type { Scenario } from '../scenario.ts';
import { asciiText, type Palette } from './palette.ts';

/** What is told of a run. */
export interface RunStory {
  readonly verdict: Verdict;
  readonly scenario: Scenario;
  /** Null when nothing was written. */
  readonly directory: string | null;
  readonly hasReport: boolean;
  /** Everything that was exercised, not only the most frequent. */
  readonly verbose: boolean;
  /** True writes nothing that is not ASCII. */
  readonly ascii: boolean;
}

/** Names listed in one line of a summary. */
const listedCountMax = 4;

/** The whole text of a run, ending in a newline. */
export function runText(story: RunStory, colors: Palette): string {
  const lines =
    story.verdict.status === 'held' ? heldLines(story, colors) : brokenLines(story, colors);
  const text = `${lines.join('\n')}\n`;
  return story.ascii ? asciiText(text) : text;
}

function heldLines(story: RunStory, colors: Palette): readonly string[] {
  const { verdict } = story;
  return [
    headline(verdict, colors),
    ...summaryLines(story, colors),
    ...pointerLines(story, colors),
  ];
}

function brokenLines(story: RunStory, colors: Palette): readonly string[] {
  const { verdict, scenario } = story;
  const broken = verdict.properties.filter((property) => property.status === 'violated');
  return [
    headline(verdict, colors),
    '',
    ...broken.flatMap((property) => violationLines(property, colors)),
    ...reasonLines(verdict, colors),
    ...sliceLines(verdict, colors),
    ...faultLines(verdict.faults, colors),
    ...pointerLines(story, colors),
    ...sourceLines(verdict, scenario, colors),
    '',
    ...summaryLines(story, colors),
  ];
}

function headline(verdict: Verdict, colors: Palette): string {
  const { status, exit } = verdict;
  const { signs } = colors;
  const word = exit === 4 ? 'thresholds broken' : status;
  const title = `${verdict.scenario}  seed ${verdict.seed}  ${word}`;
  if (exit === 0) return ` ${colors.good(signs.held)} ${colors.bold(title)}`;
  const paint = status === 'inconclusive' ? colors.doubtful : colors.bad;
  const sign = status === 'inconclusive' ? signs.unknown : signs.broken;
  return ` ${paint(sign)} ${colors.bold(title)}`;
}

function violationLines(property: Judgement, colors: Palette): readonly string[] {
  const { violation } = property;
  const at =
    violation === null
      ? ''
      : `  at t=${seconds(violation.atNs)} s, ` +
        (violation.eventIndex === null ? 'judged at the end' : `event #${violation.eventIndex}`);
  const title = `${key('PROPERTY', colors)} ${colors.bad(property.id)}  (${property.mode})${at}`;
  if (violation === null) return [title, ''];
  return [
    title,
    `${key('WHAT', colors)} ${violation.what}`,
    `     expected  ${violation.expected}`,
    `     observed  ${violation.observed}`,
    '',
  ];
}

function reasonLines(verdict: Verdict, colors: Palette): readonly string[] {
  const { reasons } = verdict;
  if (reasons.length === 0) return [];
  const neverReached = verdict.properties.some(
    ({ mode, status }) => mode === 'sometimes' && status === 'not exercised',
  );
  const advice = neverReached ? ['a sweep needs it from one seed only: stormcell sweep'] : [];
  const lines = [...reasons, ...(verdict.status === 'inconclusive' ? advice : [])];
  return [...lines.map((line, index) => `${key(index === 0 ? 'REASON' : '', colors)} ${line}`), ''];
}

function sliceLines(verdict: Verdict, colors: Palette): readonly string[] {
  const { slice } = verdict;
  if (slice.length === 0) return [];
  const actorWidth = Math.max(...slice.map((line) => line.actor.length));
  const timeWidth = Math.max(...slice.map((line) => seconds(line.atNs).length));
  const one = (line: SliceLine) => {
    const time = `${seconds(line.atNs).padStart(timeWidth)} s`;
    const mark = line.suspicious ? `  ${colors.signs.suspicious} suspicious` : '';
    const text = `     ${time}  ${line.actor.padEnd(actorWidth)}  ${line.text}${mark}`;
    return line.suspicious ? colors.doubtful(text) : text;
  };
  const extent = `${slice.length} of ${verdict.eventCount} events`;
  const head = `${key('WHY', colors)} causal slice, ${extent}`;
  return [head, ...slice.map(one), ''];
}

function faultLines(faults: readonly InjectedFault[], colors: Palette): readonly string[] {
  if (faults.length === 0) return [];
  const kindWidth = Math.max(...faults.map((fault) => fault.fault.length));
  const startWidth = Math.max(...faults.map((fault) => seconds(fault.startNs).length));
  const one = (fault: InjectedFault) => {
    const start = `${seconds(fault.startNs).padStart(startWidth)} s`;
    const end = fault.endNs === null ? 'never undone' : `until ${seconds(fault.endNs)} s`;
    const params = Object.entries(fault.params).map(
      ([name, value]) => `${name}: ${JSON.stringify(value)}`,
    );
    const parts = [fault.targets.join(' '), end, ...params].filter((part) => part !== '');
    return `     ${start}  ${fault.fault.padEnd(kindWidth)}  ${parts.join('  ')}`;
  };
  return [`${key('FAULTS', colors)} ${faults.length}`, ...faults.map(one), ''];
}

function pointerLines(story: RunStory, colors: Palette): readonly string[] {
  const { directory, verdict } = story;
  if (directory === null)
    return verdict.replay === '' ? [] : [`${key('REPLAY', colors)} ${verdict.replay}`];
  return [
    `${key('REPLAY', colors)} npx stormcell replay ${directory}/repro.yaml`,
    ...(story.hasReport ? [`${key('REPORT', colors)} ${directory}/report.html`] : []),
  ];
}

function sourceLines(verdict: Verdict, scenario: Scenario, colors: Palette): readonly string[] {
  const sources = new Map<string, SourcePosition>();
  const { always, eventually, sometimes, violates } = scenario.expect;
  for (const { property, source } of [...always, ...eventually, ...sometimes, ...violates]) {
    sources.set(property, source);
  }
  const concerned = [...verdict.properties].sort(
    (a, b) => Number(b.status === 'violated') - Number(a.status === 'violated'),
  );
  const first = concerned.find(
    (property) => property.status !== 'held' && sources.has(property.id),
  );
  const source = first === undefined ? undefined : sources.get(first.id);
  const broken = verdict.thresholds.find((threshold) => threshold.status !== 'held');
  const limit = scenario.expect.thresholds.find(
    (threshold) => threshold.metric === broken?.metric,
  )?.source;
  const place = source ?? limit;
  if (place === undefined) return [];
  return [`${key('SCENARIO', colors)} ${place.file}:${place.line}:${place.column}`];
}

function summaryLines(story: RunStory, colors: Palette): readonly string[] {
  const { verdict, verbose } = story;
  const { signs } = colors;
  const mark = (status: string) =>
    status === 'held'
      ? colors.good(signs.held)
      : status === 'not exercised'
        ? colors.doubtful(signs.unknown)
        : colors.bad(signs.broken);
  const listed = (modes: readonly string[]) =>
    verdict.properties
      .filter((property) => modes.includes(property.mode))
      // What did not hold comes first: a cut list never hides it.
      .sort((a, b) => Number(a.status === 'held') - Number(b.status === 'held'))
      .map((property) => `${property.id} ${property.evaluatedCount} ${mark(property.status)}`);
  const limits = verdict.thresholds.map(
    ({ metric, expected, observed, status }) =>
      `${metric} ${expected}: ${observed} ${mark(status)}`,
  );
  const measured = (verdict.measures ?? []).map(({ measure, text }) => `${measure} ${text}`);
  const exercised = Object.entries(verdict.exercised)
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .map(([name, count]) => `${name} ${count}`);
  const counts =
    `${seconds(verdict.simulatedNs)} s simulated, ${verdict.eventCount} events, ` +
    `${verdict.faults.length} faults, fingerprint ${verdict.fingerprint}`;
  return [
    ...row('Properties', listed(['always', 'eventually']), colors, verbose),
    ...row('Sometimes', listed(['sometimes']), colors, verbose),
    ...row('Thresholds', limits, colors, true),
    ...row('Survives', budgetCells(verdict, colors), colors, true),
    ...row('Measures', measured, colors, verbose),
    ...row('Exercised', exercised, colors, verbose),
    colors.dim(`   ${counts}`),
  ];
}

/** What was used of each line of the declared budget; what stepped outside excuses the rest. */
function budgetCells({ budget }: Verdict, colors: Palette): readonly string[] {
  if (budget === undefined) return [];
  const { signs } = colors;
  return budget.lines.map(({ line, used, declared }) => {
    const isOutside = budget.outside.some((excess) => excess.line === line);
    const sign = isOutside ? colors.doubtful(signs.unknown) : colors.good(signs.held);
    return `${line} ${used} of ${declared} ${sign}`;
  });
}

function row(
  title: string,
  cells: readonly string[],
  colors: Palette,
  all: boolean,
): readonly string[] {
  if (cells.length === 0) return [];
  const listed = all ? cells : cells.slice(0, listedCountMax);
  const rest = cells.length - listed.length;
  const more = rest === 0 ? '' : colors.dim(`   and ${rest} more`);
  return [`   ${title.padEnd(11)}${listed.join('   ')}${more}`];
}

function key(word: string, colors: Palette): string {
  return `   ${colors.bold(word.padEnd(8))}`;
}

/**
 * Nanoseconds as seconds with six digits: fine enough to find an event by, the same width in a
 * column.
 */
function seconds(ns: number): string {
  return (Math.round(ns / 1000) / 1_000_000).toFixed(6);
}
