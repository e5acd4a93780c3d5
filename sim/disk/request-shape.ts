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
  need.sector = request.block * sectorsPerBlock + (request.startSector ?? 0);
  need.sectorCount = sectorCountOf(request);
  need.writeCount = isChanging ? request.blockCount : 0;
  need.parent = -1;
}

/** An object for commands, to be filled in again and again. */
export function noCommand(): MediumCommand {
  return { slot: 0, op: 'read', sector: 0, sectorCount: 0, readyAtNs: 0, slowFactor: 1 };
}

function isWriting({ op }: IoRequest): boolean {
  return op === 'write' || op === 'write-zeroes' || op === 'discard';
}

function sectorCountOf({ blockCount, startSector, endSector }: IoRequest): number {
  if (blockCount === 0) return 0;
  const end = endSector ?? sectorsPerBlock;
  return (blockCount - 1) * sectorsPerBlock + end - (startSector ?? 0);
}
