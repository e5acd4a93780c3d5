// What every fault of the table promises: it does something, it is recorded with its targets, and
// when it has ended, by its time or by healing, the world goes on as if it had never been.
import { describe, expect, it } from 'vitest';
import {
  createWorld,
  deviceProfiles,
  type Entry,
  type FaultKind,
  type FaultParamValue,
  faults,
  nsPerMs,
  nsPerSec,
  type ScheduledFault,
  tableDevice,
  type World,
} from '../../sim/index.ts';
import { type FaultProbe, faultProber } from '../support/fault-prober.ts';

const kinds = Object.entries(faults) as unknown as [string, FaultKind][];
const nodeIds = ['n0', 'n1', 'n2', 'n3'];
const actorIds = nodeIds.map((id) => `p-${id}`);

/** A value for each kind of parameter; 49 is a factor with 49 * (1 / 49) not 1. */
const values: Readonly<Record<FaultKind['params'][string]['kind'], FaultParamValue>> = {
  duration: 3 * nsPerMs,
  share: 1,
  factor: 49,
  boolean: true,
  groups: [['n0'], ['n1', 'zone=b']],
  ppm: 250_000,
  count: 3,
  text: 'probe',
};

/** Parameters in place of defaults that reach beyond the time of these tests, or too little far. */
const given: Readonly<Record<string, Readonly<Record<string, FaultParamValue>>>> = {
  'bridge-partition': { groups: [['n0'], ['n1'], ['zone=b']] },
  'bit-rot': { share: 1 },
  'latent-sector-error': { share: 1 },
  'disk-reset': { every: 7 * nsPerMs },
  'slow-blocks': { share: 1 },
  'slow-episodes': { factor: 7, slow: 7 * nsPerMs, healthy: 5 * nsPerMs },
  'crash-loop': { down: 7 * nsPerMs, up: 5 * nsPerMs },
  'kill-while-recovering': { down: 7 * nsPerMs, after: 3 * nsPerMs },
  'mixed-versions': { down: 2 * nsPerMs },
  'rolling-restart': { down: 15 * nsPerMs, gap: 5 * nsPerMs },
  'swizzle-clog': { every: 7 * nsPerMs },
  'clock-strobe': { every: 7 * nsPerMs },
  thermal: { factor: 49, every: 7 * nsPerMs },
};

/** A ring of two would be no ring. */
const targetOf = (name: string) => (name === 'ring-partition' ? 'any' : 'zone=a');

function faultOf(name: string, atMs: number, forMs?: number): ScheduledFault {
  const { needsTarget, params } = (faults as Record<string, FaultKind>)[name];
  const required = Object.entries(params).filter(([, param]) => param.default === undefined);
  return {
    kind: name,
    atNs: atMs * nsPerMs,
    ...(forMs === undefined ? {} : { forNs: forMs * nsPerMs }),
    ...(needsTarget ? { target: targetOf(name) } : {}),
    params: {
      ...Object.fromEntries(required.map(([key, param]) => [key, values[param.kind]])),
      ...given[name],
    },
  };
}

function build(): World {
  const world = createWorld({ seed: 3, level: 'full' });
  for (const id of nodeIds) {
    world.addNode({ id, labels: { zone: id < 'n2' ? 'a' : 'b' } });
    world.addDevice(id, 'disk', tableDevice(deviceProfiles['nvme-consumer'], 64));
    world.spawn({ id: `p-${id}`, node: id, behavior: faultProber, input: { peers: actorIds } });
  }
  return world;
}

/** Lets every pair talk, every device work and every timer run; answers what happened, and when. */
function probe(world: World, atMs: number, untilMs: number): string[] {
  world.runUntil(atMs * nsPerMs);
  const first = world.entries.length;
  const startNs = world.now;
  for (const id of actorIds) world.send(id, { type: 'probe' } as FaultProbe);
  world.runUntil(untilMs * nsPerMs);
  return world.entries.slice(first).map((entry) => line(entry, startNs));
}

/** The same when the devices have been written anew: what a fault destroyed is no trace of it. */
function probeRefilled(world: World): string[] {
  world.runUntil(nsPerSec);
  for (const id of actorIds) world.send(id, { type: 'refill' } as FaultProbe);
  return probe(world, 1500, 2000);
}

function line(entry: Entry, startNs: number): string {
  const text = `${entry.atNs - startNs} ${entry.actor} ${entry.kind}`;
  if (entry.kind === 'message') return `${text} ${entry.from} ${entry.type} ${entry.outcome}`;
  if (entry.kind === 'io') return `${text} ${entry.op} ${entry.status}`;
  if (entry.kind === 'mark') return `${text} ${entry.name} ${JSON.stringify(entry.facts)}`;
  return text;
}

