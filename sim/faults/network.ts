// Faults of the network. Whatever they do, nobody receives a message that nobody sent, and within a
// node nothing is lost. Only `message-corruption` with `undetected` alters what arrives.
import type { NodeId } from '../actor.ts';
import { assert } from '../assert.ts';
import type { Disturbance } from '../disturbance.ts';
import type { FaultKind, FaultParams, Undo } from '../fault-kind.ts';
import { type ReleaseOrder, rebookQueued, releaseHeld } from '../held-messages.ts';
import { parseSelector } from '../selector.ts';
import type { World } from '../world.ts';
import { chosenSalt, strikesText } from './chance.ts';
import { numberOf, ppmOf, share } from './params.ts';
import { swizzle, swizzleParams } from './swizzle.ts';

const boundParam = { kind: 'duration', summary: 'the most that is added, uniformly' } as const;

/** Faults of the network by name. */
export const networkFaults = {
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
      const oneWay = params.oneWay === true;
      return cutGroups(world, params, 'partition', (source) => oneWay && source !== 0);
    },
  },
  'bridge-partition': {
    summary:
      'groups stand in a line and each reaches only its neighbours: of three, the middle one ' +
      'is a bridge between two that do not hear each other; nodes in no group reach everybody',
    needsTarget: false,
    params: {
      groups: {
        kind: 'groups',
        summary: 'three or more groups: [[az-a], [az-b], [az-c]]',
        groupCountMin: 3,
      },
    },
    inject: (world, _targets, params) =>
      cutGroups(world, params, 'bridge', (a, b) => Math.abs(a - b) === 1),
  },
  'ring-partition': {
    summary:
      'the targets stand in a ring and each reaches only the one before and the one after; ' +
      'others still reach everybody',
    needsTarget: true,
    targetCountMin: 4,
    params: {},
    inject(world, targets) {
      const count = targets.length;
      const placeOf = new Map(targets.map((id, place) => [id, place]));
      return disturb(world, {
        reason: `ring ${targets.join(' ')}`,
        cut: true,
        strikes(from, to) {
          const source = placeOf.get(from);
          const target = placeOf.get(to);
          if (source === undefined || target === undefined) return false;
          const distance = Math.abs(source - target);
          return distance > 1 && distance < count - 1;
        },
      });
    },
  },
  'partial-partition': {
    summary: 'some pairs of the targets do not reach each other; others still reach everybody',
    needsTarget: true,
    targetCountMin: 2,
    params: { share: share('share of the pairs that is cut, in both directions') },
    inject(world, targets, params) {
      const inside = new Set(targets);
      const salt = chosenSalt(world, 'network partial');
      const cutPpm = ppmOf(params.share);
      return disturb(world, {
        reason: `partial partition ${targets.join(' ')}`,
        cut: true,
        strikes(from, to) {
          if (!inside.has(from) || !inside.has(to)) return false;
          return strikesText(salt, from < to ? `${from} ${to}` : `${to} ${from}`, cutPpm);
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
    params: { share: share('share of messages that is lost') },
    inject: (world, targets, params) =>
      disturb(world, { ...touching(targets), reason: 'loss', lossPpm: ppmOf(params.share) }),
  },
  'message-corruption': {
    summary:
      'messages to and from the targets are damaged: noticed by their checksum and dropped, or ' +
      'unnoticed, and then one whole number in them is another; text and shape never change',
    needsTarget: true,
    params: {
      share: share('share of messages that is damaged'),
      undetected: { kind: 'boolean', summary: 'true: no checksum notices', default: false },
    },
    inject(world, targets, params) {
      const struckPpm = ppmOf(params.share);
      const how = params.undetected === true ? { alterPpm: struckPpm } : { corruptPpm: struckPpm };
      return disturb(world, { ...touching(targets), reason: 'corrupt', ...how });
    },
  },
  'message-duplication': {
    summary: 'messages to and from the targets arrive twice',
    needsTarget: true,
    params: { share: share('share of messages that arrives twice') },
    inject: (world, targets, params) =>
      disturb(world, { ...touching(targets), reason: 'copy', duplicatePpm: ppmOf(params.share) }),
  },
  'message-reordering': {
    summary: 'messages to and from the targets are held back, so that later ones overtake them',
    needsTarget: true,
    params: { share: share('share of messages that is held back') },
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
  'message-jitter': {
    summary: 'messages to and from the targets take longer, each by another time',
    needsTarget: true,
    params: { upTo: boundParam },
    inject: (world, targets, params) =>
      disturb(world, { ...touching(targets), reason: 'jitter', jitterNs: numberOf(params.upTo) }),
  },
  'slow-tail': {
    summary: 'some of the messages to and from the targets take much longer, the others do not',
    needsTarget: true,
    params: {
      share: share('share of messages in the tail'),
      by: { kind: 'duration', summary: 'how much longer these take' },
    },
    inject: (world, targets, params) =>
      disturb(world, {
        ...touching(targets),
        reason: 'tail',
        tailPpm: ppmOf(params.share),
        tailNs: numberOf(params.by),
      }),
  },
  bandwidth: {
    summary:
      'links to and from the targets are thin: a message takes longer to leave, and those behind ' +
      'it wait; without a limit on bandwidth it does nothing',
    needsTarget: true,
    params: { factor: { kind: 'factor', summary: 'how many times as long a byte takes' } },
    inject(world, targets, params) {
      const bandwidthFactor = numberOf(params.factor);
      return thin(world, { ...touching(targets), reason: 'bandwidth', bandwidthFactor });
    },
  },
  clog: {
    summary:
      'messages to and from the targets wait in the network and arrive, each link in order, ' +
      'when it is over; none is lost, and what was under way before arrives',
    needsTarget: true,
    params: {},
    inject: (world, targets) => hold(world, targets, 'in order'),
  },
  'hold-and-release': {
    summary:
      'messages to and from the targets are held back and all arrive at one instant, ' +
      'the newest first, when it is over; none is lost',
    needsTarget: true,
    params: {},
    inject: (world, targets) => hold(world, targets, 'newest first'),
  },
  'swizzle-clog': {
    summary:
      'the links of the targets are clogged one node after the other, and freed in another ' +
      'order; none of the messages is lost',
    needsTarget: true,
    params: swizzleParams,
    inject: (world, targets, params) =>
      swizzle(world, targets, params, (now, id) => hold(now, [id], 'in order')),
  },
} as const satisfies Record<string, FaultKind>;

function disturb(world: World, disturbance: Disturbance): Undo {
  const id = world.parts.network.disturb(disturbance);
  return (later) => later.parts.network.calm(id);
}

/** Messages that wait at an interface when the rate changes leave at the new one. */
function thin(world: World, disturbance: Disturbance): Undo {
  const calm = disturb(world, disturbance);
  rebookQueued(world);
  return (later) => {
    calm(later);
    rebookQueued(later);
  };
}

function hold(world: World, targets: readonly NodeId[], order: ReleaseOrder): Undo {
  const calm = disturb(world, { ...touching(targets), reason: 'held', holds: true });
  return (later) => {
    calm(later);
    releaseHeld(later, order);
  };
}

function touching(targets: readonly NodeId[]): Pick<Disturbance, 'strikes'> {
  const inside = new Set(targets);
  return { strikes: (from, to) => inside.has(from) || inside.has(to) };
}

/** Cuts messages from one group to another, except where `passes` says so. */
function cutGroups(
  world: World,
  params: FaultParams,
  noun: string,
  passes: (source: number, target: number) => boolean,
): Undo {
  const groups = groupsOf(world, params);
  return disturb(world, {
    reason: `${noun} ${groupText(params)}`,
    cut: true,
    strikes(from, to) {
      const source = groups.findIndex((group) => group.has(from));
      const target = groups.findIndex((group) => group.has(to));
      if (source < 0 || target < 0 || source === target) return false;
      return !passes(source, target);
    },
  });
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
