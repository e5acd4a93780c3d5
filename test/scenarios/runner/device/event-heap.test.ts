import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EventHeap } from '../../../../scenarios/runner/device/event-heap.ts';

test('gives events back by time, and in the order of their pushes at one time', () => {
  const times = fc.array(fc.nat({ max: 20 }), { maxLength: 300 });
  fc.assert(
    fc.property(times, fc.nat({ max: 10 }), (pushed, popEvery) => {
      const heap = new EventHeap();
      const model: { atNs: number; event: number }[] = [];
      const popBoth = () => {
        const least = Math.min(...model.map(({ atNs }) => atNs));
        const [first] = model.splice(
          model.findIndex(({ atNs }) => atNs === least),
          1,
        );
        expect(heap.topAtNs).toBe(least);
        expect(heap.pop()).toBe(first!.event);
      };
      for (const [event, atNs] of pushed.entries()) {
        heap.push(atNs, event);
        model.push({ atNs, event });
        if (popEvery > 0 && event % popEvery === 0) popBoth();
      }
      while (model.length > 0) popBoth();
      expect(heap.size).toBe(0);
    }),
  );
});
