import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import {
  adopted,
  chainAfter,
  dataBlock,
  deviceBlockCount,
  freeHeader,
  headerBlock,
  ledgerBlock,
  ledgerPartCount,
  refusalOf,
  runsToStore,
  type SlotHeader,
  sealHeader,
  slotHeaderOf,
} from '../../../model/host/extent-store.ts';
import type { StoreRequest } from '../../../model/messages/blocks.ts';

const members = [
  { host: 'a', slot: 0, gen: 1 },
  { host: 'b', slot: 0, gen: 1 },
];
const live: SlotHeader = {
  ...freeHeader(1, true),
  state: 'live',
  volume: 'v',
  range: 3,
  cfgEpoch: 5,
  members,
  maxSession: 2,
};
const request: StoreRequest = {
  type: 'write',
  volume: 'v',
  range: 3,
  slot: 0,
  gen: 1,
  cfgEpoch: 5,
  session: 2,
  reqId: 1,
  block: 0,
  stamps: [1],
  chain: null,
  target: false,
};

describe('a slot', () => {
  it('accepts a request of its tenancy, configuration and session, or of a later session', () => {
    expect(refusalOf(live, request)).toBeNull();
    expect(refusalOf(live, { ...request, session: 3 })).toBeNull();
  });

  it('refuses all others, each with its reason', () => {
    expect(refusalOf(live, { ...request, gen: 2 })).toBe('stale-gen');
    expect(refusalOf(live, { ...request, volume: 'w' })).toBe('stale-gen');
    expect(refusalOf(live, { ...request, range: 4 })).toBe('stale-gen');
    expect(refusalOf({ ...live, state: 'free' }, request)).toBe('stale-gen');
    expect(refusalOf(live, { ...request, session: 1 })).toBe('fenced');
    expect(refusalOf(live, { ...request, cfgEpoch: 4 })).toBe('wrong-epoch');
    expect(refusalOf(live, { ...request, cfgEpoch: 6 })).toBe('behind');
  });

  it('takes copies while it is reserved, but serves nobody as a member', () => {
    const reserved: SlotHeader = { ...live, state: 'reserved', cfgEpoch: 0, members: [] };
    expect(refusalOf(reserved, { ...request, target: true })).toBeNull();
    expect(refusalOf(reserved, request)).toBe('behind');
  });

  it('passes on to the members after it, its target last, until the next configuration', () => {
    const target = { host: 'c', slot: 9, gen: 4 };
    const joint = { ...live, joint: target };
    expect(chainAfter(joint, 'a').map(({ host }) => host)).toEqual(['b', 'c']);
    expect(chainAfter(joint, 'b').map(({ host }) => host)).toEqual(['c']);
    const next = adopted(joint, { version: 6, replicas: members }, 2);
    expect(chainAfter(next, 'a').map(({ host }) => host)).toEqual(['b']);
  });
});

describe('the layout', () => {
  it('gives every header, ledger and block a place of its own within the device', () => {
    const layout = { slotCount: 3, blocksPerSlot: 600 };
    expect(ledgerPartCount(layout)).toBe(3);
    const places = new Set<number>([0]);
    for (let slot = 0; slot < 3; slot++) {
      places.add(headerBlock(slot));
      for (let part = 0; part < 3; part++) places.add(ledgerBlock(layout, slot, part));
      for (let block = 0; block < 600; block++) places.add(dataBlock(layout, slot, block));
    }
    expect(places.size).toBe(deviceBlockCount(layout));
    expect(Math.max(...places)).toBe(deviceBlockCount(layout) - 1);
  });
});

describe('a header on the device', () => {
  it('is made out as a whole and in its place, and not otherwise', () => {
    const sealed = sealHeader(live, 3);
    expect(slotHeaderOf(sealed, 3)).toEqual(live);
    expect(slotHeaderOf(sealed, 4)).toBeNull();
    expect(slotHeaderOf({ ...sealed, header: { ...live, maxSession: 1 } }, 3)).toBeNull();
    expect(slotHeaderOf(undefined, 3)).toBeNull();
  });
});

describe('merging by the higher stamp', () => {
  const stamps = fc.array(fc.nat(5), { minLength: 1, maxLength: 6 });

  test.prop([stamps, stamps])(
    'gives the maximum of each block, written or not',
    (there, coming) => {
      const known = Uint32Array.from({ length: 6 }, (_, i) => there[i] ?? 0);
      const expected = known.map((stamp, i) => Math.max(stamp, coming[i] ?? 0));
      const runs = runsToStore({ stamps: known, bad: new Set() }, 0, coming);
      for (const { start, stamps } of runs) known.set(stamps, start);
      expect([...known]).toEqual([...expected]);
    },
  );

  test.prop([stamps, stamps])(
    'never writes what is in memory over what is there',
    (there, coming) => {
      const known = Uint32Array.from({ length: 6 }, (_, i) => there[i] ?? 0);
      for (const { start, stamps } of runsToStore({ stamps: known, bad: new Set() }, 0, coming)) {
        for (const [i, stamp] of stamps.entries()) expect(stamp).toBeGreaterThan(known[start + i]!);
      }
    },
  );

  it('writes nothing when nothing is higher', () => {
    expect(runsToStore({ stamps: Uint32Array.of(5, 5), bad: new Set() }, 0, [5, 4])).toEqual([]);
  });

  it('replaces a damaged block by whatever comes, unless nothing does', () => {
    const held = { stamps: Uint32Array.of(5, 5, 5), bad: new Set([1, 2]) };
    expect(runsToStore(held, 0, [5, 4, -1])).toEqual([{ start: 1, stamps: [4] }]);
  });
});
