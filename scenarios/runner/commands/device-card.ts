import type { AccuracyCard, GateName } from '../device/gates/gate.ts';
import { type ExitCode, exitCodes, type Shell, UsageError } from '../shell.ts';
import { unknownName } from '../suggest.ts';
import { version } from '../version.ts';
import { type Command, commonOptions, type OptionValues } from './command.ts';
import { writeText } from './device-options.ts';
import { textOption } from './reading.ts';

/** Recordings of real disks, seen from the root of the project. */
const dataDefault = '../shared/data';

/** `stormcell device card`: how accurate the device models are. */
export const deviceCardCommand: Command = {
  name: 'card',
  argument: '[gate...]',
  summary: 'the accuracy card: each gate, what it expects, what is found',
  options: [
    { flags: '--out <file>', summary: 'write the card as a page with charts there, too' },
    {
      flags: '--data <dir>',
      summary: 'where recordings of real disks are',
      default: dataDefault,
    },
    {
      flags: '--effort <share>',
      summary: 'how many requests, 1 for the tolerances of the card; less is a quick look',
      default: '1',
    },
    commonOptions.verbose,
  ],
  run,
};

async function run(args: readonly string[], values: OptionValues, shell: Shell): Promise<ExitCode> {
  const { accuracyCard } = await import('../device/gates/card.ts');
  const { cardText } = await import('../device/gates/card-text.ts');
  const { verdictOf } = await import('../device/gates/gate.ts');
  const { deviceCatalog } = await import('../device/catalog.ts');
  const asked = await gatesOf(args);
  const profiles = new Set(Object.values(deviceCatalog()).map((device) => device.profile()));
  const card = accuracyCard({
    ...(asked.length > 0 && { gates: asked }),
    dataFolder: textOption(values, 'data') ?? dataDefault,
    profiles: [...profiles],
    nowMs: () => shell.nowMs(),
    progress: (gate) => shell.err(`${gate} ...\n`),
    effort: effortOf(values),
  });
  shell.out(cardText(card, { verbose: values.verbose === true }));
  const file = textOption(values, 'out');
  if (file !== undefined) {
    writeText(file, await pageOf(card));
    shell.out(`${file}\n`);
  }
  // The speed is that of the machine, not of the models.
  const judged = card.rows.map(({ gate }) => gate).filter((gate) => gate !== 'G7');
  const isMissed = judged.some((gate) => verdictOf(card, gate) === 'missed');
  return isMissed ? exitCodes.thresholds : exitCodes.held;
}

async function gatesOf(args: readonly string[]): Promise<readonly GateName[]> {
  const { gates } = await import('../device/gates/gate.ts');
  return args.map((word) => {
    const name = word.toUpperCase();
    if (Object.hasOwn(gates, name)) return name as GateName;
    throw new UsageError(unknownName('gate', word, Object.keys(gates)));
  });
}

function effortOf(values: OptionValues): number {
  const text = textOption(values, 'effort') ?? '1';
  const effort = Number(text);
  if (effort > 0 && effort <= 1) return effort;
  throw new UsageError(`--effort: expected a share above 0, at most 1, found '${text}'`);
}

async function pageOf(card: AccuracyCard): Promise<string> {
  const { renderAccuracy } = await import('../../../reports/index.ts');
  const {
    allowedText,
    gatesOf: shown,
    numberText,
    offOf,
  } = await import('../device/gates/card-text.ts');
  const { gates, holds, verdictOf } = await import('../device/gates/gate.ts');
  return renderAccuracy({
    version,
    curves: card.curves,
    gates: shown(card).map((gate) => ({
      name: gate,
      title: gates[gate],
      verdict: card.absent[gate] ?? verdictOf(card, gate),
      rows: card.rows
        .filter((row) => row.gate === gate)
        .map((row) => ({
          what: row.what,
          expected: `${numberText(row.expected)} ${row.unit}`,
          found: `${numberText(row.found)} ${row.unit}`,
          ratio: 1 + offOf(row),
          allowed: allowedText(row),
          verdict: !holds(row) ? 'missed' : Number.isFinite(row.tolerance) ? 'held' : 'misfit',
          note: row.note ?? '',
        })),
    })),
  });
}
