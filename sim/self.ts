import type { ActorId, Labels, NodeId, Self } from './actor.ts';
import type { ActorCell } from './node.ts';
import type { Ns } from './units.ts';
import type { World } from './world.ts';

const million = 1_000_000;

/** An actor's view of itself in a world: its name, its clock, its own chance. */
export class ActorSelf implements Self {
  readonly #world: World;
  readonly #cell: ActorCell;

  constructor(world: World, cell: ActorCell) {
    this.#world = world;
    this.#cell = cell;
  }

  get id(): ActorId {
    return this.#cell.id;
  }
  get node(): NodeId {
    return this.#cell.node.id;
  }
  get labels(): Labels {
    return this.#cell.labels;
  }
  get incarnation(): number {
    return this.#cell.incarnation;
  }
  nowNs(): Ns {
    return this.#cell.node.clock.read(this.#world.now);
  }
  choose(purpose: string, n: number): number {
    return this.#world.parts.choices.choose(purpose, n, `actor ${this.#cell.id} ${purpose}`);
  }
  faultPoint(name: string): boolean {
    const points = this.#cell.node.faultPoints;
    if (points.length === 0) return false;
    return points.some((point) => point.name === name && this.#passes(name, point.sharePpm));
  }

  /** Draws only where there is something to decide. */
  #passes(name: string, sharePpm: number): boolean {
    if (sharePpm <= 0) return false;
    if (sharePpm >= million) return true;
    const key = `actor ${this.#cell.id} fault-point ${name}`;
    return this.#world.parts.choices.choose('fault.point', million, key) < sharePpm;
  }
}
