// Stories of clusters whose volumes have cells of their own.
import { defaultReMirror, type HostSpec, type VolumeSpec } from '../../model/index.ts';
import { nsPerSec, type World } from '../../sim/index.ts';
import {
  type ClusterChoice,
  clientSpec,
  clusterWorld,
  mebibyte,
  runAndSettle,
} from './block-store.ts';

const untilNs = 8 * nsPerSec;
const optimizer = { zone: 'az-b', everyNs: nsPerSec, movesAtOnce: 2 };
const cells = ['cell-1', 'cell-2'] as const;

// The first cell keeps its last slots for lost copies; the second has room, above all on host 7.
const hosts: readonly HostSpec[] = ['az-a', 'az-b', 'az-c', 'az-a'].flatMap((zone, i) => [
  { id: `host-${i + 4}`, zone, cell: cells[1], device: 'nvme-plp', slotCount: i === 3 ? 16 : 64 },
  ...(i === 3
    ? []
    : [{ id: `host-${i + 1}`, zone, cell: cells[0], device: 'nvme-plp', slotCount: 6 }]),
]);

/** The optimizer finds the hosts of one cell full, and those of another nearly empty. */
export function fullHomes(choice: ClusterChoice): World {
  const volumes = cells.map(
    (cell, i): VolumeSpec => ({
      id: `vol-${i + 1}`,
      sizeBytes: 8 * (i + 1) * mebibyte,
      rangeBytes: mebibyte,
      replicas: 2,
      cells: [cell],
    }),
  );
  const reMirror = { ...defaultReMirror, reserveShare: 0.2 };
  const world = clusterWorld({
    clients: [clientSpec('client-1', 'vol-1'), clientSpec('client-2', 'vol-2')],
    untilNs,
    hosts,
    ...choice,
    more: { cells, volumes, optimizer, reMirror },
  });
  runAndSettle(world, untilNs);
  return world;
}
