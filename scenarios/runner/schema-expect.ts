// The shape of what a scenario expects: properties by name, and limits on what is measured.
import * as z from 'zod';
import { metricsOf } from './metrics.ts';
import { list, name, strict } from './schema-parts.ts';
import { unknownName } from './suggest.ts';
import { shown } from './units.ts';
import { namesOf, type Vocabulary } from './vocabulary.ts';

/** What a scenario expects of its run. */
export function expectations(names: Vocabulary) {
  const under = (mode: string) => {
    const known = namesOf(names.properties).filter((key) => names.properties[key]!.mode === mode);
    return list(`${mode} properties`, property(mode, known, names), {
      min: 1,
      max: 128,
    }).optional();
  };
  return strict('expect', {
    always: under('always'),
    eventually: under('eventually'),
    sometimes: under('sometimes'),
    violates: list('violated properties', wrongProperty(names), { min: 1, max: 8 }).optional(),
    thresholds: list('thresholds', threshold(names), { min: 1, max: 64 }).optional(),
  });
}

/** What a known wrong variant violates: only what must always hold or come true can be. */
function wrongProperty(names: Vocabulary) {
  const known = namesOf(names.properties).filter(
    (key) => names.properties[key]!.mode !== 'sometimes',
  );
  return name('property', known);
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

function threshold(names: Vocabulary) {
  const limit = z
    .union([z.string(), z.number().min(0)], {
      error: (issue) =>
        `expected a limit with a unit, found ${shown(issue.input)}; such as 40ms, 0.5% or 300/s`,
    })
    .optional();
  return strict('a threshold', {
    metric: name('metric', [...metricsOf(names.measures).keys()]),
    below: limit,
    above: limit,
    when: name('part of the run', ['always', 'fault', 'no-fault']).default('always'),
  });
}
