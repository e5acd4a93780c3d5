// Short records of what a cell does with hosts that are suspected, or come and go.
import { mark } from '../../support/entries.ts';

const limits = { copiesPerHost: 1, copiesPerCell: 4, hostsPerMinute: 1 };
const budget = mark('cell-1', 'budget.set', limits);
const probation = mark('cell-1', 'probation.set', { firstNs: 10e9, maxNs: 300e9 });
const returned = mark('cell-1', 'host.returned', { host: 'host-d', count: 1 });
const admitted = (target: string, replaces: string | null = null) =>
  mark('cell-1', 'copy.admitted', {
    reserveId: `${target}/${replaces}`,
    volume: 'vol-1',
    range: 0,
    source: 'host-a',
    target,
    replaces,
  });

/** Copies of one host, or of two; on a host that was always there, or on one that was not. */
export const cellSamples = {
  'evacuation-rate-bounded': {
    healthy: [budget, admitted('host-c', 'host-d'), admitted('host-b', 'host-d')],
    broken: [budget, admitted('host-c', 'host-d'), admitted('host-b', 'host-e')],
    words: /cell 'cell-1' evacuates 'host-d', 'host-e'; at most 1 in a minute; 2/,
  },
  'probation-kept': {
    healthy: [probation, returned, admitted('host-c')],
    broken: [probation, returned, returned, admitted('host-d')],
    words: /a copy made on 'host-d', back 2 times; 20 s without a silence; 0.001 s/,
  },
};
