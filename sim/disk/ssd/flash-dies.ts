// When dies and channels are free again. Each die keeps two instants, one for what it reads and one
// for what it programs and erases; a read goes ahead of programs that wait:
//
//   programs   |--- program ---|--- program ---|        a read at * waits for the rest of the
//                     *--|read|                          program, or until it is suspended, and
//   becomes    |------|--      ---|--- program ---|      pushes back all that is programmed later
//
// A channel transfers in the order in which commands began: what is sensed early waits for the one
// before it on the channel, even if that one is still being sensed.
//
// How long a program that is booked will really take is known only when no read delays it: what was
// promised for its end stays, while the die is busy for longer. So a read never changes the answer
// to a command that was begun before it; the work of a die is conserved.
import { assert } from '../../assert.ts';
import { type Ns, nsPerSec } from '../../units.ts';
import type { FlashSpec } from './spec.ts';

/** Busy-until instants of dies and channels. */
export class FlashDies {
  readonly #spec: FlashSpec;
  readonly #nsPerByte: number;
  readonly #readFreeAtNs: Float64Array;
  readonly #programFreeAtNs: Float64Array;
  /** Length of the program that was booked last. */
  readonly #programNs: Float64Array;
  readonly #eraseStartAtNs: Float64Array;
  readonly #eraseEndAtNs: Float64Array;
  /** For how long reads have gone ahead of what is programmed. */
  readonly #heldNs: Float64Array;
  readonly #channelFreeAtNs: Float64Array;
  /** By how many causes each die is failed. */
  readonly #failures: Uint16Array;
  #failedCount = 0;
  #turn = 0;

  constructor(spec: FlashSpec) {
    const { dieCount, channelCount } = spec;
    this.#spec = spec;
    this.#nsPerByte = nsPerSec / spec.channelBytesPerSec;
    this.#readFreeAtNs = new Float64Array(dieCount);
    this.#programFreeAtNs = new Float64Array(dieCount);
    this.#programNs = new Float64Array(dieCount).fill(spec.programNs);
    this.#eraseStartAtNs = new Float64Array(dieCount);
    this.#eraseEndAtNs = new Float64Array(dieCount);
    this.#heldNs = new Float64Array(dieCount);
    this.#channelFreeAtNs = new Float64Array(channelCount);
    this.#failures = new Uint16Array(dieCount);
  }

