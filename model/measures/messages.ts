// How much is on the wires: messages by type in their busiest second, losses, and how many requests
// an operation costs.
import type { Entry, MeasureWord, Meter, MeterFold } from '../../sim/index.ts';
import { messageWords } from '../words.ts';
import { BusiestSecond } from './busiest-second.ts';

const types = Object.keys(messageWords);
const sums = {
  'messages.rate.max': {
    unit: 'rate',
    summary: 'messages that arrived in the busiest second',
  },
  'messages.lost.share': { unit: 'share', summary: 'messages that did not arrive' },
  'requests.per-operation': {
    unit: 'factor',
    summary: 'reads and writes that clients sent to hosts, for each operation: 1x has no retries',
  },
} as const satisfies Readonly<Record<string, MeasureWord>>;

/** Messages, in sum and by type. */
export const messages: Meter = {
  measures: {
    ...sums,
    ...Object.fromEntries(
      types.map((type): [string, MeasureWord] => [
        `message.${type}.rate.max`,
        { unit: 'rate', summary: `messages of type ${type} in their busiest second` },
      ]),
    ),
  },
  kinds: ['message', 'op'],
  begin: () => new Messages(),
};

class Messages implements MeterFold {
  readonly #byType = new Map<string, BusiestSecond>();
  readonly #all = new BusiestSecond();
  /** Actors that carry out operations: their reads and writes are requests, no copies. */
  readonly #programs = new Set<string>();
  #arrivedCount = 0;
  #lostCount = 0;
  #requestCount = 0;
  #operationCount = 0;

  observe(entry: Entry): void {
    if (entry.kind === 'op') {
      if (entry.phase !== 'invoke' || entry.name === 'flush') return;
      this.#programs.add(entry.actor);
      this.#operationCount += 1;
    } else if (entry.kind === 'message') this.#onMessage(entry);
  }

  read(): Record<string, number | null> {
    const count = this.#arrivedCount + this.#lostCount;
    const byType = types.map((type): [string, number | null] => [
      `message.${type}.rate.max`,
      this.#byType.get(type)?.most ?? null,
    ]);
    return {
      'messages.rate.max': count === 0 ? null : this.#all.most,
      'messages.lost.share': count === 0 ? null : this.#lostCount / count,
      'requests.per-operation':
        this.#operationCount === 0 ? null : this.#requestCount / this.#operationCount,
      ...Object.fromEntries(byType),
    };
  }

  #onMessage(entry: Entry & { kind: 'message' }): void {
    const { type, from } = entry;
    if ((type === 'read' || type === 'write') && this.#programs.has(from)) this.#requestCount += 1;
    if (entry.outcome === 'dropped') {
      this.#lostCount += 1;
      return;
    }
    this.#arrivedCount += 1;
    this.#all.add(entry.atNs);
    let second = this.#byType.get(type);
    if (second === undefined) {
      second = new BusiestSecond();
      this.#byType.set(type, second);
    }
    second.add(entry.atNs);
  }
}
