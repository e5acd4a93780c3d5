// Cuts that have fallen, numbered from 1. A message knows how many there were when it set out: any
// cut of its link that has fallen since then has lost it, though it may be over by now.
//
//   sent       cut falls    cut ends      due
//    |-------------|============|----------|     lost: in flight during a part of the cut
//
// In flight is what has been sent and is not yet due, what waits at the sender's interface
// included. A held message is not in flight until it is released. The loss is noted when the
// message was due: nobody could know of it earlier.
import type { NodeId } from './actor.ts';
import type { Disturbance } from './disturbance.ts';
import type { Ns } from './units.ts';

interface FallenCut {
  /** The id of its disturbance. */
  readonly id: number;
  readonly number: number;
  readonly cut: Disturbance;
  /** From then on no message is in flight that it could have met; without end while in force. */
  readonly forgottenNs: Ns;
}

/** What messages in flight may have met. */
export class CutLog {
  /** Those that still matter, in the order they fell. */
  #fallen: readonly FallenCut[] = [];
  #count = 0;

  /** How many cuts have fallen so far. */
  get count(): number {
    return this.#count;
  }

  /** A cut falls. */
  fall(id: number, cut: Disturbance): void {
    this.#count += 1;
    const fallen = { id, number: this.#count, cut, forgottenNs: Number.POSITIVE_INFINITY };
    this.#fallen = [...this.#fallen, fallen];
  }

  /** A cut is over; what set out while it lasted was lost, what sets out now will not meet it. */
  end(id: number, forgottenNs: Ns): void {
    this.#fallen = this.#fallen.map((one) => (one.id === id ? { ...one, forgottenNs } : one));
  }

  /** What was in flight during a cut that is over may be so for longer than it was to be. */
  remember(untilNs: Ns): void {
    this.#fallen = this.#fallen.map((one) =>
      one.forgottenNs < untilNs ? { ...one, forgottenNs: untilNs } : one,
    );
  }

  /** Forgets the cuts that no message in flight can have met. */
  forgetBefore(nowNs: Ns): void {
    this.#fallen = this.#fallen.filter(({ forgottenNs }) => forgottenNs >= nowNs);
  }

  /** The first cut of a link that fell after the first `count` ones, by its reason, or null. */
  metSince(count: number, from: NodeId, to: NodeId): string | null {
    let reason: string | null = null;
    for (let i = this.#fallen.length - 1; i >= 0; i--) {
      const { number, cut } = this.#fallen[i];
      if (number <= count) break;
      if (cut.strikes(from, to)) reason = cut.reason;
    }
    return reason;
  }

  copy(): CutLog {
    const other = new CutLog();
    other.#fallen = this.#fallen;
    other.#count = this.#count;
    return other;
  }
}
