// Selectors name actors, nodes and devices by id and labels, so that no fault needs to know a
// model.
//
//   zone=b role=host        every term must hold
//   zone=a|b  role!=client  alternatives; != holds too when there is no such label
//   host-3  b|c             a bare word is an id or any label's value
//   any                     everything
import type { Labels } from './actor.ts';
import { unreachable } from './assert.ts';

/** One condition of a selector. */
export interface SelectorTerm {
  /**
   * `label`: the value of `key` is one of `values`; `word`: the id or any label's value is one of
   * them.
   */
  readonly kind: 'any' | 'word' | 'label' | 'not-label';
  /** The label's name; empty for `any` and `word`. */
  readonly key: string;
  readonly values: readonly string[];
}

/** A parsed selector: all terms must hold. */
export interface Selector {
  readonly kind: 'selector';
  readonly text: string;
  readonly terms: readonly SelectorTerm[];
}

/** Why a text is no selector: what was found and what was expected, in one line. */
export interface SelectorProblem {
  readonly kind: 'problem';
  readonly text: string;
  readonly message: string;
}

const termsMax = 64;
const expectedForm = 'expected key=value, key!=value, an id, a label value or any';

/** Reads a selector; bad text becomes a problem, never an exception. */
export function parseSelector(text: string): Selector | SelectorProblem {
  const words = text.split(/\s+/).filter((word) => word !== '');
  if (words.length === 0) return problem(text, `selector "${text}" is empty, ${expectedForm}`);
  if (words.length > termsMax) {
    return problem(text, `selector of ${words.length} terms, expected at most ${termsMax}`);
  }
  const terms: SelectorTerm[] = [];
  for (const word of words) {
    const term = parseTerm(word);
    if (typeof term === 'string') return problem(text, `selector "${text}": ${term}`);
    terms.push(term);
  }
  return { kind: 'selector', text, terms };
}

/** Whether an actor, node or device of this id and these labels is meant. */
export function matchesSelector(selector: Selector, id: string, labels: Labels): boolean {
  return selector.terms.every((term) => matchesTerm(term, id, labels));
}

function matchesTerm(term: SelectorTerm, id: string, labels: Labels): boolean {
  const { kind, key, values } = term;
  // A missing label reads as '', which no term has among its values.
  switch (kind) {
    case 'any':
      return true;
    case 'word':
      return values.includes(id) || Object.values(labels).some((value) => values.includes(value));
    case 'label':
      return values.includes(labels[key] ?? '');
    case 'not-label':
      return !values.includes(labels[key] ?? '');
    default:
      return unreachable(kind);
  }
}

/** A term, or what is wrong with it. */
function parseTerm(word: string): SelectorTerm | string {
  if (word === 'any') return { kind: 'any', key: '', values: [] };
  const equals = word.indexOf('=');
  const isNegated = equals > 0 && word[equals - 1] === '!';
  const key = equals < 0 ? '' : word.slice(0, isNegated ? equals - 1 : equals);
  const value = word.slice(equals + 1);
  if (equals >= 0 && key === '') return `"${word}" has no key, expected key=value`;
  if (/[!|=]/.test(key)) return `"${key}" in "${word}" is no key, expected letters before one =`;
  if (/[!=]/.test(value)) return `"${value}" in "${word}" is no value, ${expectedForm}`;
  const values = value.split('|');
  if (values.includes('')) return `"${word}" has an empty value, expected a|b between values`;
  if (values.includes('any')) return `"any" stands alone, found "${word}"`;
  if (equals < 0) return { kind: 'word', key: '', values };
  return { kind: isNegated ? 'not-label' : 'label', key, values };
}

function problem(text: string, message: string): SelectorProblem {
  return { kind: 'problem', text, message };
}
