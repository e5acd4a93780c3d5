// Hosts that come and go, one after the other or one again and again.
import { defaultReMirror } from '../../model/index.ts';
import { nsPerSec, type World } from '../../sim/index.ts';
import { type ClusterChoice, clusterWorld, plan, runAndSettle } from './block-store.ts';

const untilNs = 45 * nsPerSec;

/** Hosts die one after the other, and hardly more slots are free than are needed. */
export function flappingHosts(choice: ClusterChoice): World {
  const slotLife = { reserveNs: 5 * nsPerSec, graceNs: 5 * nsPerSec };
  const world = clusterWorld({ untilNs, slotCount: 4, more: { slotLife }, ...choice });
  for (let k = 0; k < 6; k++) {
    const target = `host-${1 + (k % 6)}`;
    plan(world, { kind: 'power-loss', atMs: 2_000 + 7_000 * k, forMs: 2_500, target });
  }
  runAndSettle(world, untilNs);
  return world;
}

/** One host comes and goes, and has to be well for a while before it gets copies again. */
export function flappingHost(choice: ClusterChoice): World {
  const probation = { firstNs: 10 * nsPerSec, maxNs: 300 * nsPerSec };
  const reMirror = { ...defaultReMirror, probation };
  const untilFlapsEndNs = 30 * nsPerSec;
  const world = clusterWorld({ untilNs: untilFlapsEndNs, more: { reMirror }, ...choice });
  for (let k = 0; k < 5; k++) {
    plan(world, { kind: 'crash', atMs: 2_000 + 5_500 * k, forMs: 3_000, target: 'host-1' });
  }
  plan(world, { kind: 'crash', atMs: 16_000, forMs: 3_000, target: 'host-2' });
  runAndSettle(world, untilFlapsEndNs);
  return world;
}
