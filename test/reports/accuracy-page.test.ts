import { expect, test } from 'vitest';
import { renderAccuracy } from '../../reports/accuracy-page.ts';

const row = {
  what: 'a <law>',
  expected: '100 io/s',
  found: '90 io/s',
  ratio: 0.9,
  allowed: '5 %',
  verdict: 'missed',
  note: 'holdout',
} as const;
const input = {
  version: '0.0.0',
  gates: [
    {
      name: 'G1',
      title: 'closed forms',
      verdict: 'missed',
      rows: [row, { ...row, ratio: 9, verdict: 'misfit' as const }],
    },
    { name: 'G3', title: 'real disks', verdict: 'data absent', rows: [] },
  ],
  curves: [
    {
      name: 'disk one',
      measuredNs: Float64Array.of(1e6, 2e6, 3e6),
      simulatedNs: Float64Array.of(1e6, 2e6, 4e6),
    },
  ],
};

test('shows every gate, its bars, and the distributions of disks', async () => {
  const page = await renderAccuracy(input);
  expect(page.match(/<svg/g)).toHaveLength(2);
  expect(page).toContain('a &lt;law&gt;');
  expect(page).toContain('data absent');
  expect(page).toContain('disk one');
  expect(page).toContain('<td class="number">90 io/s</td>');
  // Nothing is fetched: the page is whole in itself.
  expect(page).not.toMatch(/(src|href)="(?!#)/);
});

test('gives the same bytes for the same numbers', async () => {
  expect(await renderAccuracy(input)).toBe(await renderAccuracy(input));
});
