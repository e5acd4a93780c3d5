// Small worlds in which wrong variants of slots, copies and zones show themselves. Little is asked
// of them, so that a run of half a minute costs little.
import { defaultReMirror, type MutantId } from '../../model/index.ts';
import { nsPerSec, type World } from '../../sim/index.ts';
import { type ClusterChoice, clientSpec, clusterWorld, plan, runAndSettle } from './block-store.ts';

const slotLife = { reserveNs: 3 * nsPerSec, graceNs: nsPerSec };

function quietClient(ratePerSec = 20) {
  const { workload: mixed } = clientSpec('client-1', 'vol-1');
  const workload = { ...mixed, ratePerSec };
  return [clientSpec('client-1', 'vol-1', { workload, suspectNs: nsPerSec / 2 })];
}

function hostsWith(slotCounts: readonly number[]) {
  return slotCounts.map((slotCount, i) => {
    const zone = ['az-a', 'az-b', 'az-c'][i % 3]!;
    return { id: `host-${i + 1}`, zone, cell: 'cell-1', device: 'nvme-plp', slotCount };
  });
}

// A host is gone until its copies are made again; most room for them is in one other zone.
function lostHost(choice: ClusterChoice): World {
  const untilNs = 6 * nsPerSec;
  const hosts = hostsWith([16, 64, 16, 16, 64, 16]);
  const shape = { untilNs, hosts, clients: quietClient(), more: { slotLife } };
  const world = clusterWorld({ ...shape, ...choice });
  plan(world, { kind: 'power-loss', atMs: 500, forMs: 5_000, target: 'host-1' });
  runAndSettle(world, untilNs);
  return world;
}

// Hosts fail one after the other, and few slots are free: soon one has its next tenant.
function scarceSlots(choice: ClusterChoice): World {
  const untilNs = 30 * nsPerSec;
  const shape = { untilNs, slotCount: 4, clients: quietClient(), more: { slotLife } };
  const world = clusterWorld({ ...shape, ...choice });
  for (let k = 0; k < 6; k++) {
    const target = `host-${1 + k}`;
    plan(world, { kind: 'power-loss', atMs: 500 + 4_500 * k, forMs: 2_000, target });
  }
  runAndSettle(world, untilNs);
  return world;
}

// Half of the hosts are small, and an optimizer moves copies away from them.
function unevenHosts(choice: ClusterChoice): World {
  const untilNs = 6 * nsPerSec;
  const hosts = hostsWith([32, 32, 32, 8, 8, 8]);
  const optimizer = { zone: 'az-b', everyNs: nsPerSec / 4, movesAtOnce: 2 };
  const reMirror = { ...defaultReMirror, copiesPerCell: 8 };
  const more = { slotLife, optimizer, reMirror };
  const world = clusterWorld({ untilNs, hosts, clients: quietClient(), more, ...choice });
  runAndSettle(world, untilNs);
  return world;
}

/** By variant: the world that it is hunted in. */
export const tenancyHunts = {
  'generation-reused': scarceSlots,
  'garbage-kept': lostHost,
  'zones-unknown': lostHost,
  'old-copies-kept': unevenHosts,
} as const satisfies Partial<Record<MutantId, (choice: ClusterChoice) => World>>;
