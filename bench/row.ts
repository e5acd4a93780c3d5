/** One measured number of a benchmark. */
export interface BenchRow {
  /** What was measured, with its conditions: `disk: random write, 64 GiB, QD32`. */
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What it must reach, in words: `at least 1000000`. */
  readonly target?: string;
  /** Whether it did; absent without a target. */
  readonly held?: boolean;
}
