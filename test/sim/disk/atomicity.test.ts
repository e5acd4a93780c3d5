import { describe, expect, test } from 'vitest';
import { atomicityRules, isPromised } from '../../../sim/disk/atomicity.ts';
import { keptChoices } from '../../../sim/disk/crash.ts';
import { isBadBlock } from '../../../sim/disk/media-faults.ts';
import { PathChoices } from './rig.ts';
import { everyCrash, everyImage, type StoreRig, storeRig } from './store-rig.ts';

const four = { op: 'write', block: 0, stamps: [1, 2, 3, 4] } as const;

function inFlight(change: Parameters<typeof storeRig>[0], ask: Parameters<StoreRig['begin']>[0]) {
  const rig = storeRig(change);
  rig.begin(ask);
  return everyImage(rig);
}

describe('a write in flight of 4 blocks', () => {
  test.each([
    [{}, 16],
    [{ awupfBlocks: 4 }, 2],
    [{ awupfBlocks: 3 }, 16],
    [{ awupfBlocks: 4, nabspfBlocks: 2 }, 16],
    [{ awupfBlocks: 4, nabspfBlocks: 4 }, 2],
    [{ awupfBlocks: 32, lbaSizeBytes: 512 } as const, 2],
    [{ awupfBlocks: 31, lbaSizeBytes: 512, interrupted: 'whole' } as const, 16],
    [{ tear: 'prefix' } as const, 5],
  ])('leaves as many images as its device promises (%j: %i)', (promise, count) => {
    expect(inFlight(promise, four).length).toBe(count);
  });

  test('is all or nothing where it is promised, whatever was written before', () => {
    const rig = storeRig({ awupfBlocks: 4 });
    rig.write({ block: 1, stamps: [8] });
    rig.begin(four);
    expect(everyImage(rig)).toEqual(['0 0 0 0', '0 8 0 0', '1 2 3 4']);
  });

  test('leaves its blocks from the first on (tear: prefix)', () => {
    expect(inFlight({ tear: 'prefix' }, four)).toEqual([
      '0 0 0 0',
      '1 0 0 0',
      '1 2 0 0',
      '1 2 3 0',
      '1 2 3 4',
    ]);
  });
});

describe('a promised command', () => {
  test('is lost or kept as a whole after it completed, too', () => {
    const rig = storeRig({ awupfBlocks: 2 });
    rig.write({ block: 0, stamps: [1, 2] });
    rig.write({ block: 2, stamps: [3, 4] });
    expect(everyImage(rig)).toEqual(['0 0 0 0', '0 0 3 4', '1 2 0 0', '1 2 3 4']);
  });

  test('gives way to newer versions block by block', () => {
    const rig = storeRig({ awupfBlocks: 2 });
    rig.write({ block: 0, stamps: [1, 2] });
    rig.write({ block: 0, stamps: [5] });
    expect(everyImage(rig)).toEqual(['0 0 0 0', '1 2 0 0', '5 0 0 0', '5 2 0 0']);
  });

  test('is no larger for a block of it that was never stored (phantom write)', () => {
    const rig = storeRig({ awupfBlocks: 2 });
    rig.write({ block: 3, stamps: [9] });
    const salt = [...Array(99).keys()].find((one) => {
      const bad = [0, 1].map((block) => isBadBlock({ sharePpm: 500_000, salt: one }, block));
      return bad[0] && !bad[1];
    }) as number;
    rig.store.faults.add({ kind: 'phantom-write', sharePpm: 500_000, salt });
    rig.write({ block: 0, stamps: [1, 2] });
    rig.store.faults.remove(0);
    const images = everyImage(rig).map((image) => image.replace('stale!', '0'));
    expect(images).toEqual(['0 0 0 0', '0 0 0 9', '0 2 0 0', '0 2 0 9']);
  });

  test('leaves a full cache as a whole', () => {
    const rig = storeRig({ awupfBlocks: 2, cacheBlockCountMax: 2 });
    rig.write({ block: 0, stamps: [1, 2] });
    rig.write({ block: 2, stamps: [3] });
    expect(everyImage(rig)).toEqual(['1 2 0 0', '1 2 3 0']);
  });

  test('is durable as a whole once the medium has written one of its blocks', () => {
    const rig = storeRig({ awupfBlocks: 2 });
    rig.write({ block: 0, stamps: [1, 2] });
    rig.write({ block: 1, stamps: [9] });
    rig.store.destaged(0, 8);
    expect(everyImage(rig)).toEqual(['1 2 0 0', '1 9 0 0']);
  });

  test('is written or not as a whole when it is aborted', () => {
    const images = [0, 1].map((digit) => {
      const rig = storeRig({ awupfBlocks: 4 });
      rig.begin(four);
      const choices = { choose: () => digit, madeCount: 0, copy: () => choices };
      const { kept } = rig.store.abort(rig.cutOff, rig.nowNs, choices, 'disk d1');
      return [kept, rig.image()];
    });
    expect(images).toEqual([
      ['0', '0 0 0 0'],
      ['1', '1 2 3 4'],
    ]);
  });
});

