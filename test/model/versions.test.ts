// The two versions of the block store: what each does in its own way, measured, and that a cluster
// of both keeps what it promises.
import { describe, expect, it } from 'vitest';
import { type Entry, type IoEntry, nsPerSec, type World } from '../../sim/index.ts';
import {
  type ClusterChoice,
  clientSpec,
  clusterWorld,
  complaints,
  judge,
  marks,
  plan,
  planStorm,
  runAndSettle,
} from '../support/block-store.ts';
import { planRollouts, withVersion } from '../support/roll-outs.ts';

const untilNs = 12 * nsPerSec;
const slotCount = 32;
const twoClients = [clientSpec('client-1', 'vol-1'), clientSpec('client-2', 'vol-1')];
const fourVolumes = ['1', '2', '3', '4'].map((n) => clientSpec(`client-${n}`, `vol-${n}`));

/** What a fold finds in the entries of each version. */
type ByVersion = Readonly<Record<string, number>>;

/** One host dies while some machines, or all, run the other version. */
function rolledOut(target: string, choice: Partial<ClusterChoice> = {}): World {
  const world = clusterWorld({ seed: '1', untilNs, slotCount, ...choice });
  plan(world, { kind: 'mixed-versions', atMs: 0, target });
  plan(world, { kind: 'power-loss', atMs: 3_000, forMs: 5_000, target: 'host-1' });
  runAndSettle(world, untilNs);
  return world;
}

const isHost = ({ actor }: Entry) => actor.startsWith('host-');

/** Flushes of hosts beyond the one that each start of theirs begins with. */
function flushCounts(world: World): ByVersion {
  const counts: Record<string, number> = {};
  for (const [entry, version] of withVersion(world)) {
    if (!isHost(entry) || version === undefined) continue;
    if (entry.kind === 'io' && entry.op === 'flush') counts[version] = (counts[version] ?? 0) + 1;
    if (entry.kind === 'state' && entry.state === 'recovering.scanning') counts[version]! -= 1;
  }
  return counts;
}

/** The most header writes of one host that were under way at once before anybody was attached. */
function headersAtOnce(world: World): number {
  const grantedNs = marks(world, 'attach.granted')[0]!.atNs;
  const writes = world.entries.filter((entry): entry is IoEntry => entry.kind === 'io');
  const fences = writes
    .filter((entry) => isHost(entry) && entry.atNs <= grantedNs)
    .filter(
      ({ op, block, blockCount }) =>
        op === 'write' && block >= 1 && block <= slotCount && blockCount === 1,
    );
  const alike = (one: (typeof fences)[number]) =>
    fences.filter(
      (other) =>
        other.actor === one.actor &&
        other.submittedAtNs <= one.submittedAtNs &&
        other.atNs > one.submittedAtNs,
    ).length;
  return Math.max(...fences.map(alike));
}

/** The largest batch of the authority, in records. */
function batchesMax(world: World): ByVersion {
  const most: Record<string, number> = {};
  let before: number | null = null;
  for (const [entry, version] of withVersion(world)) {
    if (entry.actor !== 'authority' || version === undefined) continue;
    if (entry.kind === 'start') before = null;
    if (entry.kind !== 'mark' || entry.name !== 'log.flushed') continue;
    const index = entry.facts.logIndex as number;
    // The first batch of all is the first entries of the volumes, in either version.
    if (before !== null) most[version] = Math.max(most[version] ?? 0, index - before);
    before = index;
  }
  return most;
}

/** The largest piece that a host of each version has sent to another to store, in blocks. */
function piecesMax(world: World): ByVersion {
  const versionOf = new Map<string, string>();
  const most: Record<string, number> = {};
  for (const [entry, version] of withVersion(world)) {
    if (entry.kind === 'start' && version !== undefined) versionOf.set(entry.actor, version);
    if (entry.kind !== 'message' || entry.type !== 'confirm') continue;
    const from = versionOf.get(entry.from)!;
    const { stamps } = entry.message as unknown as { readonly stamps: readonly number[] };
    most[from] = Math.max(most[from] ?? 0, stamps.length);
  }
  return most;
}

