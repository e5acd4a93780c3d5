// What a write in service may leave on the medium when it is cut off: a version of each block that
// it reaches, of which a power loss or an abort decides.
import { type AtomicityRules, isPromised } from './atomicity.ts';
import type { BlockVersion } from './crash-rules.ts';
import type { IoRequest } from './device.ts';
import type { MediaFaults } from './media-faults.ts';
import { type Contents, foreign, sectorsPerBlock, wholeBlock } from './odd-block.ts';
import { firstSectorOf, sectorCountOf } from './request-shape.ts';

/** Where writes go, and what is promised of them. */
export interface WritePath {
  readonly faults: MediaFaults;
  readonly rules: AtomicityRules;
  readonly blockCount: number;
}

/** The sectors of the block at `index` of a request that it covers, a bit for each. */
export function maskAt({ blockCount, startSector, endSector }: IoRequest, index: number): number {
  const start = index === 0 ? (startSector ?? 0) : 0;
  const end = index === blockCount - 1 ? (endSector ?? sectorsPerBlock) : sectorsPerBlock;
  return (wholeBlock << start) & wholeBlock & ((1 << end) - 1);
}

/** Whether a write is there as a whole or not at all after the power was lost. */
export function isWholeByPromise(rules: AtomicityRules, request: IoRequest): boolean {
  return isPromised(rules, firstSectorOf(request), sectorCountOf(request));
}

/** Adds what a command in service may leave to versions of older ones; only writes leave any. */
export function addInFlight(
  request: IoRequest,
  { faults, rules, blockCount }: WritePath,
  versions: BlockVersion[],
): void {
  const { op } = request;
  if (op !== 'write' && op !== 'write-zeroes' && op !== 'discard') return;
  const command = (versions.at(-1)?.command ?? 0) + 1;
  const isPromised = isWholeByPromise(rules, request);
  for (let index = 0; index < request.blockCount; index += 1) {
    const block = request.block + index;
    if (faults.isBad('phantom-write', block, 1)) continue;
    const plain = { stamp: request.stamps?.[index] ?? 0, payload: request.payloads?.[index] };
    const landing = faults.landing(block, blockCount);
    const { stamp, payload } = landed(plain, block, landing);
    versions.push({
      block: landing,
      stamp,
      payload,
      mask: maskAt(request, index),
      state: 'inFlight',
      isPromised,
      command,
      completedAtNs: Number.POSITIVE_INFINITY,
    });
  }
}

/** What lies on a block that a write to `block` landed on. */
export function landed(contents: Contents, block: number, landing: number): Contents {
  return landing === block ? contents : foreign(contents, block);
}
