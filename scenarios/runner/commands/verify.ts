import type { Divergence } from '../divergence.ts';
import type { Probe, ProbeAnswer, ProbedEvent } from '../probe.ts';
import type { Scenario } from '../scenario.ts';
import { type Engine, type ExitCode, exitCodes, type Shell, worstExit } from '../shell.ts';
import type { TortureCase, TortureResult } from '../torture.ts';
import { type Command, commonOptions, type OptionValues } from './command.ts';

/** `stormcell verify`: the same run again and again. `childScript` is what children run. */
export function verifyCommand(childScript?: string): Command {
  return {
    name: 'verify',
    argument: '<scenario...>',
    summary: 'run the same scenario and seed again and again; exit 5 when the runs differ',
    options: [
      { flags: '--seed <seed>', summary: "instead of the file's own" },
      {
        flags: '--torture',
        summary: 'also in other processes, time zones, locales, heaps, compilers and Nodes',
      },
      {
        flags: '--node <path>',
        summary: 'with --torture: another Node to run in, besides those found',
        repeatable: true,
      },
      commonOptions.set,
      commonOptions.quiet,
    ],
    run: (args, options, shell) => run({ args, options, shell, childScript }),
  };
}

interface Invocation {
  readonly args: readonly string[];
  readonly options: OptionValues;
  readonly shell: Shell;
  readonly childScript: string | undefined;
}

/** One scenario and seed to be verified. */
interface Subject extends Invocation {
  readonly engine: Engine;
  readonly scenario: Scenario;
  readonly file: string;
  readonly seed: string;
}

/** A case with what came of it. */
type Answered = TortureCase & { readonly answer: ProbeAnswer };

async function run(invocation: Invocation): Promise<ExitCode> {
  const { args, options, shell } = invocation;
  const { readScenarios, textOption } = await import('./reading.ts');
  const { scenarioFiles } = await import('../scenario-files.ts');
  const { seedOf } = await import('../execute.ts');
  const engine = await shell.loadEngine();
  const scenarios = readScenarios(args, options, engine, shell);
  if (scenarios === null) return exitCodes.usage;
  const named = scenarioFiles(args);
  const files = named.ok ? named.files : [];
  const seed = textOption(options, 'seed');
  const exits: ExitCode[] = [];
  for (const [index, scenario] of scenarios.entries()) {
    const file = files[index]!;
    const subject = { ...invocation, engine, scenario, file, seed: seedOf({ scenario, seed }) };
    shell.out(`${scenario.name}  seed ${subject.seed}\n`);
    const exit = await verify(subject);
    exits.push(exit);
    if (exit === exitCodes.interrupted || exit === exitCodes.terminated) break;
  }
  return worstExit(exits);
}

async function verify(subject: Subject): Promise<ExitCode> {
  const { answer, divergence, verdictText } = await runTwice(subject);
  const names = { first: 'the first run', other: 'the second' };
  if (divergence !== null) return tellDifference(subject, names, divergence);
  if (verdictText !== answer.verdictText) {
    return tellVerdicts(subject, names, { first: answer.verdictText, other: verdictText });
  }
  return subject.options.torture === true ? torture(subject) : tellSame(subject, answer, 2);
}

/** Plainly: twice in this process, compared event by event while the second one goes on. */
async function runTwice(subject: Subject) {
  const { canonicalJson } = await import('../canonical-json.ts');
  const { eachEvent, outcomeOnly, probe } = await import('../probe.ts');
  const { isSameEvent } = await import('../divergence.ts');
  const everything = { ...outcomeOnly, until: Number.MAX_SAFE_INTEGER, isFull: true };
  const answer = probe(runIn(subject), everything);
  const divergences: Divergence[] = [];
  let position = 0;
  const compare = (event: ProbedEvent) => {
    const left = answer.events[position++] ?? null;
    if (divergences.length > 0 || isSameEvent(left, event)) return;
    const right = { ...event, entries: [...event.entries] };
    divergences.push({ number: event.number, left, right });
  };
  const second = eachEvent(compare);
  const verdict = runIn(subject)(second.watcher);
  compare(second.rest(verdict));
  return { answer, divergence: divergences[0] ?? null, verdictText: canonicalJson(verdict) };
}

type WatchedRun = Parameters<typeof import('../probe.ts').probe>[0];

function runIn({ engine, scenario, seed }: Subject): WatchedRun {
  return (watcher) => engine.runScenario(scenario, { seed, level: 'hash', ...watcher }).verdict;
}

