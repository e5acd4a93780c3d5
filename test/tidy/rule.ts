import type { Source } from './source.ts';

/** A house rule over one file, with the examples that prove that it can tell right from wrong. */
export interface Rule {
  /** What holds in a tidy file: reads as the name of a test. */
  readonly claim: string;
  /** Which files it is about, by path. */
  readonly covers: RegExp;
  /** What is wrong in a file, with line numbers; empty when nothing is. */
  check(source: Source): readonly string[];
  /** Files it must refuse: each with exactly as many problems as it has. */
  readonly refuses: readonly (Source & { readonly problemCount: number })[];
  readonly accepts: readonly Source[];
}

export const typescript = /\.ts$/;
export const deterministic = /^(sim|model)\/.*\.ts$/;
export const tests = /^test\/.*\.ts$/;
