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
import { prober } from '../support/behaviors.ts';

const kinds = Object.entries(faults) as unknown as [string, FaultKind][];
const nodeIds = ['n0', 'n1', 'n2'];
const actorIds = nodeIds.map((id) => `p-${id}`);

/** A value for each kind of parameter; 49 is a factor with 49 * (1 / 49) not 1. */
const values: Readonly<Record<FaultKind['params'][string]['kind'], FaultParamValue>> = {
  duration: 3 * nsPerMs,
  share: 1,
  factor: 49,
  boolean: true,
  groups: [['n0'], ['n1', 'zone=b']],
  ppm: 250_000,
};

function faultOf(name: string, atMs: number, forMs?: number): ScheduledFault {
  const { needsTarget, params } = (faults as Record<string, FaultKind>)[name];
  const given = Object.entries(params).filter(([, param]) => param.default === undefined);
  return {
    kind: name,
    atNs: atMs * nsPerMs,
    ...(forMs === undefined ? {} : { forNs: forMs * nsPerMs }),
    ...(needsTarget ? { target: 'zone=a' } : {}),
    params: Object.fromEntries(given.map(([key, param]) => [key, values[param.kind]])),
  };
}

function build(): World {
  const world = createWorld({ seed: 3, level: 'full' });
  for (const id of nodeIds) {
    world.addNode({ id, labels: { zone: id === 'n2' ? 'b' : 'a' } });
    world.addDevice(id, 'disk', tableDevice(deviceProfiles['nvme-consumer'], 64));
    world.spawn({ id: `p-${id}`, node: id, behavior: prober, input: { peers: actorIds } });
  }
  return world;
}

/** Lets every pair talk, every device work and every timer run; answers what happened, and when. */
function probe(world: World, atMs: number, untilMs: number): string[] {
  world.runUntil(atMs * nsPerMs);
  const first = world.entries.length;
  const startNs = world.now;
  for (const id of actorIds) world.send(id, { type: 'probe' });
  world.runUntil(untilMs * nsPerMs);
  return world.entries.slice(first).map((entry) => line(entry, startNs));
}

function line(entry: Entry, startNs: number): string {
  const text = `${entry.atNs - startNs} ${entry.actor} ${entry.kind}`;
  if (entry.kind === 'message') return `${text} ${entry.from} ${entry.type} ${entry.outcome}`;
  if (entry.kind === 'io') return `${text} ${entry.op} ${entry.status}`;
  return text;
}

function withFaults(...planned: readonly ScheduledFault[]): World {
  const world = build();
  for (const fault of planned) world.scheduleFault(fault);
  return world;
}

const calm = build();
const calmEarly = probe(calm, 20, 100);
const calmLate = probe(calm, 1000, 2000);

function expectKnobsAtRest(world: World): void {
  expect(world.faults.activeCount).toBe(0);
  expect(world.parts.network.disturbed).toBe(false);
  for (const node of world.nodes.values()) {
    expect([node.downCount, node.pauseCount, node.clock.skewPpm]).toEqual([0, 0, 0]);
    for (const { device } of node.devices.values()) expect(device.slowFactor).toBe(1);
  }
}

describe.each(kinds)('fault %s', (name) => {
  it('changes what the actors see while it lasts', () => {
    const early = probe(withFaults(faultOf(name, 10)), 20, 100);
    expect(early).not.toEqual(calmEarly);
  });

  it('leaves no trace in what happens after its end (10 ms to 60 ms, probed at 1 s)', () => {
    const world = withFaults(faultOf(name, 10, 50));
    probe(world, 20, 1000);
    expectKnobsAtRest(world);
    expect(probe(world, 1000, 2000)).toEqual(calmLate);
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
    expect(probe(world, 1000, 2000)).toEqual(calmLate);
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
    expect(probe(world, 1000, 2000)).toEqual(calmLate);
  });

  it('still holds when the first of two that overlap has ended', () => {
    const world = withFaults(faultOf(name, 10, 8), faultOf(name, 12));
    expect(probe(world, 20, 100)).not.toEqual(calmEarly);
    expect(world.faults.activeCount).toBe(1);
  });

  it('is in the record with its start, its end and its targets resolved', () => {
    const world = withFaults(faultOf(name, 10, 50));
    world.runUntil(nsPerSec);
    const entries = world.entries.filter((entry) => entry.kind === 'fault');
    const targets = faults[name as keyof typeof faults].needsTarget ? ['n0', 'n1'] : nodeIds;
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
