// Samples of the properties of what snapshots hold.
import type { PropertyId } from '../../../model/invariants.ts';
import { sumUp } from '../../../model/lineage-store/references.ts';
import { type Body, mark, op } from '../../support/entries.ts';
import type { Sample } from './samples.ts';
import { created, on, stamp, stored } from './story.ts';

const volume = 'vol-1';
const copy = on('a');
/** A cut by the name of its snapshot. */
export const cutOf = (name: string, snapshot: string) =>
  mark('cutter', name, { volume, cut: snapshot });
/** The copy on host-a takes part in a cut. */
export const committed = (snapshot: string) =>
  mark('host-a', 'cut.committed', {
    volume,
    range: 0,
    slot: 0,
    gen: 1,
    cut: snapshot,
    cutEpoch: 1,
  });
/** Blocks of range 0 as of host-a are stored for a snapshot. */
export const put = (snapshot: string, stamps: readonly number[], object = 0, block = 0) => {
  const objects = stamps.map((_, i) => object + i);
  const facts = { volume, snapshot, range: 0, copy, block, stamps, objects };
  return mark('lineage-store', 'object.stored', facts);
};
/** A snapshot of these blocks is complete. */
export const completed = (
  snapshot: string,
  blocks: readonly number[],
  deltaBase: string | null = null,
  of = volume,
): readonly Body[] => {
  const names = { volume: of, snapshot, lineageParent: null, deltaBase };
  const ranges = [{ range: 0, copy, base: deltaBase, blocks }];
  return [
    mark('lineage-store', 'snapshot.sealed', { ...names, ranges }),
    mark('lineage-store', 'snapshot.completed', names),
  ];
};
const deleted = (snapshot: string) =>
  mark('lineage-store', 'snapshot.deleted', { volume, snapshot });
const served = (snapshot: string, stamps: readonly number[]) =>
  mark('lineage-store', 'archive.served', { snapshot, range: 0, block: 0, stamps });
const wrote = (opId: number, block: number, of = volume) => {
  const value = { volume: of, block, stamps: [stamp(opId)] };
  return [
    op('client-1', opId, 'write', 'invoke', value),
    op('client-1', opId, 'write', 'ok', value),
  ];
};
const planned = mark('restore:vol-2', 'restore.planned', { volume: 'vol-2', from: volume });
const root = { volume: 'vol-2', snapshot: 'vol-2-root', lineageParent: null, deltaBase: null };
const origin = { volume, snapshot: 's-1' };
const cloned: readonly Body[] = [
  mark('lineage-store', 'snapshot.sealed', { ...root, origin, ranges: [] }),
  mark('lineage-store', 'snapshot.completed', { ...root, origin }),
];
const cutBegun = (cut: string) => mark('cutter', 'cut.begun', { volume: 'vol-2', cut });
const registered = (snapshot: string, lineageParent: string | null, of = volume) =>
  mark('lineage-store', 'snapshot.registered', {
    volume: of,
    snapshot,
    lineageParent,
    deltaBase: null,
  });
const listed = (snapshot: string, state: string) =>
  mark('backup:vol-1', 'snapshots.listed', { volume, snapshots: [{ snapshot, state }] });
const read = (opId: number, stamps: readonly number[], block = 0) =>
  op('client-2', opId, 'read', 'ok', { volume: 'vol-2', block, stamps });
const setOf = (name: string) => {
  const parts = [volume, 'vol-2'].map((one, i) => ({ volume: one, cut: `s-${i + 1}` }));
  return mark('backup:set-1', name, { set: 'set-1-0-1', parts });
};
const first = [committed('s-1'), put('s-1', [stamp(1)]), ...completed('s-1', [0])];
const second = completed('s-2', [1], 's-1');
const counted = (references: readonly number[]) =>
  mark('lineage-store', 'references.counted', { ...sumUp(references) });

