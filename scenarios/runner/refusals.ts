// Issues of the schema become problems at positions of the file.
import type * as z from 'zod';
import type { PositionedDocument, ValuePath } from './document.ts';
import type { Problem } from './problems.ts';
import { missing } from './schema-parts.ts';

type Issue = z.core.$ZodIssue;

/** Everything that the schema refused, each at the place in the file it is about. */
export function refusals(
  issues: readonly Issue[],
  document: PositionedDocument,
  base: ValuePath = [],
): readonly Problem[] {
  return issues.flatMap((issue) => problemsOf(issue, document, [...base, ...issue.path]));
}

function problemsOf(
  issue: Issue,
  document: PositionedDocument,
  path: ValuePath,
): readonly Problem[] {
  if (issue.code === 'unrecognized_keys') {
    const messages = issue.message.split('\n');
    return issue.keys.map((key, index) =>
      problemAt(document.keyAt([...path, key]), messages[index] ?? issue.message),
    );
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    return refusals(likeliest(issue.errors), document, path);
  }
  if (issue.message === missing) {
    const key = String(path.at(-1));
    const where = path.length > 1 ? ` in '${pathText(path.slice(0, -1))}'` : '';
    return [problemAt(document.valueAt(path), `expected the key '${key}'${where}, found nothing`)];
  }
  return [problemAt(document.valueAt(path), issue.message)];
}

/**
 * Of several shapes that were possible, the one that was most likely meant: the fewest things are
 * wrong.
 */
function likeliest(branches: readonly (readonly Issue[])[]): readonly Issue[] {
  let best = branches[0]!;
  for (const branch of branches) if (wrongCount(branch) < wrongCount(best)) best = branch;
  return best;
}

function wrongCount(issues: readonly Issue[]): number {
  let count = 0;
  for (const issue of issues) {
    // Of another type altogether: certainly not this shape.
    if (issue.code === 'invalid_type' && issue.path.length === 0) count += 1000;
    count += issue.code === 'unrecognized_keys' ? issue.keys.length : 1;
  }
  return count;
}

/** A message ends in what to do next, after a semicolon: that part is the hint. */
export function problemAt(
  place: { file: string; line: number; column: number },
  text: string,
): Problem {
  const cut = text.indexOf('; ');
  const { file, line, column } = place;
  if (cut < 0) return { file, line, column, message: text };
  return { file, line, column, message: text.slice(0, cut), hint: text.slice(cut + 2) };
}

/** `clients[0].workload` as people write it. */
function pathText(path: ValuePath): string {
  return path
    .map((step, index) =>
      typeof step === 'number' ? `[${step}]` : `${index === 0 ? '' : '.'}${String(step)}`,
    )
    .join('');
}
