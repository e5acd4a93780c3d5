// The table of faults. A fault is a function that returns its own undo; undo receives the world, so
// that neither closes over a world and a fork can carry both.
//
// No fault breaks what a real machine keeps: a write that a device has reported durable survives a
// crash and a power loss, and a message that arrives has the contents it was sent with.
import type { NodeId } from './actor.ts';
import { assert } from './assert.ts';
import type { Disturbance } from './network.ts';
import type { MountedDevice } from './node.ts';
import { parseSelector } from './selector.ts';
import { driftClock } from './trouble.ts';
import type { World } from './world.ts';

/**
 * What a parameter measures: it decides how scenario text is read (`30s`, `20%`, `5x`, `200ppm`).
 */
export type FaultParamKind = 'duration' | 'share' | 'factor' | 'boolean' | 'groups' | 'ppm';

/**
 * Ns for a duration, 0..1 for a share, a number for factor and ppm, lists of selectors for groups.
 */
export type FaultParamValue = number | boolean | readonly (readonly string[])[];
/** Parameters of one fault by name, units resolved. */
export type FaultParams = Readonly<Record<string, FaultParamValue>>;

/** One parameter of a kind of fault. */
export interface FaultParam {
  readonly kind: FaultParamKind;
  readonly summary: string;
  /** Without a default the parameter must be given. */
  readonly default?: FaultParamValue;
}

/** Puts the knobs back that the fault turned. */
export type Undo = (world: World) => void;

/** A kind of fault: an entry of the table. */
export interface FaultKind {
  /** What breaks, and what may not break. */
  readonly summary: string;
  /** Whether it names nodes by `target` (else its params say where it strikes). */
  readonly needsTarget: boolean;
  readonly params: Readonly<Record<string, FaultParam>>;
  inject(world: World, targets: readonly NodeId[], params: FaultParams): Undo;
}

/** A fault of a schedule, all units resolved. `target` is a selector, resolved when it fires. */
export interface ScheduledFault {
  readonly kind: string;
  readonly atNs: number;
  /** How long it lasts; without it, until the world is healed. */
  readonly forNs?: number;
  readonly target?: string;
  readonly params: FaultParams;
}

const million = 1_000_000;

