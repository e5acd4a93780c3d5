// What a host may ask of a device at all; anything else is a bug in who asks.
import { AssertionError, assert } from '../assert.ts';
import type { IoRequest } from './device.ts';

/** Refuses a request that no host would send. */
export function assertWellFormed(request: IoRequest): void {
  const { op, block, blockCount, stamps, payloads } = request;
  if (!Number.isInteger(block) || block < 0) {
    throw new AssertionError(`block ${block}, expected an integer from 0`);
  }
  if (op === 'flush') {
    assert(blockCount === 0, `flush of ${blockCount} blocks, expected 0`);
    return;
  }
  if (!Number.isInteger(blockCount) || blockCount < 1) {
    throw new AssertionError(`${op} of ${blockCount} blocks, expected 1 or more`);
  }
  const { startSector = 0, endSector = 8 } = request;
  const isWithin = startSector >= 0 && startSector < 8 && endSector > 0 && endSector <= 8;
  if (!isWithin || (blockCount === 1 && startSector >= endSector)) {
    throw new AssertionError(`${op} from sector ${startSector} to ${endSector} of its blocks`);
  }
  if (op !== 'write') return;
  assert(
    (stamps === undefined) !== (payloads === undefined),
    'a write carries stamps or payloads, one of the two',
  );
  const length = stamps === undefined ? payloads?.length : stamps.length;
  if (length !== blockCount) {
    throw new AssertionError(`write of ${blockCount} blocks with ${length} contents`);
  }
}
