// Selectors against the nodes of a cluster that is not built yet.
import { matchesSelector, parseSelector } from '../../sim/index.ts';
import type { SelectableNode } from './vocabulary.ts';

/** The ids that a selector names; none where only the run can tell who is meant. */
export function selectNodes(text: string, nodes: readonly SelectableNode[]): readonly string[] {
  const selector = parseSelector(text);
  if (selector.kind === 'problem') return [];
  return nodes
    .filter(({ id, labels }) => matchesSelector(selector, id, labels))
    .map(({ id }) => id);
}
