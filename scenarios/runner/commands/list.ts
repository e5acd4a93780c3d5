import type { FaultParam } from '../../../sim/index.ts';
import { assumedShare } from '../device/sources.ts';
import { type ExitCode, type Shell, UsageError } from '../shell.ts';
import { unknownName } from '../suggest.ts';
import { quantityText } from '../units.ts';
import { namesOf, type Vocabulary } from '../vocabulary.ts';
import type { Command } from './command.ts';

/** A line of a list. */
interface Row {
  readonly name: string;
  readonly text: string;
}

type Lister = (
  names: Vocabulary,
  charts: Readonly<Record<string, { summary: string }>>,
) => readonly Row[];

const summaries = (table: Readonly<Record<string, { readonly summary: string }>>): readonly Row[] =>
  namesOf(table).map((name) => ({ name, text: table[name]!.summary }));

/** Everything that can be listed. */
const lists = {
  devices: ({ devices }) =>
    namesOf(devices).map((name) => {
      const { spec, kind, sources } = devices[name]!.profile();
      const assumed = `${Math.round(100 * assumedShare(sources))}%`.padStart(4);
      const text = `${kind.padEnd(10)}  ${assumed} assumed  ${spec.summary}`;
      return { name, text: spec.id === name ? text : `${kind.padEnd(10)}  is ${spec.id}` };
    }),
  faults: ({ faults }) =>
    namesOf(faults).map((name) => {
      const { summary, params, needsTarget } = faults[name]!;
      const takes = Object.entries(params).map(([key, param]) => paramText(key, param));
      const keys = [...(needsTarget ? ['target'] : []), ...takes];
      return { name, text: keys.length === 0 ? summary : `${summary} (${keys.join(', ')})` };
    }),
  roles: ({ roles }) => summaries(roles),
  properties: ({ properties }) =>
    namesOf(properties).map((name) => {
      const { mode, summary } = properties[name]!;
      return { name, text: `${mode.padEnd(10)}  ${summary}` };
    }),
  measures: ({ measures }) =>
    Object.entries(measures).map(([name, { unit, summary }]) => ({
      name,
      text: `${unit.padEnd(8)}  ${summary}`,
    })),
  workloads: ({ workloads, traceFormats }) => [...summaries(workloads), ...summaries(traceFormats)],
  mutants: ({ mutants }) =>
    namesOf(mutants).map((name) => {
      const { summary, killedBy, shownBy } = mutants[name]!;
      return { name, text: `${summary}; killed by ${killedBy.join(', ')} on ${shownBy}` };
    }),
  machines: ({ machines }) => summaries(machines),
  versions: ({ versions }) => summaries(versions),
  charts: (_names, charts) => summaries(charts),
} as const satisfies Record<string, Lister>;

/** `stormcell list`: the names a scenario may use. `commands` is the table it is itself part of. */
export function listCommand(commands: () => readonly Pick<Command, 'name' | 'summary'>[]): Command {
  return {
    name: 'list',
    argument: '<what>',
    summary: `the known names: ${Object.keys(lists).join(', ')}, commands`,
    options: [],
    run: (args, _options, shell) => list(args[0]!, commands, shell),
  };
}

async function list(
  what: string,
  commands: () => readonly Pick<Command, 'name' | 'summary'>[],
  shell: Shell,
): Promise<ExitCode> {
  if (what === 'commands') {
    print(
      shell,
      commands().map(({ name, summary }) => ({ name, text: summary })),
    );
    return 0;
  }
  if (!Object.hasOwn(lists, what)) {
    throw new UsageError(unknownName('list', what, [...Object.keys(lists), 'commands']));
  }
  const engine = await shell.loadEngine();
  print(shell, lists[what as keyof typeof lists](engine.names, engine.charts));
  return 0;
}

/** A parameter as a list shows it: what it measures, and what it is when it is left out. */
function paramText(key: string, { kind, default: value }: FaultParam): string {
  if (value === undefined) return `${key}: ${kind}`;
  if (kind === 'count' || kind === 'text' || kind === 'boolean' || kind === 'groups') {
    return `${key}: ${kind} = ${String(value)}`;
  }
  return `${key}: ${kind} = ${quantityText(kind, value as number)}`;
}

function print(shell: Shell, rows: readonly Row[]): void {
  const width = Math.max(0, ...rows.map((row) => row.name.length));
  for (const row of rows) shell.out(`${row.name.padEnd(width)}  ${row.text}\n`);
}
