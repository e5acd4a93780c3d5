import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MappedPages } from '../../../../sim/disk/ssd/mapped-pages.ts';

const pageCount = 200_000;
const step = fc.record({
  isAdded: fc.boolean(),
  first: fc.integer({ min: 0, max: pageCount - 600 }),
  count: fc.integer({ min: 1, max: 600 }),
});

test.each([true, false])(
  'counts as a plain set does, and copies apart (full at first: %s)',
  (f) => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), fc.nat(12), (steps, copyAt) => {
        const mapped = new MappedPages(pageCount, f);
        const plain = new Set<number>();
        let twin = mapped.copy();
        let twinCount = mapped.count;
        for (const [index, { isAdded, first, count }] of steps.entries()) {
          if (index === copyAt) {
            twin = mapped.copy();
            twinCount = mapped.count;
          }
          if (isAdded) mapped.add(first, count);
          else mapped.remove(first, count);
          for (let page = first; page < first + count; page += 1) {
            // The plain set holds what differs from the beginning.
            if (isAdded === f) plain.delete(page);
            else plain.add(page);
          }
          expect(mapped.count).toBe(f ? pageCount - plain.size : plain.size);
        }
        expect(twin.count).toBe(twinCount);
        twin.add(0, pageCount);
        expect(twin.count).toBe(pageCount);
        expect(mapped.count).toBe(f ? pageCount - plain.size : plain.size);
      }),
      { seed: 1, numRuns: 60 },
    );
  },
);
