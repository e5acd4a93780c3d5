// What the end of a log is: the place of the next batch, or one that is lost.
//
//   block at the end         the last batch was                       taken for
//   blank, or older          never there                              the end
//   parts, and an older one  cut off, never flushed: nobody was told  a torn tail
//   parts, and a spoiled one cut off, or flushed and damaged since    as the device promises
//   spoiled                  the same                                 as the device promises
//
// A batch that was promised has all of its blocks written: one that was not shows that it never
// was. A spoiled block, of which nothing can be made out, shows neither (Alagappan et al.,
// "Protocol-Aware Recovery for Consensus-Based Storage", FAST 2018, section 3.3.3). There the
// device decides: one whose blocks are written as a whole though the power fails (AWUPF in the NVM
// Command Set Specification 1.0, section 2.1.4) leaves none, and so the block is damaged. On one
// that may leave such blocks the two look alike: damage of the last batch of all, and of no other,
// is taken for a torn tail there.

/** Why nothing can be made out of a block: other contents, or an error at each read. */
export type Spoiled = 'garbled' | 'unreadable';

/** A block at the end: `part` of the batch that is missing there, or `other`: not written by it. */
export type TailBlock = 'part' | 'other' | Spoiled;

/** Judges the blocks that the batch at the end would have. */
export function judgeTail(
  tail: readonly TailBlock[],
  cutOffAs: readonly Spoiled[],
): 'clean' | 'torn' | 'damaged' {
  if (tail.includes('other')) return tail.includes('part') ? 'torn' : 'clean';
  const spoiled = tail.filter((block) => block === 'garbled' || block === 'unreadable');
  if (spoiled.some((block) => !cutOffAs.includes(block))) return 'damaged';
  return tail.length > 0 ? 'torn' : 'clean';
}
