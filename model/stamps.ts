// What a block holds, as far as checks go: a 32-bit stamp = session epoch * 2^22 + sequence.
//
// A stamp is unique for a write and a block, and for one block the higher one is the later write,
// because a volume has one writer session at a time. So every merge is "the higher stamp wins":
// duplicated and overtaken messages do no harm, and copying, write-back and re-sync are one
// idempotent operation.
import { assert } from '../sim/index.ts';

/** Sequences of one session lie in 1..sequenceMax. */
export const sequenceMax = 4_194_303;
/** Session epochs lie in 1..sessionMax, so that stamps fit 31 bits. */
export const sessionMax = 511;

const sequencePerSession = 4_194_304;

/**
 * Sessions of a volume that others are restored from lie below this; those of a volume restored
 * from it begin here, and so on: what a volume began with is older than all its own writes.
 */
export const sessionsPerRestore = 128;

/** The stamp of one block of a write. */
export function stampOf(session: number, sequence: number): number {
  assert(session >= 1 && session <= sessionMax, `session ${session} outside 1..${sessionMax}`);
  assert(
    sequence >= 1 && sequence <= sequenceMax,
    `sequence ${sequence} outside 1..${sequenceMax}`,
  );
  return session * sequencePerSession + sequence;
}

/** The session that wrote a stamp; 0 for a block never written. */
export function sessionOfStamp(stamp: number): number {
  return Math.floor(stamp / sequencePerSession);
}
