// Writes numbers into a profile with where they are from; see sources.ts for what reads them.
import { createHash } from 'node:crypto';
import type { SourceKind } from '../sources.ts';

/** Where numbers are from. */
export interface Source {
  readonly src: SourceKind;
  /** Where they can be read. */
  readonly ref?: string;
  /** How they came about. */
  readonly note?: string;
}

/** A number, or a list of numbers, with its source. */
export function sourced<T>(v: T, source: Source): { readonly v: T } & Source {
  return { v, ...source };
}

/** Every number in a value, and every list with numbers in it, with one source. */
export function allSourced(value: unknown, source: Source): unknown {
  if (typeof value === 'number') return sourced(value, source);
  if (Array.isArray(value)) return sourced(value, source);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, allSourced(item, source)]),
  );
}

/** The content of a file as 64 hex digits. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** A profile as the text of its file. */
export function profileText(profile: object): string {
  return `${JSON.stringify(profile, null, 2)}\n`;
}

/** An id that a profile may have, from any name. */
export function idOf(name: string): string {
  const id = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return /^[a-z]/.test(id) ? id : `device-${id}`;
}
