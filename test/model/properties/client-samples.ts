// Samples of the properties of clients: what they hold, how long, and what they know of the map.
import { type Body, mark, op, start, stop } from '../../support/entries.ts';
import { accepted, adopted, applied, created, on } from './story.ts';

const cached = (version: number, replicas = [on('a'), on('b')], range = 0) =>
  mark('client-1', 'map.cached', { volume: 'vol-1', range, version, replicas });
const walked = (everyNs: number | null = 1e9) =>
  mark('client-1', 'map.walked', { volume: 'vol-1', rangeCount: 2, isWhole: true, everyNs });
const secondCached = cached(1, [on('a', 1), on('b', 1)], 1);
const refusedOld = (version: number) =>
  mark('client-1', 'stale-map.refused', { range: 0, version, reason: 'wrong-epoch' });
const detached = mark('client-1', 'client.detached', { volume: 'vol-1', session: 1 });
const held = (untilNs: number, isLapsed = false) =>
  mark('client-1', 'lease.held', { session: 1, untilNs, isLapsed });
const lapsed = mark('client-1', 'lease.lapsed', { session: 1, untilNs: 5e9 });
const issued = (nowNs: number) =>
  mark('client-1', 'request.issued', { session: 1, range: 0, nowNs });
const deadline = mark('client-1', 'deadline.set', {
  volume: 'vol-1',
  timeoutNs: 5e7,
  tickNs: 25e6,
});
const ticked: Body = { kind: 'timer', actor: 'client-1', key: 'tick', type: 'tick.due' };
const asked = [deadline, op('client-1', 1, 'read', 'invoke'), ticked, ticked, ticked];
const reborn = [
  start('client-1', 0, { role: 'client' }),
  walked(),
  cached(1),
  applied(),
  stop('client-1'),
  start('client-1', 1, { role: 'client' }),
  walked(),
];

/** By property. */
export const clientSamples = {
  'stale-entry-harmless': {
    healthy: [adopted(on('a'), 2), refusedOld(1)],
    broken: [
      refusedOld(1),
      mark('client-1', 'stale-map.served', { volume: 'vol-1', range: 0, version: 1, known: 2 }),
    ],
    words: /old entry of range 0 of 'vol-1' was served.*knew version 2.*by version 1$/,
  },
  'stale-entry-refreshed': {
    healthy: [created(), walked(), cached(1), applied(), cached(2, [on('a')])],
    broken: [created(), walked(), cached(1), applied()],
    words: /'client-1' still has version 1 of range 0 of 'vol-1'/,
  },
  'cached-entry-was-stored': {
    healthy: [created(), cached(1)],
    broken: [created(), cached(1), cached(2, [on('c')])],
    words: /'client-1' has an entry of range 0 of 'vol-1' that nobody stored.*version 2 with any/,
  },
  'detached-io-has-no-effect': {
    healthy: [created(), accepted(on('a'), 1), detached, accepted(on('a'), 2)],
    broken: [created(), detached, accepted(on('a'), 1)],
    words: /'host-a' accepted a write of a session that had let go.*after 1.*session 1$/,
  },
  'lease-never-outlived': {
    healthy: [held(5e9), issued(4e9)],
    broken: [held(5e9), issued(5e9)],
    words: /'client-1' asked a host after its lease was over.*until.*5.*one at.*5/,
  },
  'io-deadline': {
    healthy: [...asked, op('client-1', 1, 'read', 'fail'), ticked],
    broken: [...asked, ticked],
    words: /read, operation 1 of 'client-1', of 'vol-1' has not ended in time.*0.05 s.*4 ticks/,
  },
  'leases-recover': {
    healthy: [held(5e9), lapsed, held(9e9)],
    broken: [held(5e9), lapsed, held(5e9, true)],
    words: /1 leases are over, that of 'client-1' since/,
  },
  'map-independent-of-clients': {
    healthy: [created(), ...reborn, cached(2, [on('a')]), secondCached],
    broken: [created(), ...reborn, cached(2, [on('a')])],
    words: /'client-1' was told of all but 1, among them range 1 of 'vol-1'/,
  },
} as const;
