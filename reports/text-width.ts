// The width of text in the shipped font, from a table: the same answer on every machine, whether or
// not a canvas package happens to be installed. Source: the `hmtx` table of Liberation Sans 2.1.5,
// whose widths are those of Arial and Helvetica, in units of 1/2048 em.

const unitsPerEm = 2048;
const firstCode = 32;
// Any other character is taken as a wide one, so that labels are given too much room, never too
// little.
const otherWidthUnits = 2048;

const asciiWidthUnits = [
  569, 569, 727, 1139, 1139, 1821, 1366, 391, 682, 682, 797, 1196, 569, 682, 569, 569, 1139, 1139,
  1139, 1139, 1139, 1139, 1139, 1139, 1139, 1139, 569, 569, 1196, 1196, 1196, 1139, 2079, 1366,
  1366, 1479, 1479, 1366, 1251, 1593, 1479, 569, 1024, 1366, 1139, 1706, 1479, 1593, 1366, 1593,
  1479, 1366, 1251, 1479, 1366, 1933, 1366, 1366, 1251, 569, 569, 569, 961, 1139, 682, 1139, 1139,
  1024, 1139, 1139, 569, 1139, 1139, 455, 455, 1024, 455, 1706, 1139, 1139, 1139, 1139, 682, 1024,
  569, 1139, 1024, 1479, 1024, 1024, 1024, 684, 532, 684, 1196,
];

/** The width of `text` in pixels at a font size in pixels. */
export function textWidthPx(text: string, fontSizePx: number): number {
  let widthUnits = 0;
  for (let index = 0; index < text.length; index += 1) {
    widthUnits += asciiWidthUnits[text.charCodeAt(index) - firstCode] ?? otherWidthUnits;
  }
  return (widthUnits * fontSizePx) / unitsPerEm;
}

/** The text if it fits into `limitPx`, else its beginning and its end, which tell names apart. */
export function fitName(text: string, limitPx: number, fontSizePx: number): string {
  if (textWidthPx(text, fontSizePx) <= limitPx) return text;
  for (let keptCount = text.length - 1; keptCount > 2; keptCount -= 1) {
    const headCount = Math.ceil(keptCount / 2);
    const tailCount = keptCount - headCount;
    const fitted = `${text.slice(0, headCount)}\u2026${text.slice(text.length - tailCount)}`;
    if (textWidthPx(fitted, fontSizePx) <= limitPx) return fitted;
  }
  return text.slice(0, 1);
}