describe('a medium that writes sectors', () => {
  const sectors = { lbaSizeBytes: 512, physSizeBytes: 512 } as const;

  test('tears a block between any of its sectors (2^8 images)', () => {
    const images = inFlight(sectors, { op: 'write', block: 1, stamps: [7] });
    expect(images.length).toBe(256);
    expect(images).toContain('0 7,0,0,7,0,0,0,0 0 0');
  });

  test('keeps a write of one sector whole, without damage', () => {
    const ask = { op: 'write', block: 1, stamps: [7], startSector: 2, endSector: 3 } as const;
    expect(inFlight(sectors, ask)).toEqual(['0 0 0 0', '0 0,0,7,0,0,0,0,0 0 0']);
  });
});

describe('a unit that is cut off', () => {
  function overwritten(change: Parameters<typeof storeRig>[0], part = {}): StoreRig {
    const rig = storeRig({ awupfBlocks: 0, ...change }, 2);
    rig.write({ block: 0, stamps: [5, 6] });
    rig.flush();
    rig.begin({ op: 'write', block: 0, stamps: [7], ...part });
    return rig;
  }

  test('is old, new or torn, as contents that nobody wrote (shorn writes)', () => {
    const rig = overwritten({ interrupted: 'torn' });
    expect(everyImage(rig)).toEqual(['5 6', '7 6', 'torn! 6']);
    rig.crash(new PathChoices([{ digit: 1 }]));
    const { stamps, marks, sectors } = rig.read(0);
    expect([5, 7, 0]).not.toContain(stamps[0]);
    expect([marks, sectors]).toEqual([[{ kind: 'torn' }], null]);
  });

  test('answers an error until it is written again (unreadable)', () => {
    const rig = overwritten({ interrupted: 'unreadable' });
    expect(everyImage(rig)).toEqual(['5 6', '7 6', 'x 6']);
    rig.crash(new PathChoices([{ digit: 1 }]));
    expect(rig.read(0, 2).status).toBe('io-error');
    rig.write({ block: 0, stamps: [8] });
    expect(rig.image()).toBe('8 6');
  });

  test('takes the seven neighbours of a sector with it (512e)', () => {
    const part = { startSector: 3, endSector: 4 };
    const how = { lbaSizeBytes: 512, physSizeBytes: 4096 } as const;
    expect(everyImage(overwritten(how, part))).toEqual(['5 6', '5,5,5,7,5,5,5,5 6', 'torn! 6']);
    expect(everyImage(overwritten({ ...how, interrupted: 'unreadable' }, part))).toEqual([
      '5 6',
      '5,5,5,7,5,5,5,5 6',
      'x 6',
    ]);
    expect(everyImage(overwritten({ ...how, interrupted: 'whole' }, part))).toEqual([
      '5 6',
      '5,5,5,7,5,5,5,5 6',
    ]);
  });

  test('is never damaged where the command is promised whole (awupf 1)', () => {
    const rig = overwritten({ interrupted: 'torn', awupfBlocks: 1 });
    expect(everyImage(rig)).toEqual(['5 6', '7 6']);
  });

  test('can be one that waited in the cache, not one that capacitors keep (policy all)', () => {
    const images = (['any', 'prefixPerLba', 'all'] as const).map((crashPolicy) => {
      const rig = storeRig({ awupfBlocks: 0, interrupted: 'torn', crashPolicy }, 1);
      rig.write({ block: 0, stamps: [1] });
      return everyImage(rig);
    });
    expect(images).toEqual([['0', '1', 'torn!'], ['0', '1', 'torn!'], ['1']]);
  });

  test('is the one behind the cut of an ordered cache', () => {
    const rig = storeRig({ awupfBlocks: 0, interrupted: 'unreadable', crashPolicy: 'fifo' }, 2);
    rig.write({ block: 0, stamps: [1] });
    rig.write({ block: 1, stamps: [2] });
    expect(everyImage(rig)).toEqual(['0 0', '1 0', '1 2', '1 x', 'x 0']);
  });

  test('ends the prefix that is written (tear: prefix)', () => {
    const rig = storeRig({ awupfBlocks: 0, interrupted: 'torn', tear: 'prefix' }, 2);
    rig.begin({ op: 'write', block: 0, stamps: [1, 2] });
    expect(everyImage(rig)).toEqual(['0 0', '1 0', '1 2', '1 torn!', 'torn! 0']);
  });

  test('leaves structured contents that no one takes for their own', () => {
    const rig = storeRig({ awupfBlocks: 0, interrupted: 'torn' }, 1);
    rig.write({ block: 0, payloads: [{ kind: 'slot' }] });
    rig.flush();
    rig.begin({ op: 'write', block: 0, payloads: [{ kind: 'log' }] });
    rig.crash(new PathChoices([{ digit: 1 }]));
    const { stamps, payloads, marks } = rig.read(0);
    expect([stamps[0], payloads, marks]).toEqual([0, [{ torn: true }], [{ kind: 'torn' }]]);
  });

  test('replays from what was kept', () => {
    const rig = overwritten({ interrupted: 'torn' });
    for (const outcome of everyCrash(rig)) {
      expect(rig.fork().crash(keptChoices(outcome.kept))).toEqual(outcome);
    }
  });
});

