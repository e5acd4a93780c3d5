/**
 * How many single edits (insert, delete, replace, swap of neighbours) lead from one word to the
 * other: the restricted Damerau-Levenshtein distance.
 */
export function editDistance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const replaced = last[column - 1]! + (from[row - 1] === to[column - 1] ? 0 : 1);
      let best = Math.min(replaced, last[column]! + 1, current[column - 1]! + 1);
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      if (row > 1 && column > 1 && swapped) best = Math.min(best, beforeLast[column - 2]! + 1);
      current.push(best);
    }
    beforeLast = last;
    last = current;
  }
  return last[to.length]!;
}

/** The known word that `word` is most likely a misspelling of; undefined when none is near. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const distanceMax = Math.max(1, Math.floor(word.length / 3));
  let best: string | undefined;
  let bestDistance = distanceMax + 1;
  for (const candidate of known) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** At most so many known names are listed in one message. */
const listedCountMax = 12;

/** `a, b, c`; long lists end in how many more there are. */
export function nameList(names: readonly string[]): string {
  if (names.length === 0) return '(none)';
  if (names.length <= listedCountMax) return names.join(', ');
  const rest = names.length - listedCountMax;
  return `${names.slice(0, listedCountMax).join(', ')} and ${rest} more`;
}

/** `unknown fault 'partion', expected one of crash, partition; did you mean 'partition'?`. */
export function unknownName(noun: string, found: string, known: readonly string[]): string {
  const near = nearest(found, known);
  const hint = near === undefined ? '' : `; did you mean '${near}'?`;
  return `unknown ${noun} '${found}', expected one of ${nameList(known)}${hint}`;
}
