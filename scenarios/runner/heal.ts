// The end of the first act: everything is healed, or a live core is and the rest is lost for good.
//
// A fault that touches the core is undone as a whole; any other stays and has no end any more. Of
// what stays, a machine that stands still for ever and a client that nothing reaches are dead, and
// are stopped as such: nobody waits for what they began.
import type { NodeId, World } from '../../sim/index.ts';
import type { Scenario } from './scenario.ts';
import { selectNodes } from './selection.ts';
import { clusterNodes } from './topology.ts';

/** Ends the faults that the scenario wants to end. */
export function healWorld(world: World, { core, cluster }: Scenario): void {
  if (core === undefined) {
    world.heal();
    return;
  }
  const nodes = clusterNodes(cluster);
  const live = new Set<NodeId>(core.flatMap((selector) => selectNodes(selector, nodes)));
  const dead = new Set<NodeId>();
  for (const { kind, targets } of world.faults.healCore(world, live)) {
    for (const id of targets) {
      const isClient = world.node(id).labels.role === 'client';
      if (kind === 'pause' || isClient) dead.add(id);
    }
  }
  for (const id of dead) {
    world.beginOutside();
    world.crash(id, { power: false });
  }
}
