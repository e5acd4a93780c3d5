// The card as a table: a line for each gate, and below it what it compared.
import { type AccuracyCard, type GateName, type GateRow, gates, holds, verdictOf } from './gate.ts';

const whatWidth = 66;
const numberWidth = 13;

/** The lines. Without `verbose` a gate with many rows shows those that miss and the worst ones. */
export function cardText(card: AccuracyCard, options: { readonly verbose: boolean }): string {
  const lines: string[] = [];
  for (const gate of gatesOf(card)) {
    const verdict = verdictOf(card, gate);
    const why = card.absent[gate] === undefined ? '' : `: ${card.absent[gate]}`;
    lines.push(`${gate}  ${verdict}${why}  ${gates[gate]}`);
    const rows = card.rows.filter((row) => row.gate === gate);
    const shown = options.verbose ? rows : mostTelling(rows);
    if (shown.length > 0) {
      lines.push(
        `    ${''.padEnd(whatWidth)}${'expected'.padStart(numberWidth)}` +
          `${'found'.padStart(numberWidth)}${'off'.padStart(9)}${'allowed'.padStart(10)}`,
      );
    }
    lines.push(...shown.map(rowText));
    const hiddenCount = rows.length - shown.length;
    if (hiddenCount > 0) lines.push(`    and ${hiddenCount} more that hold; -v shows them`);
  }
  return `${lines.join('\n')}\n`;
}

/** The gates that were asked for, in order. */
export function gatesOf({ rows, absent }: AccuracyCard): readonly GateName[] {
  return (Object.keys(gates) as GateName[]).filter(
    (gate) => absent[gate] !== undefined || rows.some((row) => row.gate === gate),
  );
}

const shownCountMax = 8;

/** All that miss, then those closest to their limit, in the order of the card. */
function mostTelling(rows: readonly GateRow[]): readonly GateRow[] {
  const closeness = (row: GateRow) => {
    if (!holds(row)) return Number.POSITIVE_INFINITY;
    if (row.tolerance === 0 || !Number.isFinite(row.tolerance)) return 0;
    return Math.abs(offOf(row)) / row.tolerance;
  };
  const missCount = rows.filter((row) => !holds(row)).length;
  const chosen = new Set(
    [...rows]
      .map((row, index) => ({ row, index }))
      .sort((a, b) => closeness(b.row) - closeness(a.row) || a.index - b.index)
      .slice(0, Math.max(missCount, shownCountMax))
      .map(({ row }) => row),
  );
  return rows.filter((row) => chosen.has(row));
}

function rowText(row: GateRow): string {
  const { what, expected, found, unit, note } = row;
  // A misfit is known, and judged by nothing.
  const mark = !holds(row) ? '!' : Number.isFinite(row.tolerance) ? ' ' : '~';
  const more = note === undefined ? '' : `  ${note}`;
  return (
    `  ${mark} ${what.slice(0, whatWidth - 1).padEnd(whatWidth)}` +
    `${numberText(expected).padStart(numberWidth)}${numberText(found).padStart(numberWidth)}` +
    `${offText(row).padStart(9)}${allowedText(row).padStart(10)}  ${unit}${more}`
  ).trimEnd();
}

/** How far off, as a share of what is expected. */
export function offOf({ expected, found }: GateRow): number {
  return expected === 0 ? found : found / expected - 1;
}

function offText(row: GateRow): string {
  const off = 100 * offOf(row);
  return `${off < 0 ? '-' : '+'}${Math.abs(off).toFixed(Math.abs(off) < 0.05 ? 2 : 1)} %`;
}

/** How far off it may be. */
export function allowedText({ tolerance, bound }: GateRow): string {
  if (bound === 'above') return 'at least';
  if (bound === 'below') return 'at most';
  if (!Number.isFinite(tolerance)) return 'misfit';
  if (tolerance === 0) return 'exact';
  return tolerance < 1e-3
    ? tolerance.toExponential(0)
    : `${Number((100 * tolerance).toFixed(1))} %`;
}

/** Four digits that tell, in full where the number is large. */
export function numberText(value: number): string {
  if (value !== 0 && Math.abs(value) < 1e-3) return value.toExponential(2);
  if (Math.abs(value) >= 1e12) return value.toExponential(4);
  if (Number.isInteger(value) || Math.abs(value) >= 1e4) return value.toFixed(0);
  return String(Number(value.toPrecision(4)));
}
