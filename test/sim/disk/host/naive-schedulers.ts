import type { DeadlineSpec, FairSpec } from '../../../../sim/disk/host/scheduler.ts';
import type { MediumOp } from '../../../../sim/disk/medium.ts';

interface Waiting {
  slot: number;
  group: number;
  sector: number;
  sectorCount: number;
  addedAtNs: number;
  /** Breaks ties of sectors. */
  order: number;
}

/** Lists that are searched from end to end: slow, and nothing to get wrong. */
abstract class NaiveScheduler {
  /** In order of arrival. */
  protected waiting: Waiting[] = [];
  #orderNext = 0;

  protected abstract groupOf(op: MediumOp, owner: number): number;
  abstract next(nowNs: number): number;

  add(
    slot: number,
    op: MediumOp,
    sector: number,
    sectorCount: number,
    owner: number,
    nowNs: number,
  ): void {
    const group = this.groupOf(op, owner);
    const order = this.#orderNext++;
    this.waiting.push({ slot, group, sector, sectorCount, addedAtNs: nowNs, order });
  }

  resize(slot: number, sector: number, sectorCount: number): void {
    const one = this.waiting.find((other) => other.slot === slot) as Waiting;
    Object.assign(one, { sector, sectorCount, order: this.#orderNext++ });
  }

  protected inGroup(group: number): Waiting[] {
    return this.waiting.filter((one) => one.group === group);
  }

  protected lowestFrom(group: number, sector: number): Waiting | undefined {
    const above = this.inGroup(group).filter((one) => one.sector >= sector);
    return above.sort((a, b) => a.sector - b.sector || a.order - b.order)[0];
  }

  protected takeOut(one: Waiting): number {
    this.waiting = this.waiting.filter((other) => other !== one);
    return one.slot;
  }
}

/** What mq-deadline does, said once more. */
export class NaiveDeadline extends NaiveScheduler {
  readonly #spec: DeadlineSpec;
  #direction = 1;
  #batched = 0;
  #starved = 0;
  readonly #position = [0, 0];

  constructor(spec: DeadlineSpec) {
    super();
    this.#spec = spec;
  }

  protected override groupOf(op: MediumOp): number {
    return op === 'read' ? 0 : 1;
  }

  override next(nowNs: number): number {
    if (this.waiting.length === 0) return -1;
    let one = this.#above(this.#direction);
    if (one === undefined || this.#batched >= this.#spec.fifoBatch) {
      this.#batched = 0;
      const [reads, writes] = [this.inGroup(0), this.inGroup(1)];
      let isWriting = reads.length === 0;
      if (reads.length > 0 && writes.length > 0) {
        isWriting = this.#starved >= this.#spec.writesStarved;
        this.#starved += 1;
      }
      if (isWriting) this.#starved = 0;
      this.#direction = isWriting ? 1 : 0;
      const oldest = (isWriting ? writes : reads)[0] as Waiting;
      const expireNs = isWriting ? this.#spec.writeExpireNs : this.#spec.readExpireNs;
      one = this.#above(this.#direction);
      if (one === undefined || oldest.addedAtNs + expireNs <= nowNs) one = oldest;
    }
    this.#batched += 1;
    this.#position[this.#direction] = one.sector;
    return this.takeOut(one);
  }

  #above(direction: number): Waiting | undefined {
    return this.lowestFrom(direction, this.#position[direction] as number);
  }
}

/** What the fair scheduler does, said once more. */
export class NaiveFair extends NaiveScheduler {
  readonly #spec: FairSpec;
  #owner = -1;
  #used = 0;
  #position = 0;

  constructor(spec: FairSpec) {
    super();
    this.#spec = spec;
  }

  protected override groupOf(_op: MediumOp, owner: number): number {
    return owner;
  }

  override next(nowNs: number): number {
    if (this.waiting.length === 0) return -1;
    let one = this.#upwards();
    if (one === undefined || this.#used + one.sectorCount > this.#spec.budgetSectorCount) {
      const owners = [...new Set(this.waiting.map(({ group }) => group))].sort((a, b) => a - b);
      this.#owner = owners.find((owner) => owner > this.#owner) ?? (owners[0] as number);
      this.#used = 0;
      const oldest = this.inGroup(this.#owner)
        .sort((a, b) => a.sector - b.sector || a.order - b.order)
        .reduce((a, b) => (b.addedAtNs < a.addedAtNs ? b : a));
      one = oldest.addedAtNs + this.#spec.expireNs <= nowNs ? oldest : (this.#upwards() as Waiting);
    }
    this.#used += one.sectorCount;
    this.#position = one.sector;
    return this.takeOut(one);
  }

  #upwards(): Waiting | undefined {
    return this.lowestFrom(this.#owner, this.#position) ?? this.lowestFrom(this.#owner, 0);
  }
}
