import pc from 'picocolors';

/** How results are written: with or without colour, with signs or in ASCII. */
export interface Palette {
  bold(text: string): string;
  dim(text: string): string;
  good(text: string): string;
  bad(text: string): string;
  doubtful(text: string): string;
  readonly signs: Signs;
}

interface Signs {
  readonly held: string;
  readonly broken: string;
  readonly unknown: string;
  readonly suspicious: string;
}

const signs = {
  unicode: { held: '✓', broken: '✗', unknown: '?', suspicious: '◀' },
  ascii: { held: 'ok', broken: 'X', unknown: '?', suspicious: '<--' },
} as const satisfies Record<string, Signs>;

/** When results are coloured. */
export type ColorChoice = 'auto' | 'always' | 'never';

/** The palette for an output. `auto` colours a terminal unless the environment asks for none. */
export function palette(options: {
  readonly color: ColorChoice;
  readonly ascii: boolean;
  readonly isTty: boolean;
  readonly plain: boolean;
}): Palette {
  const { color, ascii, isTty, plain } = options;
  const { bold, dim, green, red, yellow } = pc.createColors(
    color === 'always' || (color === 'auto' && isTty && !plain),
  );
  const chosen = ascii ? signs.ascii : signs.unicode;
  return { bold, dim, good: green, bad: red, doubtful: yellow, signs: chosen };
}

const asciiOf: Readonly<Record<string, string>> = {
  '→': '->',
  '←': '<-',
  '✕': 'x',
  '×': 'x',
  '─': '-',
  '▶': '>',
  '◀': '<',
  µ: 'u',
  '…': '...',
  '–': '-',
  '·': '|',
};

/**
 * Text in which every sign outside ASCII has been replaced, for terminals and logs that know no
 * other.
 */
export function asciiText(text: string): string {
  return text.replace(/[^\n -~]/g, (sign) => asciiOf[sign] ?? '?');
}
