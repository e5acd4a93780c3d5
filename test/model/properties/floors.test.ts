// What a volume that is durable on flush may lose, and what not: told in a few lines each.
import { describe, expect, it } from 'vitest';
import { properties } from '../../../model/index.ts';
import { type Body, judge, mark, op, readOf, stop, written } from '../../support/entries.ts';
import { created, granted, stamp } from './story.ts';

const one = { stamps: [stamp(1)] };
const never = { stamps: [0] };
const later = { stamps: [stamp(1, 2)] };
const isBooted = mark('host-a', 'host.recovered', { slots: 1, keptNs: 60e9 });
const flush = [op('client-1', 5, 'flush', 'invoke'), op('client-1', 5, 'flush', 'ok')];

function volume(durability?: 'on-flush'): Body {
  const made = created();
  if (made.kind !== 'mark' || durability === undefined) return made;
  return { ...made, facts: { ...made.facts, durability } };
}

const ids = [
  'no-lost-acked-write',
  'no-stale-read',
  'read-your-writes',
  'linearizable-blocks',
] as const;
const acked = [volume('on-flush'), granted(1), ...written('client-1', 1, one)];
const seen = [...acked, ...readOf('client-1', 2, one)];
const statusOf = (id: keyof typeof properties, story: readonly Body[]) =>
  judge(properties[id], story).violation === null ? 'kept' : 'broken';

describe.each(ids)('%s, of a volume that is durable on flush', (id) => {
  it('lets a later session miss what was not flushed, if a host has booted', () => {
    const story = [...seen, stop('client-1'), isBooted, granted(2)];
    expect(statusOf(id, [...story, ...readOf('client-1', 7, never)])).toBe('kept');
  });

  it('lets the later session of a client that has lived on miss it, too', () => {
    const story = [...seen, isBooted, granted(2), ...readOf('client-1', 7, never)];
    expect(statusOf(id, story)).toBe('kept');
  });

  it('lets a session lose nothing that it has seen', () => {
    expect(statusOf(id, [...seen, isBooted, ...readOf('client-1', 7, never)])).toBe('broken');
  });

  it('lets nothing be lost of a volume that is durable on acknowledgement', () => {
    const before = [volume(), granted(1), ...written('client-1', 1, one)];
    const story = [...before, ...readOf('client-1', 2, one), isBooted, granted(2)];
    expect(statusOf(id, [...story, ...readOf('client-1', 7, never)])).toBe('broken');
  });
});

describe.each(['no-lost-acked-write', 'no-stale-read'] as const)('%s, across sessions', (id) => {
  it('lets a read that had begun before the host booted miss what was in its memory', () => {
    const [begun, ended] = readOf('client-1', 7, never);
    const story = [...seen, stop('client-1'), granted(2), begun!, isBooted, ended!];
    expect(statusOf(id, story)).toBe('kept');
  });

  it('lets nothing be lost while no host has booted', () => {
    const story = [...seen, stop('client-1'), granted(2), ...readOf('client-1', 7, never)];
    expect(statusOf(id, story)).toBe('broken');
  });

  it('lets nothing be lost that was flushed', () => {
    const story = [...seen, ...flush, stop('client-1'), isBooted, granted(2)];
    expect(statusOf(id, [...story, ...readOf('client-1', 7, never)])).toBe('broken');
  });

  it('takes no flush of a later session for one of what was lost before', () => {
    const story = [...seen, stop('client-1'), isBooted, granted(2), ...flush];
    expect(statusOf(id, [...story, ...readOf('client-1', 7, never)])).toBe('kept');
  });
});

describe('what a later session has read', () => {
  it('stays, for hosts flush what they show to whom has not written it', () => {
    const story = [...acked, stop('client-1'), granted(2), ...readOf('client-1', 7, one)];
    const end = [stop('client-1'), isBooted, granted(3), ...readOf('client-1', 8, never)];
    expect(statusOf('no-stale-read', [...story, ...end])).toBe('broken');
  });

  it('is one thing only that was there before (linearizable-blocks)', () => {
    const story = [...seen, stop('client-1'), isBooted, granted(2)];
    const both = [...readOf('client-1', 7, never), ...readOf('client-1', 8, one)];
    expect(statusOf('linearizable-blocks', [...story, ...both])).toBe('broken');
    const own = [...written('client-1', 7, later), ...readOf('client-1', 8, one)];
    expect(statusOf('linearizable-blocks', [...story, ...own])).toBe('broken');
  });
});

describe('flushed-write-survives', () => {
  it('asks nothing of what was acknowledged after the flush began', () => {
    const [begun, done] = flush;
    const story = [volume('on-flush'), granted(1), begun!, ...written('client-1', 1, one), done!];
    const lost = [isBooted, granted(2), ...readOf('client-1', 7, never)];
    expect(statusOf('flushed-write-survives', [...story, ...lost])).toBe('kept');
  });

  it('asks for what was flushed, in a later session, too', () => {
    const story = [...acked, ...flush, isBooted, granted(2), ...readOf('client-1', 7, never)];
    expect(statusOf('flushed-write-survives', story)).toBe('broken');
  });
});
