// What a power loss may leave of a write that it interrupts.
//
//   sectors    0 . . . . . . . 8 . . . . . . . 16        units of 4 KiB, commands of sectors
//   command A  |===|                                     at most AWUPF: all of it or nothing
//   command B          |=================|               larger: each unit by itself
//   unit 1     old, new, or (when units can be cut off) damaged, with the neighbours in it that
//              the command did not write: the medium reads, changes and writes a whole unit
//
// AWUPF and NABSPF are those of the NVM Command Set Specification 1.0, section 2.1.4: the size that
// is written as a whole though the power fails, and the boundaries that it must not cross. Counts
// here start from 1; the identify data count AWUPF from 0.
import { assert } from '../assert.ts';
import { sectorsPerBlock } from './odd-block.ts';

/** What a device promises of interrupted writes; without fields blocks of 4 KiB never tear. */
export interface Atomicity {
  /** The unit that a host addresses, bytes; 4096 without it. */
  readonly lbaSizeBytes?: 512 | 4096;
  /** The unit that the medium writes as a whole, bytes; 4096 without it. */
  readonly physSizeBytes?: 512 | 4096;
  /** A command of up to so many logical blocks is written as a whole; 1 without it, 0 is none. */
  readonly awupfBlocks?: number;
  /** So many logical blocks apart are boundaries that voids the promise; 0, none, without it. */
  readonly nabspfBlocks?: number;
  /** Which units of a larger command in flight are written; `subset`, any of them, without it. */
  readonly tear?: 'subset' | 'prefix';
  /**
   * What a unit may be, besides old and new, that was cut off. `whole`: nothing else. `torn`:
   * contents that nobody wrote. `unreadable`: an error until it is written again. Without it `torn`
   * where the host addresses less than the medium writes, else `whole`.
   */
  readonly interrupted?: 'whole' | 'torn' | 'unreadable';
}

/** An `Atomicity` in sectors of 512 bytes, nothing left open. */
export interface AtomicityRules {
  /** Sectors of what the medium writes as a whole: 1 or 8. */
  readonly unitSectorCount: number;
  /** The largest command that is written as a whole, in sectors. */
  readonly promisedSectorMax: number;
  /** Sectors from one boundary to the next; 0 without boundaries. */
  readonly boundarySectorCount: number;
  readonly tear: 'subset' | 'prefix';
  readonly interrupted: 'whole' | 'torn' | 'unreadable';
}

/** The rules that a device's promises come to. */
export function atomicityRules(atomicity: Atomicity): AtomicityRules {
  const { lbaSizeBytes = 4096, physSizeBytes = 4096 } = atomicity;
  const { awupfBlocks = 1, nabspfBlocks = 0, tear = 'subset' } = atomicity;
  for (const count of [awupfBlocks, nabspfBlocks]) {
    assert(Number.isSafeInteger(count) && count >= 0, `${count} blocks, expected 0 or more`);
  }
  const { interrupted = lbaSizeBytes < physSizeBytes ? 'torn' : 'whole' } = atomicity;
  const lbaSectorCount = lbaSizeBytes / 512;
  return {
    unitSectorCount: Math.max(lbaSizeBytes, physSizeBytes) / 512,
    promisedSectorMax: awupfBlocks * lbaSectorCount,
    boundarySectorCount: nabspfBlocks * lbaSectorCount,
    tear,
    interrupted,
  };
}

/** Whether a command is written as a whole or not at all. */
export function isPromised(rules: AtomicityRules, sector: number, sectorCount: number): boolean {
  if (sectorCount > rules.promisedSectorMax) return false;
  const apart = rules.boundarySectorCount;
  if (apart === 0) return true;
  return Math.floor(sector / apart) === Math.floor((sector + sectorCount - 1) / apart);
}

/**
 * What a block of 4 KiB may read as, besides old and new, that was cut off: contents that nobody
 * wrote, or an error. Nothing of that where the block is written as a whole.
 */
export function cutOffBlocks(atomicity: Atomicity): readonly ('garbled' | 'unreadable')[] {
  const { unitSectorCount, interrupted } = atomicityRules(atomicity);
  const isMixed = unitSectorCount < sectorsPerBlock || interrupted === 'torn';
  return [
    ...(isMixed ? (['garbled'] as const) : []),
    ...(interrupted === 'unreadable' ? (['unreadable'] as const) : []),
  ];
}
