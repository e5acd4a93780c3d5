// Faults of clocks. True time goes on; what a node reads, and when its timers fire, may be wrong.
// A step moves the reading alone, timers measure spans; a rate changes both.
import type { NodeId } from '../actor.ts';
import { skewPpmMax, skewPpmMin } from '../clock.ts';
import type { FaultCourse, FaultKind, Undo } from '../fault-kind.ts';
import { driftClock } from '../trouble.ts';
import { type Ns, nsPerSec } from '../units.ts';
import type { World } from '../world.ts';
import { numberOf, spanOf } from './params.ts';

/** Slows any clock as far as it can be slowed, whatever other faults add to its rate. */
const freezePpm = -4 * skewPpmMax;

/** Faults of clocks by name. */
export const clockFaults = {
  'clock-skew': {
    summary:
      'clocks of the targets run at another rate, 2,000,000 ppm is three times as fast; ' +
      'what they have gained or lost stays when it is over',
    needsTarget: true,
    params: {
      by: {
        kind: 'ppm',
        summary: 'added rate error in parts per million',
        range: { min: skewPpmMin, max: skewPpmMax },
      },
    },
    inject: (world, targets, params) => drift(world, targets, numberOf(params.by)),
  },
  'clock-step': {
    summary: 'clocks of the targets jump, and jump back at the end; running timers are not moved',
    needsTarget: true,
    params: {
      by: { kind: 'duration', summary: 'how far they jump; back when negative', signed: true },
    },
    inject: (world, targets, params) => step(world, targets, numberOf(params.by)),
  },
  'clock-freeze': {
    summary:
      'clocks of the targets all but stand still: they run a thousand times too slow, ' +
      'and timers with them',
    needsTarget: true,
    params: {},
    inject: (world, targets) => drift(world, targets, freezePpm),
  },
  'clock-strobe': {
    summary: 'clocks of the targets jump to and fro; running timers are not moved',
    needsTarget: true,
    params: {
      by: { kind: 'duration', summary: 'how far they jump; back when negative', signed: true },
      every: { kind: 'duration', summary: 'from one jump to the next', default: nsPerSec },
    },
    inject: (world, targets, params) =>
      strobe(world, targets, { byNs: numberOf(params.by), everyNs: spanOf(params.every) }),
  },
} as const satisfies Record<string, FaultKind>;

function drift(world: World, targets: readonly NodeId[], byPpm: number): Undo {
  for (const id of targets) driftClock(world, world.node(id), byPpm);
  return (later) => {
    for (const id of targets) driftClock(later, later.node(id), -byPpm);
  };
}

function step(world: World, targets: readonly NodeId[], byNs: Ns): Undo {
  for (const id of targets) world.node(id).clock.step(byNs);
  return (later) => {
    for (const id of targets) later.node(id).clock.step(-byNs);
  };
}

function strobe(
  world: World,
  targets: readonly NodeId[],
  how: { readonly byNs: Ns; readonly everyNs: Ns },
): FaultCourse {
  const { byNs, everyNs } = how;
  const undo = step(world, targets, byNs);
  const jumpBack = (later: World): FaultCourse => {
    undo(later);
    const again = (then: World) => strobe(then, targets, how);
    return { undo: () => undefined, next: { afterNs: everyNs, act: again } };
  };
  return { undo, next: { afterNs: everyNs, act: jumpBack } };
}
