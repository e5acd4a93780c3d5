// The notation of DiskSim's parameter files, as its manual and libparam have it:
//
//   disksim_disk NAME {            a block: type, name, entries with commas between
//      Model = source FILE,        a block from another file
//      Segment size (in blks) = 9, a number; names may hold blanks and brackets
//      Seek type = extracted,      a word
//      slips = [ 1, 2 ],           a list
//      Layout = dm_layout { ... }  a block without a name
//   }   # a comment to the end of the line
import type { Problem } from '../problems.ts';

/** A text and the name that problems call it by. */
export interface NamedText {
  readonly file: string;
  readonly text: string;
}

/** Where something stands: lines and columns count from 1. */
interface Place {
  readonly line: number;
  readonly column: number;
}

/** What stands on the right of an equals sign or in a list. */
export type DisksimValue = Place &
  (
    | { readonly kind: 'number'; readonly value: number }
    | { readonly kind: 'word'; readonly value: string }
    | { readonly kind: 'source'; readonly value: string }
    | { readonly kind: 'list'; readonly items: readonly DisksimValue[] }
    | DisksimBlock
  );

/** Named values. */
export interface DisksimBlock extends Place {
  readonly kind: 'block';
  readonly type: string;
  readonly name: string;
  readonly entries: ReadonlyMap<string, DisksimValue>;
}

interface Token extends Place {
  readonly text: string;
}

/** Reads the one block of a file; null after a problem. */
export function parseDisksimBlock(source: NamedText, problems: Problem[]): DisksimBlock | null {
  const reader = new BlockReader(source.file, tokens(source.text), problems);
  try {
    return reader.file();
  } catch (error) {
    if (error instanceof SyntaxStop) return null;
    throw error;
  }
}

/** The text cannot be read further; the problem is in the list. */
class SyntaxStop extends Error {}

class BlockReader {
  readonly #file: string;
  readonly #tokens: readonly Token[];
  readonly #problems: Problem[];
  #index = 0;

  constructor(file: string, all: readonly Token[], problems: Problem[]) {
    this.#file = file;
    this.#tokens = all;
    this.#problems = problems;
  }

  file(): DisksimBlock {
    const block = this.#block();
    if (this.#peek().text !== '') this.#stop('the end of the file after the block');
    return block;
  }

  #block(): DisksimBlock {
    const { line, column } = this.#peek();
    const words = this.#words('a block');
    this.#expect('{');
    const entries = new Map<string, DisksimValue>();
    while (this.#peek().text !== '}') {
      const { line: keyLine, column: keyColumn } = this.#peek();
      const key = this.#words('a parameter or }').join(' ');
      this.#expect('=');
      if (entries.has(key)) {
        const message = `'${key}' stands here a second time`;
        this.#problems.push({ file: this.#file, line: keyLine, column: keyColumn, message });
      }
      entries.set(key, this.#value());
      if (this.#peek().text === ',') this.#index += 1;
      else if (this.#peek().text !== '}') this.#stop('a comma or }');
    }
    this.#index += 1;
    const [type = '', ...name] = words;
    return { kind: 'block', type, name: name.join(' '), entries, line, column };
  }

  #value(): DisksimValue {
    const { line, column, text } = this.#peek();
    if (text === '[') return this.#list();
    const start = this.#index;
    const words = this.#words('a value');
    if (this.#peek().text === '{') {
      this.#index = start;
      return this.#block();
    }
    const [first = '', second] = words;
    if (first === 'source' && second !== undefined) {
      return { kind: 'source', value: words.slice(1).join(' '), line, column };
    }
    const value = words.join(' ');
    if (/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(value)) {
      return { kind: 'number', value: Number(value), line, column };
    }
    return { kind: 'word', value, line, column };
  }

  #list(): DisksimValue {
    const { line, column } = this.#peek();
    this.#index += 1;
    const items: DisksimValue[] = [];
    while (this.#peek().text !== ']') {
      items.push(this.#value());
      if (this.#peek().text === ',') this.#index += 1;
      else if (this.#peek().text !== ']') this.#stop('a comma or ]');
    }
    this.#index += 1;
    return { kind: 'list', items, line, column };
  }

  #words(expected: string): string[] {
    const words: string[] = [];
    while (!/^[{}[\],=]?$/.test(this.#peek().text)) {
      words.push(this.#peek().text);
      this.#index += 1;
    }
    if (words.length === 0) this.#stop(expected);
    return words;
  }

  #expect(text: string): void {
    if (this.#peek().text !== text) this.#stop(text);
    this.#index += 1;
  }

  #peek(): Token {
    return this.#tokens[this.#index] as Token;
  }

  #stop(expected: string): never {
    const { text, line, column } = this.#peek();
    const found = text === '' ? 'the file ends' : `'${text}' stands here`;
    this.#problems.push({
      file: this.#file,
      line,
      column,
      message: `expected ${expected}, ${found}`,
    });
    throw new SyntaxStop();
  }
}

function tokens(text: string): Token[] {
  const found: Token[] = [];
  const lines = text.split('\n');
  for (const [index, whole] of lines.entries()) {
    const line = whole.replace(/#.*/, '');
    for (const match of line.matchAll(/[{}[\],=]|[^\s{}[\],=]+/g)) {
      found.push({ text: match[0], line: index + 1, column: match.index + 1 });
    }
  }
  found.push({ text: '', line: lines.length, column: 1 });
  return found;
}
