// Text for people, the same in every locale; and text made safe to stand in HTML, SVG and links.

const nsPerSec = 1_000_000_000;

// Legal in a JavaScript string, refused or misread by readers of XML.
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it must find.
const unprintable = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufffe\uffff\p{Surrogate}]/gu;

/** One line that every reader accepts: what cannot be printed becomes U+FFFD. */
export function printable(text: string): string {
  return text.replace(unprintable, '\ufffd');
}

/** Many lines that every reader accepts; tabs and line ends stay. */
export function printableLines(text: string): string {
  const lines = text.replaceAll('\r\n', '\n').split('\n');
  return lines.map((line) => line.split('\t').map(printable).join('\t')).join('\n');
}

/** At most `lengthMax` characters; what was cut is shown by an ellipsis. */
export function shorten(text: string, lengthMax: number): string {
  if (text.length <= lengthMax) return text;
  return `${printable(text.slice(0, lengthMax - 1))}\u2026`;
}

/** Text for an element or a quoted attribute of HTML. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** A link that carries its own file, for downloads from a page without a server. */
export function dataLink(mediaType: string, text: string): string {
  const wellFormed = printableLines(text);
  return `data:${mediaType};charset=utf-8,${encodeURIComponent(wellFormed).replaceAll("'", '%27')}`;
}

/** A number with at most `digitsMax` decimals and no trailing zeros. */
export function formatNumber(value: number, digitsMax = 3): string {
  const text = value.toFixed(digitsMax);
  if (!text.includes('.') || text.includes('e')) return text;
  return text.replace(/0+$/, '').replace(/\.$/, '');
}

/** A count with a comma between each three digits. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** An instant or a span as seconds, exact to the microsecond: `19.482113 s`. */
export function formatSec(atNs: number): string {
  return `${formatNumber(atNs / nsPerSec, 6)} s`;
}

/**
 * A span in the unit that reads best: `250 us` becomes `250 \u00b5s`, `1500 ms` becomes `1.5 s`.
 */
export function formatSpan(spanNs: number): string {
  if (spanNs >= nsPerSec) return `${formatNumber(spanNs / nsPerSec, 3)} s`;
  if (spanNs >= 1_000_000) return `${formatNumber(spanNs / 1_000_000, 3)} ms`;
  if (spanNs >= 1_000) return `${formatNumber(spanNs / 1_000, 3)} \u00b5s`;
  return `${formatNumber(spanNs, 0)} ns`;
}

/** `one` for 1, else `many`, with the count before it. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** The parameters of a fault or the facts of a mark in one line: `factor 20, loses unsynced`. */
export function formatParams(params: Readonly<Record<string, unknown>>): string {
  const names = Object.keys(params).sort((a, b) => (a < b ? -1 : 1));
  return names
    .map((name) => `${name.replace(/Ns$/, '')} ${formatParam(name, params[name])}`)
    .join(', ');
}

function formatParam(name: string, value: unknown): string {
  if (typeof value === 'number') return name.endsWith('Ns') ? formatSpan(value) : String(value);
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map((item) => formatGroup(item)).join(' | ');
  return JSON.stringify(value) ?? String(value);
}

function formatGroup(item: unknown): string {
  if (Array.isArray(item)) return `[${item.map(String).join(', ')}]`;
  return typeof item === 'string' ? item : JSON.stringify(item);
}

/** Orders names so that `host-2` comes before `host-10`; total, and the same in every locale. */
export function compareNames(a: string, b: string): number {
  const left = a.match(/\d+|\D+/g) ?? [];
  const right = b.match(/\d+|\D+/g) ?? [];
  for (let index = 0; index < Math.min(left.length, right.length); index += 1) {
    const [l, r] = [left[index]!, right[index]!];
    if (l === r) continue;
    const difference = Number(l) - Number(r);
    if (difference !== 0 && !Number.isNaN(difference)) return difference;
    return l < r ? -1 : 1;
  }
  if (left.length !== right.length) return left.length - right.length;
  return a < b ? -1 : a > b ? 1 : 0;
}
