// Exhaustive search over a small world: every answer to every choice, depth first.
//
//   run 1   0 0 0        the first alternative everywhere
//   run 2   0 0 1        the last choice that has another alternative takes it
//   run 3   0 1 0 0      what follows begins anew: another answer can lead to other questions
//
// Each run starts from the beginning with a prefix of answers, so it needs nothing but determinism:
// a world that asks other questions after the same answers is refused. With `scheduling: 'choose'`
// the orders of events of one instant and class are among the choices. A draw from a latency table
// has 65536 alternatives: use constant tables, or build the world up to the interesting instant
// without these choices.
import { assert, fail } from './assert.ts';
import type { ChoiceSource } from './choice.ts';
import type { MadeChoice } from './choice-log.ts';
import { ActorError } from './step.ts';
import type { Ns } from './units.ts';
import { LivelockError, type World } from './world.ts';

interface ExploreCase {
  /**
   * Makes a world at its start. Given `choices`, it may build and even run it with them: these
   * choices are searched, too. A world with choices of its own is taken as it is, and a fork of it
   * with the searched choices runs from there.
   */
  readonly build: (choices: ChoiceSource) => World;
  /** Looks at a world that has run: what is wrong with it, or null. */
  readonly check: (world: World) => string | null;
  /** The most runs; 100,000 by default. */
  readonly runMax?: number;
  /**
   * The most choices searched in one run; later ones get 0 and no other answer. 1000 by default.
   */
  readonly choiceMax?: number;
}

/** What to search, and how far each run goes: to an instant, or by a number of events. */
export type ExploreOptions = ExploreCase &
  (
    | { readonly untilNs: Ns; readonly stepMax?: never }
    | { readonly stepMax: number; readonly untilNs?: never }
  );

/** What a search found. */
export interface ExploreResult {
  readonly runCount: number;
  /**
   * True when every answer to every choice was tried: no failure then is a proof, up to the end of
   * a run.
   */
  readonly complete: boolean;
  /** The first failure; its choices, replayed, lead to it again. The search ends with it. */
  readonly failure: { readonly what: string; readonly choices: readonly MadeChoice[] } | null;
  /** The most choices that one run made. */
  readonly deepest: number;
}

/**
 * Tries all answers until one fails the check, an actor throws, nothing is left, or a bound is hit.
 */
export function explore(options: ExploreOptions): ExploreResult {
  const { runMax = 100_000, choiceMax = 1000 } = options;
  assert(Number.isInteger(runMax) && runMax >= 1, `runMax ${runMax}, expected at least 1`);
  assert(Number.isInteger(choiceMax) && choiceMax >= 0, `choiceMax ${choiceMax}, expected from 0`);
  let prefix: readonly MadeChoice[] | null = [];
  let runCount = 0;
  let deepest = 0;
  let cut = false;
  while (prefix !== null && runCount < runMax) {
    const choices = new EnumeratedChoices(prefix);
    const what = outcomeOf(options, choices);
    runCount += 1;
    const { made } = choices;
    deepest = Math.max(deepest, made.length);
    refuseDifference(prefix, made);
    if (what !== null) {
      return { runCount, complete: false, failure: { what, choices: made }, deepest };
    }
    cut ||= made.length > choiceMax;
    prefix = nextPrefix(made.slice(0, choiceMax));
  }
  return { runCount, complete: prefix === null && !cut, failure: null, deepest };
}

/**
 * Runs one world and checks it; an actor that throws is a failure, an error of ours is not caught.
 */
function outcomeOf(options: ExploreOptions, choices: EnumeratedChoices): string | null {
  try {
    const built = options.build(choices);
    const world = built.parts.choices === choices ? built : built.fork({ choices });
    if (options.untilNs !== undefined) world.runUntil(options.untilNs);
    else world.runSteps(options.stepMax);
    return options.check(world);
  } catch (error) {
    if (error instanceof ActorError || error instanceof LivelockError) return error.message;
    throw error;
  }
}

/**
 * The answers up to the last choice with an untried alternative, which is taken; null when none
 * has.
 */
function nextPrefix(made: readonly MadeChoice[]): readonly MadeChoice[] | null {
  const at = made.findLastIndex(({ answer, n }) => answer + 1 < n);
  if (at < 0) return null;
  const last = made[at]!;
  return [...made.slice(0, at), { ...last, answer: last.answer + 1 }];
}

/** The same answers must lead to the same questions, or the search visits nothing that exists. */
function refuseDifference(prefix: readonly MadeChoice[], made: readonly MadeChoice[]): void {
  for (const [index, before] of prefix.entries()) {
    const now = made[index];
    if (now?.kind === before.kind && now.key === before.key && now.n === before.n) continue;
    fail(
      `choice ${index} is ${now === undefined ? 'not made' : questionText(now)}, after the same ` +
        `answers it was ${questionText(before)}; build the same world each time`,
    );
  }
}

function questionText({ kind, key, n }: MadeChoice): string {
  return `of "${kind}" for "${key}" among ${n}`;
}

/** Answers a prefix as given and everything after it with 0, and keeps what was asked. */
class EnumeratedChoices implements ChoiceSource {
  readonly #prefix: readonly MadeChoice[];
  readonly made: MadeChoice[];

  constructor(prefix: readonly MadeChoice[], made: MadeChoice[] = []) {
    this.#prefix = prefix;
    this.made = made;
  }

  get madeCount(): number {
    return this.made.length;
  }

  choose(kind: string, n: number, key: string): number {
    if (n === 1) return 0;
    // A question that differs from the one foreseen is refused after the run: here an actor may
    // ask.
    const foreseen = this.#prefix[this.made.length]?.answer ?? 0;
    const answer = Math.min(foreseen, n - 1);
    this.made.push({ kind, key, n, answer });
    return answer;
  }

  copy(): ChoiceSource {
    return new EnumeratedChoices(this.#prefix, [...this.made]);
  }
}
