// What the record tells of the contents that a request moved.
import type { IoCompletion, IoRequest } from './disk/device.ts';
import { type IoEntry, otherContents } from './record.ts';

/** What was written, or what was read. */
export function ioContents(
  request: IoRequest,
  { status, stamps, payloads, sectors }: IoCompletion,
): Pick<IoEntry, 'stamps' | 'sectors' | 'preflush' | 'fua'> {
  const { op, preflush, fua } = request;
  if (op === 'write') {
    const flags = { ...(preflush === true && { preflush }), ...(fua === true && { fua }) };
    return { ...flags, stamps: told(request, request.stamps, request.payloads) };
  }
  if (op !== 'read' || status !== 'ok') return {};
  const read = { stamps: told(request, stamps, payloads) };
  return sectors === undefined ? read : { ...read, sectors };
}

function told(
  { blockCount, startSector = 0, endSector = 8 }: IoRequest,
  stamps: ArrayLike<number> | undefined,
  payloads: readonly unknown[] | undefined,
): readonly number[] {
  const contents = new Array<number>(blockCount);
  for (let i = 0; i < blockCount; i++) {
    const isPart = (i === 0 && startSector !== 0) || (i === blockCount - 1 && endSector !== 8);
    const isOther = isPart || payloads?.[i] != null || stamps === undefined;
    contents[i] = isOther ? otherContents : (stamps[i] ?? 0) >>> 0;
  }
  return contents;
}
