// A flash die that dies. A drive that is known by its dies loses one of them, and the others take
// over its load on their own calendars; of any other device it is said how many dies it has, and
// all of its commands take that much longer.
import type { NodeId } from '../actor.ts';
import { assert } from '../assert.ts';
import type { MediumDies } from '../disk/medium.ts';
import type { Undo } from '../fault-kind.ts';
import type { World } from '../world.ts';
import { chosenSalt } from './chance.ts';
import { devicesOf } from './media-trouble.ts';

const million = 1_000_000;
const sectorsPerBlock = 8;

/** One die of each device, by chance; `dieCountGiven` of those whose dies are not known. */
export function failDies(world: World, targets: readonly NodeId[], dieCountGiven: number): Undo {
  const failed = devicesOf(world, targets).map((mounted) => {
    const { device, name, node, index } = mounted;
    assert(device.faults !== undefined, `device '${name}' of '${node.id}' cannot fail this way`);
    const dieCount = device.dies?.dieCount ?? dieCountGiven;
    const die = chosenSalt(world, `${node.id}/${name}`) % dieCount;
    const stripeBlockCount = (device.dies?.stripeSectorCount ?? sectorsPerBlock) / sectorsPerBlock;
    const place = { sharePpm: million, salt: die, dieCount, stripeBlockCount };
    const faultId = device.faults.add({ kind: 'dead-die', ...place });
    const dies = takesOver(device.dies);
    const factor = dieCount / Math.max(1, dieCount - 1);
    if (dies === null) mounted.slow(factor);
    else dies.failDie(die);
    return { index, faultId, die, factor, isKnown: dies !== null };
  });
  return (later) => {
    for (const { index, faultId, die, factor, isKnown } of failed) {
      const mounted = later.devices[index];
      mounted.device.faults?.remove(faultId);
      if (isKnown) mounted.device.dies?.reviveDie(die);
      else mounted.relieve(factor);
    }
  };
}

/** Dies of which others are left to take over, or null. */
function takesOver(dies: MediumDies | undefined): MediumDies | null {
  return dies !== undefined && dies.servingCount > 1 ? dies : null;
}
