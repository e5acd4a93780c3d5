// An actor draws from its own streams, so it looks a rank up in the kernel's table by itself.
import type { Self, zipf } from '../sim/index.ts';

/** Chances of ranks, as the kernel tabulates them. */
export type ZipfTable = ReturnType<typeof zipf>;

/** A rank from 0; low ones are popular. */
export function drawRank(table: ZipfTable, self: Self): number {
  const { bucketStarts, bucketEnds } = table;
  if (table.rankCount === 1) return 0;
  const share = self.choose('workload.rank', 4_294_967_296);
  let low = 0;
  let high = bucketEnds.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (share < bucketEnds[middle]!) high = middle;
    else low = middle + 1;
  }
  const start = bucketStarts[low]!;
  return start + self.choose('workload.rank-in-bucket', bucketStarts[low + 1]! - start);
}
