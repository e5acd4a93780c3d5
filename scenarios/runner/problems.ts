// Bad input is a list of problems with positions, never a throw: a person fixes all of them at
// once.

/** A place in a text: lines and columns count from 1. */
export interface SourcePosition {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Something wrong with an input file, and where. */
export interface Problem extends SourcePosition {
  /** What was expected and what was found; lower case. */
  readonly message: string;
  /** What to do next: `did you mean 'partition'?`. */
  readonly hint?: string;
}

/** A value, or everything that is wrong with the text it should have come from. */
export type Reading<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** At most so many problems are listed; a file with more is beyond a line by line repair. */
export const problemCountMax = 50;

/**
 * One problem as a line that editors and terminals turn into a link: `file:12:5: message; hint`.
 */
export function problemText(problem: Problem): string {
  const hint = problem.hint === undefined ? '' : `; ${problem.hint}`;
  return `${problem.file}:${problem.line}:${problem.column}: ${problem.message}${hint}`;
}

/** In the order of the file, the same problem once, at most `problemCountMax` of them. */
export function sortedProblems(problems: readonly Problem[]): readonly Problem[] {
  const sorted = [...problems].sort(
    (a, b) =>
      (a.file < b.file ? -1 : a.file > b.file ? 1 : 0) ||
      a.line - b.line ||
      a.column - b.column ||
      (a.message < b.message ? -1 : a.message > b.message ? 1 : 0),
  );
  const distinct = sorted.filter(
    (problem, index) => index === 0 || problemText(problem) !== problemText(sorted[index - 1]!),
  );
  return distinct.slice(0, problemCountMax);
}

/** A scenario given as an object of the program was refused. */
export class ScenarioRefusal extends Error {
  override readonly name = 'ScenarioRefusal';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(problemText).join('\n'));
    this.problems = problems;
  }
}
