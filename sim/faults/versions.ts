// Roll-outs: some machines run another version of the software than the others.
//
//   own version --stop--> down --'down' is over--> other version --stop, start--> own version
//                                                       (a stop and a start at one instant)
//
// What an actor knew is gone with each stop; its devices keep their power, their caches and what
// the version before has written. An actor whose behavior has no such version comes back as it was.
// Of several roll-outs of one node the last one decides; with its end the one before does again.
import type { NodeId } from '../actor.ts';
import { assert } from '../assert.ts';
import type { FaultCourse, FaultKind, Undo } from '../fault-kind.ts';
import type { NodeVersion } from '../node.ts';
import { nsPerSec } from '../units.ts';
import type { World } from '../world.ts';
import { spanOf, textOf } from './params.ts';

/** The fault `mixed-versions`. */
export const mixedVersions = {
  summary:
    'machines are stopped and come up with another version of the software; ' +
    'at the end they restart with the one they had',
  needsTarget: true,
  params: {
    version: {
      kind: 'text',
      summary: 'name of the other version; actors that have none of that name keep theirs',
      default: 'previous',
      isVersion: true,
    },
    down: {
      kind: 'duration',
      summary: 'from the stop to the start with the other version',
      default: nsPerSec,
    },
  },
  inject(world, targets, params): FaultCourse {
    const version: NodeVersion = { name: textOf(params.version) };
    for (const id of targets) {
      world.crash(id, { power: false });
      world.node(id).versions.push(version);
    }
    const start = (later: World): FaultCourse => {
      for (const id of targets) later.restart(id);
      return { undo: withdrawing(targets, version) };
    };
    return {
      undo: (later) => {
        for (const id of targets) {
          takeOff(later, id, version);
          later.restart(id);
        }
      },
      next: { afterNs: spanOf(params.down), act: start },
    };
  },
} as const satisfies FaultKind;

/** The nodes whose version changes by it restart; a later roll-out keeps its nodes as they are. */
function withdrawing(targets: readonly NodeId[], version: NodeVersion): Undo {
  return (world) => {
    for (const id of targets) {
      const before = world.node(id).version;
      takeOff(world, id, version);
      if (world.node(id).version === before) continue;
      world.crash(id, { power: false });
      world.restart(id);
    }
  };
}

function takeOff(world: World, id: NodeId, version: NodeVersion): void {
  const { versions } = world.node(id);
  const at = versions.indexOf(version);
  assert(at >= 0, `node '${id}' has no version '${version.name}' to take off`);
  versions.splice(at, 1);
}
