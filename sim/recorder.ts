// Turns what happens into a fingerprint, and into entries where somebody wants them: a level that
// keeps them, or monitors that look at them. At level `hash` without monitors no entry object is
// ever made.
import type { ActorId } from './actor.ts';
import { hex64, mix, mixFields, mixText, mixValue } from './fingerprint.ts';
import type { Entry, RecordLevel } from './record.ts';
import type { Ns } from './units.ts';

/** Sees each entry as it happens; may throw only for internal errors. */
export type EntrySink = (entry: Entry) => void;

/** How many entries level `ring` keeps. */
export const ringEntryMax = 4096;

/**
 * The causal identity of the event being carried out: its own id and its two parents, as 32-bit
 * lanes.
 */
export class Identity {
  high = 0;
  low = 0;
  causeHigh = 0;
  causeLow = 0;
  previousHigh = 0;
  previousLow = 0;
  /** Numbers the entries and effects of this event, so that each has an id of its own. */
  ordinal = 0;
}

/** Derives the lane of an id from its parent's lane. */
export function childLane(
  parentLane: number,
  actorHash: number,
  kind: number,
  ordinal: number,
): number {
  return mix(mix(parentLane, actorHash ^ (kind << 24)), ordinal);
}

const kindHash = (kind: Entry['kind']): number => mixText(0, kind);
const kindHashes = {
  start: kindHash('start'),
  stop: kindHash('stop'),
  message: kindHash('message'),
  timer: kindHash('timer'),
  io: kindHash('io'),
  op: kindHash('op'),
  state: kindHash('state'),
  mark: kindHash('mark'),
  gauge: kindHash('gauge'),
  fault: kindHash('fault'),
  violation: kindHash('violation'),
} satisfies Record<Entry['kind'], number>;

/** What a caller adds to the fields that the recorder fills in itself. */
type Details<E extends Entry> = Omit<
  E,
  'index' | 'atNs' | 'actor' | 'id' | 'cause' | 'previous' | 'kind'
>;

/** Keeps the record of one world: its fingerprint always, its entries where they are wanted. */
export class Recorder {
  readonly level: RecordLevel;
  readonly entries: Entry[] = [];
  #sink: EntrySink | null;
  /** Triggers of faults that wait for an entry; a fork sets its own. */
  #observer: EntrySink | null = null;
  #count = 0;
  #high = 0x243f6a88; // The fraction of pi: nothing up the sleeve.
  #low = 0x85a308d3;

  constructor(level: RecordLevel, sink: EntrySink | null = null) {
    this.level = level;
    this.#sink = sink;
  }

  /** Whether entry objects must be made at all. */
  get wanted(): boolean {
    if (this.#sink !== null || this.#observer !== null) return true;
    return this.level === 'full' || this.level === 'ring';
  }

  /** How many entries there were, kept or not. */
  get entryCount(): number {
    return this.#count;
  }

  get fingerprint(): string {
    return hex64(this.#high, this.#low);
  }

  watch(sink: EntrySink | null): void {
    this.#sink = sink;
  }

  /** Internal: shows each further entry to the faults that wait for one. */
  observe(observer: EntrySink | null): void {
    this.#observer = observer;
  }

  /** Chains one event: causal id, time, payload and how many choices were made before it. */
  chainEvent(at: Identity, atNs: Ns, payloadHash: number, choiceCount: number): void {
    if (this.level === 'off') return;
    const time = (atNs | 0) ^ Math.imul((atNs / 4294967296) | 0, 0x9e3779b1);
    this.#high = mix(this.#high ^ this.#low, at.high ^ payloadHash);
    this.#low = mix(this.#low ^ this.#high, at.low ^ time ^ Math.imul(choiceCount, 0x85ebca77));
  }

  /** Payload hash of a message, which is plain data; 0 where nothing is chained. */
  hash(message: object): number {
    return this.level === 'off' ? 0 : mixFields(0, message);
  }

  /** An event entry: its identity is the event's own. */
  event<E extends Entry>(
    kind: E['kind'],
    at: Identity,
    atNs: Ns,
    actor: ActorId,
    details: Details<E>,
  ): void {
    this.#count += 1;
    if (!this.wanted) return;
    this.#keep({
      index: this.#count - 1,
      atNs,
      actor,
      kind,
      id: hex64(at.high, at.low),
      cause: parentText(at.causeHigh, at.causeLow),
      previous: parentText(at.previousHigh, at.previousLow),
      ...details,
    } as unknown as Entry);
  }

  /** Counts an event entry that nobody wants. */
  skip(): void {
    this.#count += 1;
  }

  /** An entry within an event: an operation, a mark, a mode. It is chained with its contents. */
  detail<E extends Entry>(
    kind: E['kind'],
    at: Identity,
    atNs: Ns,
    actor: ActorId,
    details: Details<E>,
  ): void {
    this.#count += 1;
    const ordinal = at.ordinal++;
    if (this.level !== 'off') {
      this.#high = mix(this.#high ^ this.#low, kindHashes[kind] ^ ordinal);
      this.#low = mix(this.#low ^ this.#high, mixValue(0, details));
    }
    if (!this.wanted) return;
    this.#keep({
      index: this.#count - 1,
      atNs,
      actor,
      kind,
      id: hex64(
        childLane(at.high, kindHashes[kind], 7, ordinal),
        childLane(at.low, kindHashes[kind], 7, ordinal),
      ),
      cause: hex64(at.high, at.low),
      previous: null,
      ...details,
    } as unknown as Entry);
  }

  /** A recorder that goes on from here for a fork, with its own level. */
  copy(level: RecordLevel = this.level, sink: EntrySink | null = null): Recorder {
    const other = new Recorder(level, sink);
    other.#count = this.#count;
    other.#high = this.#high;
    other.#low = this.#low;
    for (const entry of this.entries) other.entries.push(entry);
    return other;
  }

  #keep(entry: Entry): void {
    if (this.level === 'full') this.entries.push(entry);
    else if (this.level === 'ring') {
      this.entries.push(entry);
      if (this.entries.length >= 2 * ringEntryMax) this.entries.splice(0, ringEntryMax);
    }
    this.#observer?.(entry);
    this.#sink?.(entry);
  }
}

function parentText(high: number, low: number): string | null {
  return high === 0 && low === 0 ? null : hex64(high, low);
}
