// The cache of a DiskSim disk.
import type { HddCacheSpec, HddReadAheadSpec } from '../../../sim/index.ts';
import type { DisksimFields } from './disksim-fields.ts';

/** What `Buffer continuous read` means, by its number. */
const readAheadEnds = [
  'none',
  'track',
  'cylinder',
  'segment',
  'stream',
] as const satisfies readonly HddReadAheadSpec['until'][];

/** The cache of a `disksim_disk` block. */
export function cacheOf(specs: DisksimFields): HddCacheSpec {
  const segmentCount = specs.number('Number of buffer segments', { min: 0, isWhole: true });
  const segmentSectors = specs.number('Segment size (in blks)', { min: 1, isWhole: true });
  const isCache = specs.number('Enable caching in buffer', { min: 0, max: 2, isWhole: true }) > 0;
  const until = specs.number('Buffer continuous read', { min: 0, max: 4, isWhole: true });
  // 1: within streams of adjacent writes; 2: even between other requests. Both write all of the
  // one stream to the medium before they serve anything else from it.
  const fastWrites = specs.number('Fast write level', { min: 0, max: 2, isWhole: true });
  return {
    segmentCount: Math.max(1, segmentCount),
    segmentSectors,
    isReadCache: isCache && segmentCount > 0,
    keepsPassed: specs.flag('Read any free blocks', 0),
    isFirstForWrites: segmentCount > 1 && specs.flag('Use separate write segment', 0),
    keepsWritten: specs.flag('Allow read hits on write data', 0),
    readAhead: {
      until: readAheadEnds[until] ?? 'none',
      sectorCountMax: specs.number('Maximum read-ahead (blks)', { min: 0, isWhole: true }),
      // -1 drops the requested data at once.
      isOverRequested: specs.number('Read-ahead over requested', { min: -1, max: 1 }) !== 0,
      isAfterHit: specs.flag('Read-ahead on idle hit', 0),
    },
    writeBack:
      fastWrites === 0 || segmentCount === 0
        ? null
        : { segmentCountMax: 1, highShare: 0, isDrainedFirst: true },
  };
}
