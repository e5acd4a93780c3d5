// Whom chance can choose from a selector of a random fault or of weather.
import { parseTarget } from '../../sim/index.ts';
import type { ScenarioText } from './schema.ts';
import { cellsOf, nodesOf } from './topology.ts';
import type { Vocabulary } from './vocabulary.ts';

/** The cluster a selector is held against, and the names that it may use. */
export interface CandidateGround {
  readonly text: ScenarioText;
  readonly names: Vocabulary;
}

/**
 * Of what a random fault strikes one: a place or node named by its id stays whole, `zone` and
 * `cell` stand for each of them, any other selector for each node it matches.
 */
export function candidatesOf(
  selector: string,
  { text, names }: CandidateGround,
): readonly string[] {
  const { zones } = text.topology;
  const cells = cellsOf(text.topology);
  if (selector === 'zone') return zones;
  if (selector === 'cell') return cells;
  if (zones.includes(selector) || cells.includes(selector)) return [selector];
  if (isResolvedWhenItFires(selector)) return [selector];
  const selection = names.select(selector, nodesOf(text));
  return selection.ok ? selection.ids : [];
}

/** Roles and quantifiers stay as they are written. */
function isResolvedWhenItFires(text: string): boolean {
  const target = parseTarget(text);
  if (target.kind === 'problem') return false;
  return target.whom.kind === 'role' || target.whom.selector.text !== text.trim();
}
