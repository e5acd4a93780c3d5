import { problemCountMax } from './problems.ts';
import type { TraceProblem } from './trace-op.ts';

/** Keeps the first problems, counts the rest: a file of the wrong kind is wrong in every line. */
export class TraceProblems {
  readonly #first: TraceProblem[] = [];
  #lastLine = 1;
  count = 0;

  /** Lines and columns count from 1. */
  add(line: number, column: number, message: string): void {
    this.count += 1;
    this.#lastLine = line;
    if (this.count <= problemCountMax) this.#first.push({ line, column, message });
  }

  /** At most `problemCountMax` problems, and one more that says how many were left out. */
  list(): TraceProblem[] {
    const restCount = this.count - problemCountMax;
    if (restCount <= 0) return [...this.#first];
    const message = `${restCount} more problems, the last one here; is this the right file?`;
    return [...this.#first, { line: this.#lastLine, column: 1, message }];
  }
}
