// The colour of each state of a volume in a cell, the same in every chart: authoritative states
// strong, what leads to them and away from them lighter, the seal the colour of a warning.
import { inks, otherInk, seriesInks } from '../theme.ts';

const stateInks: Readonly<Record<string, string>> = {
  active: seriesInks[0]!.light,
  migrating: seriesInks[5]!.light,
  creating: seriesInks[4]!.light,
  sealed: inks.fault.light,
  retired: otherInk.light,
  'not-found': inks.grid.light,
};

/** A scale for the states that occur, in the order of a volume's life. */
export function cellStateScale(occurring: readonly string[]): {
  readonly domain: readonly string[];
  readonly range: readonly string[];
} {
  const seen = new Set(occurring);
  const domain = Object.keys(stateInks).filter((state) => seen.has(state));
  for (const state of seen) if (!(state in stateInks)) domain.push(state);
  return { domain, range: domain.map((state) => stateInks[state] ?? inks.unknown.light) };
}
