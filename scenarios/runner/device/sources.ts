// In a profile every number says where it is from. This takes the sources off:
//
//   { "readNs": { "v": 86000, "src": "fit", "ref": "..." } }  -->  { "readNs": 86000 }, fit: 1
//
// What `v` holds may be a list or a map of numbers that share their source.
import type { PositionedDocument, ValuePath } from '../document.ts';
import type { Problem } from '../problems.ts';
import { problemAt } from '../refusals.ts';
import { unknownName } from '../suggest.ts';
import { shown } from '../units.ts';

/**
 * Where a number is from: printed by the maker; measured by somebody; fitted to measurements;
 * assumed, with a reason; a default of this program.
 */
export const sourceKinds = ['spec', 'measured', 'fit', 'assumed', 'default'] as const;

/** One of the kinds of source. */
export type SourceKind = (typeof sourceKinds)[number];

/** How many numbers of a profile are from each kind of source. */
export type SourceCounts = Readonly<Record<SourceKind, number>>;

/** A profile without its sources, and what they were. */
export interface Unsourced {
  readonly value: unknown;
  readonly counts: SourceCounts;
  readonly problems: readonly Problem[];
}

/** Says that the value, or the key, at `path` cannot stay. */
type RefuseAt = (path: ValuePath, message: string, part?: 'key' | 'value') => void;

/** Parts of a profile whose numbers need no source of their own: they are what is claimed. */
export const exemptKeys: readonly string[] = ['validation', 'schema'];
const keysOfSource: readonly string[] = ['v', 'src', 'ref', 'note'];
/** Kinds that must be looked up: without a place to look they are hearsay. */
const withReference: readonly string[] = ['spec', 'measured'];

/** Takes the sources off everything in a document; a number without one is a problem. */
export function withoutSources(document: PositionedDocument): Unsourced {
  const counts: Record<SourceKind, number> = {
    spec: 0,
    measured: 0,
    fit: 0,
    assumed: 0,
    default: 0,
  };
  const problems: Problem[] = [];
  const refuse: RefuseAt = (path, message, part = 'value') => {
    const place = part === 'key' ? document.keyAt(path) : document.valueAt(path);
    problems.push(problemAt(place, message));
  };
  const strip = (value: unknown, path: ValuePath): unknown => {
    if (typeof value === 'number') {
      refuse(
        path,
        `expected a number with its source, found ${value}; ` +
          `write { "v": ${value}, "src": "assumed", "note": "why" }`,
      );
      return value;
    }
    if (Array.isArray(value)) return value.map((item, index) => strip(item, [...path, index]));
    if (!isMap(value)) return value;
    if ('v' in value || 'src' in value) {
      const kind = checkedSource(value, path, refuse);
      if (kind !== null) counts[kind] += numberCount(value.v);
      return value.v;
    }
    const entries = Object.entries(value).map(([key, item]) => {
      const isExempt = path.length === 0 && exemptKeys.includes(key);
      return [key, isExempt ? item : strip(item, [...path, key])];
    });
    return Object.fromEntries(entries);
  };
  const value = strip(document.value, []);
  return { value, counts, problems };
}

/**
 * The same document, found by the paths of its value without sources: what `v` holds stands where
 * the sourced number stands.
 */
export function throughSources(document: PositionedDocument): PositionedDocument {
  return {
    file: document.file,
    value: document.value,
    valueAt: (path) => document.valueAt(sourcedPath(document.value, path)),
    keyAt: (path) => document.keyAt(sourcedPath(document.value, path)),
  };
}

/** The share of numbers that nobody measured or printed, 0 to 1; 0 without any. */
export function assumedShare(counts: SourceCounts): number {
  const total = sourceKinds.reduce((sum, kind) => sum + counts[kind], 0);
  return total === 0 ? 0 : (counts.assumed + counts.default) / total;
}

function sourcedPath(value: unknown, path: ValuePath): ValuePath {
  const steps: PropertyKey[] = [];
  let at = value;
  for (const step of path) {
    if (isMap(at) && 'v' in at && 'src' in at) {
      steps.push('v');
      at = at.v;
    }
    steps.push(step);
    if (typeof at !== 'object' || at === null) continue;
    at = (at as Readonly<Record<PropertyKey, unknown>>)[step];
  }
  return steps;
}

function checkedSource(
  value: Readonly<Record<string, unknown>>,
  path: ValuePath,
  refuse: RefuseAt,
): SourceKind | null {
  for (const key of Object.keys(value)) {
    if (!keysOfSource.includes(key)) {
      refuse([...path, key], unknownName('key of a sourced number', key, keysOfSource), 'key');
    }
  }
  const kind = sourceKinds.find((known) => known === value.src);
  if (!('v' in value)) refuse(path, "expected the key 'v', found nothing");
  if (kind === undefined) {
    refuse(
      [...path, 'src'],
      typeof value.src === 'string'
        ? unknownName('source', value.src, sourceKinds)
        : `expected one of ${sourceKinds.join(', ')} as 'src', found ${shown(value.src)}`,
    );
    return null;
  }
  if (withReference.includes(kind) && !isText(value.ref)) {
    refuse(path, `expected a 'ref' that says where a ${kind} number can be read, found none`);
  }
  if (kind === 'assumed' && !isText(value.note) && !isText(value.ref)) {
    refuse(path, "expected a 'note' that says why this is assumed, found none");
  }
  return kind;
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value.trim() !== '';
}

function numberCount(value: unknown): number {
  if (typeof value === 'number') return 1;
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce((sum: number, item) => sum + numberCount(item), 0);
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
