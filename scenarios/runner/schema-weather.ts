// The shape of what a scenario claims to survive, of its weather and of how it heals.
import * as z from 'zod';
import { budgetLineNames, budgetLines } from './budget-lines.ts';
import { list, missingOr, prose, quantity, strict, wholeNumber } from './schema-parts.ts';
import { quantityText, shown } from './units.ts';
import { namesOf, type Vocabulary } from './vocabulary.ts';
import { lastingNsDefault } from './weather-kinds.ts';

const countMax = 1024;

/** `survives`: a limit for each line that is named. */
export function budget() {
  const lines = budgetLineNames.map((name) => {
    const { summary, measure } = budgetLines[name];
    const limit =
      measure === 'count'
        ? wholeNumber({ summary, min: 0, max: countMax })
        : quantity(measure, { summary, ...(measure === 'share' ? { max: 1 } : {}) });
    return [name, limit.optional()] as const;
  });
  return strict('what is survived', Object.fromEntries(lines)) as unknown as z.ZodType<
    Readonly<Record<string, number>>,
    Readonly<Record<string, unknown>>
  >;
}

/** `weather`: kinds with their weights, and how much of it there is. */
export function weather(names: Vocabulary) {
  const kinds = namesOf(names.faults);
  const weights = Object.fromEntries(
    kinds.map((kind) => [
      kind,
      wholeNumber({ summary: names.faults[kind]!.summary, min: 1, max: 1000 }).optional(),
    ]),
  );
  const selector = prose('which nodes: az-b, host-1, zone=az-b role=host', 200);
  return strict('weather', {
    kinds: z
      .union([z.literal('all'), strict('kinds of weather', weights)], {
        error: (issue) =>
          missingOr(issue.input, `expected all or kinds with weights, found ${shown(issue.input)}`),
      })
      .meta({ description: 'how often each kind comes compared with the others' }) as z.ZodType<
      'all' | Readonly<Record<string, number>>
    >,
    stormsPerMinute: wholeNumber({
      summary: 'faults a minute, when every kind comes at its median rate',
      min: 1,
      max: 1000,
    }).default(12),
    present: quantity('share', { summary: 'of seeds that have a given kind', max: 1 }).prefault(
      '50%',
    ),
    target: list('targets', selector, { min: 1, max: 64 }).optional(),
    from: quantity('duration', { summary: 'no fault begins before' }).prefault('0s'),
    until: quantity('duration', { summary: 'every fault is over by then', min: 1 }).optional(),
    lasting: strict('lasting', {
      p50: quantity('duration', { summary: 'half are shorter', min: 1 }),
      p99: quantity('duration', { summary: 'one in a hundred is longer', min: 1 }),
    }).prefault({
      p50: quantityText('duration', lastingNsDefault.p50Ns),
      p99: quantityText('duration', lastingNsDefault.p99Ns),
    }),
    outsideBy: wholeNumber({
      summary: 'exceeds one line of what is survived by so many, once',
      min: 0,
      max: 16,
    }).default(0),
  });
}

/** `heal`: everything, or a live core, and all else is made permanent. */
export function healing() {
  const selector = prose('which nodes are healed: az-a, zone=az-a|az-b', 200);
  return z
    .union([
      z.literal('everything'),
      strict('heal', { core: list('selectors', selector, { min: 1, max: 64 }) }),
    ])
    .meta({ description: 'what is healed when the first act is over' });
}
