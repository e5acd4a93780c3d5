// Faults of devices. What was durable before stays durable, unless the summary says otherwise.
import type { NodeId } from '../actor.ts';
import { assert } from '../assert.ts';
import type { MediaFault } from '../disk/media-faults.ts';
import type { FaultKind, FaultParams, Undo } from '../fault-kind.ts';
import type { MountedDevice } from '../node.ts';
import type { World } from '../world.ts';
import { chosenSalt } from './chance.ts';
import { numberOf, ppmOf } from './params.ts';
import { thermal, thermalParams } from './thermal.ts';

const million = 1_000_000;

const badBlocks = {
  share: { kind: 'share', summary: 'share of the blocks that are bad', default: 1 },
} as const;

/** Faults of devices by name. */
export const storageFaults = {
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
  'stuck-disk': {
    summary:
      'devices of the targets begin no request: what waits completes when it is over; ' +
      'nothing is lost but by a crash',
    needsTarget: true,
    params: {},
    inject: (world, targets, params) => trouble(world, targets, 'stuck', params),
  },
  'read-error': {
    summary:
      'reads that touch a bad block of the targets answer an error, at every retry; ' +
      'what is stored stays as it is',
    needsTarget: true,
    params: badBlocks,
    inject: (world, targets, params) => trouble(world, targets, 'read-error', params),
  },
  'write-error': {
    summary:
      'writes that touch a bad block of the targets answer an error and store nothing, ' +
      'at every retry',
    needsTarget: true,
    params: badBlocks,
    inject: (world, targets, params) => trouble(world, targets, 'write-error', params),
  },
  'lying-flush': {
    summary:
      'devices of the targets complete flushes and forced writes while nothing becomes durable: ' +
      'a power loss takes what was reported safe; later flushes are true again, and a cache that ' +
      'survives power loss is not touched',
    needsTarget: true,
    params: {},
    inject: (world, targets, params) => trouble(world, targets, 'lying-flush', params),
  },
  'misdirected-write': {
    summary:
      'writes to a bad block of the targets land on another block, whose contents are lost; ' +
      'the device reports success, and what has gone astray stays so',
    needsTarget: true,
    params: badBlocks,
    inject: (world, targets, params) => trouble(world, targets, 'misdirected-write', params),
  },
  'phantom-write': {
    summary:
      'writes to a bad block of the targets are reported done and store nothing; ' +
      'what the block held stays, until it is written again',
    needsTarget: true,
    params: badBlocks,
    inject: (world, targets, params) => trouble(world, targets, 'phantom-write', params),
  },
  'stale-read': {
    summary:
      'reads of a bad block of the targets answer what it held when the fault began, ' +
      'at every retry; what is stored stays as it is',
    needsTarget: true,
    params: badBlocks,
    inject: (world, targets, params) => trouble(world, targets, 'stale-read', params),
  },
  'misdirected-read': {
    summary:
      'reads of a bad block of the targets answer what the next block holds, at every retry; ' +
      'what is stored stays as it is',
    needsTarget: true,
    params: badBlocks,
    inject: (world, targets, params) => trouble(world, targets, 'misdirected-read', params),
  },
  'failed-flush': {
    summary:
      'flushes of the targets answer an error and drop the writes that they cover: a later ' +
      'flush succeeds without them; forced writes, and a cache that survives power loss, stay',
    needsTarget: true,
    params: {
      share: { kind: 'share', summary: 'share of the flushes that fail', default: 1 },
    },
    inject: (world, targets, params) => trouble(world, targets, 'failed-flush', params),
  },
  'read-only': {
    summary:
      'writes and flushes of the targets answer an error and change nothing; reads go on, and ' +
      'what waited for a flush still waits',
    needsTarget: true,
    params: {},
    inject: (world, targets, params) => trouble(world, targets, 'read-only', params),
  },
  'disk-death': {
    summary:
      'devices of the targets answer an error to every request; what they held is there again ' +
      'when it is over, as far as it was flushed or the power stayed',
    needsTarget: true,
    params: {},
    inject: (world, targets, params) => trouble(world, targets, 'dead', params),
  },
  'disk-full': {
    summary:
      'writes of the targets that touch a block never written answer no-space and store nothing; ' +
      'what is stored can be read and written again',
    needsTarget: true,
    params: {},
    inject: (world, targets, params) => trouble(world, targets, 'full', params),
  },
  thermal: {
    summary:
      'devices of the targets grow slower in steps up to a factor, cool down in as many, and ' +
      'heat up again; nothing is lost',
    needsTarget: true,
    params: thermalParams,
    inject: thermal,
  },
  'bit-rot': {
    summary:
      'stored blocks of the targets read with other contents until they are written again; ' +
      'unwritten and structured blocks (checksummed by the device) stay',
    needsTarget: true,
    params: {
      share: { kind: 'share', summary: 'share of the stored blocks that rot', default: 0.01 },
    },
    inject(world, targets, params) {
      const sharePpm = ppmOf(params.share);
      for (const { device, node, name } of devicesOf(world, targets)) {
        assert(device.rot !== undefined, `device '${name}' of '${node.id}' cannot rot`);
        device.rot({ sharePpm, salt: chosenSalt(world, `${node.id}/${name}`) });
      }
      // What has rotted is overwritten by its owner or by nobody: there is nothing to put back.
      return () => undefined;
    },
  },
} as const satisfies Record<string, FaultKind>;

function trouble(
  world: World,
  targets: readonly NodeId[],
  kind: MediaFault['kind'],
  params: FaultParams,
): Undo {
  const sharePpm = params.share === undefined ? million : ppmOf(params.share);
  const added = devicesOf(world, targets).map((mounted) => {
    const { device, name, node } = mounted;
    const isSome = sharePpm < million || kind === 'misdirected-write';
    const salt = isSome ? chosenSalt(world, `${node.id}/${name}`) : 0;
    assert(device.faults !== undefined, `device '${name}' of '${node.id}' cannot fail this way`);
    const past = kind === 'stale-read' ? { past: device.image?.() } : {};
    return { index: mounted.index, id: device.faults.add({ kind, sharePpm, salt, ...past }) };
  });
  return (later) => {
    for (const { index, id } of added) {
      const mounted = later.devices[index];
      mounted.device.faults?.remove(id);
      if (kind === 'stuck') unstick(later, mounted);
    }
  };
}

/** What waited while the device was stuck is begun now, as far as nothing else holds it. */
function unstick(world: World, mounted: MountedDevice): void {
  world.currentDevice = mounted;
  mounted.device.pump?.(world.now, world.scheduleCompletion);
  world.currentDevice = null;
}

function devicesOf(world: World, targets: readonly NodeId[]): readonly MountedDevice[] {
  return targets.flatMap((id) => [...world.node(id).devices.values()]);
}
