// Puts trouble into the devices of nodes, and takes it out again.
import type { NodeId } from '../actor.ts';
import { assert } from '../assert.ts';
import type { MediaFault } from '../disk/media-faults.ts';
import type { FaultParams, Undo } from '../fault-kind.ts';
import type { MountedDevice } from '../node.ts';
import type { World } from '../world.ts';
import { chosenSalt } from './chance.ts';
import { ppmOf } from './params.ts';

const million = 1_000_000;

/** Kinds that need a salt though they strike everything. */
const salted: readonly MediaFault['kind'][] = ['misdirected-write'];

/** Adds one trouble to each device of the targets; `share` is its share, all of it without one. */
export function trouble(
  world: World,
  targets: readonly NodeId[],
  fault: Omit<MediaFault, 'sharePpm' | 'salt' | 'past'>,
  params: FaultParams,
): Undo {
  const { kind } = fault;
  const sharePpm = params.share === undefined ? million : ppmOf(params.share);
  const added = devicesOf(world, targets).map((mounted) => {
    const { device, name, node } = mounted;
    const isSome = salted.includes(kind) || (sharePpm < million && kind !== 'capacity-lie');
    const salt = isSome ? chosenSalt(world, `${node.id}/${name}`) : 0;
    assert(device.faults !== undefined, `device '${name}' of '${node.id}' cannot fail this way`);
    const past = kind === 'stale-read' ? { past: device.contents?.image() } : {};
    return { index: mounted.index, id: device.faults.add({ ...fault, sharePpm, salt, ...past }) };
  });
  return (later) => {
    for (const { index, id } of added) {
      const mounted = later.devices[index];
      mounted.device.faults?.remove(id);
      if (kind === 'stuck') unstick(later, mounted);
    }
  };
}

/** What waited while the device was stuck is begun now, as far as nothing else holds it. */
function unstick(world: World, mounted: MountedDevice): void {
  world.currentDevice = mounted;
  mounted.device.pump?.(world.now, world.scheduleCompletion);
  world.currentDevice = null;
}

/** The devices of nodes, in the order they were added. */
export function devicesOf(world: World, targets: readonly NodeId[]): readonly MountedDevice[] {
  return targets.flatMap((id) => [...world.node(id).devices.values()]);
}
