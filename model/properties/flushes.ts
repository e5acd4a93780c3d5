// Which acknowledged writes a flush stands for: those that were acknowledged before it began.
import type { Entry, OpEntry } from '../../sim/index.ts';
import { type BlockOp, OpenOps } from './block-ops.ts';

/** Hands writes on when a flush is answered that began after they were acknowledged. */
export class Flushes<W extends Pick<BlockOp, 'volume'>> {
  /** Acknowledged, and no flush that began since was answered, by volume. */
  readonly #writes = new Map<string, W[]>();
  readonly #open = new OpenOps<readonly W[]>();

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
      this.#open.begin(entry, (this.#writes.get(volume) ?? []).slice());
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
