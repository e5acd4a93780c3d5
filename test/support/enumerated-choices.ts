import type { ChoiceSource } from '../../sim/index.ts';

/** Answers the first choices by a script and all others by 0; notes how many ways there were. */
class ScriptedChoices implements ChoiceSource {
  readonly #script: readonly number[];
  readonly widths: number[];

  constructor(script: readonly number[], widths: number[] = []) {
    this.#script = script;
    this.widths = widths;
  }

  get madeCount(): number {
    return this.widths.length;
  }

  choose(_kind: string, n: number): number {
    if (n === 1) return 0;
    this.widths.push(n);
    return this.#script[this.widths.length - 1] ?? 0;
  }

  copy(): ChoiceSource {
    return new ScriptedChoices(this.#script, [...this.widths]);
  }
}

/** Calls `run` once for each way its choices can go, depth first; answers all results. */
export function everyWay<T>(run: (choices: ChoiceSource) => T): T[] {
  const results: T[] = [];
  let script: number[] | null = [];
  while (script !== null) {
    const choices = new ScriptedChoices(script);
    results.push(run(choices));
    script = nextScript(script, choices.widths);
  }
  return results;
}

/** The same for the first so many ways, and whether these were all. */
export function someWays<T>(
  wayMax: number,
  run: (choices: ChoiceSource) => T,
): { readonly results: readonly T[]; readonly isComplete: boolean } {
  const results: T[] = [];
  let script: number[] | null = [];
  while (script !== null && results.length < wayMax) {
    const widths: number[] = [];
    results.push(run(new ScriptedChoices(script, widths)));
    script = nextScript(script, widths);
  }
  return { results, isComplete: script === null };
}

/** The script after this one: its last choice that has another way goes that way. */
function nextScript(script: readonly number[], widths: readonly number[]): number[] | null {
  for (let i = widths.length - 1; i >= 0; i--) {
    const taken = script[i] ?? 0;
    if (taken + 1 < widths[i]) {
      const kept = Array.from({ length: i }, (_, at) => script[at] ?? 0);
      return [...kept, taken + 1];
    }
  }
  return null;
}

/**
 * One way, another one for each turn: where there are too many points for all the ways of each, the
 * ways take turns over the points. In the first of three all choices go one way (of what a disk may
 * keep, nothing is kept), in the second the other way (all of it is), in the third each goes
 * another way than the one before.
 */
export function wayOfTurn(turn: number, madeCount = 0): ChoiceSource {
  let count = madeCount;
  return {
    get madeCount() {
      return count;
    },
    choose: (_kind, n) => {
      count += 1;
      if (turn % 3 === 2) return (Math.floor(turn / 3) + count) % n;
      return turn % 3 === 0 ? 0 : n - 1;
    },
    copy: () => wayOfTurn(turn, count),
  };
}
