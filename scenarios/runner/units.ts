// Text with units lives only in scenario files; everything behind the reader counts in one unit.
//
//   duration -> ns        size -> bytes           share -> 0..1     rate -> per second
//   factor -> a number    ppm -> a whole number   bandwidth -> bits per second

/** What a text measures. */
export type Measure = 'duration' | 'size' | 'share' | 'rate' | 'bandwidth' | 'factor' | 'ppm';

interface MeasureRules {
  readonly noun: string;
  /** How many of the counted unit one of the written unit is; smallest first. */
  readonly units: Readonly<Record<string, number>>;
  /** Counted in whole numbers. */
  readonly whole: boolean;
  /** The unit a bare number most likely meant: the one the hint proposes. */
  readonly hinted: string;
  /** Units from elsewhere that people write, and what to write instead. */
  readonly foreign: Readonly<Record<string, string>>;
}

/** Every measure: its units and how it is counted. */
export const measures = {
  duration: {
    noun: 'duration',
    units: { ns: 1, us: 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 },
    whole: true,
    hinted: 's',
    foreign: { sec: 's', min: 'm', µs: 'us', hr: 'h', d: 'h' },
  },
  size: {
    noun: 'size',
    units: { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3, TiB: 1024 ** 4 },
    whole: true,
    hinted: 'MiB',
    foreign: { b: 'B', k: 'KiB', K: 'KiB', kB: 'KiB', KB: 'KiB', M: 'MiB', MB: 'MiB', GB: 'GiB' },
  },
  share: { noun: 'share', units: { '%': 1 }, whole: false, hinted: '%', foreign: {} },
  rate: {
    noun: 'rate',
    units: { '/s': 1 },
    whole: false,
    hinted: '/s',
    foreign: { '/sec': '/s', '/m': '/s', '/min': '/s', iops: '/s', Hz: '/s' },
  },
  bandwidth: {
    noun: 'bandwidth',
    units: { 'bit/s': 1, 'kbit/s': 1e3, 'Mbit/s': 1e6, 'Gbit/s': 1e9 },
    whole: true,
    hinted: 'Gbit/s',
    foreign: { Gbps: 'Gbit/s', Mbps: 'Mbit/s', 'GB/s': 'Gbit/s', 'MB/s': 'Mbit/s', G: 'Gbit/s' },
  },
  factor: { noun: 'factor', units: { x: 1 }, whole: false, hinted: 'x', foreign: { X: 'x' } },
  ppm: { noun: 'clock rate', units: { ppm: 1 }, whole: true, hinted: 'ppm', foreign: {} },
} as const satisfies Record<Measure, MeasureRules>;

/** Shares are read to one part in a billion, so that text and number are one to one. */
const shareParts = 1e9;

/** A quantity in its counted unit, or why the text is none. */
export type QuantityReading =
  | { readonly ok: true; readonly value: number }
  | { readonly ok: false; readonly message: string };

/** The least and the most of what may be; equal when one value was written. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** A range in the counted unit, or why the text is none. */
export type RangeReading =
  | { readonly ok: true; readonly value: Range }
  | { readonly ok: false; readonly message: string };

/**
 * The pattern of one quantity, for the JSON Schema: editors refuse a bare number while it is typed.
 */
export function quantityPattern(measure: Measure, options: { readonly range: boolean }): string {
  const units = Object.keys(measures[measure].units).join('|');
  const one = `-?[0-9]+(\\.[0-9]+)?(${units})`;
  return options.range ? `^${one}(\\.\\.${one})?$` : `^${one}$`;
}

/** Reads `30s`, `4KiB`, `0.01%`. Negative quantities are read; who wants none refuses them. */
export function readQuantity(measure: Measure, text: string): QuantityReading {
  const rules: MeasureRules = measures[measure];
  const match = /^(-?\d+(?:\.\d+)?)(.*)$/.exec(text);
  if (match === null) return refused(rules, text, `write '30${rules.hinted}'`);
  const [, number, unit] = match as unknown as [string, string, string];
  if (unit === '') return refused(rules, text, `write '${text}${rules.hinted}'`);
  const scale = rules.units[unit];
  if (scale === undefined) {
    const instead = rules.foreign[unit];
    const known = Object.keys(rules.units).join(', ');
    const advice = instead === undefined ? `write one of ${known}` : `write '${number}${instead}'`;
    return {
      ok: false,
      message: `unknown unit '${unit}' of a ${rules.noun} in '${text}'; ${advice}`,
    };
  }
  return scaled(measure, rules, text, { number, unit, scale });
}

