import { describe, expect, it } from 'vitest';
import { complaints, judge, marks } from '../support/block-store.ts';
import {
  authorityStorm,
  checkpointStorm,
  muteAuthority,
  olderImageStorm,
  storm,
  takeoverStorm,
} from '../support/mutant-hunts.ts';

describe('a storm of random faults', () => {
  for (const device of ['nvme-plp', 'nvme-consumer'] as const) {
    for (const replicas of [2, 3]) {
      it(`breaks no property (${device}, ${replicas} replicas, 6 seeds)`, () => {
        for (let i = 0; i < 6; i++) {
          const seed = String(100 * replicas + i);
          const world = storm({ seed, device, replicas, authorityDevice: device });
          expect({ seed, complaints: complaints(world) }).toEqual({ seed, complaints: [] });
        }
      });
    }
  }

  it('breaks no property when two clients take a volume from each other (6 seeds)', () => {
    for (let i = 0; i < 6; i++) {
      const seed = String(500 + i);
      const world = takeoverStorm({ seed });
      expect({ seed, complaints: complaints(world) }).toEqual({ seed, complaints: [] });
    }
  });

  it('breaks no property when the authority loses power again and again (4 seeds)', () => {
    for (let i = 0; i < 4; i++) {
      const seed = String(600 + i);
      const world = authorityStorm({ seed });
      expect({ seed, complaints: complaints(world) }).toEqual({ seed, complaints: [] });
      expect(judge(world).get('recovery-equivalence')?.status).toBe('held');
    }
  });

  it('breaks no property when it takes checkpoints in a small log, too (4 seeds)', () => {
    for (let i = 0; i < 4; i++) {
      const seed = String(700 + i);
      const world = checkpointStorm({ seed });
      expect({ seed, complaints: complaints(world) }).toEqual({ seed, complaints: [] });
      const recovered = marks(world, 'log.recovered').map(({ facts }) => facts.checkpointCount);
      expect(Math.max(...recovered.map(Number))).toBeGreaterThan(8);
    }
  });
});

describe('a map authority that is not heard (6 s, while copies are missing)', () => {
  it('refuses what it has applied already, and breaks no property', () => {
    const world = muteAuthority({ seed: '1' });
    expect(judge(world).get('change-refused')?.status).toBe('held');
    expect(complaints(world)).toEqual([]);
  });
});

describe('a client that goes on from an older image', () => {
  it('is told that its ids are used, and asks again under others (6 seeds)', () => {
    let refusedCount = 0;
    for (let i = 0; i < 6; i++) {
      const seed = String(700 + i);
      const world = olderImageStorm({ seed });
      expect({ seed, complaints: complaints(world) }).toEqual({ seed, complaints: [] });
      refusedCount += judge(world).get('conflicting-request-refused')?.evaluatedCount ?? 0;
    }
    expect(refusedCount).toBeGreaterThan(6);
  });
});
