import { describe, expect, it } from 'vitest';
import type { HostState } from '../../../model/host/state.ts';
import { type Behavior, type Message, nsPerMs, nsPerSec } from '../../../sim/index.ts';
import { clusterWorld, marks } from '../../support/block-store.ts';

const sender: Behavior<null, Message> = {
  name: 'sender',
  init(message, _self, out) {
    out.send('host-1', message);
    return null;
  },
  receive: () => null,
  copy: () => null,
};

describe('a slot whose ledger could not be read', () => {
  it('stays apart when a later session fences it: nobody knows what it holds', () => {
    const world = clusterWorld({ seed: '1', untilNs: 2 * nsPerSec });
    world.runUntil(2 * nsPerSec);
    const { slots } = world.actor('host-1').state as HostState;
    const slot = slots.find(({ header }) => header.state === 'live')!;
    slot.unread = 0;
    const fence = { type: 'fence', volume: slot.header.volume, session: 99 };
    world.addNode({ id: 'other', labels: { zone: 'az-b' } });
    world.spawn({ id: 'other', node: 'other', behavior: sender, input: fence });
    world.runUntil(world.now + 100 * nsPerMs);
    const fenced = marks(world, 'session.fenced').filter(({ facts }) => facts.session === 99);
    expect(fenced.map(({ facts }) => facts.slot)).toContain(slot.index);
    expect(slot.header.maxSession).toBe(99);
    expect(slot.unread).toBe(0);
  });
});
