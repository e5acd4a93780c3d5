// Who goes first among events of one instant and class. Time and class are never reordered: a
// policy only decides between events that the model leaves open.
//
//   fifo      by arrival in the queue
//   random    each event draws its place when it is pushed
//   choose    asked of the ChoiceSource at each group of two or more, for exhaustive search
//   priority  by the priority of whom the event is for, with drawn change points (PCT)
//
// PCT is from Burckhardt, Kothari, Musuvathi, Nagarakatte, "A Randomized Scheduler with
// Probabilistic Guarantees of Finding Bugs", ASPLOS 2010. With n actors and devices, k steps and d
// - 1 change points, one run shows a bug that needs d ordered pairs of steps with a probability of
// at least 1 / (n k^(d-1)), of the orders that this policy can make at all: those within one
// instant and class, events of one actor by arrival.
import { assert } from './assert.ts';
import type { ChoiceSource } from './choice.ts';
import { eventKind } from './event-table.ts';
import type { World } from './world.ts';

/** How a world orders events of one instant and class. */
export interface SchedulingOptions {
  /** `fifo` by default. */
  readonly scheduling?: Scheduling;
  /** `priority` only: d - 1, how often the running actor loses its priority; 1 by default. */
  readonly priorityChangeCount?: number;
  /** `priority` only: k, change points are drawn among this many first steps; 1000 by default. */
  readonly priorityStepMax?: number;
}

interface Policy {
  /** Whether each event draws its place among its equals when it is pushed. */
  readonly drawsTie: boolean;
  /** Takes the next event out of the queue; null for the first one. */
  readonly pop: ((world: World, priorities: Priorities) => number) | null;
}

const policies = {
  fifo: { drawsTie: false, pop: null },
  random: { drawsTie: true, pop: null },
  choose: { drawsTie: false, pop: popChosen },
  priority: { drawsTie: false, pop: popHighest },
} as const satisfies Record<string, Policy>;

/** `fifo`: by arrival. `random`: drawn. `choose`: asked, for search. `priority`: PCT. */
export type Scheduling = keyof typeof policies;

const tieCount = 4_294_967_296;
const changeCountMax = 64;

/** The policy of one world, with what it remembers. */
export class Scheduler {
  readonly #policy: Policy;
  readonly #priorities: Priorities;

  constructor(policy: Policy, priorities: Priorities) {
    this.#policy = policy;
    this.#priorities = priorities;
  }

  /** What orders an event among its equals, from the stream of whom it is for. */
  tie(key: string, choices: ChoiceSource): number {
    return this.#policy.drawsTie ? choices.choose('schedule', tieCount, key) : 0;
  }

  /** Takes the next event out of the world's queue; its slot, or -1 when nothing is pending. */
  pop(world: World): number {
    const { pop } = this.#policy;
    return pop === null ? world.events.queue.pop() : pop(world, this.#priorities);
  }

  copy(): Scheduler {
    return new Scheduler(this.#policy, this.#priorities.copy());
  }
}

/** The scheduler of a new world; draws the change points of `priority` and nothing else. */
export function schedulerOf(options: SchedulingOptions, choices: ChoiceSource): Scheduler {
  const { scheduling = 'fifo', priorityChangeCount = 1, priorityStepMax = 1000 } = options;
  assert(
    Number.isInteger(priorityChangeCount) &&
      priorityChangeCount >= 0 &&
      priorityChangeCount <= changeCountMax,
    `priorityChangeCount ${priorityChangeCount}, expected an integer from 0 to ${changeCountMax}`,
  );
  assert(
    Number.isInteger(priorityStepMax) && priorityStepMax >= 1 && priorityStepMax <= tieCount,
    `priorityStepMax ${priorityStepMax}, expected an integer from 1 to 2^32`,
  );
  const changeSteps: number[] = [];
  if (scheduling === 'priority') {
    for (let i = 0; i < priorityChangeCount; i++) {
      changeSteps.push(1 + choices.choose('schedule.change', priorityStepMax, 'schedule change'));
    }
  }
  return new Scheduler(policies[scheduling], new Priorities(changeSteps));
}

/** Who goes before whom in `priority`: the higher number. */
class Priorities {
  /** The numbers of the steps, counted from 1, after which the actor that ran is lowered. */
  readonly #changeSteps: readonly number[];
  readonly #priorityByKey = new Map<string, number>();
  #stepCount = 0;

  constructor(changeSteps: readonly number[]) {
    this.#changeSteps = changeSteps;
  }

  /** Drawn on first use, above every lowered one. Equal draws leave the order to the queue. */
  of(key: string, choices: ChoiceSource): number {
    const known = this.#priorityByKey.get(key);
    if (known !== undefined) return known;
    const drawn = choices.choose('schedule.priority', tieCount, `${key} priority`);
    const priority = this.#changeSteps.length + 1 + drawn;
    this.#priorityByKey.set(key, priority);
    return priority;
  }

  /** A step is taken: at the i-th change point, counted from 1, its actor falls to priority i. */
  ran(key: string): void {
    this.#stepCount += 1;
    for (let i = 0; i < this.#changeSteps.length; i++) {
      if (this.#changeSteps[i] === this.#stepCount) this.#priorityByKey.set(key, i + 1);
    }
  }

  copy(): Priorities {
    const other = new Priorities(this.#changeSteps);
    for (const [key, priority] of this.#priorityByKey) other.#priorityByKey.set(key, priority);
    other.#stepCount = this.#stepCount;
    return other;
  }
}

function popChosen(world: World): number {
  const { queue } = world.events;
  const count = queue.equalGroupCount();
  if (count <= 1) return queue.pop();
  return queue.popNth(world.parts.choices.choose('schedule', count, 'schedule'));
}

function popHighest(world: World, priorities: Priorities): number {
  const { queue } = world.events;
  const count = queue.equalGroupCount();
  const index = count <= 1 ? 0 : highestIndex(world, priorities, count);
  const slot = queue.popNth(index);
  const key = slot < 0 ? null : keyOf(world, slot);
  if (key !== null) priorities.ran(key);
  return slot;
}

/** Which of the first `count` events, all of one instant and class, is for whom goes first. */
function highestIndex(world: World, priorities: Priorities, count: number): number {
  // The queue shows its group only by giving it away, so a copy does.
  const probe = world.events.queue.copy();
  let highest = 0;
  let highestPriority = -1;
  for (let index = 0; index < count; index++) {
    const key = keyOf(world, probe.pop());
    const priority = key === null ? 0 : priorities.of(key, world.parts.choices);
    if (priority > highestPriority) {
      highest = index;
      highestPriority = priority;
    }
  }
  return highest;
}

/** The stream of whom an event is for; null for a fault, which is nobody's step. */
function keyOf(world: World, slot: number): string | null {
  const { events } = world;
  const index = events.actor[slot]!;
  if (events.kind[slot] === eventKind.fault) return null;
  if (events.kind[slot] === eventKind.io) return world.devices[index]!.tieKey;
  return world.actors[index]!.tieKey;
}
