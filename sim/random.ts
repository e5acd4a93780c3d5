// Chance: one named stream for each part of a world, each seeded from the root seed and its own
// name. A part that draws more, or a part that appears, never shifts what another part draws.
import seedrandom from 'seedrandom';
import { assert } from './assert.ts';
import { hex64 } from './fingerprint.ts';
import { nameHash } from './name-hash.ts';

/** The random streams of one run, by name. */
export interface StreamTable {
  /**
   * The next integer in [0, n) of the stream `key`, every value equally likely. n is an integer
   * from 1 to 2^32; n = 1 draws nothing.
   */
  below(key: string, n: number): number;
  /** An independent table: both continue every stream from here, with the same draws. */
  copy(): StreamTable;
}

/** Streams of a root seed. The seed is required: there is no default and no entropy. */
export function streamTable(seed: string): StreamTable {
  assert(
    typeof seed === 'string' && seed !== '' && seed.length <= seedLengthMax,
    `seed ${quoted(seed)}, expected text of 1 to ${seedLengthMax} characters such as "1"`,
  );
  return new LazyStreamTable(seed, new Map());
}

/**
 * The one text of a seed: 1 and "1" are the same seed. The seed must be a legal one
 * (`seedProblem`).
 */
export function normalizeSeed(seed: string | number): string {
  const problem = seedProblem(seed);
  assert(problem === null, problem ?? '');
  return String(seed);
}

/**
 * What is wrong with a seed that somebody gave, or null: whole numbers and short plain names are
 * legal.
 */
export function seedProblem(seed: unknown): string | null {
  const legal = typeof seed === 'number' ? Number.isSafeInteger(seed) : isSeedText(seed);
  return legal
    ? null
    : `seed ${quoted(seed)}, expected a whole number or 1 to ${seedLengthMax} of the characters ` +
        'A-Z a-z 0-9 _ -, such as 1 or a commit id';
}

const seedLengthMax = 64;
const streamsMax = 1_000_000;
/** Each draw is rejected with a chance below 1/2; this many in a row is a bug, not bad luck. */
const redrawsMax = 128;
const drawCount = 4_294_967_296;

type Generator = seedrandom.StatefulPRNG<seedrandom.State.Alea>;

/**
 * A stream sleeps as its state until its next draw: making a generator costs far more than a draw.
 */
interface Stream {
  generator: Generator | null;
  state: seedrandom.State.Alea | null;
}

class LazyStreamTable implements StreamTable {
  readonly #seed: string;
  readonly #streams: Map<string, Stream>;

  constructor(seed: string, streams: Map<string, Stream>) {
    this.#seed = seed;
    this.#streams = streams;
  }

  below(key: string, n: number): number {
    if (!(n >= 1 && n <= drawCount && Math.floor(n) === n)) refuseCount(key, n);
    if (n === 1) return 0;
    const stream = this.#streams.get(key) ?? this.#addStream(key);
    const generator = stream.generator ?? this.#wake(stream, key);
    // The 2^32 draws fall into n buckets of one width; what is left over is drawn again. Dividing
    // uses the high bits, which are the better ones.
    const bucketWidth = Math.floor(drawCount / n);
    for (let redraw = 0; redraw < redrawsMax; redraw += 1) {
      const bucket = Math.floor((generator.int32() >>> 0) / bucketWidth);
      if (bucket < n) return bucket;
    }
    assert(false, `stream "${key}" gave no draw below ${n} in ${redrawsMax} attempts`);
  }

  copy(): StreamTable {
    const streams = new Map<string, Stream>();
    for (const [key, stream] of this.#streams) {
      const state = stream.generator === null ? stream.state : stream.generator.state();
      streams.set(key, { generator: null, state });
    }
    return new LazyStreamTable(this.#seed, streams);
  }

  #addStream(key: string): Stream {
    assert(key !== '', 'a random stream without a name');
    assert(this.#streams.size < streamsMax, `stream "${key}" is one more than ${streamsMax}`);
    const stream = { generator: null, state: null };
    this.#streams.set(key, stream);
    return stream;
  }

  #wake(stream: Stream, key: string): Generator {
    // A generator that is given a state does not look at its seed.
    const { state } = stream;
    const generator =
      state === null
        ? seedrandom.alea(seedText(this.#seed, key), { state: true })
        : seedrandom.alea('', { state });
    stream.generator = generator;
    stream.state = null;
    return generator;
  }
}

/**
 * Alea mixes the last characters of its seed so little that the first draws of `disk h1` and `disk
 * h2` would go together; the hash at the end lets them differ in every digit.
 */
function seedText(seed: string, key: string): string {
  const text = `${seed}/${key}`;
  return `${text}/${hex64(nameHash(1, text), nameHash(2, text))}`;
}

function refuseCount(key: string, n: number): never {
  assert(false, `stream "${key}" asked for a draw below ${n}, expected an integer from 1 to 2^32`);
}

function isSeedText(seed: unknown): boolean {
  return typeof seed === 'string' && seed.length <= seedLengthMax && /^[0-9A-Za-z_-]+$/.test(seed);
}

function quoted(seed: unknown): string {
  return typeof seed === 'string' ? `"${seed}"` : String(seed);
}
