import { expect, test } from 'vitest';
import type { Labels } from '../../sim/actor.ts';
import { matchesSelector, parseSelector } from '../../sim/selector.ts';

const nodes: readonly { readonly id: string; readonly labels: Labels }[] = [
  { id: 'host-1', labels: { zone: 'a', role: 'host', cell: 'c1' } },
  { id: 'host-2', labels: { zone: 'b', role: 'host', cell: 'c1' } },
  { id: 'host-3', labels: { zone: 'c', role: 'host', cell: 'c2' } },
  { id: 'client-1', labels: { zone: 'a', role: 'client' } },
  { id: 'b', labels: {} },
];

function matched(text: string): string[] {
  const selector = parseSelector(text);
  if (selector.kind === 'problem') throw new Error(selector.message);
  return nodes
    .filter(({ id, labels }) => matchesSelector(selector, id, labels))
    .map(({ id }) => id);
}

test.each([
  ['any', ['host-1', 'host-2', 'host-3', 'client-1', 'b']],
  ['zone=a', ['host-1', 'client-1']],
  ['  zone=a   role=host ', ['host-1']],
  ['zone=a|b role=host', ['host-1', 'host-2']],
  ['zone!=a', ['host-2', 'host-3', 'b']],
  ['zone!=a|b', ['host-3', 'b']],
  ['cell!=c1 role=host', ['host-3']],
  ['host-2', ['host-2']],
  ['b', ['host-2', 'b']],
  ['host-1|client', ['host-1', 'client-1']],
  ['any zone=c', ['host-3']],
  ['zone=host', []],
  ['shelf=9', []],
  ['toString', []],
  ['toString!=x role=client', ['client-1']],
])('"%s" means %j', (text, expected) => {
  expect(matched(text)).toEqual(expected);
});

test.each([
  ['', 'selector "" is empty, expected key=value'],
  ['   ', 'is empty'],
  ['=a', '"=a" has no key, expected key=value'],
  ['!=a', '"!=a" has no key'],
  ['zone=', '"zone=" has an empty value'],
  ['zone!=', '"zone!=" has an empty value'],
  ['zone=a|', '"zone=a|" has an empty value'],
  ['a||b', '"a||b" has an empty value'],
  ['zone==a', '"=a" in "zone==a" is no value'],
  ['zone=a=b', '"a=b" in "zone=a=b" is no value'],
  ['a|zone=b', '"a|zone" in "a|zone=b" is no key'],
  ['!b', '"!b" in "!b" is no value, expected key=value'],
  ['zone=any', '"any" stands alone, found "zone=any"'],
  ['a|any', '"any" stands alone, found "a|any"'],
  ['a '.repeat(65), 'selector of 65 terms, expected at most 64'],
])('refuses "%s" and says why', (text, message) => {
  const selector = parseSelector(text);
  expect(selector.kind).toBe('problem');
  expect(selector.kind === 'problem' && selector.message).toContain(message);
});
