// What a request is to the layers of a device: does it write, does it move data, how long is it.
import type { IoRequest } from './device.ts';
import type { MediumCommand } from './medium.ts';
import type { SlotNeed } from './slots.ts';

const sectorsPerBlock = 8;

/** Whether data go over the link; the others change the mapping only, or nothing. */
export function movesData({ op }: IoRequest): boolean {
  return op === 'read' || op === 'write' || op === 'verify';
}

/** What a slot is taken for, of a request that is no piece of another. */
export function fillNeed(need: SlotNeed, request: IoRequest, owner: number): void {
  const isChanging = isWriting(request);
  need.owner = owner;
  need.op = !isChanging ? 'read' : request.fua === true ? 'forcedWrite' : 'write';
  need.sector = firstSectorOf(request);
  need.sectorCount = sectorCountOf(request);
  need.writeCount = isChanging ? request.blockCount : 0;
  need.parent = -1;
}

/** An object for commands, to be filled in again and again. */
export function noCommand(): MediumCommand {
  const place = { slot: 0, sector: 0, sectorCount: 0, readyAtNs: 0 };
  return { ...place, op: 'read', slowFactor: 1, isUnreadable: false };
}

function isWriting({ op }: IoRequest): boolean {
  return op === 'write' || op === 'write-zeroes' || op === 'discard';
}

/** Where on the device the data of a request begin. */
export function firstSectorOf({ block, startSector }: IoRequest): number {
  return block * sectorsPerBlock + (startSector ?? 0);
}

/** How long the data of a request are. */
export function sectorCountOf({ blockCount, startSector, endSector }: IoRequest): number {
  if (blockCount === 0) return 0;
  const end = endSector ?? sectorsPerBlock;
  return (blockCount - 1) * sectorsPerBlock + end - (startSector ?? 0);
}
