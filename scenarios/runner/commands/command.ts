import type { ExitCode, Shell } from '../shell.ts';

/** An option of a command, as help shows it. */
export interface CommandOption {
  /** `--seed <seed>`, `-q, --quiet`. */
  readonly flags: string;
  readonly summary: string;
  readonly choices?: readonly string[];
  readonly default?: string;
  /** May be given several times; its value is a list. */
  readonly repeatable?: boolean;
}

/** The values of options by name: text, a list where repeatable, true where there is no value. */
export type OptionValues = Readonly<
  Record<string, string | boolean | readonly string[] | undefined>
>;

/** A command: its entry in help, and what it does. Heavy parts are imported inside `run`. */
export interface Command {
  readonly name: string;
  /** `<scenario...>`, `[dir]`; empty for none. */
  readonly argument: string;
  readonly summary: string;
  readonly options: readonly CommandOption[];
  /** Commands below this one, `stormcell device run`; then it does nothing by itself. */
  readonly commands?: readonly Command[];
  run(args: readonly string[], options: OptionValues, shell: Shell): Promise<ExitCode>;
}

/** Options that several commands take, with one meaning. */
export const commonOptions = {
  out: { flags: '--out <dir>', summary: 'where run directories go', default: '.stormcell' },
  set: {
    flags: '--set <path=value>',
    summary: 'replace a value of the scenario, such as clients.0.timeout=2s',
    repeatable: true,
  },
  ascii: { flags: '--ascii', summary: 'no signs outside ASCII' },
  color: {
    flags: '--color <when>',
    summary: 'colour the results',
    choices: ['auto', 'always', 'never'],
    default: 'auto',
  },
  quiet: { flags: '-q, --quiet', summary: 'only what went wrong' },
  verbose: { flags: '-v, --verbose', summary: 'everything that was exercised' },
  noReport: { flags: '--no-report', summary: 'write no report.html and no charts' },
} as const satisfies Record<string, CommandOption>;