describe('the previous version', () => {
  const current = rolledOut('client-1');
  const previous = rolledOut('any');
  const mixed = rolledOut('zone=az-b role=host');

  it('flushes after each header, where the current one forces the write', () => {
    expect(flushCounts(current)).toEqual({ current: 0 });
    expect(flushCounts(previous).previous).toBeGreaterThan(20);
    expect(flushCounts(mixed).current).toBe(0);
    expect(flushCounts(mixed).previous).toBeGreaterThan(5);
  });

  it('fences slot by slot, where the current one writes all headers of a host at once', () => {
    expect(headersAtOnce(current)).toBeGreaterThan(1);
    expect(headersAtOnce(previous)).toBe(1);
  });

  it('copies in pieces of 16 blocks, where the current one takes 64', () => {
    expect(piecesMax(current)).toEqual({ current: 64 });
    expect(piecesMax(mixed)).toEqual({ current: 64, previous: 16 });
  });

  it('logs one request at a time, where the current one gathers them', () => {
    const world = clusterWorld({ seed: '3', untilNs, clients: fourVolumes, volumeCount: 4 });
    plan(world, { kind: 'mixed-versions', atMs: 4_000, forMs: 4_000, target: 'authority' });
    plan(world, { kind: 'power-loss', atMs: 2_000, forMs: 700, target: 'host-1' });
    plan(world, { kind: 'power-loss', atMs: 5_500, forMs: 5_000, target: 'host-2' });
    runAndSettle(world, untilNs);
    expect(batchesMax(world).previous).toBe(1);
    expect(batchesMax(world).current).toBeGreaterThan(1);
    expect(complaints(world)).toEqual([]);
  });

  it('keeps every promise when it runs alone, and beside the current one', () => {
    for (const world of [previous, mixed]) {
      expect(complaints(world)).toEqual([]);
      expect(judge(world).get('copied-before-switch')?.status).toBe('held');
      expect(judge(world).get('linearizable-blocks')?.status).toBe('held');
    }
  });

  it('creates all volumes before it answers, as does the current one', () => {
    const world = clusterWorld({ seed: '4', untilNs, clients: fourVolumes, volumeCount: 4 });
    plan(world, { kind: 'mixed-versions', atMs: 0, target: 'authority' });
    world.runUntil(2 * nsPerSec);
    const created = marks(world, 'volume.created').map(({ atNs }) => atNs);
    expect(created).toHaveLength(4);
    expect(new Set(created).size).toBe(1);
  });
});

describe('roll-outs among other faults', () => {
  const authorityDevices = ['nvme-plp', 'nvme-consumer', 'hdd-7200'] as const;

  for (const device of ['nvme-plp', 'nvme-consumer'] as const) {
    it(`break no property (${device}, 6 seeds, every second with two clients)`, () => {
      for (let i = 0; i < 6; i++) {
        const seed = String(700 + i);
        const world = clusterWorld({
          seed,
          untilNs,
          device,
          authorityDevice: authorityDevices[i % authorityDevices.length]!,
          replicas: 2 + (i % 2),
          ...(i % 2 === 0 ? {} : { clients: twoClients }),
        });
        planRollouts(world, seed, 12_000);
        planStorm(world, seed, 12_000);
        runAndSettle(world, untilNs);
        expect({ seed, complaints: complaints(world) }).toEqual({ seed, complaints: [] });
        const started = world.entries.filter((e) => e.kind === 'start' && e.version === 'previous');
        expect(started.length).toBeGreaterThan(0);
      }
    });
  }
});

describe('a version that stores members tail first (mutant previous-tail-first)', () => {
  const run = (seed: string, rollsOut: boolean) => {
    const world = clusterWorld({ seed, untilNs, mutants: ['previous-tail-first'] });
    if (rollsOut) planRollouts(world, seed, 12_000);
    planStorm(world, seed, 12_000);
    runAndSettle(world, untilNs);
    return complaints(world);
  };

  it('harms nobody while no other version is rolled out (6 seeds)', () => {
    for (let seed = 1; seed <= 6; seed++) expect(run(String(seed), false)).toEqual([]);
  });

  it('is read wrongly by the current version after a roll-out (6 seeds)', () => {
    const found = new Set<string>();
    for (let seed = 1; seed <= 6; seed++) {
      for (const line of run(String(seed), true)) found.add(line.split(':')[0]!);
    }
    expect([...found]).toContain('stale-replica-never-serves');
  });
});