/** Every fault by name: to add one, add an entry; parser, help and error text follow. */
export const faults = {
  crash: {
    summary: 'the process is killed: memory is gone, devices keep their power and their caches',
    needsTarget: true,
    params: {},
    inject: (world, targets) => stopNodes(world, targets, false),
  },
  'power-loss': {
    summary: 'machines lose power: memory is gone, unflushed blocks are kept or lost by choice',
    needsTarget: true,
    params: {},
    inject: (world, targets) => stopNodes(world, targets, true),
  },
  pause: {
    summary: 'machines stand still and wake up later; messages and timers wait for them',
    needsTarget: true,
    params: {},
    inject(world, targets) {
      for (const id of targets) world.pause(id);
      return (later) => {
        for (const id of targets) later.resume(id);
      };
    },
  },
  partition: {
    summary: 'nothing passes between the groups; nodes in no group still reach everybody',
    needsTarget: false,
    params: {
      groups: { kind: 'groups', summary: 'selectors of each side: [[az-b], [az-a, az-c]]' },
      oneWay: {
        kind: 'boolean',
        summary: 'true: only messages from the first group to the others are cut',
        default: false,
      },
    },
    inject(world, _targets, params) {
      const groups = groupsOf(world, params);
      const oneWay = params.oneWay === true;
      return disturb(world, {
        reason: `partition ${groupText(params)}`,
        cut: true,
        strikes: (from, to) => {
          const source = groups.findIndex((group) => group.has(from));
          const target = groups.findIndex((group) => group.has(to));
          if (source < 0 || target < 0 || source === target) return false;
          return !oneWay || source === 0;
        },
      });
    },
  },
  isolate: {
    summary: 'the targets are cut off from everybody else, in both directions or one',
    needsTarget: true,
    params: {
      inbound: { kind: 'boolean', summary: 'cut what is sent to them', default: true },
      outbound: { kind: 'boolean', summary: 'cut what they send', default: true },
    },
    inject(world, targets, params) {
      const inside = new Set(targets);
      const { inbound, outbound } = params;
      return disturb(world, {
        reason: `isolated ${targets.join(' ')}`,
        cut: true,
        strikes: (from, to) =>
          (inbound === true && inside.has(to) && !inside.has(from)) ||
          (outbound === true && inside.has(from) && !inside.has(to)),
      });
    },
  },
  'message-loss': {
    summary: 'messages to and from the targets are lost',
    needsTarget: true,
    params: { share: { kind: 'share', summary: 'share of messages that is lost' } },
    inject: (world, targets, params) =>
      disturb(world, { ...touching(targets), reason: 'loss', lossPpm: ppmOf(params.share) }),
  },
  'message-duplication': {
    summary: 'messages to and from the targets arrive twice',
    needsTarget: true,
    params: { share: { kind: 'share', summary: 'share of messages that arrives twice' } },
    inject: (world, targets, params) =>
      disturb(world, { ...touching(targets), reason: 'copy', duplicatePpm: ppmOf(params.share) }),
  },
  'message-reordering': {
    summary: 'messages to and from the targets are held back, so that later ones overtake them',
    needsTarget: true,
    params: { share: { kind: 'share', summary: 'share of messages that is held back' } },
    inject: (world, targets, params) =>
      disturb(world, { ...touching(targets), reason: 'order', reorderPpm: ppmOf(params.share) }),
  },
  'message-delay': {
    summary: 'messages to and from the targets take longer',
    needsTarget: true,
    params: { by: { kind: 'duration', summary: 'how much longer each message takes' } },
    inject: (world, targets, params) =>
      disturb(world, { ...touching(targets), reason: 'delay', extraNs: numberOf(params.by) }),
  },
  'slow-disk': {
    summary: 'devices of the targets take longer for every request',
    needsTarget: true,
    params: { factor: { kind: 'factor', summary: 'how many times as long a request takes' } },
    inject(world, targets, params) {
      const factor = numberOf(params.factor);
      for (const mounted of devicesOf(world, targets)) mounted.slow(factor);
      return (later) => {
        for (const mounted of devicesOf(later, targets)) mounted.relieve(factor);
      };
    },
  },
  'clock-skew': {
    summary: 'clocks of the targets run at another rate; 2,000,000 ppm is three times as fast',
    needsTarget: true,
    params: { by: { kind: 'ppm', summary: 'added rate error in parts per million' } },
    inject(world, targets, params) {
      const by = numberOf(params.by);
      for (const id of targets) driftClock(world, world.node(id), by);
      return (later) => {
        for (const id of targets) driftClock(later, later.node(id), -by);
      };
    },
  },
} as const satisfies Record<string, FaultKind>;

function stopNodes(world: World, targets: readonly NodeId[], power: boolean): Undo {
  for (const id of targets) world.crash(id, { power });
  return (later) => {
    for (const id of targets) later.restart(id);
  };
}

function disturb(world: World, disturbance: Disturbance): Undo {
  const id = world.parts.network.disturb(disturbance);
  return (later) => later.parts.network.calm(id);
}

function touching(targets: readonly NodeId[]): Pick<Disturbance, 'strikes'> {
  const inside = new Set(targets);
  return { strikes: (from, to) => inside.has(from) || inside.has(to) };
}

function devicesOf(world: World, targets: readonly NodeId[]): readonly MountedDevice[] {
  return targets.flatMap((id) => [...world.node(id).devices.values()]);
}

/**
 * The nodes of each group of a partition; a group without a node is a mistake, not an empty cut.
 */
export function groupsOf(world: World, params: FaultParams): readonly ReadonlySet<NodeId>[] {
  const groups = params.groups;
  assert(Array.isArray(groups), `partition groups ${JSON.stringify(groups)}, expected lists`);
  return groups.map((texts: readonly string[]) => {
    const nodes = new Set<NodeId>();
    for (const text of texts) {
      const selector = parseSelector(text);
      assert(selector.kind === 'selector', `selector '${text}' of a partition is bad`);
      const matched = world.select(selector);
      assert(matched.length > 0, `selector '${text}' of a partition matches no node`);
      for (const id of matched) nodes.add(id);
    }
    return nodes;
  });
}

function groupText(params: FaultParams): string {
  const groups = params.groups as readonly (readonly string[])[];
  return groups.map((group) => group.join(' ')).join(' | ');
}

function numberOf(value: FaultParamValue | undefined): number {
  assert(typeof value === 'number', `fault parameter ${JSON.stringify(value)}, expected a number`);
  return value;
}

function ppmOf(value: FaultParamValue | undefined): number {
  return Math.round(numberOf(value) * million);
}
