/**
 * JSON whose bytes depend on the value alone: keys in code unit order, two spaces of indentation.
 * What JSON has no text for (undefined in a map) is left out; numbers that are not finite are
 * refused.
 */
export function canonicalJson(value: unknown): string {
  return `${written(value, '')}\n`;
}

function written(value: unknown, indent: string): string {
  if (Array.isArray(value)) {
    return block(
      '[',
      value.map((item) => written(item, `${indent}  `)),
      ']',
      indent,
    );
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value)
      .filter(([, part]) => part !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, part]) => `${JSON.stringify(key)}: ${written(part, `${indent}  `)}`);
    return block('{', entries, '}', indent);
  }
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new RangeError(`expected a finite number in JSON, found ${value}`);
  }
  return JSON.stringify(value) ?? 'null';
}

function block(open: string, parts: readonly string[], close: string, indent: string): string {
  if (parts.length === 0) return `${open}${close}`;
  return `${open}\n${parts.map((part) => `${indent}  ${part}`).join(',\n')}\n${indent}${close}`;
}
