// A run's choices as a list: written while it runs, read back to run it again.
//
//   question (kind, key, n)  -->  source  -->  answer          recorded: kind, key, n, answer
//   question (kind, key, n)  -->  the log's next answer of that kind and key
//
// A replay looks an answer up by kind, key and how many of that kind and key came before, never by
// position in the whole log: it survives that unrelated choices vanish or appear, as they do while
// a failure is shrunk. (`keptChoices` of a device's crash goes by position: there every question is
// of one kind and key.)
import { assert, fail } from './assert.ts';
import type { ChoiceSource } from './choice.ts';

/** One choice of a run with two or more alternatives: `answer` is in [0, n). */
export interface MadeChoice {
  readonly kind: string;
  readonly key: string;
  readonly n: number;
  readonly answer: number;
}

/** A source that keeps what it answered. A copy begins with what was kept and goes on by itself. */
export interface RecordingChoices extends ChoiceSource {
  /** In the order they were made. */
  readonly made: readonly MadeChoice[];
  copy(): RecordingChoices;
}

/** A source that answers from a log, and counts the questions that the log did not foresee. */
export interface ReplayingChoices extends ChoiceSource {
  /** Questions that were not in the log or had another number of alternatives; answered 0. */
  readonly divergedCount: number;
  copy(): ReplayingChoices;
}

/** More choices than this in one log are a run that nobody will read back. */
const loggedChoiceMax = 10_000_000;

/** Answers as `source` does, and keeps the answers in `made`, which grows as the run goes on. */
export function recordedChoices(source: ChoiceSource): {
  readonly choices: RecordingChoices;
  readonly made: readonly MadeChoice[];
} {
  const choices = new Recording(source, []);
  return { choices, made: choices.made };
}

/**
 * Answers from a log: the i-th question of a kind and key gets the i-th logged answer of that kind
 * and key. A question that the log does not have, or has with another n, gets 0, the first
 * alternative, and is counted.
 */
export function replayedChoices(answers: readonly MadeChoice[]): ReplayingChoices {
  const byQuestion = new Map<string, MadeChoice[]>();
  for (const choice of answers) {
    const { kind, key, n, answer } = choice;
    assert(
      Number.isInteger(answer) && answer >= 0 && answer < n,
      `logged answer ${answer} of "${kind}" for "${key}", expected an integer below ${n}`,
    );
    const question = questionOf(kind, key);
    const known = byQuestion.get(question);
    if (known === undefined) byQuestion.set(question, [choice]);
    else known.push(choice);
  }
  return new Replaying(byQuestion, new Map());
}

class Recording implements RecordingChoices {
  readonly #source: ChoiceSource;
  readonly made: MadeChoice[];

  constructor(source: ChoiceSource, made: MadeChoice[]) {
    this.#source = source;
    this.made = made;
  }

  get madeCount(): number {
    return this.#source.madeCount;
  }

  choose(kind: string, n: number, key: string): number {
    if (n === 1) return 0;
    if (this.made.length >= loggedChoiceMax) fail(`over ${loggedChoiceMax} choices in one log`);
    const answer = this.#source.choose(kind, n, key);
    this.made.push({ kind, key, n, answer });
    return answer;
  }

  copy(): RecordingChoices {
    return new Recording(this.#source.copy(), [...this.made]);
  }
}

class Replaying implements ReplayingChoices {
  /** Shared by all copies and never changed. */
  readonly #byQuestion: ReadonlyMap<string, readonly MadeChoice[]>;
  readonly #askedCounts: Map<string, number>;
  madeCount = 0;
  divergedCount = 0;

  constructor(
    byQuestion: ReadonlyMap<string, readonly MadeChoice[]>,
    askedCounts: Map<string, number>,
  ) {
    this.#byQuestion = byQuestion;
    this.#askedCounts = askedCounts;
  }

  choose(kind: string, n: number, key: string): number {
    if (n === 1) return 0;
    this.madeCount += 1;
    const question = questionOf(kind, key);
    const ordinal = this.#askedCounts.get(question) ?? 0;
    this.#askedCounts.set(question, ordinal + 1);
    const logged = this.#byQuestion.get(question)?.[ordinal];
    if (logged?.n === n) return logged.answer;
    this.divergedCount += 1;
    return 0;
  }

  copy(): ReplayingChoices {
    const other = new Replaying(this.#byQuestion, new Map(this.#askedCounts));
    other.madeCount = this.madeCount;
    other.divergedCount = this.divergedCount;
    return other;
  }
}

/** A kind and a key as one text; kinds have no line break. */
function questionOf(kind: string, key: string): string {
  return `${kind}\n${key}`;
}
