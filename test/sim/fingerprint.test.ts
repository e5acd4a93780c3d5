import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hex64, mixFields, mixNumber, mixText, mixValue } from '../../sim/fingerprint.ts';
import { createWorld, type Message, type Outbox, type Self, type World } from '../../sim/index.ts';
import { doing } from '../support/behaviors.ts';

type Act = (out: Outbox, message: Message, self: Self) => void;

/** The fingerprint of a run of two actors after `drive`. */
function fingerprintOf(drive: (world: World) => void, act: Act = () => {}): string {
  const world = createWorld({ seed: 1 });
  const behavior = doing((_state, message, from, self, out) => {
    if (from === 'outside') act(out, message, self);
  });
  for (const id of ['a', 'b']) {
    world.addNode({ id: `n-${id}` });
    world.spawn({ id, node: `n-${id}`, behavior });
  }
  world.runUntil(0);
  drive(world);
  world.runUntil(1_000_000_000);
  return world.fingerprint;
}

function sendingAt(atNs: number, to: string, message: object = { type: 'go', n: 1 }) {
  return (world: World) => {
    world.runUntil(atNs);
    world.send(to, message as Message);
  };
}

const usual = fingerprintOf(sendingAt(10, 'a'));

describe('the fingerprint of a run is changed by', () => {
  it('nothing: the same run gives it again, in 16 hex digits', () => {
    expect(fingerprintOf(sendingAt(10, 'a'))).toBe(usual);
    expect(usual).toMatch(/^[0-9a-f]{16}$/);
  });

  it.each([11, 10 + 2 ** 32, 10 + 2 ** 40, 2 ** 52])(
    'the time of one event alone (%d ns in place of 10)',
    (atNs) => {
      const late = fingerprintOf((world) => {
        world.runUntil(atNs);
        world.send('a', { type: 'go', n: 1 } as Message);
        world.runUntil(atNs);
        world.runUntil(2 ** 53 - 1);
      });
      expect(late).not.toBe(usual);
    },
  );

  it.each([
    { type: 'go', n: 2 },
    { type: 'go', n: '1' },
    { type: 'go', n: 1.5 },
    { type: 'go', n: [1] },
    { type: 'go', n: 1 + 2 ** 32 },
    { type: 'go', n: true },
    { type: 'go', n: null },
    { type: 'go', n: 1, m: 0 },
    { type: 'stop', n: 1 },
    { type: 'go' },
  ])('a value in a message (%j in place of {"type":"go","n":1})', (message) => {
    expect(fingerprintOf(sendingAt(10, 'a', message))).not.toBe(usual);
  });

  it('whom an event is for', () => {
    expect(fingerprintOf(sendingAt(10, 'b'))).not.toBe(usual);
  });

  it('the order of two events of one instant', () => {
    const inOrder = (...ids: readonly string[]) =>
      fingerprintOf((world) => {
        for (const id of ids) world.send(id, { type: 'go' });
      });
    expect(inOrder('a', 'b')).not.toBe(inOrder('b', 'a'));
  });

  it('one more draw, though nothing comes of it', () => {
    const twice = (world: World) => {
      sendingAt(10, 'a')(world);
      sendingAt(20, 'a')(world);
    };
    const drawing = (n: number) =>
      fingerprintOf(twice, (_out, _message, self) => {
        self.choose('idle', n);
      });
    expect(drawing(2)).not.toBe(fingerprintOf(twice));
    expect(drawing(1)).toBe(fingerprintOf(twice));
  });

  it.each<[string, Act, Act]>([
    ['a mark', (out) => out.mark('m'), () => {}],
    ['a fact of a mark', (out) => out.mark('m', { f: 1 }), (out) => out.mark('m', { f: 2 })],
    ['a gauge', (out) => out.gauge('g', 1), (out) => out.gauge('g', 1.0000001)],
    [
      'the end of an operation',
      (out) => out.complete(1, 'w', 'ok', 0),
      (out) => out.complete(1, 'w', 'info', 0),
    ],
    ['a send', (out) => out.send('b', { type: 'x' }), () => {}],
    ['a send to nobody', (out) => out.send('ghost', { type: 'x' }), () => {}],
    [
      'the delay of a timer',
      (out) => out.setTimer('t', 5, { type: 'x' }),
      (out) => out.setTimer('t', 6, { type: 'x' }),
    ],
  ])('%s', (_what, one, other) => {
    const drive = sendingAt(10, 'a');
    expect(fingerprintOf(drive, one)).not.toBe(fingerprintOf(drive, other));
  });

  it.each([
    ['start', 11, 100, {}],
    ['end', 10, 101, {}],
    ['parameter', 10, 100, { outbound: false }],
  ])('the %s of a fault that meets no message', (_what, atNs, forNs, params) => {
    const faulty = (of: { atNs: number; forNs: number; params: object }) =>
      fingerprintOf((world) => {
        const params = of.params as Record<string, boolean>;
        world.scheduleFault({ ...of, kind: 'isolate', target: 'n-a', params });
      });
    const before = faulty({ atNs: 10, forNs: 100, params: {} });
    expect(faulty({ atNs, forNs, params })).not.toBe(before);
    expect(before).not.toBe(fingerprintOf(() => {}));
  });

  it('the time of healing', () => {
    const healedAt = (atNs: number) =>
      fingerprintOf((world) => {
        world.scheduleFault({ kind: 'isolate', atNs: 0, target: 'n-a', params: {} });
        world.runUntil(atNs);
        world.heal();
      });
    expect(healedAt(10)).not.toBe(healedAt(11));
    expect(healedAt(10)).toBe(healedAt(10));
  });
});

