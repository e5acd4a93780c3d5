// From a Vega-Lite specification to the same SVG and PNG bytes on every machine.
//
//   spec --vega-lite--> vega --View.toSVG--> raw SVG --tidySvg--> SVG --resvg + shipped font--> PNG
//
// What would make bytes differ is taken away: text is measured from a table (text-width.ts), not by
// a canvas that may or may not be installed; coordinates are rounded, because Math.log differs
// between engines in the last bit; ids are renumbered, because Vega counts them over the whole
// process; number formats and chance are set explicitly. Specifications may hold no `data.url`: the
// loader refuses, and any warning is an error.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { LocaleFormatters, LoggerInterface, Spec } from 'vega';
import type { TopLevelSpec } from 'vega-lite';
import { textWidthPx } from './text-width.ts';

/** The family name inside the shipped font file. */
const fontFamily = 'Liberation Sans';
const fontFile = 'liberation-sans-regular.ttf';
const pngScale = 1.5;
const defaultFontSizePx = 11;

type Vega = typeof import('vega') & VegaUntyped;
type VegaLite = typeof import('vega-lite');

let loaded: Promise<{ vega: Vega; vegaLite: VegaLite }> | null = null;

/** Draws a specification. `idPrefix` keeps the ids of several drawings on one page apart. */
export async function renderSvg(spec: object, idPrefix: string): Promise<string> {
  // Loading takes some 200 ms each, which only those who draw should pay.
  loaded ??= load();
  const { vega, vegaLite } = await loaded;
  const warnings: string[] = [];
  const logger = collectingLogger(warnings);
  const compiled: Spec = vegaLite.compile(spec as TopLevelSpec, { logger }).spec;
  const view = new vega.View(vega.parse(compiled), {
    renderer: 'none',
    logger,
    loader: refusingLoader,
    locale: vega.locale(numberFormat, timeFormat),
  });
  const raw = await view.toSVG();
  view.finalize();
  if (warnings.length > 0) {
    throw new Error(`chart "${idPrefix}" is not drawn as written: ${warnings.join('; ')}`);
  }
  return tidySvg(raw, idPrefix);
}

/** Paints an SVG on white with the shipped font, at 1.5 pixels to a unit. */
export async function renderPng(svg: string): Promise<Uint8Array> {
  const { Resvg } = await import('@resvg/resvg-js');
  const image = new Resvg(svg, {
    background: '#ffffff',
    fitTo: { mode: 'zoom', value: pngScale },
    font: {
      loadSystemFonts: false,
      fontFiles: [fontPath()],
      defaultFontFamily: fontFamily,
      sansSerifFamily: fontFamily,
    },
    logLevel: 'off',
  });
  return new Uint8Array(image.render().asPng());
}

/** Where the font lies, seen from the sources (`reports/`) or from a build (`dist/reports/`). */
function fontPath(): string {
  const places = [`./fonts/${fontFile}`, `../../reports/fonts/${fontFile}`];
  for (const place of places) {
    const path = fileURLToPath(new URL(place, import.meta.url));
    if (existsSync(path)) return path;
  }
  // Without a font every text would be missing from the picture, silently.
  throw new Error(`font "${fontFile}" not found: expected it in "reports/fonts" of the package`);
}

async function load(): Promise<{ vega: Vega; vegaLite: VegaLite }> {
  const [vega, vegaLite] = await Promise.all([
    import('vega') as unknown as Promise<Vega>,
    import('vega-lite'),
  ]);
  // Both are settings of the whole process; the same value each time, so that order cannot matter.
  vega.setRandom(() => {
    throw new Error('a chart drew a random number: its bytes would differ from run to run');
  });
  // Text that is cut at a limit takes no more room than that; Vega leaves this to whoever measures.
  vega.textMetrics.width = ({ fontSize, limit }, text) => {
    const widthPx = textWidthPx(text ?? '', fontSize ?? defaultFontSizePx);
    return limit !== undefined && limit > 0 ? Math.min(widthPx, limit) : widthPx;
  };
  return { vega, vegaLite };
}

interface MeasuredItem {
  readonly fontSize?: number;
  readonly limit?: number;
}

