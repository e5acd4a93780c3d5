// Turns by owner, after Linux bfq (block/bfq-iosched.c), much simplified: owners of equal weight in
// a ring, no idling for an owner that will come back, no boost for the interactive.
//
//   owner 3  o . o o .  |                 a turn: upwards from where the last command started,
//   owner 7  . o . . .  | ring            then from the owner's lowest sector, until the budget
//   owner 9  o o o o o  v                 is used up or the owner has nothing left
//
// A command is served when it fits in what is left of the budget, or is the first of the turn. So
// while two owners always have commands waiting, what they have moved differs by at most one budget
// and one command in each round, and by one budget when all commands are equal and divide it.
// A turn begins with the owner's oldest command when that one has expired: nothing waits longer
// than that plus one turn of each owner, provided it is then the oldest.
import { AssertionError, assert } from '../../assert.ts';
import { type Ns, nsPerMs } from '../../units.ts';
import type { MediumOp } from '../medium.ts';
import type { FairSpec, Scheduler } from './scheduler.ts';
import { SortedSlots } from './sorted-slots.ts';

/**
 * The numbers bfq starts with: bfq_default_max_budget, 16 x 1024 sectors; bfq_fifo_expire, 125 ms
 * for commands that somebody waits for.
 */
export const fairDefaults: FairSpec = {
  kind: 'fair',
  budgetSectorCount: 16_384,
  expireNs: 125 * nsPerMs,
};

const none = -1;

/** Round robin over owners, sector order within a turn. */
export class FairScheduler implements Scheduler {
  readonly #spec: FairSpec;
  #sorted = new SortedSlots();
  #owner = none;
  #usedSectorCount = 0;
  #fromSector = 0;

  constructor(spec: FairSpec) {
    const { budgetSectorCount, expireNs } = spec;
    assert(budgetSectorCount >= 1, `a budget of ${budgetSectorCount} sectors, expected 1 or more`);
    assert(expireNs >= 0, `commands that expire in ${expireNs} ns, expected 0 or more`);
    this.#spec = spec;
  }

  get count(): number {
    return this.#sorted.count;
  }

  add(
    slot: number,
    _op: MediumOp,
    sector: number,
    sectorCount: number,
    owner: number,
    nowNs: Ns,
  ): void {
    if (!Number.isInteger(owner)) throw new AssertionError(`owner ${owner}, expected an integer`);
    this.#sorted.add(slot, owner, sector, sectorCount, nowNs);
  }

  resize(slot: number, sector: number, sectorCount: number): void {
    this.#sorted.resize(slot, sector, sectorCount);
  }

  next(nowNs: Ns): number {
    if (this.#sorted.count === 0) return none;
    const following = this.#following(this.#owner);
    if (following !== none && this.#fits(following)) return this.#take(following);
    this.#owner = this.#nextOwner();
    this.#usedSectorCount = 0;
    const oldest = this.#oldest(this.#owner);
    const isExpired = this.#sorted.addedAtNs(oldest) + this.#spec.expireNs <= nowNs;
    return this.#take(isExpired ? oldest : this.#following(this.#owner));
  }

  clear(): void {
    this.#sorted.clear();
    this.#owner = none;
    this.#usedSectorCount = 0;
    this.#fromSector = 0;
  }

  copy(): FairScheduler {
    const twin = new FairScheduler(this.#spec);
    twin.#sorted = this.#sorted.copy();
    twin.#owner = this.#owner;
    twin.#usedSectorCount = this.#usedSectorCount;
    twin.#fromSector = this.#fromSector;
    return twin;
  }

  /** The owner's next upwards, or its lowest; -1 when it has none. */
  #following(owner: number): number {
    const above = this.#sorted.slotAt(this.#sorted.firstFrom(owner, this.#fromSector));
    if (above !== none && this.#sorted.groupOf(above) === owner) return above;
    const lowest = this.#sorted.slotAt(this.#sorted.firstFrom(owner, 0));
    return lowest !== none && this.#sorted.groupOf(lowest) === owner ? lowest : none;
  }

  #fits(slot: number): boolean {
    const sectorCount = this.#sorted.sectorCountOf(slot);
    return this.#usedSectorCount + sectorCount <= this.#spec.budgetSectorCount;
  }

  /** The next in the ring that has commands; the same one when no other has. */
  #nextOwner(): number {
    const above = this.#sorted.slotAt(this.#sorted.firstFrom(this.#owner + 1, 0));
    return this.#sorted.groupOf(above === none ? this.#sorted.slotAt(0) : above);
  }

  #oldest(owner: number): number {
    let index = this.#sorted.firstFrom(owner, 0);
    let oldest = this.#sorted.slotAt(index);
    for (index += 1; index < this.#sorted.count; index += 1) {
      const slot = this.#sorted.slotAt(index);
      if (this.#sorted.groupOf(slot) !== owner) break;
      if (this.#sorted.addedAtNs(slot) < this.#sorted.addedAtNs(oldest)) oldest = slot;
    }
    return oldest;
  }

  #take(slot: number): number {
    this.#fromSector = this.#sorted.sectorOf(slot);
    this.#usedSectorCount += this.#sorted.sectorCountOf(slot);
    this.#sorted.remove(slot);
    return slot;
  }
}
