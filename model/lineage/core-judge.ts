// What must hold in every state of the protocol core.
import {
  type CellName,
  type CellRecord,
  isAuthoritative,
  type Snapshot,
  sameSnapshot,
} from './cell-record.ts';
import type { CoreParts } from './core-parts.ts';

/** What the protocol core is judged by, in words. */
export const coreProperties = {
  'lineage-one-authority': 'never two cells are authoritative for the volume',
  'lineage-published-once': 'a request has at most one published snapshot',
  'lineage-hints-harmless': 'who was decided to own the volume owns it, whatever merits say',
  'lineage-one-head': 'who is authoritative holds the whole published chain',
  'lineage-not-lost': 'an acknowledged snapshot stays in the lineage',
  'can-finish': 'from every state each request can be brought to its end by routers alone',
} as const;

/** What is wrong with the cells and the record of the authority, or null. */
export function brokenBy(parts: CoreParts): string | null {
  const { record, decidedOwner } = parts.place;
  const authoritative = authoritativeCells(parts);
  if (authoritative.length > 1) {
    const names = authoritative.map(([cell]) => cell).join(' and ');
    return `lineage-one-authority: ${names} are both authoritative`;
  }
  const requests = record.chain.map(({ request }) => request);
  const twice = requests.find((request, at) => requests.indexOf(request) < at);
  if (twice !== undefined) {
    return `lineage-published-once: '${twice}' has two published snapshots`;
  }
  if (record.owner !== decidedOwner) {
    return `lineage-hints-harmless: ${record.owner} owns what was decided for ${decidedOwner}`;
  }
  for (const [cell, { lineage }] of authoritative) {
    if (!record.chain.every((one, at) => isAt(lineage, at, one))) {
      return `lineage-one-head: ${cell} is authoritative and lacks a part of the published chain`;
    }
  }
  return null;
}

/** Whether a cell that is authoritative lacks a snapshot that was acknowledged. */
export function lossOf(parts: CoreParts, acked: Snapshot): string | null {
  const lacking = authoritativeCells(parts).find(
    ([, { lineage }]) => !lineage.some((held) => sameSnapshot(held, acked)),
  );
  if (lacking === undefined) return null;
  return `lineage-not-lost: ${lacking[0]} is authoritative and lacks an acknowledged snapshot`;
}

function authoritativeCells({ cells }: CoreParts): readonly (readonly [CellName, CellRecord])[] {
  return [...cells].filter(([, { state, leased }]) => isAuthoritative(state) && leased);
}

function isAt(lineage: readonly Snapshot[], at: number, snapshot: Snapshot): boolean {
  const held = lineage[at];
  return held !== undefined && sameSnapshot(held, snapshot);
}
