// YAML text with positions: whatever is refused later is refused at a line and a column.
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
} from 'yaml';
import type { Problem, Reading, SourcePosition } from './problems.ts';

/** A path to a value: keys of maps and indexes of lists, from the root. */
export type ValuePath = readonly PropertyKey[];

/** A parsed file: its plain value, and where each part of it stands. */
export interface PositionedDocument {
  readonly file: string;
  readonly value: unknown;
  /** Where the value at `path` stands; the nearest place around it when there is none. */
  valueAt(path: ValuePath): SourcePosition;
  /** Where the key that leads to `path` stands. */
  keyAt(path: ValuePath): SourcePosition;
}

/** A value to put into a document before it is validated: `--set topology.hosts.count=3`. */
export interface Override {
  readonly path: readonly string[];
  readonly text: string;
}

/** Parses YAML; duplicate keys, unknown tags and a second document are refused. */
export function readDocument(
  text: string,
  file: string,
  overrides: readonly Override[] = [],
): Reading<PositionedDocument> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, version: '1.2' });
  const place = (offset: number): SourcePosition => {
    const { line, col } = lines.linePos(Math.min(offset, text.length));
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  const problems: Problem[] = [...document.errors, ...document.warnings].map((error) => ({
    ...place(error.pos[0]),
    message: `yaml: ${lowered(error.message)}`,
  }));
  if (problems.length > 0) return { ok: false, problems };
  if (document.contents === null) {
    const message = 'expected a scenario, found an empty file';
    return {
      ok: false,
      problems: [{ file, line: 1, column: 1, message, hint: "see 'stormcell init'" }],
    };
  }
  for (const override of overrides) {
    const refused = putOverride(document, override, file);
    if (refused !== null) return { ok: false, problems: [refused] };
  }
  try {
    return { ok: true, value: new PlacedDocument(file, document, place) };
  } catch (error) {
    // The library throws, rather than reports, an alias that multiplies without bound.
    if (!(error instanceof ReferenceError)) throw error;
    const message = `yaml: ${lowered(error.message)}`;
    return { ok: false, problems: [{ file, line: 1, column: 1, message }] };
  }
}

class PlacedDocument implements PositionedDocument {
  readonly file: string;
  readonly value: unknown;
  readonly #document: Document;
  readonly #place: (offset: number) => SourcePosition;

  constructor(file: string, document: Document, place: (offset: number) => SourcePosition) {
    this.file = file;
    this.#document = document;
    this.#place = place;
    this.value = document.toJS({ maxAliasCount: 100 });
  }

  valueAt(path: ValuePath): SourcePosition {
    return this.#at(path, 'value');
  }

  keyAt(path: ValuePath): SourcePosition {
    return this.#at(path, 'key');
  }

  #at(path: ValuePath, part: 'key' | 'value'): SourcePosition {
    let node: unknown = this.#document.contents;
    let offset = offsetOf(node) ?? 0;
    for (const [depth, step] of path.entries()) {
      if (isAlias(node)) node = node.resolve(this.#document);
      const last = depth === path.length - 1;
      if (isMap(node)) {
        const pair = node.items.find((item) => isPair(item) && keyText(item.key) === String(step));
        if (pair === undefined) break;
        offset =
          offsetOf(last && part === 'key' ? pair.key : pair.value) ?? offsetOf(pair.key) ?? offset;
        node = pair.value;
      } else if (isSeq(node)) {
        node = node.items[Number(step)];
        offset = offsetOf(node) ?? offset;
      } else break;
    }
    return this.#place(offset);
  }
}

function putOverride(document: Document, override: Override, file: string): Problem | null {
  const written = `${override.path.join('.')}=${override.text}`;
  const place = { file, line: 1, column: 1 };
  const value = parseDocument(override.text, { prettyErrors: false });
  if (value.errors.length > 0) {
    const message = `--set ${written}: yaml: ${lowered(value.errors[0]!.message)}`;
    return { ...place, message };
  }
  const parent = override.path.slice(0, -1);
  if (parent.length > 0 && !document.hasIn(parent)) {
    const message = `--set ${written}: the scenario has no '${parent.join('.')}'`;
    return {
      ...place,
      message,
      hint: 'a path names keys and list indexes, such as clients.0.timeout',
    };
  }
  // As a plain value: a parsed node would bring positions of the wrong text.
  document.setIn(override.path.map(stepOf), value.toJS());
  return null;
}

/** A step of digits is an index where it stands in a list; the library takes numbers for those. */
function stepOf(step: string): string | number {
  return /^\d+$/.test(step) ? Number(step) : step;
}

function keyText(key: unknown): string {
  return isScalar(key) ? String(key.value) : String(key);
}

function offsetOf(node: unknown): number | undefined {
  return isNode(node) && node.range ? node.range[0] : undefined;
}

function lowered(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1).replace(/\s+/g, ' ').replace(/\.$/, '');
}
