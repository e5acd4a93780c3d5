// Short records of published snapshots that have contents.
import { pastKeptNs } from '../../../model/host/kept-past.ts';
import type { Snapshot } from '../../../model/lineage/cell-record.ts';
import { firstRouting } from '../../../model/lineage/routing.ts';
import type { VolumeChange } from '../../../model/lineage/volume-change.ts';
import {
  importedMove,
  newVolume,
  openMove,
  type VolumeRecord,
} from '../../../model/lineage/volume-record.ts';
import { type Body, mark } from '../../support/entries.ts';
import type { Sample } from './samples.ts';
import { on } from './story.ts';

const volume = 'vol-1';
const snapshot = (cut: string): Snapshot => ({ request: `r-${cut}`, cell: 'x', epoch: 1, cut });
const published = (chain: readonly string[]): Body => {
  const all = chain.map(snapshot);
  const change = { kind: 'publish', snapshot: all.at(-1), parent: all.at(-2) ?? null };
  return mark('authority', 'lineage.recorded', {
    volume,
    logIndex: chain.length,
    change,
    routing: firstRouting('x'),
    record: { ...newVolume('x'), chain: all },
  });
};
const deletion = (name: string, deleted: readonly string[], logIndex = 3): Body => {
  const all = ['c1', 'c2'].map(snapshot);
  return mark('authority', 'lineage.recorded', {
    volume,
    logIndex,
    change: { kind: 'delete', snapshot: snapshot(name) },
    routing: firstRouting('x'),
    record: { ...newVolume('x'), chain: all, deleted: deleted.map((cut) => `r-${cut}`) },
  });
};
const askedFor = (cut: string) => mark('purge:vol-1', 'deletion.asked', { volume, snapshot: cut });
const gone = (cut: string) => mark('lineage-store', 'snapshot.deleted', { volume, snapshot: cut });
const cutOf = (name: string, cut: string) => mark('cutter', name, { volume, cut });
const begun = (cut: string) => cutOf('cut.begun', cut);
const taken = (cut: string) => cutOf('cut.taken', cut);
const released = (cut: string) =>
  mark('host-a', 'cut.released', { volume, range: 0, slot: 0, gen: 1, cut, by: 'cutter' });
const copy = on('a');
const committed = (cut: string) =>
  mark('host-a', 'cut.committed', { volume, range: 0, slot: 0, gen: 1, cut, cutEpoch: 1 });
const place = { volume, range: 0, slot: 0, gen: 1 };
const keptAt = (nowNs: number) => mark('host-a', 'past.kept', { ...place, nowNs });
const freedAt = (untilNs: number) =>
  mark('host-a', 'slot.freed', { ...place, reason: 'released', untilNs });
const mapped = (host: string) =>
  mark('authority', 'volume.created', {
    volume,
    mapVersion: 1,
    replicaCount: 1,
    blocksPerRange: 1,
    entries: [{ range: 0, version: 1, replicas: [on(host)] }],
  });
const completed = (snapshot: string): readonly Body[] => {
  const names = { volume, snapshot, lineageParent: null, deltaBase: null };
  const ranges = [{ range: 0, copy, base: null, blocks: [] }];
  return [
    mark('lineage-store', 'snapshot.sealed', { ...names, ranges }),
    mark('lineage-store', 'snapshot.completed', names),
  ];
};
const registered = (cut: string, lineageParent: string | null) =>
  mark('lineage-store', 'snapshot.registered', {
    volume,
    snapshot: cut,
    lineageParent,
    deltaBase: null,
  });

const recordedAs = (logIndex: number, change: VolumeChange, record: VolumeRecord): Body => {
  const facts = { volume, logIndex, change, record, routing: firstRouting('x') };
  return mark('authority', 'lineage.recorded', facts);
};
const movedOff: VolumeChange = { kind: 'clear', move: 1 };
const servedRoot = mark('lineage-store', 'archive.served', { snapshot: 'vol-2-root' });
const restoring = [
  mark('lineage-store', 'snapshot.completed', {
    volume: 'vol-2',
    snapshot: 'vol-2-root',
    origin: { volume, snapshot: 'c1' },
  }),
];
const unimported = openMove(newVolume('x'), 'y');
const imported = importedMove(unimported, 1);
const openedHere = recordedAs(1, { kind: 'open', target: 'y', lastMove: 0 }, unimported);
const copyBegun = mark('host-a', 'copy.started', { volume, range: 0 });
const oneGone: VolumeChange = { kind: 'delete', snapshot: snapshot('c1') };

