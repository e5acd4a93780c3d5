// The shape of what a scenario expects: properties by name, and limits on what is measured.
import * as z from 'zod';
import { list, name, strict } from './schema-parts.ts';
import { unknownName } from './suggest.ts';
import { shown } from './units.ts';
import { namesOf, type Vocabulary } from './vocabulary.ts';

/** Every measure a threshold can be put on, and the unit of its limit. */
export const thresholdMeasures = {
  'latency.p50': { measure: 'duration', perOperation: true },
  'latency.p90': { measure: 'duration', perOperation: true },
  'latency.p99': { measure: 'duration', perOperation: true },
  'latency.p999': { measure: 'duration', perOperation: true },
  'latency.max': { measure: 'duration', perOperation: true },
  'errors.rate': { measure: 'share', perOperation: true },
  'iops.min': { measure: 'rate', perOperation: false },
} as const;

/** The operations of a block device that thresholds are put on. */
export const operations = ['read', 'write', 'flush'] as const;

type MeasureEntry = (typeof thresholdMeasures)[keyof typeof thresholdMeasures];

/** Every metric by its full name, with the unit of its limit. */
export const metrics: ReadonlyMap<string, MeasureEntry> = new Map(
  Object.entries(thresholdMeasures).flatMap(([key, entry]): [string, MeasureEntry][] =>
    entry.perOperation
      ? operations.map((operation) => [`${operation}.${key}`, entry])
      : [[key, entry]],
  ),
);

/** What a scenario expects of its run. */
export function expectations(names: Vocabulary) {
  const under = (mode: string) => {
    const known = namesOf(names.properties).filter((key) => names.properties[key]!.mode === mode);
    return list(`${mode} properties`, property(mode, known, names), { min: 1, max: 64 }).optional();
  };
  return strict('expect', {
    always: under('always'),
    eventually: under('eventually'),
    sometimes: under('sometimes'),
    thresholds: list('thresholds', threshold(), { min: 1, max: 64 }).optional(),
  });
}

function property(mode: string, known: readonly string[], names: Vocabulary) {
  const error = (issue: { readonly input?: unknown }) => {
    const found = issue.input;
    if (typeof found === 'object' && found !== null) {
      const key = Object.keys(found)[0] ?? '';
      return `property '${key}' takes no parameters; write '- ${key}'`;
    }
    const elsewhere = typeof found === 'string' ? names.properties[found]?.mode : undefined;
    if (elsewhere === undefined) return unknownName(`${mode} property`, String(found), known);
    return `'${String(found)}' is no '${mode}' property; list it under '${elsewhere}'`;
  };
  return known.length === 0
    ? z.string({ error }).refine(() => false, { error })
    : z.enum(known as [string, ...string[]], { error });
}

function threshold() {
  const limit = z
    .string({
      error: (issue) =>
        `expected a limit with a unit, found ${shown(issue.input)}; such as 40ms, 0.5% or 300/s`,
    })
    .optional();
  return strict('a threshold', {
    metric: name('metric', [...metrics.keys()]),
    below: limit,
    above: limit,
    when: name('part of the run', ['always', 'fault', 'no-fault']).default('always'),
  });
}
