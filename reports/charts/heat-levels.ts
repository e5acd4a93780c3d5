// Counts as colours: a level for each power of ten, and what stands where nothing was counted.
import { heatInks, inks } from '../theme.ts';

/** The first of a level is the least count in it; a level for each of `heatInks`. */
const levels = [
  { countMin: 1, name: '1' },
  { countMin: 2, name: '2 to 9' },
  { countMin: 10, name: '10 to 99' },
  { countMin: 100, name: '100 to 999' },
  { countMin: 1_000, name: '1,000 and more' },
] as const;
/** From this level on, counted from 0, a cell is too strong for text in the colour of text. */
const strongLevelMin = 3;

/** The level of a count of 1 or more, and the ink of text that stands on its colour. */
export function heatOf(count: number): { readonly level: string; readonly ink: string } {
  const at = levels.findLastIndex(({ countMin }) => count >= countMin);
  return {
    level: levels[at]!.name,
    ink: at < strongLevelMin ? inks.text.light : inks.onHeat.light,
  };
}

/** The fill of cells by their level. */
export const levelChannel = {
  field: 'level',
  type: 'nominal',
  scale: {
    domain: levels.map(({ name }) => name),
    range: heatInks.map(({ light }) => light),
  },
  legend: { title: null, orient: 'top', symbolType: 'square' },
} as const;

/** How a cell looks that was never met. */
export const neverLook = {
  fill: 'transparent',
  stroke: inks.line.light,
  strokeDash: [3, 3],
} as const;
