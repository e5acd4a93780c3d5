// How many refer to the objects of the lineage store: told in a few numbers, so that whoever knows
// what snapshots there are can count them, too.
import { digestOf } from '../digest.ts';
import type { StoreStep } from './state.ts';

/** How many refer to which objects, in short. */
export interface CountedReferences {
  /** Objects that anybody refers to. */
  readonly objectCount: number;
  /** How many refer to all of them together. */
  readonly referenceCount: number;
  /** Of each object with its count: differs where any of them does. */
  readonly digest: number;
}

/** Sums up how many refer to each object, by object from 0 on. */
export function sumUp(references: ArrayLike<number>): CountedReferences {
  const counted: number[] = [];
  let referenceCount = 0;
  for (let object = 0; object < references.length; object++) {
    const count = references[object]!;
    if (count === 0) continue;
    counted.push(object, count);
    referenceCount += count;
  }
  return { objectCount: counted.length / 2, referenceCount, digest: digestOf(counted) };
}

/**
 * Notes how many refer to the objects, unless something is put or written: what is under way is
 * referred to by nothing that anybody could know of.
 */
export function noteReferences({ state, out }: StoreStep): void {
  if (isQuiet(state)) out.mark('references.counted', { ...sumUp(state.references) });
}

/** Whether nothing is put, completed or deleted now. */
function isQuiet({ staging, jobs }: StoreStep['state']): boolean {
  return staging.size === 0 && [...jobs.values()].every(({ kind }) => kind === 'read');
}
