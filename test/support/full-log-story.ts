// No checkpoint comes to its end while the map changes; then the power goes, with a batch on its
// way to a log that is full.
import { authorityRoom } from '../../model/authority/room.ts';
import { defaultReMirror } from '../../model/index.ts';
import { nsPerMs, nsPerSec, type World } from '../../sim/index.ts';
import {
  type ClusterChoice,
  clientSpec,
  clusterSpec,
  clusterWorld,
  plan,
  runAndSettle,
} from './block-store.ts';

const rangeBytes = 65_536;

/** Two volumes, hosts that fail in turn, and the authority twice. */
export function fullLog(choice: ClusterChoice): World {
  const clients = ['1', '2'].map((n) =>
    clientSpec(`client-${n}`, `vol-${n}`, { suspectNs: 200 * nsPerMs }),
  );
  const volumes = ['1', '2'].map((n) => {
    const sizes = { sizeBytes: 32 * rangeBytes, rangeBytes };
    return { id: `vol-${n}`, replicas: 2, ...sizes };
  });
  const reMirror = { ...defaultReMirror, backOffFirstNs: 20 * nsPerMs };
  const authority = { checkpointEvery: 8, logBytes: 128 * 4_096 };
  const more = { volumes, reMirror };
  const world = clusterWorld({ clients, authority, more, untilNs: 8 * nsPerSec, ...choice });
  const target = 'authority';
  plan(world, {
    kind: 'fault-point',
    atMs: 1_200,
    forMs: 5_800,
    target,
    params: { name: 'checkpoint.io' },
  });
  for (let k = 0; k < 10; k++) {
    const host = `host-${1 + ((k + Number(choice.seed)) % 6)}`;
    plan(world, { kind: 'crash', atMs: 1_000 + 600 * k, forMs: 500, target: host });
  }
  for (const atMs of [5_500, 6_500]) {
    const steps = [{ on: 'mark', name: 'log.submitted', nth: 1 }] as const;
    world.scheduleFault({
      kind: 'power-loss',
      atNs: atMs * nsPerMs,
      trigger: { steps, delayNs: 20_000, times: 1 },
      forNs: 100 * nsPerMs,
      target,
      params: {},
    });
  }
  runAndSettle(world, 8 * nsPerSec, 15 * nsPerSec);
  return world;
}

/**
 * The smallest log that its cluster may have, and clients that keep hardly anything of the map: for
 * nearly every operation they ask for it. No checkpoint comes to its end for two seconds, and some
 * answers are lost.
 */
export function smallLog(choice: ClusterChoice): World {
  const clients = ['1', '2'].map((n) =>
    clientSpec(`client-${n}`, `vol-${n}`, { cacheRangeMax: 2 }),
  );
  const untilNs = 6 * nsPerSec;
  const parts = { clients, volumeCount: 2, untilNs };
  const { leastBlockCount } = authorityRoom(clusterSpec({ ...choice, ...parts }));
  const logBytes = leastBlockCount * 4_096;
  const authority = { checkpointEvery: 8, logBytes, ...choice.authority };
  const world = clusterWorld({ ...choice, ...parts, authority });
  const params = { name: 'checkpoint.io' };
  plan(world, { kind: 'fault-point', atMs: 1_500, forMs: 2_000, target: 'authority', params });
  const target = 'authority';
  plan(world, {
    kind: 'message-loss',
    atMs: 1_000,
    forMs: 4_000,
    target,
    params: { share: 0.005 },
  });
  runAndSettle(world, untilNs, 30 * nsPerSec);
  return world;
}
