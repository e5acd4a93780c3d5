// Which copies an optimizer moves: from the fullest host that has one to where it fits, as long as
// that makes the two more even. Where it goes in the end is for the cells to say.
import { type HostId, type MapEntry, replicaOn, type VolumeId } from '../map-entry.ts';
import type { Relocation } from '../relocation/relocations.ts';
import type { SurveyedVolume } from '../surveying.ts';

/** Where a host stands, and how many slots it has. */
export interface HostPlace {
  readonly id: HostId;
  readonly zone: string;
  readonly cell: string;
  readonly slotCount: number;
}

/**
 * The moves to make now, at most `countMax`, no two of one range, each within the cells of its
 * volume.
 */
export function chooseMoves(
  volumes: readonly SurveyedVolume[],
  hosts: readonly HostPlace[],
  cellsOf: ReadonlyMap<VolumeId, readonly string[]>,
  countMax: number,
): readonly Relocation[] {
  const used = usedSlots(volumes);
  const moves: Relocation[] = [];
  const fullestFirst = [...hosts].sort(
    (a, b) => fill(used, b) - fill(used, a) || (a.id < b.id ? -1 : 1),
  );
  for (const from of fullestFirst) {
    for (const known of volumes) {
      const cells = cellsOf.get(known.volume) ?? [];
      const homes = hosts.filter(({ cell }) => cells.includes(cell));
      for (const entry of known.entries) {
        if (moves.length >= countMax) return moves;
        const old = replicaOn(entry, from.id);
        if (old === undefined || isMoving(moves, known.volume, entry.range)) continue;
        // The only copy cannot leave in one step; a range that lacks one is its client's business.
        if (known.replicaCount < 2 || entry.replicas.length < known.replicaCount) continue;
        const to = betterHost({ entry, from, homes }, hosts, used);
        if (to === undefined) continue;
        const { volume, session, replicaCount } = known;
        moves.push({ volume, session, replicaCount, entry, old });
        used.set(from.id, (used.get(from.id) ?? 0) - 1);
        used.set(to.id, (used.get(to.id) ?? 0) + 1);
      }
    }
  }
  return moves;
}

function usedSlots(volumes: readonly SurveyedVolume[]): Map<HostId, number> {
  const used = new Map<HostId, number>();
  for (const { entries } of volumes) {
    for (const { replicas } of entries) {
      for (const { host } of replicas) used.set(host, (used.get(host) ?? 0) + 1);
    }
  }
  return used;
}

function fill(used: ReadonlyMap<HostId, number>, { id, slotCount }: HostPlace): number {
  return (used.get(id) ?? 0) / slotCount;
}

function isMoving(moves: readonly Relocation[], volume: VolumeId, range: number): boolean {
  return moves.some((move) => move.volume === volume && move.entry.range === range);
}

// The emptiest host that may have it and stays emptier than the one it leaves.
function betterHost(
  {
    entry,
    from,
    homes,
  }: {
    readonly entry: MapEntry;
    readonly from: HostPlace;
    readonly homes: readonly HostPlace[];
  },
  hosts: readonly HostPlace[],
  used: ReadonlyMap<HostId, number>,
): HostPlace | undefined {
  const others = entry.replicas.filter(({ host }) => host !== from.id);
  const zones = others.map(({ host }) => hosts.find(({ id }) => id === host)?.zone);
  let best: HostPlace | undefined;
  for (const host of homes) {
    if (host.id === from.id || zones.includes(host.zone)) continue;
    if (others.some((other) => other.host === host.id)) continue;
    const after = ((used.get(host.id) ?? 0) + 1) / host.slotCount;
    if (after > 1 || after >= fill(used, from)) continue;
    if (best === undefined || fill(used, host) < fill(used, best)) best = host;
  }
  return best;
}
