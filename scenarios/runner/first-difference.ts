import type { Entry } from '../../sim/index.ts';

/** Where two records of what should be one run part. */
export interface Difference {
  readonly index: number;
  /** Null where one record ended. */
  readonly left: Entry | null;
  readonly right: Entry | null;
}

/** The first entry in which two records differ; null when they are the same. */
export function firstDifference(
  left: readonly Entry[],
  right: readonly Entry[],
): Difference | null {
  const length = Math.max(left.length, right.length);
  for (let index = 0; index < length; index += 1) {
    const a = left[index] ?? null;
    const b = right[index] ?? null;
    if (JSON.stringify(a) !== JSON.stringify(b)) return { index, left: a, right: b };
  }
  return null;
}

/** The difference in three lines, for a person. */
export function differenceText(difference: Difference): string {
  const line = (entry: Entry | null) =>
    entry === null ? '(the record ends)' : JSON.stringify(entry);
  return [
    `first difference at entry #${difference.index}`,
    `  before  ${line(difference.left)}`,
    `  now     ${line(difference.right)}`,
  ].join('\n');
}
