// HTML as values: text becomes markup only through `html`, which escapes all that is not markup
// already.
import { escapeHtml, printable, printableLines } from './text.ts';

/** A piece of HTML that is safe to put into a page. Made by `html` and `trusted` only. */
export interface Markup {
  readonly markup: string;
}

type Piece = Markup | string | number | readonly Markup[];

/** A template whose holes are escaped, unless they hold markup: html`<td>${userText}</td>`. */
export function html(parts: TemplateStringsArray, ...pieces: readonly Piece[]): Markup {
  let markup = parts[0]!;
  for (const [index, piece] of pieces.entries()) markup += pieceText(piece) + parts[index + 1]!;
  return { markup };
}

function pieceText(piece: Piece): string {
  if (typeof piece === 'number') return String(piece);
  if (typeof piece === 'string') return escapeHtml(printable(piece));
  if ('markup' in piece) return piece.markup;
  return piece.map(({ markup }) => markup).join('');
}

/**
 * Markup that somebody else has escaped: a drawn SVG, the style sheet. Never text from a record.
 */
export function trusted(markup: string): Markup {
  return { markup };
}

/** Escaped text that keeps its lines. */
export function lines(text: string): Markup {
  return { markup: escapeHtml(printableLines(text)) };
}

/** Nothing at all. */
export const nothing: Markup = { markup: '' };

/** Cells up to this length stay on one line, however long their neighbours are. */
const shortLengthMax = 14;

/** A table; numbers to be compared stand in `numeric` columns, counted from 0. */
export function table(
  columns: readonly string[],
  rows: readonly (readonly (Markup | string)[])[],
  options: { readonly numeric?: readonly number[]; readonly className?: string } = {},
): Markup {
  const numeric = new Set(options.numeric ?? []);
  const open = (index: number, cell: Markup | string): Markup => {
    if (numeric.has(index)) return trusted(' class="number"');
    const isShort = typeof cell === 'string' && cell.length <= shortLengthMax;
    return isShort ? trusted(' class="short"') : nothing;
  };
  const head = columns.map((name, index) => html`<th scope="col"${open(index, name)}>${name}</th>`);
  const body = rows.map(
    (row) =>
      html`<tr>${row.map((cell, index) => html`<td${open(index, cell)}>${cell}</td>`)}</tr>\n`,
  );
  return html`<div class="scroll"><table class="${options.className ?? 'plain'}">
<thead><tr>${head}</tr></thead>
<tbody>${body}</tbody></table></div>`;
}
