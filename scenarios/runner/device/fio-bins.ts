// The bins that fio counts latencies in, as JSON+ lists them.
//
//   0 1 2 ... 127 | 128..129, 130..131, ... | 256..259, ... |      64 bins for each doubling
//
// A bin is named by its middle, and values below 128 ns by themselves, so that a value is told to
// one part in 128. Source: plat_val_to_idx and plat_idx_to_val in stat.c of fio 3.33; the bins
// of its own JSON+ output fall on these names.

/** Bins for each doubling; a power of two. */
const binsPerDoubling = 64;
const exactCount = 2 * binsPerDoubling;

/** The name of the bin that a latency falls into, in ns: the middle of the bin, rounded down. */
export function fioBinNs(latencyNs: number): number {
  const value = Math.floor(latencyNs);
  if (value < exactCount) return value;
  let width = 2;
  while (value >= exactCount * width) width *= 2;
  return Math.floor(value / width) * width + width / 2;
}

/** How many latencies fall into each bin, by its name, in rising order. */
export function fioBins(sortedNs: Float64Array): Map<number, number> {
  const bins = new Map<number, number>();
  for (const latencyNs of sortedNs) {
    const bin = fioBinNs(latencyNs);
    bins.set(bin, (bins.get(bin) ?? 0) + 1);
  }
  return bins;
}
