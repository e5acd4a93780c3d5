import { describe, expect, it } from 'vitest';
import {
  causalSlice,
  createWorld,
  type Entry,
  type FaultParams,
  type Message,
  nsPerMs,
  type World,
} from '../../sim/index.ts';
import { sliceLineMax } from '../../sim/slice.ts';
import { doing, listener } from '../support/behaviors.ts';

/** Passes a message along a chain of actors; the last one marks that it came. */
const link = doing((_state, message, _from, self, out) => {
  const at = Number(self.id.slice(1));
  if (message.type !== 'pass') return;
  const { until } = message as Message & { until: number };
  out.gauge('at', at);
  if (at < until) out.send(`a${at + 1}`, message);
  else out.mark('arrived');
});

function chain(length: number, level: 'full' | 'hash' = 'full'): World {
  const world = createWorld({ seed: 1, level });
  for (let i = 0; i <= length; i++) {
    world.addNode({ id: `n${i}` });
    world.spawn({ id: `a${i}`, node: `n${i}`, behavior: link });
  }
  world.addNode({ id: 'bystander' });
  world.spawn({ id: 'b', node: 'bystander', behavior: listener });
  world.runUntil(0);
  return world;
}

function pass(world: World, until: number): void {
  world.send('b', { type: 'noise' });
  world.send('a0', { type: 'pass', until } as Message);
  world.runUntil(world.now + 100 * nsPerMs);
}

function last(world: World, name: string): Entry {
  const found = world.entries.filter((e) => e.kind === 'mark' && e.name === name).at(-1);
  expect(found).toBeDefined();
  return found!;
}

function fault(world: World, kind: string, target: string, atMs: number, params: FaultParams = {}) {
  world.scheduleFault({ kind, target, atNs: atMs * nsPerMs, forNs: nsPerMs, params });
}

function textOf(world: World, name = 'arrived', lineMax?: number): string[] {
  return causalSlice(world.entries, last(world, name).id, lineMax).map(
    ({ actor, text, suspicious }) => `${suspicious ? '! ' : ''}${actor}: ${text}`,
  );
}

describe('a slice', () => {
  it('walks from the event back over its causes and is told oldest first', () => {
    const world = chain(3);
    pass(world, 3);
    expect(textOf(world)).toEqual([
      'a0: starts, incarnation 0',
      'a1: starts, incarnation 0',
      'a2: starts, incarnation 0',
      'a3: starts, incarnation 0',
      'a0: outside -> a0  pass',
      'a1: a0 -> a1  pass',
      'a2: a1 -> a2  pass',
      'a3: a2 -> a3  pass',
      'a3: arrived {}',
    ]);
    const lines = causalSlice(world.entries, last(world, 'arrived').id);
    for (const { index, atNs } of lines) expect(world.entries[index].atNs).toBe(atNs);
  });

  it('leaves out what has nothing to do with the event, and measurements', () => {
    const world = chain(3);
    pass(world, 3);
    const text = textOf(world).join('\n');
    expect(text).not.toMatch(/noise|^b:|at = /m);
    expect(world.entries.some((entry) => entry.kind === 'gauge')).toBe(true);
    expect(world.entries.some((entry) => entry.actor === 'b')).toBe(true);
  });

  it.each([1, 2, 5, 8])('has at most %i lines where it must, the nearest causes', (lineMax) => {
    const world = chain(60);
    pass(world, 60);
    const lines = textOf(world, 'arrived', lineMax);
    expect(lines).toHaveLength(lineMax);
    expect(lines.at(-1)).toBe('a60: arrived {}');
    if (lineMax > 1) expect(lines.at(-2)).toBe('a60: a59 -> a60  pass');
    if (lineMax === 8) expect(lines.join()).toMatch(/a57 -> a58/);
    expect(textOf(world)).toHaveLength(sliceLineMax);
  });

  it.each([1, 2, 5, 8, 24])(
    'has at most %i lines and its own event, amid many faults',
    (lineMax) => {
      const world = chain(60);
      for (let i = 0; i < 20; i++) fault(world, 'message-delay', 'bystander', i, { by: 1 });
      world.runUntil(100 * nsPerMs);
      pass(world, 60);
      const lines = textOf(world, 'arrived', lineMax);
      expect(lines).toHaveLength(lineMax);
      expect(lines.at(-1)).toBe('a60: arrived {}');
    },
  );

  it('counts what an event did among its lines', () => {
    const world = chain(1);
    const busy = doing((_state, _message, _from, _self, out) => {
      out.send('ghost', { type: 'lost' });
      out.mark('told');
    });
    world.spawn({ id: 'teller', node: 'bystander', behavior: busy });
    world.runUntil(0);
    world.send('teller', { type: 'go' });
    world.runUntil(nsPerMs);
    const going = world.entries.find((e) => e.kind === 'message' && e.type === 'go')!;
    for (const lineMax of [1, 2, 3]) {
      expect(causalSlice(world.entries, going.id, lineMax)).toHaveLength(lineMax);
    }
  });

  it('is empty for an event that is not in the record', () => {
    const world = chain(1);
    expect(causalSlice(world.entries, '0123456789abcdef')).toEqual([]);
    expect(causalSlice([], '0123456789abcdef')).toEqual([]);
  });
});

describe('what is suspicious', () => {
  it('a message of the causes that was lost', () => {
    const world = chain(1);
    const both = doing((_state, message, _from, _self, out) => {
      if (message.type !== 'go') return;
      out.send('ghost', { type: 'lost' });
      out.send('a0', { type: 'pass', until: 0 } as Message);
    });
    world.spawn({ id: 'teller', node: 'bystander', behavior: both });
    world.runUntil(0);
    world.send('teller', { type: 'go' });
    world.runUntil(nsPerMs);
    expect(textOf(world)).toContain('! ghost: teller -x ghost  lost  dropped: no such actor');
  });

  it('a crash and the fault behind it, found from the life after it', () => {
    const world = chain(1);
    fault(world, 'crash', 'n1', 1);
    world.runUntil(10 * nsPerMs);
    pass(world, 1);
    const text = textOf(world);
    const suspicious = text.filter((line) => line.startsWith('!'));
    expect(suspicious).toEqual([
      '! nemesis: start crash n1',
      '! a1: stops: crash',
      '! nemesis: end crash n1',
    ]);
    expect(text).toContain('a1: starts, incarnation 1');
  });

  it('a message that a cut stopped in flight, when its receiver acts next', () => {
    const world = chain(1);
    world.send('a0', { type: 'pass', until: 1 } as Message);
    world.runUntil(0);
    const groups = [['n0'], ['n1']];
    world.scheduleFault({ kind: 'partition', atNs: 1, forNs: nsPerMs, params: { groups } });
    world.runUntil(10 * nsPerMs);
    pass(world, 1);
    expect(textOf(world)).toContain('! a1: a0 -x a1  pass  dropped: partition n0 | n1');
  });

  it('nothing in a run without trouble', () => {
    const world = chain(5);
    pass(world, 5);
    expect(textOf(world).filter((line) => line.startsWith('!'))).toEqual([]);
  });
});