/** What a probe shows, what the clocks read, and what a power loss could take. */
function seenDuring(world: World): readonly string[] {
  const happened = probe(world, 20, 100);
  const clocks = [...world.nodes.values()].map(({ clock }) => `clock ${clock.read(world.now)}`);
  const fork = world.fork();
  const first = fork.entries.length;
  fork.crash('n0', { power: true });
  const kept = fork.entries.slice(first).flatMap((entry) => {
    return entry.kind === 'mark' && entry.name === 'device.power-lost' ? [line(entry, 0)] : [];
  });
  return [...happened, ...clocks, ...kept];
}

function withFaults(...planned: readonly ScheduledFault[]): World {
  const world = build();
  for (const fault of planned) world.scheduleFault(fault);
  return world;
}

const calmEarly = seenDuring(build());
const calm = build();
probe(calm, 20, 1000);
const calmLate = probeRefilled(calm);

function expectKnobsAtRest(world: World): void {
  expect(world.faults.activeCount).toBe(0);
  expect(world.parts.network.disturbed).toBe(false);
  for (const node of world.nodes.values()) {
    expect([node.downCount, node.pauseCount, node.clock.skewPpm]).toEqual([0, 0, 0]);
    expect(node.faultPoints).toEqual([]);
    expect(node.versions).toEqual([]);
    for (const { device } of node.devices.values()) {
      expect([device.slowFactor, device.faults?.activeCount]).toEqual([1, 0]);
    }
  }
}

describe.each(kinds)('fault %s', (name) => {
  it('changes what the actors see while it lasts', () => {
    expect(seenDuring(withFaults(faultOf(name, 10)))).not.toEqual(calmEarly);
  });

  it('leaves no trace in what happens after its end (10 ms to 60 ms, probed at 1.5 s)', () => {
    const world = withFaults(faultOf(name, 10, 50));
    probe(world, 20, 1000);
    expectKnobsAtRest(world);
    expect(probeRefilled(world)).toEqual(calmLate);
  });

  it('is ended by healing, which cancels those still to come', () => {
    const world = withFaults(faultOf(name, 10), faultOf(name, 30, 500), faultOf(name, 80, 10));
    probe(world, 20, 60);
    world.heal();
    expectKnobsAtRest(world);
    world.runUntil(nsPerSec);
    const ids = world.entries.flatMap((entry) =>
      entry.kind === 'fault' ? [`${entry.phase} ${entry.faultId} ${entry.atNs / nsPerMs}`] : [],
    );
    expect(ids).toEqual(['start 0 10', 'start 1 30', 'end 1 60', 'end 0 60']);
    expect(probeRefilled(world)).toEqual(calmLate);
  });

  it.each([
    ['one after the other', 10, 30, 25, 30],
    ['the later within the earlier', 10, 60, 20, 20],
    ['at the same instants', 10, 30, 10, 30],
  ])('is undone twice when two overlap (%s)', (_how, atMs, forMs, otherAtMs, otherForMs) => {
    const one = faultOf(name, atMs, forMs);
    const other = faultOf(name, otherAtMs, otherForMs);
    const world = withFaults(one, other);
    probe(world, 20, 1000);
    expectKnobsAtRest(world);
    expect(probeRefilled(world)).toEqual(calmLate);
  });

  it('still holds when the first of two that overlap has ended', () => {
    const world = withFaults(faultOf(name, 10, 8), faultOf(name, 12));
    expect(seenDuring(world)).not.toEqual(calmEarly);
    expect(world.faults.activeCount).toBe(1);
  });

  it('is in the record with its start, its end and its targets resolved', () => {
    const world = withFaults(faultOf(name, 10, 50));
    world.runUntil(nsPerSec);
    const entries = world.entries.filter((entry) => entry.kind === 'fault');
    const { needsTarget } = faults[name as keyof typeof faults];
    const targets = needsTarget && targetOf(name) !== 'any' ? ['n0', 'n1'] : nodeIds;
    expect(entries.map((e) => [e.phase, e.atNs / nsPerMs, e.fault, e.targets])).toEqual([
      ['start', 10, name, targets],
      ['end', 60, name, targets],
    ]);
    expect(entries[0].params).toEqual(entries[1].params);
    expect(Object.keys(entries[0].params)).toEqual(
      Object.keys(faults[name as keyof typeof faults].params),
    );
    expect(entries[1].cause).toBe(entries[0].id);
  });

  it('goes on alike in a fork made while it is active', () => {
    const whole = withFaults(faultOf(name, 10, 50));
    probe(whole, 20, 200);
    const trunk = withFaults(faultOf(name, 10, 50));
    trunk.runUntil(20 * nsPerMs);
    for (const id of actorIds) trunk.send(id, { type: 'probe' });
    trunk.runUntil(21 * nsPerMs);
    const branch = trunk.fork();
    for (const world of [branch, trunk]) {
      world.runUntil(200 * nsPerMs);
      expect(world.fingerprint).toBe(whole.fingerprint);
      expectKnobsAtRest(world);
    }
  });
});
