// Routing metadata of a volume: which cell to ask first, which as the alternate. Only a hint, kept
// beside the record that decides: whoever believes a wrong one loses time, never a snapshot.
//
// Merits say which of the two is preferred for what is new; a roll-back swaps them. They never say
// who owns what is there (US 10,740,156).
import type { CellName } from './cell-record.ts';

/** One entry of the routing metadata. */
export interface RouteEntry {
  readonly cell: CellName;
  /** The higher one is preferred for new resources. */
  readonly merit: number;
}

/** Where to look for a volume. */
export interface Routing {
  readonly active: RouteEntry;
  /** Null before the volume was ever to be in a second cell. */
  readonly alternate: RouteEntry | null;
}

/** Of a volume that is in one cell. */
export function firstRouting(cell: CellName): Routing {
  return { active: { cell, merit: 1 }, alternate: null };
}

/** A move to another cell begins: it is the alternate from now on, and of the higher merit. */
export function withTarget(routing: Routing, owner: CellName, target: CellName): Routing {
  const merits = new Map<CellName, number>();
  for (const entry of [routing.active, routing.alternate]) {
    if (entry !== null) merits.set(entry.cell, entry.merit);
  }
  const merit = merits.get(owner) ?? 1;
  return { active: { cell: owner, merit }, alternate: { cell: target, merit: merit + 1 } };
}

/** The hint names the wrong cell first. */
export function withActive(routing: Routing, cell: CellName): Routing {
  const { active, alternate } = routing;
  if (alternate === null || alternate.cell !== cell) return routing;
  return { active: alternate, alternate: active };
}

/** Rolls the preference back to a cell of the pair: each has the merit that the other had. */
export function withPreferred(routing: Routing, cell: CellName): Routing {
  const { active, alternate } = routing;
  if (alternate === null || !isNamed(routing, cell) || preferred(routing) === cell) return routing;
  return {
    active: { cell: active.cell, merit: alternate.merit },
    alternate: { cell: alternate.cell, merit: active.merit },
  };
}

/** Whether the routing metadata names the cell at all. */
export function isNamed({ active, alternate }: Routing, cell: CellName): boolean {
  return active.cell === cell || alternate?.cell === cell;
}

/** The cell that is named beside this one; null where there is none. */
export function otherCell({ active, alternate }: Routing, cell: CellName): CellName | null {
  return (active.cell === cell ? alternate?.cell : active.cell) ?? null;
}

/** The cell that is preferred for what is new. */
export function preferred({ active, alternate }: Routing): CellName {
  return alternate !== null && alternate.merit > active.merit ? alternate.cell : active.cell;
}
