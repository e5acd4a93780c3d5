// Which of the blocks that hosts have stored are on stable media, as the record tells it.
//
//   write, forced                                    durable at once
//   write, in memory                                 not durable; noted again when it is written
//   write --> cache --flush that began after it-->   durable
//               '---- power lost ---------------->   gone
//
// A host notes what it stored in the step in which its device completes the write.
import type { Entry, IoEntry, Ns } from '../../sim/index.ts';
import { isMark, type Mark } from './marks.ts';

type Stored = Mark<'block.stored'>;

interface Cached {
  readonly stored: Stored;
  readonly completedAtNs: Ns;
}

const none: readonly Stored[] = [];

/** Hands marks of stored blocks on when what they tell of is durable. */
export class DurableMarks {
  /** By host: the write whose completion it has just heard of. */
  readonly #completed = new Map<string, IoEntry>();
  /** By host, in the order of completion. */
  readonly #cached = new Map<string, Cached[]>();

  /** Takes an entry; answers what is durable from now on. */
  take(entry: Entry): readonly Stored[] {
    if (entry.kind === 'io') return this.#onIo(entry);
    if (isMark(entry, 'block.stored')) return this.#onStored(entry);
    if (isMark(entry, 'device.power-lost')) this.#cached.delete(entry.actor);
    return none;
  }

  #onIo(entry: IoEntry): readonly Stored[] {
    const { actor, op, status, submittedAtNs } = entry;
    if (op === 'write') this.#completed.set(actor, entry);
    const isFlush = op === 'flush' || entry.preflush === true;
    const cached = this.#cached.get(actor);
    if (!isFlush || status !== 'ok' || cached === undefined) return none;
    const isFlushed = ({ completedAtNs }: Cached) => completedAtNs <= submittedAtNs;
    this.#cached.set(
      actor,
      cached.filter((one) => !isFlushed(one)),
    );
    return cached.filter(isFlushed).map(({ stored }) => stored);
  }

  #onStored(stored: Stored): readonly Stored[] {
    const { actor, atNs, facts } = stored;
    if (facts.inMemory === true) return none;
    if (this.#completed.get(actor)?.fua === true) return [stored];
    const cached = this.#cached.get(actor) ?? [];
    cached.push({ stored, completedAtNs: atNs });
    this.#cached.set(actor, cached);
    return none;
  }
}
