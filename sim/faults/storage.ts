// Faults of what devices store and answer. What was durable before stays durable, unless the
// summary says otherwise.
import { assert } from '../assert.ts';
import type { FaultKind } from '../fault-kind.ts';
import { chosenSalt } from './chance.ts';
import { failDies } from './die-failure.ts';
import { devicesOf, trouble } from './media-trouble.ts';
import { numberOf, ppmOf } from './params.ts';

const badBlocks = {
  share: { kind: 'share', summary: 'share of the blocks that are bad', default: 1 },
} as const;

/** Faults of devices by name. */
export const storageFaults = {
  'read-error': {
    summary:
      'reads that touch a bad block of the targets answer an error, at every retry unless it is ' +
      'transient; what is stored stays as it is',
    needsTarget: true,
    params: {
      ...badBlocks,
      transient: {
        kind: 'boolean',
        summary: 'whether a share of the reads fails instead, and a retry may succeed',
        default: false,
      },
    },
    inject: (world, targets, params) => {
      const kind = params.transient === true ? 'transient-read-error' : 'read-error';
      return trouble(world, targets, { kind }, params);
    },
  },
  'write-error': {
    summary:
      'writes that touch a bad block of the targets answer an error and store nothing, ' +
      'at every retry',
    needsTarget: true,
    params: badBlocks,
    inject: (world, targets, params) => trouble(world, targets, { kind: 'write-error' }, params),
  },
  'lying-flush': {
    summary:
      'devices of the targets complete flushes and forced writes while nothing becomes durable: ' +
      'a power loss takes what was reported safe; later flushes are true again, and a cache that ' +
      'survives power loss is not touched',
    needsTarget: true,
    params: {},
    inject: (world, targets, params) => trouble(world, targets, { kind: 'lying-flush' }, params),
  },
  'misdirected-write': {
    summary:
      'writes to a bad block of the targets land on another block, whose contents are lost; ' +
      'the device reports success, and what has gone astray stays so',
    needsTarget: true,
    params: badBlocks,
    inject: (world, targets, params) =>
      trouble(world, targets, { kind: 'misdirected-write' }, params),
  },
  'phantom-write': {
    summary:
      'writes to a bad block of the targets are reported done and store nothing; ' +
      'what the block held stays, until it is written again',
    needsTarget: true,
    params: badBlocks,
    inject: (world, targets, params) => trouble(world, targets, { kind: 'phantom-write' }, params),
  },
  'stale-read': {
    summary:
      'reads of a bad block of the targets answer what it held when the fault began, ' +
      'at every retry; what is stored stays as it is',
    needsTarget: true,
    params: badBlocks,
    inject: (world, targets, params) => trouble(world, targets, { kind: 'stale-read' }, params),
  },
  'misdirected-read': {
    summary:
      'reads of a bad block of the targets answer what the next block holds, at every retry; ' +
      'what is stored stays as it is',
    needsTarget: true,
    params: badBlocks,
    inject: (world, targets, params) =>
      trouble(world, targets, { kind: 'misdirected-read' }, params),
  },
  'failed-flush': {
    summary:
      'flushes of the targets answer an error and drop the writes that they cover: a later ' +
      'flush succeeds without them; forced writes, and a cache that survives power loss, stay',
    needsTarget: true,
    params: {
      share: { kind: 'share', summary: 'share of the flushes that fail', default: 1 },
      readable: {
        kind: 'boolean',
        summary: 'whether what was dropped is read back until the power goes',
        default: false,
      },
    },
    inject: (world, targets, params) => {
      const isReadable = params.readable === true;
      return trouble(world, targets, { kind: 'failed-flush', isReadable }, params);
    },
  },
  'read-only': {
    summary:
      'writes and flushes of the targets answer an error and change nothing; reads go on, and ' +
      'what waited for a flush still waits',
    needsTarget: true,
    params: {},
    inject: (world, targets, params) => trouble(world, targets, { kind: 'read-only' }, params),
  },
  'disk-death': {
    summary:
      'devices of the targets answer an error to every request; what they held is there again ' +
      'when it is over, as far as it was flushed or the power stayed',
    needsTarget: true,
    params: {},
    inject: (world, targets, params) => trouble(world, targets, { kind: 'dead' }, params),
  },
  'disk-full': {
    summary:
      'writes of the targets that touch a block never written answer no-space and store nothing; ' +
      'what is stored can be read and written again',
    needsTarget: true,
    params: {},
    inject: (world, targets, params) => trouble(world, targets, { kind: 'full' }, params),
  },
  'bit-rot': {
    summary:
      'stored blocks of the targets read with other contents until they are written again; ' +
      'unwritten blocks stay',
    needsTarget: true,
    params: {
      share: { kind: 'share', summary: 'share of the stored blocks that rot', default: 0.01 },
      structured: {
        kind: 'boolean',
        summary: 'whether headers, ledgers and log records rot, too',
        default: false,
      },
    },
    inject(world, targets, params) {
      const sharePpm = ppmOf(params.share);
      for (const { device, node, name } of devicesOf(world, targets)) {
        const { contents } = device;
        assert(contents !== undefined, `device '${name}' of '${node.id}' cannot rot`);
        const salt = chosenSalt(world, `${node.id}/${name}`);
        contents.rot({ sharePpm, salt, hitsPayloads: params.structured === true });
      }
      // What has rotted is overwritten by its owner or by nobody: there is nothing to put back.
      return () => undefined;
    },
  },
  'latent-sector-error': {
    summary:
      'stored blocks of the targets become unreadable, in runs of neighbours, until they are ' +
      'written again; all else stays',
    needsTarget: true,
    params: {
      share: { kind: 'share', summary: 'share of the stored blocks', default: 0.01 },
      run: { kind: 'count', summary: 'how many neighbours share their fate', default: 8 },
    },
    inject(world, targets, params) {
      const sharePpm = ppmOf(params.share);
      const runCount = Math.max(1, numberOf(params.run));
      for (const { device, node, name } of devicesOf(world, targets)) {
        const { contents } = device;
        assert(contents !== undefined, `device '${name}' of '${node.id}' cannot decay`);
        contents.decay({ sharePpm, salt: chosenSalt(world, `${node.id}/${name}`) }, runCount);
      }
      // As with rot, only a write repairs it.
      return () => undefined;
    },
  },
  'die-failure': {
    summary:
      'one of the flash dies of the targets is dead: what it held answers an error until it is ' +
      'written again, to another die, and the others take longer as they carry its load',
    needsTarget: true,
    params: {
      dies: {
        kind: 'count',
        summary: 'how many dies there are in a device that is not known by its dies',
        default: 8,
      },
    },
    inject: (world, targets, params) =>
      failDies(world, targets, Math.max(2, numberOf(params.dies))),
  },
  'capacity-lie': {
    summary:
      'devices of the targets have a share of the capacity they report: a block beyond it is one ' +
      'at the beginning, so that writes overwrite what is there; what was overwritten stays so',
    needsTarget: true,
    params: { share: { kind: 'share', summary: 'share that is really there', default: 0.5 } },
    inject: (world, targets, params) => trouble(world, targets, { kind: 'capacity-lie' }, params),
  },
} as const satisfies Record<string, FaultKind>;
