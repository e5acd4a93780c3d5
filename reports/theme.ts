// How reports look: one palette with a light and a dark colour for each use, one set of sizes.
//
// Charts are drawn once, in the light colours; the page's style sheet swaps each light colour for
// its dark one by attribute selector. So a light colour must have one meaning only, and no two may
// be equal.

/** A colour on white paper, and what stands for it on a dark page. */
export interface Ink {
  readonly light: string;
  readonly dark: string;
}

/** Colours by what they say. The hues stay apart for every common colour blindness. */
export const inks = {
  text: { light: '#1c2733', dark: '#e4e9ef' },
  quiet: { light: '#5b6775', dark: '#a3afbc' },
  line: { light: '#c9d0d8', dark: '#46515e' },
  grid: { light: '#e8ebef', dark: '#2b343e' },
  failure: { light: '#c0261c', dark: '#ff8577' },
  unknown: { light: '#444f5b', dark: '#8794a2' },
  fault: { light: '#a86400', dark: '#f0ae4a' },
  onFault: { light: '#fffffe', dark: '#1a1208' },
  faultBand: { light: '#e8a838', dark: '#e9a93a' },
  faultText: { light: '#7a4a00', dark: '#f2bd6c' },
  down: { light: '#39424d', dark: '#717d8a' },
  healthy: { light: '#1d6fb3', dark: '#70b7f0' },
  underFault: { light: '#d1570b', dark: '#ff9f5e' },
  percentileLow: { light: '#6b7480', dark: '#aab4bf' },
  percentileHigh: { light: '#135a96', dark: '#8fcbfa' },
  percentileTail: { light: '#9ccdf0', dark: '#2d638f' },
  offered: { light: '#11181f', dark: '#f4f7fa' },
  onHeat: { light: '#fefefe', dark: '#0b1a16' },
} as const satisfies Readonly<Record<string, Ink>>;

/** Colours for names without a meaning of their own (operations, states), in order of use. */
export const seriesInks: readonly Ink[] = [
  { light: '#2b78b8', dark: '#6cb6f2' },
  { light: '#17987f', dark: '#45cdb2' },
  { light: '#8a5cb4', dark: '#c29ce8' },
  { light: '#d0638f', dark: '#f291b8' },
  { light: '#7b8f2a', dark: '#b3cc5c' },
  { light: '#6cc0e0', dark: '#a6e1f7' },
  { light: '#8b6b4f', dark: '#c9a98c' },
  { light: '#e39a1d', dark: '#f2b84a' },
];

/** Counts from few to many, in steps that the eye tells apart. */
export const heatInks: readonly Ink[] = [
  { light: '#d8eee7', dark: '#16332d' },
  { light: '#a6dac9', dark: '#1d4f44' },
  { light: '#62bba2', dark: '#276e5e' },
  { light: '#1e826a', dark: '#4fb59c' },
  { light: '#0d5343', dark: '#9ee9d4' },
];

/** The colour for everything beyond the named series. */
export const otherInk: Ink = { light: '#a7b0ba', dark: '#5f6b78' };

/** Every pair of colours a chart may hold; the style sheet is made from it. */
export const allInks: readonly Ink[] = [
  ...Object.values(inks),
  ...seriesInks,
  ...heatInks,
  otherInk,
];

/** The light colour of series `index`, counted from 0; beyond the palette everything is grey. */
export function seriesColor(index: number): string {
  return (seriesInks[index] ?? otherInk).light;
}

/** The family of the shipped font, then fonts with the same widths. */
const chartFont = 'Liberation Sans, Arial, Helvetica, sans-serif';

/**
 * Sizes of charts in pixels. All time charts share the margin and the width, so that they line up.
 */
export const sizes = {
  plotWidthPx: 960,
  axisWidthPx: 112,
  rightWidthPx: 16,
  labelPx: 11,
  bandLabelPx: 10,
  bandLaneHeightPx: 13,
} as const;

/** What every chart may hold at most; rows are bucketed to stay below it. */
export const marksMax = 5_000;

/** The Vega-Lite configuration of every chart. */
export const chartConfig = {
  background: 'transparent',
  font: chartFont,
  padding: { left: 0, right: sizes.rightWidthPx, top: 6, bottom: 6 },
  view: { stroke: null },
  title: {
    anchor: 'start',
    frame: 'group',
    color: inks.text.light,
    fontSize: 15,
    fontWeight: 'normal',
    subtitleColor: inks.quiet.light,
    subtitleFontSize: 11.5,
    subtitleFontWeight: 'normal',
    subtitlePadding: 5,
    dx: -sizes.axisWidthPx,
    offset: 14,
  },
  axis: {
    labelColor: inks.quiet.light,
    labelFontSize: sizes.labelPx,
    labelFontWeight: 'normal',
    labelLimit: sizes.axisWidthPx - 10,
    titleColor: inks.quiet.light,
    titleFontSize: sizes.labelPx,
    titleFontWeight: 'normal',
    domainColor: inks.line.light,
    tickColor: inks.line.light,
    gridColor: inks.grid.light,
  },
  legend: {
    labelColor: inks.text.light,
    labelFontSize: sizes.labelPx,
    labelLimit: 0,
    titleColor: inks.quiet.light,
    titleFontSize: sizes.labelPx,
    titleFontWeight: 'normal',
    symbolSize: 90,
    columnPadding: 16,
  },
} as const;
