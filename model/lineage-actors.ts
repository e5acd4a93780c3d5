// Snapshots and moves in a world: who keeps the records of cells, who routes, moves and asks. Each
// kind of actor is added by a function of its own.
import type { World } from '../sim/index.ts';
import type { ClusterSpec } from './cluster-spec.ts';
import type { Devices } from './devices.ts';
import { lineageNodes } from './lineage-nodes.ts';
import type { MutantSet } from './mutants.ts';
import type { LineageSpec } from './policies.ts';

/** What the actors of a lineage are built from. */
export interface LineageSite {
  readonly world: World;
  readonly spec: ClusterSpec;
  readonly lineage: LineageSpec;
  readonly devices: Devices;
  readonly mutants: MutantSet;
}

/** Adds the nodes and actors of snapshots and moves to a cluster. */
export function addLineage(site: LineageSite): void {
  const { world, spec, lineage } = site;
  for (const { id, zone, role } of lineageNodes(lineage, spec.zones)) {
    world.addNode({ id, labels: { zone, role } });
  }
}
