// A drive that throttles itself as it grows hot, and recovers as it cools: a staircase, again and
// again, because it heats up once more as soon as it is fast.
//
//   factor       __
//            __|  |__          every = one step, here of three levels
//   1     __|        |__|
import type { NodeId } from '../actor.ts';
import type { FaultCourse, FaultParam, FaultParams } from '../fault-kind.ts';
import { type Ns, nsPerSec } from '../units.ts';
import type { World } from '../world.ts';
import { numberOf, spanOf } from './params.ts';

/** How many levels lie above the rest; the spacing is assumed, drives throttle in a few states. */
const levelCount = 3;

/** The parameters of a thermal staircase. */
export const thermalParams: Readonly<Record<'factor' | 'every', FaultParam>> = {
  factor: { kind: 'factor', summary: 'how many times as long a request takes at the hottest' },
  every: { kind: 'duration', summary: 'from one step to the next', default: nsPerSec },
};

interface Stair {
  readonly targets: readonly NodeId[];
  readonly factor: number;
  readonly everyNs: Ns;
}

/** Takes the first step now, and goes on by itself. */
export function thermal(
  world: World,
  targets: readonly NodeId[],
  params: FaultParams,
): FaultCourse {
  const stair = { targets, factor: numberOf(params.factor), everyNs: spanOf(params.every) };
  return standOn(world, stair, 1);
}

/** `stepIndex` counts up to twice the levels, where it is cool and starts over. */
function standOn(world: World, stair: Stair, stepIndex: number): FaultCourse {
  const level = Math.min(stepIndex, 2 * levelCount - stepIndex);
  const factor = 1 + ((stair.factor - 1) * level) / levelCount;
  for (const mounted of devicesOf(world, stair)) mounted.slow(factor);
  const undo = (later: World) => {
    for (const mounted of devicesOf(later, stair)) mounted.relieve(factor);
  };
  const act = (later: World) => {
    undo(later);
    return standOn(later, stair, (stepIndex + 1) % (2 * levelCount));
  };
  return { undo, next: { afterNs: stair.everyNs, act } };
}

function devicesOf(world: World, { targets }: Stair) {
  return targets.flatMap((id) => [...world.node(id).devices.values()]);
}
