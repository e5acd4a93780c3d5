// Resets of devices while the power stays, and devices that complete nothing until they are reset.
//
//   hung --timeout--> everything inside aborted --timeout--> ... --end--> aborted, healthy again
import type { NodeId } from '../actor.ts';
import { assert } from '../assert.ts';
import { noteMark } from '../fault-events.ts';
import type { FaultCourse } from '../fault-kind.ts';
import type { MountedDevice } from '../node.ts';
import type { Ns } from '../units.ts';
import type { World } from '../world.ts';
import { devicesOf, trouble } from './media-trouble.ts';

/** Aborts what is inside the devices; `losesCache`: what was not flushed is kept or lost, too. */
function resetDevices(
  world: World,
  targets: readonly NodeId[],
  { losesCache }: { readonly losesCache: boolean },
): void {
  for (const mounted of devicesOf(world, targets)) {
    const { device, name, node } = mounted;
    assert(device.reset !== undefined, `device '${name}' of '${node.id}' cannot be reset`);
    cancelCompletions(world, mounted);
    const key = `disk ${node.id}/${name} reset ${mounted.crashCount++}`;
    const how = { nowNs: world.now, key, losesCache };
    world.currentDevice = mounted;
    const { kept, lostCount } = device.reset(how, world.parts.choices, world.scheduleCompletion);
    world.currentDevice = null;
    noteMark(world, 'device.reset', { device: `${node.id}/${name}`, kept, lostCount });
  }
}

/** Resets the devices now and every so often. */
export function resetAgain(
  world: World,
  targets: readonly NodeId[],
  how: { readonly everyNs: Ns; readonly losesCache: boolean },
): FaultCourse {
  resetDevices(world, targets, how);
  const act = (later: World) => resetAgain(later, targets, how);
  return { undo: () => undefined, next: { afterNs: how.everyNs, act } };
}

/** Begins to hang, and resets the devices whenever the host's patience is over. */
export function hang(world: World, targets: readonly NodeId[], timeoutNs: Ns): FaultCourse {
  const unstick = trouble(world, targets, { kind: 'stuck' }, {});
  for (const mounted of devicesOf(world, targets)) cancelCompletions(world, mounted);
  const undo = (later: World): void => {
    resetDevices(later, targets, { losesCache: false });
    unstick(later);
  };
  const wait = (): FaultCourse => ({
    undo,
    next: {
      afterNs: timeoutNs,
      act: (later) => {
        resetDevices(later, targets, { losesCache: false });
        return wait();
      },
    },
  });
  return wait();
}

function cancelCompletions(world: World, mounted: MountedDevice): void {
  for (const handle of mounted.completions.values()) world.events.cancel(handle);
  mounted.completions.clear();
}