function scaled(
  measure: Measure,
  rules: MeasureRules,
  text: string,
  parts: { readonly number: string; readonly unit: string; readonly scale: number },
): QuantityReading {
  const product = Number(parts.number) * parts.scale;
  const value =
    measure === 'share' ? Math.round(product * shareParts * 0.01) / shareParts : product;
  if (!rules.whole) return { ok: true, value: value === 0 ? 0 : value };
  const whole = Math.round(value);
  const smallest = Object.keys(rules.units)[0]!;
  if (Math.abs(whole - value) > 1e-6 * Math.max(1, Math.abs(value) / 1e9)) {
    return {
      ok: false,
      message: `expected a ${rules.noun} in whole ${smallest}, found '${text}'; write fewer digits`,
    };
  }
  if (!Number.isSafeInteger(whole)) {
    return {
      ok: false,
      message: `expected a ${rules.noun} of at most 2^53 ${smallest}, found '${text}'; write less`,
    };
  }
  return { ok: true, value: whole === 0 ? 0 : whole };
}

/** What a value of another type, or text without a number, is told. */
export function quantityExpected(measure: Measure, found: unknown): string {
  const rules: MeasureRules = measures[measure];
  const advice =
    typeof found === 'number' ? `write '${found}${rules.hinted}'` : `such as '30${rules.hinted}'`;
  return `expected a ${rules.noun} with a unit, found ${shown(found)}; ${advice}`;
}

/** Reads `5s..20s`, or one quantity as a range of itself. */
export function readRange(measure: Measure, text: string): RangeReading {
  const ends = text.split('..');
  if (ends.length === 1) {
    const one = readQuantity(measure, text);
    return one.ok ? { ok: true, value: { min: one.value, max: one.value } } : one;
  }
  const [low, high] = ends as [string, string];
  const rules: MeasureRules = measures[measure];
  if (ends.length > 2 || low === '' || high === '') {
    const example = `5${rules.hinted}..20${rules.hinted}`;
    return { ok: false, message: `expected a range such as '${example}', found '${text}'` };
  }
  const unit = /[^\d.-].*$/.exec(high)?.[0] ?? '';
  if (/^-?\d+(\.\d+)?$/.test(low) && unit !== '') {
    return {
      ok: false,
      message:
        `expected a unit on both ends of a range, found '${text}'; ` +
        `write '${low}${unit}..${high}'`,
    };
  }
  const min = readQuantity(measure, low);
  if (!min.ok) return min;
  const max = readQuantity(measure, high);
  if (!max.ok) return max;
  if (max.value < min.value) {
    return {
      ok: false,
      message: `expected a range that rises, found '${text}'; write '${high}..${low}'`,
    };
  }
  return { ok: true, value: { min: min.value, max: max.value } };
}

/** The shortest text that reads back as exactly this value: `1500ms`, `64MiB`, `0.01%`. */
export function quantityText(measure: Measure, value: number): string {
  const rules: MeasureRules = measures[measure];
  if (measure === 'share') return `${shareDigits(value)}%`;
  if (!rules.whole) return `${plainDigits(value)}${Object.keys(rules.units)[0]}`;
  const units = Object.entries(rules.units).reverse();
  if (value === 0) return `0${measure === 'duration' ? 's' : Object.keys(rules.units)[0]}`;
  for (const [unit, scale] of units) {
    const count = value / scale;
    // Minutes and hours are left to people: 90s is read faster than 1m and a half.
    if (unit === 'm' || unit === 'h') continue;
    if (Number.isInteger(count)) return `${plainDigits(count)}${unit}`;
  }
  return `${plainDigits(value)}${Object.keys(rules.units)[0]}`;
}

/** `5s..20s`, or `5s` where both ends are one. */
export function rangeText(measure: Measure, range: Range): string {
  const low = quantityText(measure, range.min);
  return range.min === range.max ? low : `${low}..${quantityText(measure, range.max)}`;
}

function shareDigits(share: number): string {
  return plainDigits(Math.round(share * shareParts) / (shareParts / 100));
}

/** Digits without an exponent: `1e-7` is no number of ours. */
function plainDigits(value: number): string {
  const text = String(value);
  if (!text.includes('e')) return text;
  return value.toFixed(20).replace(/\.?0+$/, '');
}

function refused(rules: MeasureRules, text: string, advice: string): QuantityReading {
  return { ok: false, message: `expected a ${rules.noun} with a unit, found '${text}'; ${advice}` };
}

/** A found value as a message shows it. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'an empty value';
  if (typeof value === 'string') return `'${value}'`;
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  return String(value);
}
