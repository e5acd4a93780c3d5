// Short records of a volume whose copies are moved: hosts a and b are in one cell, c and d in
// another.
import type { PropertyId } from '../../../model/invariants.ts';
import { firstRouting } from '../../../model/lineage/routing.ts';
import type { VolumeChange } from '../../../model/lineage/volume-change.ts';
import {
  abortMove,
  importedMove,
  newVolume,
  openMove,
  type VolumeRecord,
} from '../../../model/lineage/volume-record.ts';
import { type Body, mark, start } from '../../support/entries.ts';
import type { Sample } from './samples.ts';
import { applied, created, on } from './story.ts';

const hosts: readonly Body[] = [
  ...['a', 'b'].map((name) => start(`host-${name}`, 0, { role: 'host', cell: 'x' })),
  ...['c', 'd'].map((name) => start(`host-${name}`, 0, { role: 'host', cell: 'y' })),
];
const place = (logIndex: number, change: VolumeChange | null, record: VolumeRecord) =>
  mark('authority', 'lineage.recorded', {
    volume: 'vol-1',
    logIndex,
    change,
    record,
    routing: firstRouting('x'),
  });
const born = newVolume('x');
const open = openMove(born, 'y');
const imported = importedMove(open, 1);
const begun = [...hosts, created(), place(0, null, born)];
const opened = place(4, { kind: 'open', target: 'y', lastMove: 0 }, open);
const aborts = place(7, { kind: 'abort', move: 1 }, abortMove(open, 1));
const saidImported = place(9, { kind: 'imported', move: 1 }, imported);
const away = (range: number, mapVersion: number) =>
  applied({ range, mapVersion, replicas: [on('c', range), on('d', range)] });

/** By property: see samples.ts. */
export const moveSamples = {
  'moved-data-complete': {
    healthy: [...begun, opened, away(0, 1), away(1, 2), saidImported],
    broken: [...begun, opened, away(0, 1), saidImported],
    words: /move 1 of 'vol-1' is recorded as imported, and range 1 is not; .*'y'; one on 'host-a'/,
  },
  'moved-copies-home': {
    healthy: [...begun, opened, aborts],
    broken: [...begun, opened, away(0, 1), aborts],
    words: /'x' owns 'vol-1', and range 0 has a copy on 'host-c'/,
  },
} as const satisfies Partial<Record<PropertyId, Sample>>;

/** What breaks these properties in another way, with the words for it. */
export const moveTroubles: readonly {
  readonly property: PropertyId;
  readonly record: readonly Body[];
  readonly words: RegExp;
}[] = [
  {
    property: 'moved-data-complete',
    record: [
      ...begun,
      opened,
      away(0, 1),
      away(1, 2),
      saidImported,
      applied({ version: 3, mapVersion: 3, replicas: [on('c'), on('b')] }),
    ],
    words: /range 0 is not; its copies in 'y'; one on 'host-b'/,
  },
];
