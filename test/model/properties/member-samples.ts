// Short records of several members of the map authority.
import type { PropertyId } from '../../../model/invariants.ts';
import { mark } from '../../support/entries.ts';
import type { Sample } from './samples.ts';
import { request } from './story.ts';

const elected = (actor: string, term: number) =>
  mark(actor, 'leader.elected', { term, logIndex: 0 });
const began = (actor: string, term: number, logIndex: number) =>
  mark(actor, 'leader.began', { term, logIndex, digest: 'd' });
const committed = (actor: string, firstIndex: number, digests: readonly number[]) =>
  mark(actor, 'entries.committed', {
    firstIndex,
    entries: digests.map((digest) => ({ term: 1, digest })),
  });
const receiptBy = (actor: string, logIndex: number) =>
  mark(actor, 'receipt.sent', {
    ...request(),
    status: 'logged',
    logIndex,
    durableIndex: logIndex,
  });

/** By property: see samples.ts. */
export const memberSamples = {
  'one-leader-per-term': {
    healthy: [elected('authority-1', 1), elected('authority-2', 2)],
    broken: [elected('authority-1', 1), elected('authority-2', 1)],
    words: /'authority-2' was elected leader in term 1, which had a leader; 'authority-1' alone/,
  },
  'committed-prefix-agrees': {
    healthy: [committed('authority-1', 0, [7, 8]), committed('authority-2', 1, [8, 9])],
    broken: [committed('authority-1', 0, [7, 8]), committed('authority-2', 1, [9])],
    words: /'authority-2' committed another record 1 than 'authority-1'; record 8/,
  },
  'failover-completeness': {
    healthy: [
      committed('authority-1', 0, [7, 8]),
      receiptBy('authority-1', 1),
      began('authority-2', 2, 2),
    ],
    broken: [
      committed('authority-1', 0, [7, 8]),
      receiptBy('authority-1', 1),
      began('authority-2', 2, 0),
    ],
    words: /the new leader 'authority-2' does not know request 1.*up to record 1 or later/,
  },
  'leader-answers-current': {
    healthy: [
      committed('authority-1', 0, [7]),
      mark('authority-1', 'request.arrived', { round: 1 }),
      mark('authority-1', 'request.admitted', { round: 1, logIndex: 0 }),
    ],
    broken: [
      committed('authority-2', 0, [7, 8]),
      mark('authority-1', 'request.arrived', { round: 1 }),
      mark('authority-1', 'request.admitted', { round: 1, logIndex: 0 }),
    ],
    words: /'authority-1' looked at a request.*all records up to 1 applied; records up to 0/,
  },
  'leader-changed': {
    healthy: [began('authority-1', 1, 0), began('authority-2', 2, 1)],
    broken: [began('authority-1', 1, 0), began('authority-1', 2, 1)],
    words: /.*/,
  },
  'log-repaired': {
    healthy: [mark('authority-2', 'log.repaired', { logIndex: 3 })],
    broken: [began('authority-1', 1, 0)],
    words: /.*/,
  },
  'snapshot-installed': {
    healthy: [mark('authority-2', 'snapshot.installed', { logIndex: 3 })],
    broken: [began('authority-1', 1, 0)],
    words: /.*/,
  },
  'member-refilled': {
    healthy: [mark('authority-2', 'refill.finished')],
    broken: [mark('authority-2', 'refill.started', { term: 1 })],
    words: /.*/,
  },
} as const satisfies Partial<Record<PropertyId, Sample>>;
