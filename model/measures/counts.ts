// What is simply counted: marks of one name, some of them by what they say.
import type { Entry, MeasureWord, Meter, MeterFold } from '../../sim/index.ts';
import type { BlockStatus } from '../messages/blocks.ts';
import type { ReceiptStatus, RefusalReason } from '../messages/notifications.ts';

/** A count: of which mark, and of which of them by one of its facts. */
interface Counted {
  readonly summary: string;
  readonly mark: string;
  readonly fact?: string;
  readonly is?: ReceiptStatus | RefusalReason | BlockStatus;
}

const receipt = (is: ReceiptStatus): Counted => ({
  summary: `receipts of status ${is}`,
  mark: 'receipt.sent',
  fact: 'status',
  is,
});

const fencing = (is: BlockStatus): Counted => ({
  summary: `requests that hosts refused because of ${is}`,
  mark: 'request.refused',
  fact: 'reason',
  is,
});

const counted = {
  'notifications.count': {
    summary: 'notifications that the authority received',
    mark: 'notification.received',
  },
  'receipts.logged': receipt('logged'),
  'receipts.duplicate': receipt('duplicate'),
  'receipts.stale-session': receipt('stale-session'),
  'receipts.overloaded': receipt('overloaded'),
  'receipts.conflict': receipt('conflict'),
  'map.changes': { summary: 'changes that the authority applied to the map', mark: 'map.applied' },
  'map.refusals': { summary: 'changes that the authority refused', mark: 'map.refused' },
  'compare-and-set.refusals': {
    summary: 'changes refused because the entry had changed before',
    mark: 'map.refused',
    fact: 'reason',
    is: 'version-moved',
  },
  'fencing.refusals.fenced': fencing('fenced'),
  'fencing.refusals.stale-gen': fencing('stale-gen'),
  'fencing.refusals.wrong-epoch': fencing('wrong-epoch'),
  'fencing.refusals.behind': fencing('behind'),
  'sessions.granted': { summary: 'sessions that were granted', mark: 'attach.granted' },
  'sessions.fenced': { summary: 'sessions that learned of their end', mark: 'client.fenced' },
  'corruption.found': {
    summary: 'blocks that hosts found damaged',
    mark: 'corruption.detected',
  },
  'snapshots.completed': {
    summary: 'snapshots that the lineage store has all of',
    mark: 'snapshot.completed',
  },
  'snapshots.lost': {
    summary: 'snapshots whose contents were lost before they were uploaded',
    mark: 'snapshot.lost',
  },
} as const satisfies Readonly<Record<string, Counted>>;

type Name = keyof typeof counted;
const names = Object.keys(counted) as readonly Name[];

/** Counts of marks; one that never occurred is 0. */
export const counts: Meter<Name> = {
  measures: Object.fromEntries(
    names.map((name) => [name, { unit: 'count', summary: counted[name].summary }]),
  ) as Record<Name, MeasureWord>,
  kinds: ['mark'],
  begin: () => new Counts(),
};

const byMark = new Map<string, { readonly name: Name; readonly what: Counted }[]>();
for (const name of names) {
  const what: Counted = counted[name];
  byMark.set(what.mark, [...(byMark.get(what.mark) ?? []), { name, what }]);
}

class Counts implements MeterFold<Name> {
  readonly #counts = new Map<Name, number>(names.map((name) => [name, 0]));

  observe(entry: Entry): void {
    if (entry.kind !== 'mark') return;
    for (const { name, what } of byMark.get(entry.name) ?? []) {
      if (what.fact !== undefined && entry.facts[what.fact] !== what.is) continue;
      this.#counts.set(name, this.#counts.get(name)! + 1);
    }
  }

  read(): Record<Name, number | null> {
    return Object.fromEntries(this.#counts) as Record<Name, number>;
  }
}
