// Faults of how long devices take, and of devices that do not answer at all. What is stored stays,
// but for writes that a reset cuts off.
import type { NodeId } from '../actor.ts';
import type { FaultCourse, FaultKind, Undo } from '../fault-kind.ts';
import { type Ns, nsPerMs, nsPerSec } from '../units.ts';
import type { World } from '../world.ts';
import { hang, resetAgain } from './device-reset.ts';
import { devicesOf, trouble } from './media-trouble.ts';
import { numberOf, spanOf } from './params.ts';
import { thermal, thermalParams } from './thermal.ts';

const factorParam = {
  kind: 'factor',
  summary: 'how many times as long a request takes',
} as const;

/** Faults of the speed of devices by name. */
export const deviceSpeedFaults = {
  'slow-disk': {
    summary: 'devices of the targets take longer for every request',
    needsTarget: true,
    params: { factor: factorParam },
    inject: (world, targets, params) => slow(world, targets, numberOf(params.factor)),
  },
  'slow-blocks': {
    summary: 'devices of the targets take longer for requests that touch a bad block',
    needsTarget: true,
    params: {
      factor: factorParam,
      share: { kind: 'share', summary: 'share of the blocks that are slow', default: 0.1 },
    },
    inject(world, targets, params) {
      const factor = numberOf(params.factor);
      return trouble(world, targets, { kind: 'slow-blocks', factor }, params);
    },
  },
  'slow-episodes': {
    summary: 'devices of the targets take longer for a while, are healthy for a while, and so on',
    needsTarget: true,
    params: {
      factor: factorParam,
      slow: { kind: 'duration', summary: 'how long they are slow', default: 500 * nsPerMs },
      healthy: { kind: 'duration', summary: 'how long they then are not', default: 2 * nsPerSec },
    },
    inject: (world, targets, params) =>
      slowFor(world, {
        targets,
        factor: numberOf(params.factor),
        slowNs: spanOf(params.slow),
        healthyNs: spanOf(params.healthy),
      }),
  },
  'stuck-disk': {
    summary:
      'devices of the targets begin no request: what waits completes when it is over; ' +
      'nothing is lost but by a crash',
    needsTarget: true,
    params: {},
    inject: (world, targets, params) => trouble(world, targets, { kind: 'stuck' }, params),
  },
  'hung-disk': {
    summary:
      'devices of the targets complete nothing: what is inside is aborted when the host loses ' +
      'patience, again and again, and at the end; what an aborted write stored is decided by ' +
      'choice, and caches keep what they hold',
    needsTarget: true,
    params: {
      timeout: {
        kind: 'duration',
        // Linux: 30 s for SCSI commands (Documentation/scsi/scsi_eh.rst) and for NVMe I/O
        // (nvme_core.io_timeout).
        summary: 'how long the host waits before it resets the device',
        default: 30 * nsPerSec,
      },
    },
    inject: (world, targets, params) => hang(world, targets, spanOf(params.timeout)),
  },
  'disk-reset': {
    summary:
      'devices of the targets are reset, and again from time to time: requests inside are ' +
      'aborted, and what such a write stored is decided by choice; the cache is kept, or lost as ' +
      'with the power',
    needsTarget: true,
    params: {
      every: { kind: 'duration', summary: 'from one reset to the next', default: nsPerSec },
      'loses-cache': {
        kind: 'boolean',
        summary: 'whether a reset takes what was not flushed',
        default: false,
      },
    },
    inject: (world, targets, params) =>
      resetAgain(world, targets, {
        everyNs: spanOf(params.every),
        losesCache: params['loses-cache'] === true,
      }),
  },
  thermal: {
    summary:
      'devices of the targets grow slower in steps up to a factor, cool down in as many, and ' +
      'heat up again; nothing is lost',
    needsTarget: true,
    params: thermalParams,
    inject: thermal,
  },
} as const satisfies Record<string, FaultKind>;

function slow(world: World, targets: readonly NodeId[], factor: number): Undo {
  for (const mounted of devicesOf(world, targets)) mounted.slow(factor);
  return (later) => {
    for (const mounted of devicesOf(later, targets)) mounted.relieve(factor);
  };
}

interface Episodes {
  readonly targets: readonly NodeId[];
  readonly factor: number;
  readonly slowNs: Ns;
  readonly healthyNs: Ns;
}

function slowFor(world: World, how: Episodes): FaultCourse {
  const undo = slow(world, how.targets, how.factor);
  const recover = (later: World): FaultCourse => {
    undo(later);
    const again = (then: World) => slowFor(then, how);
    return { undo: () => undefined, next: { afterNs: how.healthyNs, act: again } };
  };
  return { undo, next: { afterNs: how.slowNs, act: recover } };
}
