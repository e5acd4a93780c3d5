// Cells whose hosts ask each other over a bad network and lose power again and again: where wrong
// variants of their members show themselves.
import type { MutantId } from '../../model/index.ts';
import { nsPerMs, nsPerSec, type World } from '../../sim/index.ts';
import { type ClusterChoice, plan, runAndSettle } from './block-store.ts';
import { lineageSpec, snapshotWorld } from './snapshot-stories.ts';

const untilNs = 6 * nsPerSec;
const target = 'role=host cell=cell-1';

// Three routers ask different hosts of the cell at once. What hosts say to each other overtakes
// what they said before, and one of them crashes as soon as another has the promises of most.
function rivals(choice: ClusterChoice): World {
  const lineage = lineageSpec({ askedAtOnce: 2, everyNs: 300 * nsPerMs }, { routerCount: 3 });
  const [asking] = lineage.snapshots;
  const snapshots = [1, 2, 3].map((n) => ({
    ...asking!,
    id: `requester-${n}`,
    firstNs: nsPerSec + n * 7 * nsPerMs,
  }));
  const world = snapshotWorld({ clients: [], untilNs, ...choice }, { ...lineage, snapshots });
  const params = { upTo: 30 * nsPerMs };
  plan(world, { kind: 'message-jitter', target, atMs: 1_000, forMs: 5_000, params });
  world.scheduleFault({
    kind: 'crash',
    atNs: nsPerSec,
    trigger: { steps: [{ on: 'mark', name: 'record.proposed', nth: 1 }], delayNs: 0, times: 500 },
    forNs: 0.2 * nsPerMs,
    target: 'host-2',
    params: {},
  });
  runAndSettle(world, untilNs);
  return world;
}

// The hosts of the cell lose power together when one of them has accepted something.
function darkCell(choice: ClusterChoice): World {
  const lineage = lineageSpec({ everyNs: 300 * nsPerMs });
  const world = snapshotWorld({ clients: [], untilNs, ...choice }, lineage);
  world.scheduleFault({
    kind: 'power-loss',
    atNs: nsPerSec,
    trigger: { steps: [{ on: 'mark', name: 'control.accepted', nth: 2 }], delayNs: 0, times: 6 },
    forNs: 50 * nsPerMs,
    target,
    params: {},
  });
  runAndSettle(world, untilNs);
  return world;
}

/** Worlds in which wrong variants of the members of cells show themselves. */
export const cellHunts = {
  'promise-forgotten': rivals,
  'accepted-before-durable': darkCell,
  'minority-answers': rivals,
  'take-without-lease': darkCell,
} as const satisfies Partial<Record<MutantId, (choice: ClusterChoice) => World>>;
