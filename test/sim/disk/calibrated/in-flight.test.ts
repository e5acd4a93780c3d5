import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InFlight } from '../../../../sim/disk/calibrated/in-flight.ts';

test('counts as a plain list does, and its copy apart from it', () => {
  const step = fc.tuple(fc.nat(20), fc.nat(300));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), fc.nat(300), (steps, copyAt) => {
      const inFlight = new InFlight();
      let plain: number[] = [];
      let [nowNs, twin, twinEnds] = [0, inFlight.copy(), [] as number[]];
      for (const [index, [afterNs, lengthNs]] of steps.entries()) {
        if (index === copyAt) [twin, twinEnds] = [inFlight.copy(), [...plain]];
        nowNs += afterNs;
        plain = plain.filter((endNs) => endNs > nowNs);
        expect(inFlight.countAt(nowNs)).toBe(plain.length);
        plain.push(nowNs + lengthNs);
        inFlight.add(nowNs + lengthNs);
      }
      expect(twin.countAt(nowNs)).toBe(twinEnds.filter((endNs) => endNs > nowNs).length);
      inFlight.clear();
      expect(inFlight.countAt(nowNs)).toBe(0);
    }),
    { seed: 1, numRuns: 300 },
  );
});
