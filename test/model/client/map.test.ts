import { describe, expect, it } from 'vitest';
import type { ChangeNotification } from '../../../model/messages/notifications.ts';
import { nsPerMs, nsPerSec, type World } from '../../../sim/index.ts';
import {
  clientSpec,
  clusterWorld,
  complaints,
  judge,
  marks,
  plan,
  runAndSettle,
} from '../../support/block-store.ts';

/** A client with a small copy of the map, cut off from the authority while a host is silent. */
function outOfReach(): World {
  const suspectNs = 500 * nsPerMs;
  const world = clusterWorld({
    seed: '1',
    clients: [clientSpec('client-1', 'vol-1', { cacheRangeMax: 4, suspectNs })],
    untilNs: 8 * nsPerSec,
  });
  const groups = [['client-1'], ['authority']];
  plan(world, { kind: 'partition', atMs: 1_000, forMs: 4_000, params: { groups } });
  plan(world, { kind: 'isolate', atMs: 3_000, forMs: 4_000, target: 'host-1' });
  runAndSettle(world, 8 * nsPerSec);
  return world;
}

function notificationsIn(world: World): readonly ChangeNotification[] {
  return world.entries.flatMap((entry) =>
    entry.kind === 'message' && entry.type === 'notify'
      ? [entry.message as ChangeNotification]
      : [],
  );
}

describe('a client that is late with what it lacks, and then has a change to tell', () => {
  const world = outOfReach();

  it('sends both in one notification, and is answered about both', () => {
    const both = notificationsIn(world).filter(({ need = [], changes = [] }) => {
      return need.length > 0 && changes.length > 0;
    });
    expect(both.length).toBeGreaterThan(0);
    expect(judge(world).get('changes-and-need-in-one')?.status).toBe('held');
    expect(complaints(world)).toEqual([]);
  });

  it('does not repeat what it has asked for anew', () => {
    const withdrawn = marks(world, 'notification.withdrawn');
    expect(withdrawn.length).toBeGreaterThan(0);
    for (const { atNs, facts } of withdrawn) {
      const again = marks(world, 'notification.sent').filter(
        (sent) => sent.atNs > atNs && sent.facts.reqId === facts.reqId,
      );
      expect(again).toEqual([]);
    }
  });
});
