// Which acknowledged writes a flush stands for: those that were acknowledged before it began, but
// for those of a later session. Who lost a volume without knowing it answers for nothing that came
// after.
import type { Entry, OpEntry } from '../../sim/index.ts';
import { OpenOps } from './block-ops.ts';
import type { CacheLoss, Deed } from './cache-loss.ts';

/** Hands writes on when a flush is answered that began after they were acknowledged. */
export class Flushes<W extends Pick<Deed, 'volume' | 'session'>> {
  /** Acknowledged, and no flush that began since was answered, by volume. */
  readonly #writes = new Map<string, W[]>();
  readonly #open = new OpenOps<readonly W[]>();
  readonly #loss: CacheLoss;

  /** `loss` knows the sessions; it is folded by its owner. */
  constructor(loss: CacheLoss) {
    this.#loss = loss;
  }

  /** A write was acknowledged. */
  add(write: W): void {
    const writes = this.#writes.get(write.volume);
    if (writes === undefined) this.#writes.set(write.volume, [write]);
    else writes.push(write);
  }

  /** Takes an entry; answers what a flush that is answered stands for. */
  take(entry: Entry): readonly W[] {
    if (entry.kind === 'stop') this.#open.forget(entry.actor);
    return entry.kind === 'op' && entry.name === 'flush' ? this.#onFlush(entry) : [];
  }

  #onFlush(entry: OpEntry): readonly W[] {
    const { volume } = entry.value as { readonly volume: string };
    if (entry.phase === 'invoke') {
      // Where nobody was granted anything, nobody has lost it.
      const last = this.#loss.sessionOf(volume, entry.actor) || Number.POSITIVE_INFINITY;
      const own = (this.#writes.get(volume) ?? []).filter(({ session }) => session <= last);
      this.#open.begin(entry, own);
      return [];
    }
    const flushed = this.#open.end(entry);
    if (entry.phase !== 'ok' || flushed === undefined) return [];
    const known = new Set(flushed);
    const left = (this.#writes.get(volume) ?? []).filter((write) => !known.has(write));
    this.#writes.set(volume, left);
    return flushed;
  }
}
