// Two nodes with a device each, of which faults strike the second: what a request got, what a
// block holds.
import {
  createWorld,
  type Device,
  deviceProfiles,
  type FaultParams,
  type IoCompletion,
  type IoRequest,
  nsPerMs,
  tableDevice,
  type World,
} from '../../../sim/index.ts';
import { doing } from '../../support/behaviors.ts';

/** How many blocks a device has. */
export const blockCount = 4000;
/** What a test asks of a device. */
export type Ask = Omit<IoRequest, 'tag'>;

/** Hands over whatever it is told to, and notes what came back. */
const requester = doing((_state, message, _from, _self, out) => {
  if (message.type === 'submit') {
    const { asks } = message as unknown as { readonly asks: readonly Ask[] };
    for (const ask of asks) out.submitIo('disk', { ...ask, tag: 0 });
  } else {
    const { op, block, status, stamps } = message as IoCompletion;
    out.mark('done', { op, block, status, stamp: stamps?.[0] ?? null });
  }
});

/** A world in which nothing has been asked yet. */
export function build(profile: keyof typeof deviceProfiles = 'nvme-consumer'): World {
  return buildOf(() => tableDevice(deviceProfiles[profile], blockCount));
}

/** The same on devices of any kind. */
export function buildOf(device: () => Device): World {
  const world = createWorld({ seed: 8, level: 'full' });
  for (const id of ['a', 'b']) {
    world.addNode({ id });
    world.addDevice(id, 'disk', device());
    world.spawn({ id: `@${id}`, node: id, behavior: requester });
  }
  world.runUntil(0);
  return world;
}

/** From now on, on node b. */
export function strike(world: World, kind: string, forMs: number, params: FaultParams = {}) {
  world.scheduleFault({ kind, atNs: world.now, forNs: forMs * nsPerMs, params, target: 'b' });
}

/** What came of it. */
export interface Done {
  readonly op: string;
  readonly block: number;
  readonly status: string;
  readonly stamp: number | null;
  readonly atNs: number;
}

/** Lets a node do these requests within `ms`; answers what came of them. */
export function submit(world: World, asks: readonly Ask[], ms = 1000, node = 'b'): readonly Done[] {
  const first = world.entries.length;
  world.send(`@${node}`, { type: 'submit', asks } as never);
  world.runUntil(world.now + ms * nsPerMs);
  return world.entries.slice(first).flatMap((entry) => {
    if (entry.kind !== 'mark' || entry.name !== 'done') return [];
    return [{ ...(entry.facts as unknown as Omit<Done, 'atNs'>), atNs: entry.atNs }];
  });
}

/** Every block. */
export const blocks = Array.from({ length: blockCount }, (_, block) => block);
/** A read of every block. */
export const reads: readonly Ask[] = blocks.map((block) => ({ op: 'read', block, blockCount: 1 }));
/** A flush. */
export const flush: Ask = { op: 'flush', block: 0, blockCount: 0 };
/** A write of every block; what it stores is `stamp` and the number of the block. */
export const writes = (stamp: number): readonly Ask[] =>
  blocks.map((block) => ({ op: 'write', block, blockCount: 1, stamps: [stamp + block] }));

/** The blocks whose requests the medium failed, ascending. */
export const failed = (done: readonly Done[]) =>
  done
    .filter(({ status }) => status === 'io-error')
    .map(({ block }) => block)
    .sort((a, b) => a - b);
/** A read of every block that goes past the cache. */
export const forcedReads: readonly Ask[] = reads.map((read) => ({ ...read, fua: true }));
/** What each block holds, as a read of all of them says. */
export function contents(world: World, node = 'b', asks = reads): readonly (number | null)[] {
  const done = submit(world, asks, 1000, node);
  return [...done].sort((a, b) => a.block - b.block).map(({ stamp }) => stamp);
}
/** What `writes` leaves. */
export const whole = (stamp: number) => blocks.map((block) => stamp + block);
/** Three standard deviations of 4000 draws at 30 %. */
export const sampling = 87;
