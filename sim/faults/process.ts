// Faults of machines and their processes. Memory goes with the process, devices stay; only `wipe`
// takes what devices hold.
import type { NodeId } from '../actor.ts';
import { assert } from '../assert.ts';
import type { FaultCourse, FaultKind, Undo } from '../fault-kind.ts';
import { type Ns, nsPerMs, nsPerSec } from '../units.ts';
import type { World } from '../world.ts';
import { numberOf, ppmOf, spanOf, textOf } from './params.ts';
import { mixedVersions } from './versions.ts';

const million = 1_000_000;

/** Faults of processes by name. */
export const processFaults = {
  crash: {
    summary: 'the process is killed: memory is gone, devices keep their power and their caches',
    needsTarget: true,
    params: {},
    inject: (world, targets) => stopNodes(world, targets, false),
  },
  'power-loss': {
    summary: 'machines lose power: memory is gone, unflushed blocks are kept or lost by choice',
    needsTarget: true,
    params: {},
    inject: (world, targets) => stopNodes(world, targets, true),
  },
  pause: {
    summary: 'machines stand still and wake up later; messages and timers wait for them',
    needsTarget: true,
    params: {},
    inject(world, targets) {
      for (const id of targets) world.pause(id);
      return resuming(targets);
    },
  },
  'slow-node': {
    summary:
      'machines get a part of their processor: they stand still for a share of each period; ' +
      'nothing is lost',
    needsTarget: true,
    params: {
      stopped: { kind: 'share', summary: 'share of each period they stand still', default: 0.5 },
      period: { kind: 'duration', summary: 'one stop and one run', default: 100 * nsPerMs },
    },
    inject(world, targets, params) {
      const periodNs = spanOf(params.period);
      const stoppedNs = Math.round((periodNs * ppmOf(params.stopped)) / million);
      return halt(world, { targets, stoppedNs, runningNs: periodNs - stoppedNs });
    },
  },
  wipe: {
    summary:
      'machines are lost with all that their devices hold; they come back empty, ' +
      'and what only they kept is gone for good',
    needsTarget: true,
    params: {
      device: { kind: 'text', summary: 'name of the only device that is lost', default: 'all' },
    },
    inject(world, targets, params) {
      const undo = stopNodes(world, targets, true);
      const only = textOf(params.device);
      for (const id of targets) {
        for (const [name, { device }] of world.node(id).devices) {
          if (only === 'all' || only === name) device.wipe?.();
        }
      }
      return undo;
    },
  },
  'crash-loop': {
    summary: 'processes are killed again and again; devices keep their power and their caches',
    needsTarget: true,
    params: {
      down: { kind: 'duration', summary: 'how long they are down', default: 500 * nsPerMs },
      up: { kind: 'duration', summary: 'how long they then run', default: 2 * nsPerSec },
    },
    inject: (world, targets, params) =>
      loop(world, {
        targets,
        downNs: spanOf(params.down),
        upNs: spanOf(params.up),
        left: Number.POSITIVE_INFINITY,
      }),
  },
  'kill-while-recovering': {
    summary:
      'processes are killed, and killed again shortly after each restart, so often; ' +
      'then they may recover',
    needsTarget: true,
    params: {
      after: {
        kind: 'duration',
        summary: 'from a restart to the next kill',
        default: 5 * nsPerMs,
      },
      down: { kind: 'duration', summary: 'how long they are down', default: 200 * nsPerMs },
      times: { kind: 'count', summary: 'how many times they are killed again', default: 3 },
    },
    inject: (world, targets, params) =>
      loop(world, {
        targets,
        downNs: spanOf(params.down),
        upNs: spanOf(params.after),
        left: numberOf(params.times),
      }),
  },
  'rolling-restart': {
    summary: 'the targets are stopped and started one after the other, each once, no two at a time',
    needsTarget: true,
    params: {
      down: { kind: 'duration', summary: 'how long each is down', default: nsPerSec },
      gap: {
        kind: 'duration',
        summary: 'from one that is up again to the next that stops',
        default: nsPerSec,
      },
    },
    inject: (world, targets, params) =>
      roll(world, targets, { downNs: spanOf(params.down), gapNs: spanOf(params.gap) }),
  },
  'mixed-versions': mixedVersions,
  'fault-point': {
    summary:
      'a point in the code of the targets that is named for it goes wrong, ' +
      'in the way that the code there says',
    needsTarget: true,
    params: {
      name: { kind: 'text', summary: 'the name the code asks for: self.faultPoint(name)' },
      share: { kind: 'share', summary: 'share of the passes that go wrong', default: 1 },
    },
    inject(world, targets, params) {
      const point = { name: textOf(params.name), sharePpm: ppmOf(params.share) };
      for (const id of targets) world.node(id).faultPoints.push(point);
      return (later) => {
        for (const id of targets) {
          const points = later.node(id).faultPoints;
          const at = points.findIndex(
            ({ name, sharePpm }) => name === point.name && sharePpm === point.sharePpm,
          );
          assert(at >= 0, `node '${id}' has no fault point '${point.name}' to end`);
          points.splice(at, 1);
        }
      };
    },
  },
} as const satisfies Record<string, FaultKind>;

function stopNodes(world: World, targets: readonly NodeId[], power: boolean): Undo {
  for (const id of targets) world.crash(id, { power });
  return restarting(targets);
}

function restarting(targets: readonly NodeId[]): Undo {
  return (world) => {
    for (const id of targets) world.restart(id);
  };
}

function resuming(targets: readonly NodeId[]): Undo {
  return (world) => {
    for (const id of targets) world.resume(id);
  };
}

function nothing(): void {}

interface Halting {
  readonly targets: readonly NodeId[];
  readonly stoppedNs: Ns;
  readonly runningNs: Ns;
}

/** Stops them, lets them run, and so on. All of a period is a pause, nothing of it is no fault. */
function halt(world: World, how: Halting): FaultCourse {
  const { targets, stoppedNs, runningNs } = how;
  if (stoppedNs === 0) return { undo: nothing };
  for (const id of targets) world.pause(id);
  const undo = resuming(targets);
  if (runningNs === 0) return { undo };
  const run = (later: World): FaultCourse => {
    undo(later);
    return { undo: nothing, next: { afterNs: runningNs, act: (then) => halt(then, how) } };
  };
  return { undo, next: { afterNs: stoppedNs, act: run } };
}

interface Looping {
  readonly targets: readonly NodeId[];
  readonly downNs: Ns;
  readonly upNs: Ns;
  /** How many times they are killed after this one. */
  readonly left: number;
}

function loop(world: World, how: Looping): FaultCourse {
  const { targets, downNs, upNs, left } = how;
  const undo = stopNodes(world, targets, false);
  const start = (later: World): FaultCourse => {
    undo(later);
    if (left === 0) return { undo: nothing };
    const again = (then: World) => loop(then, { ...how, left: left - 1 });
    return { undo: nothing, next: { afterNs: upNs, act: again } };
  };
  return { undo, next: { afterNs: downNs, act: start } };
}

function roll(
  world: World,
  targets: readonly NodeId[],
  times: { readonly downNs: Ns; readonly gapNs: Ns },
): FaultCourse {
  const [first, ...rest] = targets;
  if (first === undefined) return { undo: nothing };
  const undo = stopNodes(world, [first], false);
  const start = (later: World): FaultCourse => {
    undo(later);
    if (rest.length === 0) return { undo: nothing };
    return {
      undo: nothing,
      next: { afterNs: times.gapNs, act: (then) => roll(then, rest, times) },
    };
  };
  return { undo, next: { afterNs: times.downNs, act: start } };
}
