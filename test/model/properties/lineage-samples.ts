// Short records of cells, moves and published snapshots: one volume, two cells of one host each.

import type { PropertyId } from '../../../model/invariants.ts';
import {
  type CellCommand,
  type CellRecord,
  firstRecord,
  noRecord,
} from '../../../model/lineage/cell-record.ts';
import { firstRouting } from '../../../model/lineage/routing.ts';
import type { VolumeChange } from '../../../model/lineage/volume-change.ts';
import {
  abortMove,
  commitMove,
  importedMove,
  newVolume,
  openMove,
  type VolumeRecord,
} from '../../../model/lineage/volume-record.ts';
import { type Body, mark } from '../../support/entries.ts';
import { type Attempt, ballot, decided } from './lineage-story.ts';
import type { Sample } from './samples.ts';

const volume = 'vol-1';
const snapshot = { request: 'r1', cell: 'x', epoch: 1 };
const later = { request: 'r2', cell: 'x', epoch: 1 };
const routing = firstRouting('x');

const place = (logIndex: number, change: VolumeChange | null, record: VolumeRecord) =>
  mark('authority', 'lineage.recorded', { volume, logIndex, change, record, routing });
/** The routing metadata names a second cell from here on. */
const placeOfTwo = (logIndex: number, change: VolumeChange, record: VolumeRecord) =>
  mark('authority', 'lineage.recorded', {
    volume,
    logIndex,
    change,
    record,
    routing: { ...routing, alternate: { cell: 'y', merit: 0 } },
  });
const born = newVolume('x');
const created = place(0, null, born);
const opened = importedMove(openMove(born, 'y'), 1);
const committed = commitMove(opened, 1);
const published = { ...born, chain: [snapshot] };
const publish: VolumeChange = { kind: 'publish', snapshot, parent: null };
const rollBack: VolumeChange = { kind: 'swap-merits', lastMove: 1, preferred: 'x' };
const opens = place(1, { kind: 'open', target: 'y', lastMove: 0 }, opened);
const moved = (isForced: boolean): readonly Body[] => [
  opens,
  place(2, { kind: 'commit', move: 1, isForced }, commitMove(opened, 1, isForced)),
];

const active = firstRecord(1);
const sealed: CellRecord = { ...active, state: 'sealed', moveId: 1 };
const taken: CellRecord = { ...active, lineage: [snapshot] };
const take: CellCommand = { kind: 'take', request: 'r1', epoch: 1 };
const seal: CellCommand = { kind: 'seal', move: 1, epoch: 1 };
const activate: CellCommand = { kind: 'activate', move: 1, epoch: 2, chain: [] };
const activated: CellRecord = { ...noRecord, state: 'active', epoch: 2, closedMove: 1 };
const takes = (more: Partial<Attempt> = {}) =>
  decided({ cell: 'x', count: 1, command: take, before: active, record: taken, ...more });
const seals = (before = active, count = 1) =>
  decided({
    cell: 'x',
    count,
    command: seal,
    before,
    record: { ...before, state: 'sealed', moveId: 1 },
  });
const unseals = () =>
  decided({
    cell: 'x',
    count: 2,
    command: { kind: 'unseal', move: 1, epoch: 2 },
    before: sealed,
    record: { ...active, epoch: 2, closedMove: 1 },
  });
const activates = (record = activated) =>
  decided({ cell: 'y', count: 1, command: activate, before: noRecord, record });
const knownHead = { count: 1, head: snapshot };
const notes = () =>
  decided({
    cell: 'x',
    count: 2,
    command: { kind: 'note-head', known: knownHead },
    before: taken,
    record: { ...taken, knownHead },
  });
const answered = (count: number) =>
  mark('host-x:control', 'cell.answered', {
    cell: 'x',
    volume,
    from: 'router-1',
    reqId: count,
    ballot: ballot(count),
  });
const asked = (reqId: number) =>
  mark('host-x:control', 'cell.asked', { cell: 'x', volume, from: 'router-1', reqId });

const cleared: VolumeChange = { kind: 'clear', move: 1 };
/** A cell that the routing metadata does not name was heard of. */
const withThird = (record: Partial<CellRecord>): readonly Body[] => [
  created,
  ...decided({
    cell: 'z',
    count: 1,
    command: null,
    before: noRecord,
    record: { ...noRecord, ...record },
  }),
];

