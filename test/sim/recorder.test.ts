import { describe, expect, it } from 'vitest';
import {
  createWorld,
  type Entry,
  type Message,
  type RecordLevel,
  type World,
} from '../../sim/index.ts';
import { ringEntryMax } from '../../sim/recorder.ts';
import { doing } from '../support/behaviors.ts';
import { busyEndNs, busyWorld } from '../support/busy-world.ts';

const levels: readonly RecordLevel[] = ['off', 'hash', 'ring', 'full'];

function finished(level: RecordLevel, watch = false): { world: World; seen: Entry[] } {
  const world = busyWorld(level);
  const seen: Entry[] = [];
  if (watch) world.watch((entry) => seen.push(entry));
  world.runUntil(busyEndNs);
  return { world, seen };
}

/** A world whose actor leaves a mark at each message. */
function marking(level: RecordLevel): World {
  const world = createWorld({ seed: 1, level });
  world.addNode({ id: 'n' });
  const behavior = doing((_state, message, _from, _self, out) => out.mark('seen', { ...message }));
  world.spawn({ id: 'a', node: 'n', behavior });
  world.runUntil(0);
  return world;
}

describe('levels', () => {
  const full = finished('full').world;

  it.each(['hash', 'ring', 'full'] as const)(
    '%s gives the same fingerprint, watched or not',
    (level) => {
      expect(finished(level).world.fingerprint).toBe(full.fingerprint);
      expect(finished(level, true).world.fingerprint).toBe(full.fingerprint);
    },
  );

  it('off gives the same run without a fingerprint: one value, however the run went', () => {
    const { world, seen } = finished('off', true);
    expect(seen).toEqual(full.entries);
    expect(world.eventCount).toBe(full.eventCount);
    expect(world.fingerprint).toBe(createWorld({ seed: 9, level: 'off' }).fingerprint);
  });

  it.each(levels)('%s counts every entry, kept or not', (level) => {
    expect(finished(level).world.parts.recorder.entryCount).toBe(full.entries.length);
  });

  it.each(levels)('%s shows every entry to whoever watches, numbered without a gap', (level) => {
    const { seen } = finished(level, true);
    expect(seen).toEqual(full.entries);
    expect(seen.map(({ index }) => index)).toEqual(seen.map((_, at) => at));
  });

  it.each([
    ['off', 0],
    ['hash', 0],
  ] as const)('%s keeps nothing', (level, keptCount) => {
    expect(finished(level, true).world.entries).toHaveLength(keptCount);
  });
});

describe('entries', () => {
  const { entries } = finished('full').world;

  it('have ids of their own', () => {
    expect(new Set(entries.map(({ id }) => id)).size).toBe(entries.length);
  });

  it('name parents that came before them, and time never goes back', () => {
    const indexOf = new Map(entries.map(({ id, index }) => [id, index]));
    let parentCount = 0;
    for (const [at, { cause, previous, index, atNs }] of entries.entries()) {
      if (at > 0) expect(atNs).toBeGreaterThanOrEqual(entries[at - 1].atNs);
      for (const parent of [cause, previous]) {
        const parentIndex = parent === null ? undefined : indexOf.get(parent);
        if (parentIndex === undefined) continue;
        parentCount += 1;
        expect(parentIndex).toBeLessThan(index);
      }
    }
    expect(parentCount).toBeGreaterThan(entries.length);
  });

  it('lead back to what happened before on the same actor', () => {
    const byId = new Map(entries.map((entry) => [entry.id, entry]));
    const followers = entries.filter(({ previous }) => previous !== null);
    expect(followers.length).toBeGreaterThan(200);
    for (const { previous, actor } of followers) {
      expect(byId.get(previous as string)?.actor).toBe(actor);
    }
  });
});

describe('ring', () => {
  it(`keeps at least the newest ${ringEntryMax} and less than twice as many`, () => {
    const world = marking('ring');
    const full = marking('full');
    for (let i = 0; i < 3 * ringEntryMax; i++) {
      for (const each of [world, full]) {
        each.send('a', { type: 'go', i } as Message);
        each.runUntil(i);
      }
    }
    const kept = world.entries.length;
    expect(kept).toBeGreaterThanOrEqual(ringEntryMax);
    expect(kept).toBeLessThan(2 * ringEntryMax);
    expect(world.entries).toEqual(full.entries.slice(-kept));
  });

  it('keeps all of a short run', () => {
    const world = marking('ring');
    world.send('a', { type: 'go' });
    world.runUntil(1);
    expect(world.entries.map(({ kind }) => kind)).toEqual(['start', 'message', 'mark']);
  });
});

describe('watching', () => {
  it('begins and ends when it is told to', () => {
    const world = marking('hash');
    const seen: Entry[] = [];
    const goOn = () => {
      world.send('a', { type: 'go' });
      world.runUntil(world.now + 1);
    };
    goOn();
    world.watch((entry) => seen.push(entry));
    goOn();
    world.watch(null);
    goOn();
    expect(seen.map(({ index, kind }) => `${index} ${kind}`)).toEqual(['3 message', '4 mark']);
  });
});
