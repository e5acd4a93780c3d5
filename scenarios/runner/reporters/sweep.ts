// The outcome of many seeds as text: failed seeds by class, then what was exercised, then the sum.
import type { RuleRow } from '../../../reports/index.ts';
import { coverageCounts } from '../../../sim/index.ts';
import type { Count, FailedSeed, SweepTally } from '../sweep-tally.ts';
import { asciiText, type Palette } from './palette.ts';

/** What is told of a sweep. */
export interface SweepStory {
  readonly name: string;
  readonly tally: SweepTally;
  readonly ascii: boolean;
}

/** Failed seeds listed of one class. */
const listedSeedCountMax = 10;

/** The whole text of a sweep, ending in a newline. */
export function sweepText(story: SweepStory, colors: Palette): string {
  const { name, tally } = story;
  const { signs } = colors;
  const exit = tally.exit();
  const sign =
    exit === 0 ? colors.good(signs.held) : colors.bad(exit === 3 ? signs.unknown : signs.broken);
  const failedCount = tally.failed.length;
  const passedCount = tally.seedCount - failedCount;
  const counts = [...tally.counts.values()];
  const lines = [
    ` ${sign} ${colors.bold(`${name}  ${tally.seedCount} seeds`)}, ` +
      `${passedCount} passed, ${failedCount} failed`,
    ...failureLines(tally.failed, colors),
    ...countLines('Properties', counts, ['always', 'eventually'], colors),
    ...countLines('Sometimes', counts, ['sometimes'], colors),
    ...countLines('Thresholds', counts, ['threshold'], colors),
    ...coverageLines(tally),
    ...ruleLines(tally.rules.rows()),
    ...expectedLines(tally, colors),
    ...(tally.isOfWrongVariant() ? [] : tally.unexercised()).map(
      (count) => `   ${colors.doubtful('REASON')}     ${reason(count)}`,
    ),
    ...(tally.undecidedCount === 0
      ? []
      : [`   REASON     ${tally.undecidedCount} seeds ended inconclusive`]),
    colors.dim(
      `   ${(tally.simulatedNs / 1e9).toFixed(3)} s simulated, ${tally.eventCount} events`,
    ),
  ];
  const text = `${lines.join('\n')}\n`;
  return story.ascii ? asciiText(text) : text;
}

/** What came of a known wrong variant: seeds that show it, and seeds that do not. */
function expectedLines(tally: SweepTally, colors: Palette): readonly string[] {
  if (!tally.isOfWrongVariant()) return [];
  const { expectedCount, unviolated, seedCount } = tally;
  const paint = expectedCount > 0 ? colors.good : colors.bad;
  const listed = unviolated.slice(0, listedSeedCountMax).join(' ');
  const rest = unviolated.length - listedSeedCountMax;
  const more = rest > 0 ? ` and ${rest} more` : '';
  return [
    `   ${'Violated'.padEnd(11)}${paint(`${expectedCount} of ${seedCount} seeds, as expected`)}` +
      (unviolated.length === 0 ? '' : `; not by ${listed}${more}`),
  ];
}

function failureLines(failed: readonly FailedSeed[], colors: Palette): readonly string[] {
  const classes = new Map<string, FailedSeed[]>();
  for (const seed of failed)
    classes.set(seed.failure, [...(classes.get(seed.failure) ?? []), seed]);
  return [...classes].flatMap(([failure, seeds]) => {
    const listed = seeds.slice(0, listedSeedCountMax);
    const rest = seeds.slice(listedSeedCountMax).map((one) => one.seed);
    return [
      '',
      `   ${colors.bad(failure)}  ${seeds.length} seeds`,
      ...listed.map(({ seed, directory }) =>
        directory === null
          ? `     seed ${seed}`
          : `     seed ${seed}  npx stormcell replay ${directory}/repro.yaml`,
      ),
      ...(rest.length === 0
        ? []
        : [`     and ${rest.length} more: ${rest.slice(0, 20).join(' ')}`]),
      '',
    ];
  });
}

function countLines(
  title: string,
  counts: readonly Count[],
  modes: readonly Count['mode'][],
  colors: Palette,
): readonly string[] {
  const { signs } = colors;
  const cells = counts
    .filter((count) => modes.includes(count.mode))
    .map(({ name, mode, heldCount, failedCount, exercisedCount }) => {
      const mark =
        failedCount > 0
          ? colors.bad(signs.broken)
          : exercisedCount === 0
            ? colors.doubtful(signs.unknown)
            : colors.good(signs.held);
      const share = mode === 'sometimes' ? `${exercisedCount}` : `${heldCount}/${exercisedCount}`;
      return `${name} ${share} ${mark}`;
    });
  return cells.length === 0 ? [] : [`   ${title.padEnd(11)}${cells.join('   ')}`];
}

/** Parts of a sweep after which is told how many pairs were reached. */
const growthPartCount = 4;

/** A state and a kind of fault are a pair; possible are those of all states that are known. */
function coverageLines({ coverage, reachedCounts }: SweepTally): readonly string[] {
  const { reachedCount, possibleCount } = coverageCounts(coverage.coverage());
  if (possibleCount === 0) return [];
  const title = 'Coverage'.padEnd(11);
  const { length } = reachedCounts;
  const growth = Array.from({ length: growthPartCount }, (_, part) => {
    const seedCount = Math.ceil((length * (part + 1)) / growthPartCount);
    return `${reachedCounts[seedCount - 1]} after ${seedCount}`;
  });
  return [
    `   ${title}${reachedCount} of ${possibleCount} states x fault kinds reached`,
    ...(length < growthPartCount ? [] : [`   ${' '.repeat(11)}${growth.join(', ')} seeds`]),
  ];
}

/** Pairs that were never met are named when there are so few. */
const namedPairsMax = 12;

/** Which pairs of observations routers decided by; nothing where none decided anything. */
function ruleLines(rules: readonly RuleRow[]): readonly string[] {
  if (rules.length === 0) return [];
  const met = rules.filter(({ count }) => count > 0);
  const decisionCount = met.reduce((sum, { count }) => sum + count, 0);
  const never = rules.filter(({ count }) => count === 0);
  const names = never.map(({ first, alternate }) => `${first}/${alternate}`);
  const rest = never.length === 0 || never.length > namedPairsMax ? '' : `; not ${names.join(' ')}`;
  return [
    `   ${'Rules'.padEnd(11)}${met.length} of ${rules.length} pairs of observations met ` +
      `in ${decisionCount} decisions${rest}`,
  ];
}

/** What all scenarios of a sweep came to together. */
export function rulesText(rules: readonly RuleRow[], picture: string): string {
  return `${[' All scenarios', ...ruleLines(rules), `   PICTURE    ${picture}`].join('\n')}\n`;
}

function reason({ name, mode }: Count): string {
  return mode === 'sometimes'
    ? `'${name}' was reached by no seed; run more seeds or make it likelier`
    : `'${name}' was evaluated in no seed; the runs did nothing that it judges`;
}
