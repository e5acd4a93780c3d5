// How the actor of a cell is called.

/** The node and actor of a cell. */
export function cellId(name: string): string {
  return name.startsWith('cell') ? name : `cell-${name}`;
}