/** One line for each of the surroundings; the first that differs is bisected, and ends it. */
async function torture(subject: Subject): Promise<ExitCode> {
  const { runCase } = await import('../torture.ts');
  const { shell } = subject;
  const cases = await casesOf(subject);
  const exits: ExitCode[] = [];
  let reference: Answered | null = null;
  for (const one of cases) {
    const signal = await shell.interrupted();
    if (signal !== null) return signal;
    const result = await runCase(one, reference?.answer ?? null);
    tellResult(subject, result);
    if (result.answer === null) exits.push(exitCodes.internal);
    else if (reference === null) reference = { ...one, answer: result.answer };
    else if (result.status === 'differs') {
      const exit = await bisect(subject, reference, { ...one, answer: result.answer });
      return worstExit([...exits, exit]);
    }
  }
  if (reference === null) return exitCodes.internal;
  if (exits.length > 0) return worstExit([...exits, reference.answer.exit]);
  return tellSame(subject, reference.answer, cases.length);
}

async function casesOf(subject: Subject): Promise<readonly TortureCase[]> {
  const { probe } = await import('../probe.ts');
  const { variants } = await import('../torture.ts');
  const { childProbe } = await import('../child-probe.ts');
  const { nodeBinaries } = await import('../node-binaries.ts');
  const { childScript: script, file, seed, options } = subject;
  const order = { file, seed, set: listOption(options, 'set') };
  const here: Probe = async (request) => probe(runIn(subject), request);
  const node = process.execPath;
  return [
    { name: 'this process', probe: here },
    ...variants.map((variant) => ({
      name: variant.name,
      probe: childProbe({ variant, node, order, script }),
    })),
    ...nodeBinaries(listOption(options, 'node')).map(({ file: other, version }) => {
      const variant = { name: `node ${version}` };
      const { name } = variant;
      return { name, probe: childProbe({ variant, node: other, order, script }) };
    }),
  ];
}

async function bisect(subject: Subject, first: Answered, other: Answered): Promise<ExitCode> {
  const { findDivergence } = await import('../torture.ts');
  const { shell } = subject;
  const names = { first: `'${first.name}'`, other: `'${other.name}'` };
  if (first.answer.fingerprint === other.answer.fingerprint) {
    const { verdictText } = first.answer;
    return tellVerdicts(subject, names, { first: verdictText, other: other.answer.verdictText });
  }
  shell.err(`looking for the first event that differs in ${names.other}\n`);
  const found = await findDivergence(first, other);
  if (found !== null && !('failure' in found)) return tellDifference(subject, names, found);
  shell.out(`   DIFFERENT ${names.other} from ${names.first}\n`);
  shell.out(
    found === null
      ? '   when run again they were the same: it differs from run to run in one place, too\n'
      : `   the event could not be found: ${found.failure}\n`,
  );
  return exitCodes.nondeterministic;
}

function tellResult({ shell, options }: Subject, result: TortureResult): void {
  const { name, status, answer, reason } = result;
  if (options.quiet === true && status === 'same') return;
  const fingerprint = answer?.fingerprint ?? '-'.repeat(16);
  shell.out(`   ${name.padEnd(28)} ${fingerprint}  ${status}\n`);
  if (reason !== '') shell.out(`${reason.replace(/^/gm, '      ')}\n`);
}

/** What is said, or its name, of the run that came first and of the other. */
interface Pair {
  readonly first: string;
  readonly other: string;
}

async function tellDifference(
  { shell }: Subject,
  names: Pair,
  divergence: Divergence,
): Promise<ExitCode> {
  const { divergenceText } = await import('../divergence.ts');
  shell.out(`   DIFFERENT ${names.other} from ${names.first}\n${divergenceText(divergence)}\n`);
  return exitCodes.nondeterministic;
}

/** The same events, and yet another verdict: what judges is not deterministic. */
function tellVerdicts({ shell }: Subject, names: Pair, texts: Pair): ExitCode {
  const left = texts.first.split('\n');
  const right = texts.other.split('\n');
  const at = left.findIndex((line, i) => line !== right[i]);
  shell.out(
    `   DIFFERENT ${names.other} from ${names.first}: the same events, another verdict\n` +
      `  before  ${left[at]?.trim() ?? ''}\n  now     ${right[at]?.trim() ?? ''}\n`,
  );
  return exitCodes.nondeterministic;
}

function tellSame({ shell }: Subject, answer: Answered['answer'], count: number): ExitCode {
  const times = count === 2 ? 'twice' : `${count} times`;
  shell.out(`   VERIFIED ${times} the fingerprint ${answer.fingerprint}\n`);
  return answer.exit;
}

function listOption(options: OptionValues, name: string): readonly string[] {
  const value = options[name];
  return Array.isArray(value) ? (value as readonly string[]) : [];
}
