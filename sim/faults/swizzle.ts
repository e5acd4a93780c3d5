// One target after the other is struck, then one after the other freed, in an order of its own.
//
//   a |---------------------------|          every = one step
//   b     |-------------|                    order of freeing drawn when the first is struck
//   c         |----------------|
import type { NodeId } from '../actor.ts';
import type { FaultCourse, FaultParam, FaultParams, Undo } from '../fault-kind.ts';
import { type Ns, nsPerMs } from '../units.ts';
import type { World } from '../world.ts';
import { spanOf } from './params.ts';

/** The parameters of a fault that swizzles. */
export const swizzleParams: Readonly<Record<'every', FaultParam>> = {
  every: {
    kind: 'duration',
    summary: 'from one node to the next, clogged or freed',
    default: 500 * nsPerMs,
  },
};

type Strike = (world: World, id: NodeId) => Undo;

interface Swizzling {
  readonly everyNs: Ns;
  readonly strike: Strike;
  /** Who is still to be struck. */
  readonly coming: readonly NodeId[];
  /** Who is struck, and how each is freed, in the order of freeing. */
  readonly struck: readonly { readonly id: NodeId; readonly undo: Undo }[];
  /** The whole order of freeing. */
  readonly order: readonly NodeId[];
}

/** Strikes the first target now, and goes on by itself. */
export function swizzle(
  world: World,
  targets: readonly NodeId[],
  params: FaultParams,
  strike: Strike,
): FaultCourse {
  const everyNs = spanOf(params.every);
  const order = shuffled(world, targets);
  return strikeNext(world, { everyNs, strike, coming: targets, struck: [], order });
}

function strikeNext(world: World, how: Swizzling): FaultCourse {
  const [id, ...coming] = how.coming;
  if (id === undefined) return freeNext(world, how);
  const struck = [...how.struck, { id, undo: how.strike(world, id) }];
  const next = { ...how, coming, struck };
  return standing(next, (later) => strikeNext(later, next));
}

function freeNext(world: World, how: Swizzling): FaultCourse {
  const id = how.order.find((one) => how.struck.some((other) => other.id === one));
  if (id === undefined) return { undo: () => undefined };
  for (const one of how.struck) if (one.id === id) one.undo(world);
  const next = { ...how, struck: how.struck.filter((one) => one.id !== id) };
  return standing(next, (later) => freeNext(later, next));
}

function standing(how: Swizzling, act: (world: World) => FaultCourse): FaultCourse {
  const { struck, everyNs } = how;
  const undo: Undo = (world) => {
    for (const one of struck) one.undo(world);
  };
  return { undo, next: { afterNs: everyNs, act } };
}

function shuffled(world: World, targets: readonly NodeId[]): readonly NodeId[] {
  const left = [...targets];
  const order: NodeId[] = [];
  while (left.length > 0) {
    const at = world.parts.choices.choose('fault.swizzle', left.length, 'nemesis swizzle');
    order.push(...left.splice(at, 1));
  }
  return order;
}
