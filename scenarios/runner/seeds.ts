import { seedPattern } from './schema.ts';

/** The seeds a text names, or what is wrong with it. */
export type Seeds =
  | { readonly ok: true; readonly seeds: readonly string[] }
  | { readonly ok: false; readonly message: string };

/** At most so many seeds in one sweep. */
const seedCountMax = 1_000_000;

/** Reads `1..2000`, `7`, `1..10,42,4f1c2ab`. */
export function readSeeds(text: string): Seeds {
  const seeds: string[] = [];
  for (const part of text.split(',')) {
    const range = /^(\d{1,15})\.\.(\d{1,15})$/.exec(part);
    if (range === null) {
      if (!seedPattern.test(part) || part.includes('..')) return refused(text);
      seeds.push(part);
      continue;
    }
    const first = Number(range[1]);
    const last = Number(range[2]);
    if (last < first)
      return { ok: false, message: `expected seeds that rise, found '${part}'; no seed is in it` };
    if (seeds.length + last - first >= seedCountMax) {
      return { ok: false, message: `expected at most ${seedCountMax} seeds, found '${text}'` };
    }
    for (let seed = first; seed <= last; seed += 1) seeds.push(String(seed));
  }
  return { ok: true, seeds: [...new Set(seeds)] };
}

function refused(text: string): Seeds {
  return { ok: false, message: `expected seeds such as 1..2000 or 1..10,42, found '${text}'` };
}
