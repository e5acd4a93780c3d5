// Where the first copies of a volume go: zones in turn, then hosts of the zone in turn.
import { assert } from '../sim/index.ts';
import type { HostSpec, VolumeSpec } from './cluster-spec.ts';
import type { MapEntry, Replica } from './map-entry.ts';

/** How many map entries a volume has. */
function rangeCountOf(volume: VolumeSpec): number {
  return Math.ceil(volume.sizeBytes / volume.rangeBytes);
}

/**
 * The first entries of each volume, in the order of `volumes`. Total: the same input, the same
 * places.
 */
export function placeVolumes(
  volumes: readonly VolumeSpec[],
  hosts: readonly HostSpec[],
): ReadonlyMap<string, readonly MapEntry[]> {
  const zones = [...new Set(hosts.map((host) => host.zone))];
  const usedSlots = new Map<string, number>();
  const placed = new Map<string, readonly MapEntry[]>();
  let turn = 0;
  for (const volume of volumes) {
    assert(
      volume.replicas >= 1 && volume.replicas <= zones.length,
      `volume '${volume.id}' wants ${volume.replicas} replicas in ${zones.length} zones`,
    );
    const { cells } = volume;
    const homes = cells === undefined ? hosts : hosts.filter(({ cell }) => cells.includes(cell));
    const entries: MapEntry[] = [];
    for (let range = 0; range < rangeCountOf(volume); range++) {
      const replicas = placeRange({ turn, count: volume.replicas }, zones, homes, usedSlots);
      entries.push({ range, version: 1, replicas });
      turn += 1;
    }
    placed.set(volume.id, entries);
  }
  return placed;
}

function placeRange(
  wanted: { readonly turn: number; readonly count: number },
  zones: readonly string[],
  hosts: readonly HostSpec[],
  usedSlots: Map<string, number>,
): Replica[] {
  const replicas: Replica[] = [];
  for (let i = 0; replicas.length < wanted.count && i < zones.length; i++) {
    const host = emptiestHost(zones[(wanted.turn + i) % zones.length]!, hosts, usedSlots);
    if (host === undefined) continue;
    const slot = usedSlots.get(host.id) ?? 0;
    usedSlots.set(host.id, slot + 1);
    replicas.push({ host: host.id, slot, gen: 1 });
  }
  assert(replicas.length === wanted.count, `no zone has a free slot left for range ${wanted.turn}`);
  return replicas;
}

function emptiestHost(
  zone: string,
  hosts: readonly HostSpec[],
  usedSlots: ReadonlyMap<string, number>,
): HostSpec | undefined {
  let best: HostSpec | undefined;
  let bestFree = 0;
  for (const host of hosts) {
    const free = host.slotCount - (usedSlots.get(host.id) ?? 0);
    if (host.zone !== zone || free <= bestFree) continue;
    best = host;
    bestFree = free;
  }
  return best;
}
