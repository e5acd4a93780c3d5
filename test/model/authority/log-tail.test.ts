import { describe, expect, it } from 'vitest';
import { judgeTail, type TailBlock } from '../../../model/authority/log-tail.ts';
import { cutOffBlocks } from '../../../sim/index.ts';

const whole = cutOffBlocks({});
const torn = cutOffBlocks({ interrupted: 'torn' });
const unreadable = cutOffBlocks({ interrupted: 'unreadable' });

describe('the end of a log', () => {
  it.each<[readonly TailBlock[], string]>([
    [['other'], 'clean'],
    [['other', 'garbled', 'unreadable'], 'clean'],
    [['part', 'other'], 'torn'],
    [['part', 'other', 'garbled', 'unreadable'], 'torn'],
    [['unreadable', 'part', 'other'], 'torn'],
    [['part', 'part'], 'torn'],
    [[], 'clean'],
  ])(
    'is none that was promised where a block was never written (%j), whatever the device',
    (...row) => {
      const [tail, end] = row;
      for (const device of [whole, torn, unreadable]) expect(judgeTail(tail, device)).toBe(end);
    },
  );

  it.each<[readonly TailBlock[], string, string, string]>([
    [['garbled'], 'damaged', 'torn', 'damaged'],
    [['part', 'garbled'], 'damaged', 'torn', 'damaged'],
    [['unreadable'], 'damaged', 'damaged', 'torn'],
    [['part', 'unreadable', 'part'], 'damaged', 'damaged', 'torn'],
    [['garbled', 'unreadable'], 'damaged', 'damaged', 'damaged'],
  ])('is cut off only in a way that the device cuts (%j)', (tail, ...ends) => {
    expect([whole, torn, unreadable].map((device) => judgeTail(tail, device))).toEqual(ends);
  });
});

describe('what a device may leave of a block', () => {
  it.each([
    [{}, []],
    [{ lbaSizeBytes: 512 }, ['garbled']],
    [{ lbaSizeBytes: 512, interrupted: 'whole' }, []],
    [{ lbaSizeBytes: 512, physSizeBytes: 512 }, ['garbled']],
    [
      { lbaSizeBytes: 512, physSizeBytes: 512, interrupted: 'unreadable' },
      ['garbled', 'unreadable'],
    ],
    [{ interrupted: 'unreadable' }, ['unreadable']],
  ] as const)('follows from its promises (%j)', (atomicity, left) => {
    expect(cutOffBlocks(atomicity)).toEqual(left);
  });
});
