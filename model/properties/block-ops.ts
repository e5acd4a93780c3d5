// Client operations on blocks, as the record tells them.
import type { ActorId, Entry, OpEntry } from '../../sim/index.ts';

/** A read or write of consecutive blocks of a volume. */
export interface BlockOp {
  readonly volume: string;
  /** First block, counted from the start of the volume. */
  readonly block: number;
  readonly blockCount: number;
  /** What was read, or is written; empty where it is not known. */
  readonly stamps: readonly number[];
}

const noStamps: readonly number[] = [];

/** Whether an entry is about an operation of that name; a discard is a write of zeros. */
export function isOp(entry: Entry, name: 'read' | 'write' | 'discard'): entry is OpEntry {
  if (entry.kind !== 'op') return false;
  return entry.name === name || (name === 'write' && entry.name === 'discard');
}

/** The blocks of a read or write. */
export function blockOpOf(entry: OpEntry): BlockOp {
  const { volume, block, blockCount, stamps } = entry.value as BlockOp & {
    readonly stamps?: readonly number[] | null;
  };
  return { volume, block, blockCount, stamps: stamps ?? noStamps };
}

/** Operations that have begun and not ended, with what a monitor keeps of each until its end. */
export class OpenOps<T> {
  readonly #byActor = new Map<ActorId, Map<number, T>>();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  begin(entry: OpEntry, about: T): void {
    let ops = this.#byActor.get(entry.actor);
    if (ops === undefined) {
      ops = new Map();
      this.#byActor.set(entry.actor, ops);
    }
    if (!ops.has(entry.opId)) this.#count += 1;
    ops.set(entry.opId, about);
  }

  /** The operation ended: hands back what was kept of it. */
  end(entry: OpEntry): T | undefined {
    const ops = this.#byActor.get(entry.actor);
    const about = ops?.get(entry.opId);
    if (ops?.delete(entry.opId)) this.#count -= 1;
    return about;
  }

  /** The actor died: nobody waits for its operations any more. */
  forget(actor: ActorId): void {
    this.#count -= this.#byActor.get(actor)?.size ?? 0;
    this.#byActor.delete(actor);
  }

  /** One of those that have been open longest at one actor. */
  first(): T | undefined {
    for (const ops of this.#byActor.values()) {
      for (const about of ops.values()) return about;
    }
    return undefined;
  }
}