describe('the hash of plain data', () => {
  const values = fc.jsonValue({ maxDepth: 3 });

  it('is the same for a copy, and differs for values that differ', () => {
    const hash64 = (value: unknown) => hex64(mixValue(1, value), mixValue(0x9e3779b9, value));
    fc.assert(
      fc.property(fc.array(values), fc.array(values), (one, other) => {
        // Negative zero has the hash of zero: no arithmetic tells them apart by accident.
        const text = JSON.stringify(one);
        expect(hash64(JSON.parse(text))).toBe(hash64(one));
        const same = text === JSON.stringify(other);
        if (!same) expect(hash64(one)).not.toBe(hash64(other));
      }),
      { seed: 7, numRuns: 500 },
    );
  });

  it.each<[string, unknown, unknown]>([
    ['0 and 2^32', 0, 2 ** 32],
    ['1 and "1"', 1, '1'],
    ['null and undefined', null, undefined],
    ['true and false', true, false],
    ['[] and {}', [], {}],
    ['[[], 1] and [[1]]', [[], 1], [[1]]],
    ['a map and a set', new Map([[1, 1]]), new Set([1])],
    ['orders of a set', new Set([1, 2]), new Set([2, 1])],
    ['bytes', new Uint8Array([1, 2]), new Uint8Array([2, 1])],
    ['words and bytes', new Uint32Array([1]), new Uint32Array([256])],
    ['big integers', 1n, 2n],
    ['nearly equal numbers', 0.1 + 0.2, 0.3],
  ])('tells %s apart', (_what, one, other) => {
    expect(mixValue(0, one)).not.toBe(mixValue(0, other));
  });

  it.each([() => 1, Symbol('s')])('refuses what is not data (%#)', (value) => {
    expect(() => mixValue(0, value)).toThrow(/expected plain data/);
    expect(() => mixFields(0, { deep: [value] })).toThrow(/expected plain data/);
  });

  it('of a text is the same again, whatever was hashed in between (any lengths)', () => {
    // Texts of one length and last letter take each other's place among those that are kept.
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'q', '\ud83d'), maxLength: 60 });
    fc.assert(
      fc.property(fc.array(letters, { minLength: 2, maxLength: 12 }), (texts) => {
        const first = texts.map((text) => mixText(1, text));
        expect(
          [...texts]
            .reverse()
            .map((text) => mixText(1, text))
            .reverse(),
        ).toEqual(first);
        const byHash = new Map(first.map((hash, index) => [hash, texts[index]]));
        expect(byHash.size).toBe(new Set(texts).size);
      }),
      { seed: 11, numRuns: 500 },
    );
    expect(mixText(0, '')).not.toBe(mixText(0, '\0'));
  });

  it('depends on the lane it is mixed into', () => {
    expect(mixText(1, 'x')).not.toBe(mixText(2, 'x'));
    expect(mixNumber(1, 7)).not.toBe(mixNumber(2, 7));
  });

  it('is written as 16 digits, whatever the signs', () => {
    expect(hex64(-1, 1)).toBe('ffffffff00000001');
    expect(hex64(0, 0)).toBe('0000000000000000');
    const lane = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
    const digits = (value: number) =>
      BigInt.asUintN(32, BigInt(value)).toString(16).padStart(8, '0');
    fc.assert(
      fc.property(lane, lane, (high, low) => hex64(high, low) === digits(high) + digits(low)),
    );
  });
});