/** By property: see samples.ts. */
export const lineageSamples = {
  'cell-record-linearizable': {
    healthy: [created, asked(1), ...takes(), answered(1), ...seals(taken, 2)],
    broken: [created, ...takes(), ...takes({ count: 2, basis: 0 })],
    words: /'x' accepted two records of 'vol-1' apart; attempt 2 by m to build upon attempt 1 by m/,
  },
  'lineage-one-authority': {
    healthy: [created, ...seals(), ...moved(false), ...activates()],
    broken: [created, ...moved(false), ...activates()],
    words: /2 cells are authoritative for 'vol-1'.*'x' active in 1, 'y' active in 2/,
  },
  'lineage-one-head': {
    healthy: [created, ...takes(), place(1, publish, published)],
    broken: [created, ...takes(), place(1, publish, { ...published, chain: [later] })],
    words: /'x' may take snapshots of 'vol-1' and lacks.*'r2' of 'x' in epoch 1; 'r1' of 'x'/,
  },
  'lineage-right-cell': {
    healthy: [created, ...takes(), place(1, publish, published)],
    broken: [
      created,
      ...seals(),
      ...takes({ count: 2, before: sealed, record: { ...taken, state: 'sealed' } }),
    ],
    words: /'x' took 'r1' of 'x' in epoch 1 of 'vol-1'.*active or migrating.*sealed in epoch 1/,
  },
  'lineage-seal-final': {
    healthy: [created, ...takes(), ...seals(taken, 2), place(1, publish, published)],
    broken: [created, ...seals(), place(1, publish, published)],
    words: /'r1' of 'x' in epoch 1 was published for 'vol-1' though taken after the seal/,
  },
  'lineage-decision-once': {
    healthy: [created, ...seals(), ...moved(false), ...activates()],
    broken: [created, ...seals(), ...activates()],
    words: /'y' obeyed 'activate' of move 1 of 'vol-1'.*decided: 'commit'; it is not decided/,
  },
  'lineage-converged': {
    healthy: [
      ...[created, ...takes(), place(1, publish, published), ...notes()],
      // Who is named only now learns of it with the next snapshot.
      placeOfTwo(2, { kind: 'clear', move: 1 }, published),
    ],
    broken: [
      ...[created, ...takes(), placeOfTwo(1, { kind: 'clear', move: 1 }, born)],
      ...[placeOfTwo(2, publish, published), ...notes()],
    ],
    words: /'y' knows 0 of 1 snapshots of 'vol-1'/,
  },
} as const satisfies Partial<Record<PropertyId, Sample>>;