/** By property: see samples.ts. */
export const snapshotSamples = {
  'snapshot-is-prefix': {
    healthy: [
      created(),
      cutOf('cut.begun', 's-1'),
      ...wrote(1, 0),
      cutOf('cut.taken', 's-1'),
      ...wrote(2, 1),
      put('s-1', [stamp(1)]),
      ...completed('s-1', [0]),
    ],
    // The second write was begun when the first was acknowledged, and only the second is there.
    broken: [
      created(),
      cutOf('cut.begun', 's-1'),
      ...wrote(1, 0),
      ...wrote(2, 1),
      cutOf('cut.taken', 's-1'),
      put('s-1', [stamp(2)], 0, 1),
      ...completed('s-1', [1]),
    ],
    words: /snapshot 's-1' lacks a write.*sequence 1\) or later in block 0 of 'vol-1'; stamp 0/,
  },
  'set-is-prefix': {
    healthy: [
      created(),
      created([on('a')], 'vol-2'),
      setOf('set.begun'),
      ...wrote(1, 0),
      ...wrote(2, 0, 'vol-2'),
      setOf('set.taken'),
      put('s-1', [stamp(1)]),
      put('s-2', [stamp(2)]),
      ...completed('s-1', [0]),
      ...completed('s-2', [0], null, 'vol-2'),
    ],
    // Each has a prefix of the writes of its own volume; the first write is of another one.
    broken: [
      created(),
      created([on('a')], 'vol-2'),
      setOf('set.begun'),
      ...wrote(1, 0),
      ...wrote(2, 0, 'vol-2'),
      setOf('set.taken'),
      put('s-2', [stamp(2)]),
      ...completed('s-1', []),
      ...completed('s-2', [0], null, 'vol-2'),
    ],
    words: /set 'set-1-0-1' lacks a write.*sequence 1\) or later in block 0 of 'vol-1'; stamp 0/,
  },
  'delta-exact': {
    healthy: [stored(copy, 0, [stamp(1)]), ...first],
    broken: [stored(copy, 0, [stamp(2)]), ...first],
    words: /snapshot 's-1' holds what was not there, in block 0.*sequence 2\), as in.*host-a/,
  },
  'delta-superset': {
    healthy: [
      stored(copy, 0, [stamp(1)]),
      ...first,
      stored(copy, 0, [stamp(2)]),
      committed('s-2'),
      put('s-2', [stamp(2)], 1),
      ...completed('s-2', [0], 's-1'),
    ],
    broken: [
      stored(copy, 0, [stamp(1)]),
      ...first,
      stored(copy, 0, [stamp(2)]),
      committed('s-2'),
      ...completed('s-2', [], 's-1'),
    ],
    words: /the delta of snapshot 's-2' lacks block 0 of range 0; all.*since 's-1'.*; 0 blocks/,
  },
  'delta-base-usable': {
    healthy: [...first, put('s-2', [stamp(2)], 1), ...completed('s-2', [0], 's-1')],
    broken: [...first, deleted('s-1'), put('s-2', [stamp(2)], 1), ...completed('s-2', [0], 's-1')],
    words: /snapshot 's-2' is complete, and a delta of one that is not there; 's-1' complete/,
  },
  'completed-is-durable': {
    healthy: first,
    broken: completed('s-1', [0]),
    words: /snapshot 's-1' was called complete before all of it was durable; block 0 of range 0/,
  },
  'delete-keeps-others': {
    healthy: [...first, deleted('s-1'), put('s-2', [stamp(2)])],
    broken: [...first, put('s-2', [stamp(2)])],
    words: /snapshot 's-1' has lost a block to snapshot 's-2'; object 0 kept/,
  },
  'references-exact': {
    healthy: [...first, counted([1]), put('s-2', [stamp(2)], 1, 1), ...second, counted([2, 1])],
    // It was given back when it was deleted, and is counted still.
    broken: [...first, counted([1]), deleted('s-1'), counted([1])],
    words: /counts other references.*refer to: 0 references to 0 objects.*; 1 references to 1/,
  },
  'listing-monotone': {
    healthy: [
      listed('s-1', 'pending'),
      listed('s-1', 'completed'),
      listed('s-1', 'completed'),
      listed('s-2', 'pending'),
    ],
    broken: [listed('s-1', 'completed'), listed('s-1', 'pending')],
    words: /'backup:vol-1' saw snapshot 's-1' of 'vol-1' go back; completed.*; pending/,
  },
  'lineage-forest': {
    healthy: [...first, ...cloned, registered('t-1', 'vol-2-root', 'vol-2')],
    broken: [...first, ...cloned, registered('t-1', null, 'vol-2')],
    words: /snapshot 't-1' of 'vol-2' has no place.*; one parent.*; none, though the volume has/,
  },
  'root-comes-first': {
    healthy: [planned, ...first, ...cloned, cutBegun('t-1'), registered('t-1', null, 'vol-2')],
    // It was asked for before there was anything to restore.
    broken: [planned, ...first, cutBegun('t-1'), ...cloned, registered('t-1', null, 'vol-2')],
    words: /'t-1' is a snapshot of 'vol-2', and older than what .*; a cut.*; no root when it was/,
  },
  'restore-exact': {
    healthy: [
      created(),
      created(undefined, 'vol-2'),
      planned,
      ...first,
      ...cloned,
      read(1, [stamp(1), 0]),
    ],
    broken: [created(), created(undefined, 'vol-2'), planned, ...first, ...cloned, read(1, [0, 0])],
    words: /shows what was not restored there; .*sequence 1\) in block 0 of 'vol-2', as in.*'s-1'/,
  },
  'restore-completes': {
    healthy: [
      planned,
      mark('lineage-store', 'restore.completed', { volume: 'vol-2', snapshot: 'vol-2-root' }),
    ],
    broken: [planned],
    words: /'vol-2' is not restored, or not all of it/,
  },
  'snapshots-read-back': {
    healthy: [...first, served('s-1', [stamp(1)])],
    // It was read before another one was deleted, and nobody has looked since.
    broken: [...first, served('s-1', [stamp(1)]), deleted('s-0')],
    words: /1 of 1 blocks of complete snapshot 's-1' were not read back/,
  },
  'completed-immutable': {
    healthy: [...first, served('s-1', [stamp(1), 0])],
    broken: [...first, served('s-1', [stamp(2)])],
    words: /snapshot 's-1' is not what it was, in block 0 of range 0; .*sequence 1\), as when/,
  },
} as const satisfies Partial<Record<PropertyId, Sample>>;
