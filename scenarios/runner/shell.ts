// What a command may know and do of the world around it, handed in, so that every command runs in a
// test.
import type { RenderedChart, Report, ReportInput, RuleRow } from '../../reports/index.ts';
import type { ChoiceSource } from '../../sim/index.ts';
import type { RunScenario } from './run-result.ts';
import type { Named, Vocabulary } from './vocabulary.ts';

/** The parts that take long to load: a command asks for them when it knows that it needs them. */
export interface Engine {
  readonly names: Vocabulary;
  readonly charts: Readonly<Record<string, Named>>;
  readonly runScenario: RunScenario;
  readonly renderReport: (input: ReportInput) => Promise<Report>;
  /** The table of rules that routers decided by, in many runs; null where none decided anything. */
  readonly renderRuleTable: (rules: readonly RuleRow[]) => Promise<RenderedChart | null>;
  /** The choices of a seed, for what is drawn before a run. */
  readonly choicesOf: (seed: string) => ChoiceSource;
}

/** The terminal, the clock and the engine. */
export interface Shell {
  /** Results. */
  out(text: string): void;
  /** Progress, warnings and usage errors. */
  err(text: string): void;
  /** Whether results go to a terminal. */
  readonly isTty: boolean;
  /** Whether the environment asks for no colour (`NO_COLOR`). */
  readonly plain: boolean;
  /** Wall clock, for rates and `meta.json` only. */
  nowMs(): number;
  /** Lets signals in; the exit code of one that has arrived, else null. */
  interrupted(): Promise<130 | 143 | null>;
  readonly meta: { readonly node: string; readonly platform: string };
  loadEngine(): Promise<Engine>;
}

/** The command line was wrong: said in one line, exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** What a run or a command can end with. */
export const exitCodes = {
  held: 0,
  violated: 1,
  usage: 2,
  inconclusive: 3,
  thresholds: 4,
  nondeterministic: 5,
  internal: 70,
  interrupted: 130,
  terminated: 143,
} as const;

/** An exit code of ours. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Worst first: of several outcomes, the process ends with the first of these that occurred. */
const precedence: readonly ExitCode[] = [70, 143, 130, 5, 1, 4, 3, 2, 0];

/** The exit code of several outcomes together; of none it is 2, for nothing was done. */
export function worstExit(codes: readonly ExitCode[]): ExitCode {
  return precedence.find((code) => codes.includes(code)) ?? exitCodes.usage;
}