  /** Senses one page in `busyNs` and transfers `sizeBytes` of it; answers when that is done. */
  read(stripe: number, readyAtNs: Ns, busyNs: Ns, sizeBytes: number): Ns {
    const die = this.#failures[stripe] === 0 ? stripe : this.#substitute(stripe);
    const readFreeAtNs = this.#readFreeAtNs[die] as number;
    const programFreeAtNs = this.#programFreeAtNs[die] as number;
    let startAtNs = readyAtNs > readFreeAtNs ? readyAtNs : readFreeAtNs;
    if (programFreeAtNs > startAtNs) {
      startAtNs = this.#ahead(die, startAtNs, busyNs, readyAtNs < readFreeAtNs);
    }
    const sensedAtNs = startAtNs + busyNs;
    this.#readFreeAtNs[die] = sensedAtNs;
    const channel = die % this.#spec.channelCount;
    const channelFreeAtNs = this.#channelFreeAtNs[channel] as number;
    const fromNs = sensedAtNs > channelFreeAtNs ? sensedAtNs : channelFreeAtNs;
    const transferredAtNs = fromNs + Math.round(sizeBytes * this.#nsPerByte);
    this.#channelFreeAtNs[channel] = transferredAtNs;
    return transferredAtNs;
  }

  /** The die for the next program. */
  nextDie(): number {
    const { dieCount, placement } = this.#spec;
    if (placement === 'stripe') {
      do this.#turn = (this.#turn + 1) % dieCount;
      while (this.#failures[this.#turn] !== 0);
      return this.#turn;
    }
    // Dies that are free at one instant take turns.
    this.#turn = (this.#turn + 1) % dieCount;
    let best = -1;
    let bestAtNs = Number.POSITIVE_INFINITY;
    for (let index = 0, die = this.#turn; index < dieCount; index += 1) {
      const freeAtNs = this.#programFreeAtNs[die] as number;
      if (freeAtNs < bestAtNs && this.#failures[die] === 0) {
        best = die;
        bestAtNs = freeAtNs;
      }
      die += 1;
      if (die === dieCount) die = 0;
    }
    return best;
  }

  /**
   * Transfers the data of `transferCount` programs from `nowNs` on, and keeps the die busy for
   * `busyNs` from `readyAtNs` on; answers when that is done.
   */
  program(
    die: number,
    nowNs: Ns,
    readyAtNs: Ns,
    busyNs: Ns,
    sizeBytes: number,
    transferCount: number,
  ): Ns {
    // The transfer is work for the channel now, even if the data comes when the buffer has room: a
    // booking ahead would keep reads from a channel that is idle.
    const channel = die % this.#spec.channelCount;
    const freeAtNs = this.#channelFreeAtNs[channel] as number;
    const transferNs = Math.round(sizeBytes * this.#nsPerByte) * transferCount;
    const transferredAtNs = (freeAtNs > nowNs ? freeAtNs : nowNs) + transferNs;
    this.#channelFreeAtNs[channel] = transferredAtNs;
    const fromNs = transferredAtNs > readyAtNs ? transferredAtNs : readyAtNs;
    this.#programNs[die] = busyNs;
    return this.#book(die, fromNs, busyNs);
  }

  /** Keeps a die busy with an erase. */
  erase(die: number, readyAtNs: Ns, busyNs: Ns): void {
    const endAtNs = this.#book(die, readyAtNs, busyNs);
    this.#eraseStartAtNs[die] = endAtNs - busyNs;
    this.#eraseEndAtNs[die] = endAtNs;
  }

  /** Nothing is under way any more. */
  stop(): void {
    this.#readFreeAtNs.fill(0);
    this.#programFreeAtNs.fill(0);
    this.#eraseStartAtNs.fill(0);
    this.#eraseEndAtNs.fill(0);
    this.#heldNs.fill(0);
    this.#channelFreeAtNs.fill(0);
  }

  fail(die: number): void {
    assert(die >= 0 && die < this.#spec.dieCount, `die ${die} of ${this.#spec.dieCount}`);
    if (this.#failures[die] === 0) {
      assert(this.servingCount > 1, 'the last die failed: fail the device');
      this.#failedCount += 1;
    }
    this.#failures[die] = (this.#failures[die] as number) + 1;
  }

  revive(die: number): void {
    assert(this.#failures[die] !== 0, `die ${die} revived while it serves`);
    this.#failures[die] = (this.#failures[die] as number) - 1;
    if (this.#failures[die] === 0) this.#failedCount -= 1;
  }

  /** How many dies serve. */
  get servingCount(): number {
    return this.#spec.dieCount - this.#failedCount;
  }

  copy(): FlashDies {
    const twin = new FlashDies(this.#spec);
    twin.#readFreeAtNs.set(this.#readFreeAtNs);
    twin.#programFreeAtNs.set(this.#programFreeAtNs);
    twin.#programNs.set(this.#programNs);
    twin.#eraseStartAtNs.set(this.#eraseStartAtNs);
    twin.#eraseEndAtNs.set(this.#eraseEndAtNs);
    twin.#heldNs.set(this.#heldNs);
    twin.#channelFreeAtNs.set(this.#channelFreeAtNs);
    twin.#failures.set(this.#failures);
    twin.#failedCount = this.#failedCount;
    twin.#turn = this.#turn;
    return twin;
  }

  /** When a read starts on a die that has something to program. */
  #ahead(die: number, fromNs: Ns, busyNs: Ns, isReading: boolean): Ns {
    const { suspendNs, readsAheadMaxNs } = this.#spec;
    const heldNs = (this.#heldNs[die] as number) + busyNs;
    const restNs = this.#restNs(die, fromNs);
    if (heldNs > readsAheadMaxNs) {
      this.#heldNs[die] = 0;
      this.#delay(die, busyNs);
      return fromNs + restNs;
    }
    this.#heldNs[die] = heldNs;
    // A die that reads already has paused its program.
    if (isReading) {
      this.#delay(die, busyNs);
      return fromNs;
    }
    if (suspendNs === null || restNs <= suspendNs) {
      this.#delay(die, busyNs);
      return fromNs + restNs;
    }
    this.#delay(die, suspendNs + busyNs);
    return fromNs + suspendNs;
  }

  /** How long the program or erase that is under way still takes. */
  #restNs(die: number, atNs: Ns): Ns {
    const eraseEndAtNs = this.#eraseEndAtNs[die] as number;
    if (atNs < eraseEndAtNs && atNs >= (this.#eraseStartAtNs[die] as number)) {
      return eraseEndAtNs - atNs;
    }
    const backlogNs = (this.#programFreeAtNs[die] as number) - atNs;
    return backlogNs % (this.#programNs[die] as number);
  }

  #delay(die: number, byNs: Ns): void {
    this.#programFreeAtNs[die]! += byNs;
    this.#eraseStartAtNs[die]! += byNs;
    this.#eraseEndAtNs[die]! += byNs;
  }

  #book(die: number, readyAtNs: Ns, busyNs: Ns): Ns {
    const programFreeAtNs = this.#programFreeAtNs[die] as number;
    const readFreeAtNs = this.#readFreeAtNs[die] as number;
    let startAtNs = readyAtNs;
    if (programFreeAtNs > startAtNs) startAtNs = programFreeAtNs;
    else this.#heldNs[die] = 0;
    if (readFreeAtNs > startAtNs) startAtNs = readFreeAtNs;
    const endAtNs = startAtNs + busyNs;
    this.#programFreeAtNs[die] = endAtNs;
    return endAtNs;
  }

  /** The die that answers for a failed one: the reads of the failed spread over the others. */
  #substitute(failed: number): number {
    const { dieCount } = this.#spec;
    this.#turn = (this.#turn + 1) % dieCount;
    let die = this.#turn;
    while (die === failed || this.#failures[die] !== 0) die = (die + 1) % dieCount;
    this.#turn = die;
    return die;
  }
}
