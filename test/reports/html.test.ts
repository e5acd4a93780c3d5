import { expect, test } from 'vitest';
import { html, lines, table } from '../../reports/html.ts';

test('escapes text in every hole and leaves markup as it is', () => {
  const cell = html`<b>${'<i>"&'}</b>`;
  expect(html`<p title="${'a"b'}">${cell}${3}${[cell, cell]}</p>`.markup).toBe(
    `<p title="a&quot;b">${`${cell.markup}3${cell.markup}${cell.markup}`}</p>`,
  );
  expect(cell.markup).toBe('<b>&lt;i&gt;&quot;&amp;</b>');
});

test('keeps the lines of a preformatted text and escapes it', () => {
  expect(lines('a: <b>\n\tc\u0001').markup).toBe('a: &lt;b&gt;\n\tc\ufffd');
});

test('escapes the head and the cells of a table', () => {
  const { markup } = table(['<h>'], [['<c>']], { numeric: [0] });
  expect(markup).toContain('<th scope="col" class="number">&lt;h&gt;</th>');
  expect(markup).toContain('<td class="number">&lt;c&gt;</td>');
});
