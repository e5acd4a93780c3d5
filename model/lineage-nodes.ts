// The nodes of snapshots and of moves between cells.
import type { LineageSpec } from './policies.ts';

/** A node of the lineage: its actor has the same name. */
export interface LineageNode {
  readonly id: string;
  readonly zone: string;
  readonly role: 'router' | 'mover' | 'requester';
}

/** Every node of a lineage: routers and movers in the zones in turn, then who asks. */
export function lineageNodes(
  { routerCount, moverCount, snapshots }: LineageSpec,
  zones: readonly string[],
): readonly LineageNode[] {
  const inTurn = (role: 'router' | 'mover', count: number): readonly LineageNode[] =>
    Array.from({ length: count }, (_, index) => ({
      id: `${role}-${index + 1}`,
      zone: zones[index % zones.length]!,
      role,
    }));
  return [
    ...inTurn('router', routerCount),
    ...inTurn('mover', moverCount),
    ...snapshots.map(({ id, zone }) => ({ id, zone, role: 'requester' as const })),
  ];
}
