// Distributions of response times as a table and a line of bars.
//
//              count       mean        p50        p90 ...      max
//   read        6511   9.270 ms   9.518 ms  18.380 ms ...
//   0.5 ms |.:-=+*#%@   | 32 ms       how many in each of equally wide steps of a logarithmic axis
import { type Spread, spreadOf } from './samples.ts';

/** A row of the table. */
export interface SpreadRow {
  readonly name: string;
  readonly timesNs: Float64Array;
}

const shares: readonly (readonly [string, number])[] = [
  ['p50', 0.5],
  ['p90', 0.9],
  ['p95', 0.95],
  ['p99', 0.99],
  ['p99.9', 0.999],
  ['p99.99', 0.9999],
  ['max', 1],
];
const width = 11;
const bars = { plain: ' .:-=+*#%@', signs: ' ▁▂▃▄▅▆▇█' } as const;
const stepsPerDoubling = 4;

/** The table; rows without a time are left out. */
export function spreadTable(rows: readonly SpreadRow[]): string {
  const kept = rows.filter(({ timesNs }) => timesNs.length > 0);
  const nameWidth = Math.max(10, ...kept.map(({ name }) => name.length));
  const cells = (texts: readonly string[]) => texts.map((text) => text.padStart(width)).join('');
  const head = cells(['count', 'mean', ...shares.map(([name]) => name)]);
  const lines = kept.map(({ name, timesNs }) => {
    const spread = spreadOf(timesNs);
    const times = [spread.meanNs, ...shares.map(([, share]) => spread.quantileNs(share))];
    return `${name.padEnd(nameWidth)}${cells([String(spread.count), ...times.map(timeText)])}\n`;
  });
  return `${' '.repeat(nameWidth)}${head}\n${lines.join('')}`;
}

/** One line of bars over a logarithmic axis, from the least to the most of the times. */
export function histogramLine(timesNs: Float64Array, options: { readonly ascii: boolean }): string {
  const spread: Spread = spreadOf(timesNs);
  const first = stepOf(spread.minNs);
  const counts = new Array<number>(stepOf(spread.maxNs) - first + 1).fill(0);
  for (const time of timesNs) counts[stepOf(time) - first]! += 1;
  const signs = options.ascii ? bars.plain : bars.signs;
  const most = Math.max(...counts);
  const line = counts
    .map((count) => signs[count === 0 ? 0 : 1 + Math.floor(((signs.length - 2) * count) / most)])
    .join('');
  return `${timeText(spread.minNs)} |${line}| ${timeText(spread.maxNs)}`;
}

/** Steps are a quarter of a doubling wide, straight inside it: no logarithm is needed. */
function stepOf(timeNs: number): number {
  let doubling = 0;
  let startNs = 1;
  while (timeNs >= startNs * 2) {
    startNs *= 2;
    doubling += 1;
  }
  const inside = Math.floor(((timeNs - startNs) / startNs) * stepsPerDoubling);
  return doubling * stepsPerDoubling + Math.max(0, inside);
}

/** `9.518 ms`, `66.79 us`, `812 ns`. */
export function timeText(ns: number): string {
  if (ns >= 1e9) return `${(ns / 1e9).toFixed(3)} s`;
  if (ns >= 1e6) return `${(ns / 1e6).toFixed(3)} ms`;
  return ns >= 1e3 ? `${(ns / 1e3).toFixed(2)} us` : `${Math.round(ns)} ns`;
}
