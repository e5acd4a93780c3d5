// Random roll-outs of the other version of the block store, and who ran which version when.
import { type ActorId, type Entry, nsPerMs, streamTable, type World } from '../../sim/index.ts';
import { plan } from './block-store.ts';

const rolloutCount = 5;
const targets = [
  'host-1',
  'host-2',
  'host-3',
  'one of role=host',
  'minority of role=host',
  'zone=az-a role=host',
  'authority',
  'any',
] as const;

/** Plans roll-outs that may overlap in the first act; the same seed, the same ones. */
export function planRollouts(world: World, seed: string, untilMs: number): void {
  const streams = streamTable(`roll-outs ${seed}`);
  for (let i = 0; i < rolloutCount; i++) {
    plan(world, {
      kind: 'mixed-versions',
      target: targets[streams.below('target', targets.length)]!,
      atMs: 500 + streams.below('at', untilMs - 1_000),
      forMs: 500 + streams.below('for', 6_000),
      params: { down: (10 + streams.below('down', 1_500)) * nsPerMs },
    });
  }
}

/** Each entry with the version that its actor ran then; undefined before its first start. */
export function* withVersion(world: World): Iterable<readonly [Entry, string | undefined]> {
  const versionOf = new Map<ActorId, string>();
  for (const entry of world.entries) {
    if (entry.kind === 'start') versionOf.set(entry.actor, entry.version ?? 'current');
    yield [entry, versionOf.get(entry.actor)];
  }
}
