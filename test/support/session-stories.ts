// Stories of sessions: how clients hold volumes, let go of them and lose them. Right systems come
// through all of them; each wrong variant is caught in one.
import { nsPerMs, nsPerSec, type World } from '../../sim/index.ts';
import { type ClusterChoice, clientSpec, clusterWorld, plan, runAndSettle } from './block-store.ts';
import { moverOf } from './mover.ts';

const seconds = (count: number) => count * nsPerSec;

/** A holder stands still for longer than its lease; another one waits for the end of it. */
export function pausedHolder(choice: ClusterChoice): World {
  const clients = [
    clientSpec('client-1', 'vol-1', { onLeaseLost: 'stop' }),
    clientSpec('client-2', 'vol-1', { attachAtNs: seconds(2), force: false, zone: 'az-b' }),
  ];
  const world = clusterWorld({
    clients,
    authority: { leaseNs: seconds(3) },
    untilNs: seconds(14),
    ...choice,
  });
  plan(world, { kind: 'pause', atMs: 4_000, forMs: 7_000, target: 'client-1' });
  runAndSettle(world, seconds(14));
  return world;
}

/** A holder lets go while requests of it, given up for lost, are still on their way. */
export function lateWrites(choice: ClusterChoice): World {
  const clients = [
    clientSpec('client-1', 'vol-1', { detachAtNs: seconds(3), timeoutNs: 400 * nsPerMs }),
  ];
  const world = clusterWorld({ clients, untilNs: seconds(8), ...choice });
  const params = { by: seconds(3) };
  plan(world, { kind: 'message-delay', atMs: 2_500, forMs: 300, target: 'client-1', params });
  runAndSettle(world, seconds(8));
  return world;
}

/** The authority is away for longer than a lease, and the client is one that stops then. */
export function lapsedLease(choice: ClusterChoice): World {
  const clients = [clientSpec('client-1', 'vol-1', { onLeaseLost: 'stop' })];
  const world = clusterWorld({
    clients,
    authority: { leaseNs: seconds(2) },
    untilNs: seconds(12),
    ...choice,
  });
  plan(world, { kind: 'isolate', atMs: 3_000, forMs: 5_000, target: 'authority' });
  runAndSettle(world, seconds(12));
  return world;
}

/** Somebody else moves ranges of a volume whose holder asks what changed. */
export function movedByAnother(choice: ClusterChoice): World {
  const clients = [clientSpec('client-1', 'vol-1', { refreshNs: seconds(1) })];
  const world = clusterWorld({ clients, untilNs: seconds(8), ...choice });
  world.addNode({ id: 'mover', labels: { zone: 'az-c', role: 'mover' } });
  world.spawn({ id: 'mover', node: 'mover', behavior: moverOf(2_000), input: undefined });
  runAndSettle(world, seconds(8));
  return world;
}

/** All clients die after ranges have moved; the next one has nothing but the authority. */
export function rebuiltMap(choice: ClusterChoice): World {
  const clients = [clientSpec('client-1', 'vol-1'), clientSpec('client-2', 'vol-2')];
  const world = clusterWorld({ clients, volumeCount: 2, untilNs: seconds(14), ...choice });
  plan(world, { kind: 'power-loss', atMs: 1_500, forMs: 12_000, target: 'host-1' });
  plan(world, { kind: 'crash', atMs: 7_000, forMs: 2_000, target: 'role=client' });
  runAndSettle(world, seconds(14));
  return world;
}

/** Leases of many clients end while the authority is away; slow as it is, it lets all wait. */
export function leaseCollapse(choice: ClusterChoice): World {
  const volumeCount = 12;
  const clients = Array.from({ length: volumeCount }, (_, i) =>
    clientSpec(`client-${i + 1}`, `vol-${i + 1}`, {
      onLeaseLost: 'stop',
      workload: { ...clientSpec('', '').workload, ratePerSec: 5 } as never,
    }),
  );
  const authority = { leaseNs: seconds(5), serviceTimeNs: 80 * nsPerMs, queueMax: 4_096 };
  const untilNs = seconds(24);
  const world = clusterWorld({
    clients,
    volumeCount,
    slotCount: 96,
    untilNs,
    authority,
    ...choice,
  });
  plan(world, { kind: 'crash', atMs: 6_000, forMs: 8_000, target: 'authority' });
  runAndSettle(world, untilNs);
  return world;
}

/** A client that keeps little of the map needs the authority while that has no power. */
export function mapOutage(choice: ClusterChoice): World {
  const clients = [clientSpec('client-1', 'vol-1', { timeoutNs: nsPerSec, cacheRangeMax: 2 })];
  const world = clusterWorld({ untilNs: 8 * nsPerSec, clients, ...choice });
  plan(world, { kind: 'power-loss', atMs: 3_000, forMs: 3_000, target: 'authority' });
  runAndSettle(world, 8 * nsPerSec);
  return world;
}