/** By property: see samples.ts. */
export const routedSamples = {
  'published-is-uploaded': {
    healthy: [
      published(['c1', 'c2']),
      registered('c1', null),
      ...completed('c1'),
      mark('backup:vol-1', 'snapshots.listed', {
        volume,
        snapshots: [{ snapshot: 'c2', state: 'error' }],
      }),
    ],
    broken: [
      published(['c1', 'c2']),
      ...completed('c1'),
      registered('c2', 'c1'),
      mark('backup:vol-1', 'snapshots.listed', {
        volume,
        snapshots: [{ snapshot: 'c2', state: 'pending' }],
      }),
    ],
    words: /the upload of 1 published snapshots of 'vol-1' is not over, among them 'c2'/,
  },
  'lineage-cuts-in-order': {
    healthy: [
      begun('c1'),
      taken('c1'),
      published(['c1']),
      begun('c2'),
      taken('c2'),
      published(['c1', 'c2']),
    ],
    // Both were cut at once, and one was recorded behind the other all the same.
    broken: [
      begun('c2'),
      begun('c1'),
      taken('c1'),
      taken('c2'),
      published(['c1']),
      published(['c1', 'c2']),
    ],
    words: /cut 'c2' is published behind 'c1', and was begun before that counted; begun after/,
  },
  'released-cuts-unwanted': {
    healthy: [begun('c1'), released('c1'), begun('c2'), published(['c2']), registered('c2', null)],
    // Who made it had told nobody, but had proposed it.
    broken: [begun('c1'), released('c1'), published(['c1'])],
    words: /published whose cut 'c1' a host had let go; a cut that is kept/,
  },
  'completed-from-cut': {
    healthy: [taken('c1'), committed('c1'), ...completed('c1')],
    broken: [taken('c1'), ...completed('c1')],
    words: /snapshot 'c1' is complete, though range 0 of it is made up; a copy that had.*host-a/,
  },
  'restored-after-move': {
    healthy: [...restoring, recordedAs(1, movedOff, newVolume('y')), servedRoot],
    broken: [...restoring, servedRoot, recordedAs(1, movedOff, newVolume('y'))],
    words: /./,
  },
  'deleted-during-import': {
    healthy: [openedHere, copyBegun, recordedAs(2, oneGone, unimported)],
    broken: [
      copyBegun,
      openedHere,
      recordedAs(2, oneGone, unimported),
      recordedAs(3, { kind: 'imported', move: 1 }, imported),
      copyBegun,
      recordedAs(4, oneGone, imported),
    ],
    words: /./,
  },
  'past-outlasts-move': {
    // One is uploaded, and another one nobody has known for long.
    healthy: [
      committed('c1'),
      published(['c1']),
      keptAt(5),
      ...completed('c1'),
      freedAt(6),
      committed('c2'),
      published(['c1', 'c2']),
      keptAt(7),
      freedAt(7 + pastKeptNs),
    ],
    broken: [committed('c1'), published(['c1']), keptAt(7), freedAt(6 + pastKeptNs)],
    words: /given up, and snapshot 'c1' was to be read there; .*; the copy of range 0 of 'vol-1'/,
  },
  'old-place-read': {
    healthy: [mapped('b'), ...completed('c1')],
    broken: [mapped('a'), ...completed('c1')],
    words: /./,
  },
  'snapshot-contents-lost': {
    healthy: [mark('lineage-store', 'snapshot.lost', { volume, snapshot: 'c1' })],
    broken: [],
    words: /./,
  },
  'archive-follows-lineage': {
    healthy: [published(['c1', 'c2']), registered('c1', null), registered('c2', 'c1')],
    broken: [published(['c1', 'c2']), registered('c2', null)],
    words: /snapshot 'c2' stands elsewhere .*; behind 'c1'; behind nothing/,
  },
  'contents-outlast-lineage': {
    healthy: [published(['c1', 'c2']), deletion('c1', ['c1']), gone('c1')],
    broken: [published(['c1', 'c2']), deletion('c1', ['c1']), gone('c2')],
    words: /the contents of snapshot 'c2' of 'vol-1' are deleted, and it is not; .* first; publi/,
  },
  'deleted-contents-go': {
    healthy: [registered('c1', null), deletion('c1', ['c1']), gone('c1')],
    broken: [
      registered('c1', null),
      registered('c2', 'c1'),
      deletion('c1', ['c1']),
      gone('c1'),
      deletion('c2', ['c1', 'c2'], 4),
    ],
    words: /snapshot 'c2' of 'vol-1' is deleted, and its contents are there/,
  },
} as const satisfies Record<string, Sample>;

/** What may become of published snapshots that somebody wants deleted. */
export const deletionSamples: readonly (Pick<Sample, 'healthy' | 'broken'> & {
  readonly claim: string;
  readonly property: 'lineage-not-lost' | 'lineage-no-zombie' | 'lineage-forest';
})[] = [
  {
    property: 'lineage-not-lost',
    claim: 'a snapshot that is deleted instead of the one that was meant',
    healthy: [published(['c1', 'c2']), askedFor('c1'), deletion('c1', ['c1'])],
    broken: [published(['c1', 'c2']), askedFor('c1'), deletion('c1', ['c2'])],
  },
  {
    property: 'lineage-no-zombie',
    claim: 'a deleted snapshot that comes back',
    healthy: [deletion('c1', ['c1']), deletion('c2', ['c1', 'c2'], 4)],
    broken: [deletion('c1', ['c1']), deletion('c2', ['c2'], 4)],
  },
  {
    property: 'lineage-forest',
    claim: 'a parent that nobody has ever published',
    healthy: [published(['c1']), published(['c1', 'c2']), registered('c2', 'c1')],
    broken: [published(['c1']), published(['c1', 'c2']), registered('c2', 'c0')],
  },
];