/** What breaks these properties in another way, with the words for it. */
export const lineageTroubles: readonly {
  readonly property: PropertyId;
  readonly record: readonly Body[];
  readonly words: RegExp;
}[] = [
  {
    property: 'cell-record-linearizable',
    record: [created, asked(1), answered(2), asked(3), answered(1), asked(4)].concat(
      mark('host-x:control', 'cell.answered', {
        cell: 'x',
        volume,
        from: 'router-1',
        reqId: 4,
        ballot: ballot(1),
      }),
    ),
    words: /answered what 'x' was to 'vol-1' before the question; an attempt above attempt 2/,
  },
  {
    property: 'lineage-one-authority',
    record: [created, ...moved(true), ...takes()],
    words: /'x' takes a snapshot of 'vol-1' though it was overruled/,
  },
  {
    property: 'lineage-right-cell',
    record: [created, ...takes({ leasedUntilNs: 5 })],
    words: /'x' took 'r1'.*; a lease; a lease until 5e-9 s, at 5e-9 s on its clock/,
  },
  {
    property: 'lineage-right-cell',
    record: [created, ...moved(false), place(3, publish, { ...committed, chain: [snapshot] })],
    words: /'r1' of 'x' in epoch 1 was published.*one of 'y', the owner since epoch 2/,
  },
  {
    property: 'lineage-seal-final',
    record: [
      created,
      ...seals(),
      ...moved(false),
      ...activates({ ...activated, lineage: [later] }),
    ],
    words: /'y' began to take snapshots of 'vol-1' by move 1; after no snapshot; after 'r2'/,
  },
  {
    property: 'lineage-decision-once',
    record: [
      created,
      ...moved(false),
      place(3, { kind: 'abort', move: 1 }, { ...committed, epoch: 3 }),
    ],
    words: /move 1 of 'vol-1' was decided twice; 'commit', as it was decided first; 'abort'/,
  },
  {
    property: 'lineage-decision-once',
    record: [
      created,
      ...decided({
        cell: 'x',
        count: 1,
        command: seal,
        before: { ...active, closedMove: 1 },
        record: { ...sealed, closedMove: 1 },
      }),
    ],
    words: /'x' obeyed 'seal' of move 1 of 'vol-1'; moves above 1, which is closed there/,
  },
  {
    property: 'lineage-hints-harmless',
    record: [created, opens, place(2, rollBack, opened)],
    words: /a hint about 'vol-1' .*; owner 'x' .* of 2, move 1 abort.*; .* of 1, move 1 open/,
  },
  {
    property: 'lineage-hints-harmless',
    record: [created, ...moved(false), place(3, rollBack, { ...committed, owner: 'x' })],
    words: /a hint about 'vol-1' .*; owner 'y' .*, move 1 commit.*; owner 'x'/,
  },
  {
    property: 'lineage-decision-once',
    record: [
      created,
      ...moved(false),
      ...decided({
        cell: 'y',
        count: 1,
        command: { kind: 'abort-import', move: 1 },
        before: { ...noRecord, state: 'creating', moveId: 1 },
        record: { ...noRecord, closedMove: 1 },
      }),
    ],
    words: /'y' obeyed 'abort-import' of move 1.*decided: 'abort'; it is decided: 'commit'/,
  },
  {
    property: 'lineage-chain',
    record: [
      created,
      ...takes(),
      ...decided({
        cell: 'x',
        count: 2,
        command: { ...take, request: 'r2' },
        before: taken,
        record: { ...taken, lineage: [snapshot, later] },
      }),
      place(1, { kind: 'publish', snapshot: later, parent: null }, { ...born, chain: [later] }),
    ],
    words: /published behind another one .*; r2@x.1 as a child of r1@x.1; as a child of nothing/,
  },
  {
    property: 'lineage-chain',
    record: [
      ...[created, ...takes()],
      place(1, { kind: 'publish', snapshot: later, parent: null }, { ...born, chain: [later] }),
    ],
    words: /is published that its cell has not taken; .*hosts of 'x' .*; r2@x.1/,
  },
];

/** What these properties must not take for trouble. */
export const lineageCalm: readonly {
  readonly property: PropertyId;
  readonly record: readonly Body[];
}[] = [
  // A roll-back aborts what is not decided, and then the source goes on.
  {
    property: 'lineage-hints-harmless',
    record: [created, opens, place(2, rollBack, abortMove(opened, 1))],
  },
  {
    property: 'lineage-decision-once',
    record: [created, opens, ...seals(), place(2, rollBack, abortMove(opened, 1)), ...unseals()],
  },
  // The source that was overruled does not know yet.
  { property: 'lineage-one-authority', record: [created, ...moved(true), ...activates()] },
  // Given up before it was published: it stays where it was taken.
  {
    property: 'lineage-one-head',
    record: [
      created,
      ...takes(),
      place(1, { kind: 'give-up', request: 'r1' }, { ...born, tombstones: ['r1'] }),
      ...decided({
        cell: 'x',
        count: 2,
        command: { ...take, request: 'r2' },
        before: taken,
        record: { ...taken, lineage: [snapshot, later] },
      }),
      place(
        2,
        { kind: 'publish', snapshot: later, parent: null },
        { ...born, tombstones: ['r1'], chain: [later] },
      ),
    ],
  },
];

/** What cells have to agree on before they have converged, with the words for what they do not. */
export const lineageWaits: readonly { readonly record: readonly Body[]; readonly words: RegExp }[] =
  [
    {
      record: [...withThird({ state: 'creating', moveId: 1 }), place(1, cleared, born)],
      words: /'z' does not own 'vol-1' and is creating/,
    },
    {
      record: [...withThird({ state: 'retired', forward: 'w' }), place(1, cleared, born)],
      words: /'z' leads to 'w', and 'x' owns 'vol-1'/,
    },
  ];