describe('the promise', () => {
  test.each([
    [{ awupfBlocks: 4 }, 0, 32, true],
    [{ awupfBlocks: 4 }, 0, 33, false],
    [{ awupfBlocks: 4, nabspfBlocks: 8 }, 32, 32, true],
    [{ awupfBlocks: 4, nabspfBlocks: 8 }, 33, 32, false],
    [{ awupfBlocks: 0 }, 0, 1, false],
    [{ awupfBlocks: 8, lbaSizeBytes: 512 } as const, 3, 8, true],
    [{ awupfBlocks: 8, nabspfBlocks: 8, lbaSizeBytes: 512 } as const, 3, 8, false],
  ])('%j, from sector %i, %i sectors: %s', (atomicity, sector, sectorCount, expected) => {
    expect(isPromised(atomicityRules(atomicity), sector, sectorCount)).toBe(expected);
  });

  test('is refused when it is no count', () => {
    expect(() => atomicityRules({ awupfBlocks: -1 })).toThrow('-1 blocks, expected 0 or more');
    expect(() => atomicityRules({ nabspfBlocks: 0.5 })).toThrow('0.5 blocks');
  });

  test('ignored is told from kept (4 blocks in flight)', () => {
    expect(inFlight({ awupfBlocks: 1 }, four)).not.toEqual(inFlight({ awupfBlocks: 4 }, four));
  });
});
