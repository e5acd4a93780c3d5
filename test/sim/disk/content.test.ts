import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Content } from '../../../sim/disk/content.ts';

const blockCount = 1 << 20;
const block = fc.oneof(
  fc.integer({ min: 0, max: 200 }),
  fc.integer({ min: 0, max: blockCount - 1 }),
  fc.constantFrom(63, 64, 4095, 4096, 262_143, 262_144, blockCount - 1),
);

describe('content', () => {
  test('reads a block never written as stamp 0 without payload', () => {
    const content = new Content(blockCount, true);
    expect([content.stampAt(77), content.payloadAt(77)]).toEqual([0, undefined]);
    content.write(76, 9, undefined);
    expect([content.stampAt(77), content.payloadAt(77)]).toEqual([0, undefined]);
  });

  test('replaces a payload by a stamp and a stamp by a payload', () => {
    const content = new Content(64, false);
    content.write(3, 7, undefined);
    content.write(3, 0, { entry: 1 });
    expect([content.stampAt(3), content.payloadAt(3)]).toEqual([0, { entry: 1 }]);
    content.write(3, 8, undefined);
    expect([content.stampAt(3), content.payloadAt(3)]).toEqual([8, undefined]);
  });

  test('keeps all 32 bits of a stamp', () => {
    const content = new Content(1, false);
    content.write(0, 4_294_967_295, undefined);
    expect(content.stampAt(0)).toBe(4_294_967_295);
  });

  test('reaches the last block of a 16 TiB device', () => {
    const content = new Content(4_294_967_296, true);
    content.write(4_294_967_295, 5, undefined);
    expect(content.stampAt(4_294_967_295)).toBe(5);
    expect(content.stampAt(4_294_967_294)).toBe(0);
    expect(content.stampAt(0)).toBe(0);
  });

  test.each([0, -1, 1.5, 4_294_967_297])('refuses a device of %d blocks', (count) => {
    expect(() => new Content(count, false)).toThrow('blocks, expected 1 to');
  });

  test('keeps what is durable apart from what is visible until it is reverted', () => {
    const content = new Content(128, true);
    content.write(3, 1, undefined);
    content.writeDurable(3, 2, undefined);
    content.writeDurable(4, 0, { entry: 4 });
    expect([content.stampAt(3), content.payloadAt(4)]).toEqual([1, undefined]);
    for (const block of [3, 4, 100]) content.revert(block);
    expect([content.stampAt(3), content.payloadAt(4), content.stampAt(100)]).toEqual([
      2,
      { entry: 4 },
      0,
    ]);
  });

  test('has one image only where writes are durable at once', () => {
    const content = new Content(128, false);
    content.write(3, 1, undefined);
    content.revert(3);
    expect(content.stampAt(3)).toBe(1);
    content.writeDurable(3, 2, undefined);
    expect(content.stampAt(3)).toBe(2);
  });

  test('is a map for each copy on its own, whatever is copied and written in what order', () => {
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.record({ copy: fc.constant(false), side: fc.nat(), block }) },
      { weight: 1, arbitrary: fc.record({ copy: fc.constant(true), side: fc.nat(), block }) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const sides = [
          { content: new Content(blockCount, true), expected: new Map<number, unknown>() },
        ];
        steps.forEach((one, index) => {
          const side = sides[one.side % sides.length] as (typeof sides)[number];
          if (one.copy) {
            sides.push({ content: side.content.copy(), expected: new Map(side.expected) });
            return;
          }
          const isPayload = index % 3 === 0;
          const payload = isPayload ? { index } : undefined;
          side.content.write(one.block, isPayload ? 0 : index + 1, payload);
          side.expected.set(one.block, payload ?? index + 1);
        });
        for (const { content, expected } of sides) {
          for (const { block: at } of steps) {
            const found = content.payloadAt(at) ?? content.stampAt(at);
            expect(found).toEqual(expected.get(at) ?? 0);
          }
        }
      }),
      { seed: 1, numRuns: 300 },
    );
  });
});
