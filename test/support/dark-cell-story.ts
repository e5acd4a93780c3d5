// A whole cell has no power while somebody wants to attach a volume of it, which none of its hosts
// can fence; the client of the other cell keeps little of the map and asks for it all the time.
import { nsPerSec, type World } from '../../sim/index.ts';
import {
  type ClusterChoice,
  clientSpec,
  clusterWorld,
  mebibyte,
  plan,
  runAndSettle,
} from './block-store.ts';

const untilNs = 10 * nsPerSec;
const cells = ['cell-1', 'cell-2'] as const;
const zones = ['az-a', 'az-b', 'az-c'] as const;

/** Three hosts a cell; a volume in each, and the one that is attached. */
export function darkCell(choice: ClusterChoice): World {
  const hosts = cells.flatMap((cell, c) =>
    zones.map((zone, z) => {
      const id = `host-${1 + 3 * c + z}`;
      return { id, zone, cell, device: 'nvme-plp', slotCount: 32 };
    }),
  );
  const volume = (id: string, cell: string) => {
    const sizes = { sizeBytes: 8 * mebibyte, rangeBytes: mebibyte };
    return { id, replicas: 2, cells: [cell], ...sizes };
  };
  const volumes = [volume('vol-1', cells[0]), volume('vol-2', cells[1]), volume('vol-3', cells[0])];
  const timeoutNs = nsPerSec;
  const clients = [
    clientSpec('client-1', 'vol-1', { timeoutNs }),
    clientSpec('client-2', 'vol-2', { timeoutNs, cacheRangeMax: 2 }),
    clientSpec('client-3', 'vol-3', { timeoutNs, attachAtNs: 4 * nsPerSec }),
  ];
  const world = clusterWorld({ hosts, clients, more: { cells, volumes }, untilNs, ...choice });
  plan(world, { kind: 'power-loss', atMs: 3_000, forMs: 5_000, target: 'cell=cell-1 role=host' });
  runAndSettle(world, untilNs);
  return world;
}