/** What Vega exports but its type declarations leave out. */
interface VegaUntyped {
  readonly textMetrics: {
    width(item: MeasuredItem, text: string | null): number;
  };
  setRandom(random: () => number): void;
  locale(numberFormat: object, timeFormat: object): LocaleFormatters;
}

function collectingLogger(warnings: string[]): LoggerInterface {
  const collect = (...parts: readonly unknown[]): LoggerInterface => {
    warnings.push(parts.map(String).join(' '));
    return logger;
  };
  const ignore = (): LoggerInterface => logger;
  const level = ((value?: number) =>
    value === undefined ? 0 : logger) as LoggerInterface['level'];
  const logger: LoggerInterface = {
    level,
    error: collect,
    warn: collect,
    info: ignore,
    debug: ignore,
  };
  return logger;
}

const refuse = (uri: string): Promise<never> =>
  Promise.reject(new Error(`a chart asked for "${uri}": data must be inline`));
const refusingLoader = { load: refuse, sanitize: refuse, http: refuse, file: refuse, options: {} };

const numberFormat = {
  decimal: '.',
  thousands: ',',
  grouping: [3],
  currency: ['', ''] as [string, string],
};
const timeFormat = {
  dateTime: '%Y-%m-%d %H:%M:%S',
  date: '%Y-%m-%d',
  time: '%H:%M:%S',
  periods: ['AM', 'PM'] as [string, string],
  days: weekdays(),
  shortDays: weekdays(),
  months: months(),
  shortMonths: months(),
};

function weekdays(): Days {
  return ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
}

function months(): Months {
  return ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
}

type Seven<T> = [T, T, T, T, T, T, T];
type Days = Seven<string>;
type Months = [...Seven<string>, string, string, string, string, string];

const geometry = new Set([
  'd',
  'transform',
  'x',
  'y',
  'x1',
  'x2',
  'y1',
  'y2',
  'width',
  'height',
  'viewBox',
]);
const accessibility = new Set([
  'role',
  'aria-roledescription',
  'aria-hidden',
  'class',
  'pointer-events',
]);
const keptClasses = /role-title/;

/**
 * Rounds coordinates, renumbers ids, drops what a picture does not need, and turns descriptions of
 * marks into tooltips. Works on tags only, so that text which looks like an attribute stays as it
 * is.
 */
export function tidySvg(raw: string, idPrefix: string): string {
  const idByOriginal = new Map<string, string>();
  const rename = (id: string): string => {
    const known = idByOriginal.get(id);
    if (known !== undefined) return known;
    const name = `${idPrefix}-${idByOriginal.size + 1}`;
    idByOriginal.set(id, name);
    return name;
  };
  // Vega escapes `<` and `>` in texts and attributes, so that each match is one whole tag.
  return raw
    .replace(/<path[^>]* d=""[^>]*\/>|<path[^>]* display="none"[^>]*\/>/g, '')
    .replace(/<[a-zA-Z][^>]*>/g, (tag) => tidyTag(tag, rename));
}

function tidyTag(tag: string, rename: (id: string) => string): string {
  let hint = '';
  const isMark = tag.includes(' role="graphics-symbol"');
  const isRoot = tag.startsWith('<svg');
  const tidied = tag.replace(/ ([a-zA-Z:-]+)="([^"]*)"/g, (whole, name: string, value: string) => {
    if (name === 'aria-label') {
      if (isMark) hint = value;
      return '';
    }
    if (name === 'class' && (isRoot || keptClasses.test(value))) return whole;
    if (accessibility.has(name)) return '';
    if (geometry.has(name)) return ` ${name}="${roundNumbers(value)}"`;
    if (name === 'id') return ` id="${rename(value)}"`;
    const reference = /^url\(#(.*)\)$/.exec(value)?.[1];
    return reference === undefined ? whole : ` ${name}="url(#${rename(reference)})"`;
  });
  if (hint === '' || !tidied.endsWith('/>')) return tidied;
  const element = /^<([a-zA-Z]+)/.exec(tidied)?.[1];
  return `${tidied.slice(0, -2)}><title>${hint}</title></${element}>`;
}

function roundNumbers(text: string): string {
  return text.replace(/-?\d*\.\d+(?:e[-+]?\d+)?|-?\d+e[-+]?\d+/g, (number) => {
    const rounded = Number(Number(number).toFixed(2));
    return String(rounded === 0 ? 0 : rounded);
  });
}
