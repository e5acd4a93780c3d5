// Every nondeterministic choice of a run is asked here, so that one interface serves seeded runs,
// replay, shrinking and exhaustive search.
import { type StreamTable, streamTable } from './random.ts';

/** Answers questions of the form "which of these n?". */
export interface ChoiceSource {
  /**
   * An integer in [0, n), n from 1 to 2^32. One alternative asks nobody and draws nothing.
   * `kind` says what is decided (`net.loss`, `disk.crash`); `key` names the part whose stream
   * answers.
   */
  choose(kind: string, n: number, key: string): number;
  /** How many choices with two or more alternatives were made so far. */
  readonly madeCount: number;
  /** An independent copy that will answer the same questions the same way. */
  copy(): ChoiceSource;
}

/** Answers from named random streams of a root seed: the ordinary run. */
export function seededChoices(seed: string): ChoiceSource {
  return new SeededChoices(streamTable(seed), 0);
}

class SeededChoices implements ChoiceSource {
  readonly #streams: StreamTable;
  madeCount: number;

  constructor(streams: StreamTable, madeCount: number) {
    this.#streams = streams;
    this.madeCount = madeCount;
  }

  choose(_kind: string, n: number, key: string): number {
    if (n === 1) return 0;
    this.madeCount += 1;
    return this.#streams.below(key, n);
  }

  copy(): ChoiceSource {
    return new SeededChoices(this.#streams.copy(), this.madeCount);
  }
}
