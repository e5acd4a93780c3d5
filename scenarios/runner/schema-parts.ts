// The pieces the scenario schema is made of. Each says in its own words what it expected and found;
// the messages of several unknown keys travel in one text, a line each, and are taken apart in
// `refusals.ts`.
import * as z from 'zod';
import { unknownName } from './suggest.ts';
import {
  type Measure,
  measures,
  quantityExpected,
  quantityPattern,
  quantityText,
  type Range,
  readQuantity,
  readRange,
  shown,
} from './units.ts';

interface QuantityLimits {
  readonly summary: string;
  /** In the counted unit; 0 unless given. */
  readonly min?: number;
  readonly max?: number;
  readonly signed?: boolean;
  /** Both ends are told in a refusal. */
  readonly exact?: boolean;
}

/** Text with a unit, read to its counted unit. */
export function quantity(measure: Measure, limits: QuantityLimits) {
  return z
    .string({ error: (issue) => missingOr(issue.input, quantityExpected(measure, issue.input)) })
    .meta({ description: limits.summary, pattern: quantityPattern(measure, { range: false }) })
    .transform((text, context) => {
      const reading = readQuantity(measure, text);
      const message = reading.ok ? outside(measure, limits, reading.value, text) : reading.message;
      if (message !== null) context.addIssue({ code: 'custom', message, input: text });
      return reading.ok ? reading.value : z.NEVER;
    });
}

/** `a..b` or one quantity. */
export function quantityRange(measure: Measure, limits: QuantityLimits) {
  return z
    .string({ error: (issue) => missingOr(issue.input, quantityExpected(measure, issue.input)) })
    .meta({ description: limits.summary, pattern: quantityPattern(measure, { range: true }) })
    .transform((text, context): Range => {
      const reading = readRange(measure, text);
      const message = reading.ok
        ? (outside(measure, limits, reading.value.min, text) ??
          outside(measure, limits, reading.value.max, text))
        : reading.message;
      if (message !== null) context.addIssue({ code: 'custom', message, input: text });
      return reading.ok ? reading.value : z.NEVER;
    });
}

function outside(
  measure: Measure,
  limits: QuantityLimits,
  value: number,
  text: string,
): string | null {
  const noun = measures[measure].noun;
  const { min, max } = limits;
  if (limits.exact === true && min !== undefined && max !== undefined) {
    if (value >= min && value <= max) return null;
    const [low, high] = [min, max].map((end) => quantityText(measure, end));
    return `expected a ${noun} from ${low} to ${high}, found '${text}'; write one within`;
  }
  if (value < 0 && limits.signed !== true)
    return `expected a ${noun} of 0 or more, found '${text}'`;
  if (limits.min !== undefined && value < limits.min && limits.signed !== true) {
    return `expected a ${noun} above zero, found '${text}'`;
  }
  if (limits.max !== undefined && value > limits.max) {
    const most = measure === 'share' ? `${limits.max * 100}%` : `${limits.max}`;
    return `expected a ${noun} of at most ${most}, found '${text}'`;
  }
  return null;
}

/** A whole number without a unit: a count, or a percentage that its key names. */
export function wholeNumber(options: {
  readonly summary: string;
  readonly min: number;
  readonly max: number;
}) {
  const { summary, min, max } = options;
  const error = (issue: { readonly input?: unknown }) =>
    missingOr(
      issue.input,
      `expected a whole number from ${min} to ${max}, found ${shown(issue.input)}`,
    );
  return z.int({ error }).min(min, { error }).max(max, { error }).meta({ description: summary });
}

/** `0..2` or `2`, of things that are counted. */
export function countRange(summary: string, max: number) {
  const expected = (found: unknown) =>
    `expected a count such as 2 or '0..2', at most ${max}, found ${shown(found)}`;
  return z
    .union([z.int(), z.string()], {
      error: (issue) => missingOr(issue.input, expected(issue.input)),
    })
    .meta({ description: summary })
    .transform((written, context): Range => {
      const match = /^(\d{1,9})(?:\.\.(\d{1,9}))?$/.exec(String(written));
      const low = Number(match?.[1]);
      const high = Number(match?.[2] ?? match?.[1]);
      if (match !== null && low <= high && high <= max) return { min: low, max: high };
      context.addIssue({ code: 'custom', message: expected(written), input: written });
      return z.NEVER;
    });
}

/** `2`, `1..3` or `[1, 4]`: whole numbers, one of which is drawn. */
export function countChoices(
  summary: string,
  limits: { readonly min: number; readonly max: number },
) {
  const { min, max } = limits;
  const expected = (found: unknown) =>
    `expected a whole number from ${min} to ${max} such as 2, a range '1..3' or a list [1, 3], ` +
    `found ${shown(found)}`;
  const error = (issue: { readonly input?: unknown }) =>
    missingOr(issue.input, expected(issue.input));
  return z
    .union([z.int(), z.string(), z.array(z.int()).min(1, { error })], { error })
    .meta({ description: summary })
    .transform((written, context): readonly number[] => {
      const values = Array.isArray(written) ? written : countsOf(String(written), max);
      const isInside = values.every((value) => value >= min && value <= max);
      if (values.length > 0 && isInside) return values;
      context.addIssue({ code: 'custom', message: expected(written), input: written });
      return z.NEVER;
    });
}

/** All counts of `1..3`; none when the text is no range, or too long a one. */
function countsOf(text: string, max: number): readonly number[] {
  const match = /^(\d{1,9})(?:\.\.(\d{1,9}))?$/.exec(text);
  const low = Number(match?.[1]);
  const high = Number(match?.[2] ?? match?.[1]);
  if (!(low <= high && high <= max)) return [];
  return Array.from({ length: high - low + 1 }, (_, index) => low + index);
}

/** One value, or a list of which one is drawn. */
export function choices(noun: string, item: z.ZodType<string>, countMax: number) {
  const error = (issue: { readonly input?: unknown }) =>
    missingOr(
      issue.input,
      `expected one of ${noun} or a list of 1 to ${countMax}, found ${shown(issue.input)}`,
    );
  return z
    .union([item, z.array(item).min(1, { error }).max(countMax, { error })], { error })
    .transform((written): readonly string[] => [written].flat());
}

const idPattern = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/** The id of a thing that the scenario itself names. */
export function id(noun: string) {
  const error = (issue: { readonly input?: unknown }) =>
    missingOr(
      issue.input,
      `expected the ${noun} in lower case letters, digits and single hyphens, ` +
        `found ${shown(issue.input)}`,
    );
  return z.string({ error }).regex(idPattern, { error }).max(60, { error });
}

/** One name of a table. */
export function name(noun: string, known: readonly string[]) {
  const error = (issue: { readonly input?: unknown }) =>
    missingOr(
      issue.input,
      typeof issue.input === 'string'
        ? unknownName(noun, issue.input, known)
        : `expected the name of a ${noun}, found ${shown(issue.input)}`,
    );
  // An empty table knows no name; the schema still has to say so in words.
  if (known.length === 0) return z.string({ error }).refine(() => false, { error });
  return z.enum(known as [string, ...string[]], { error });
}

/** One of a few words. */
export function oneOf<const Words extends readonly [string, ...string[]]>(
  summary: string,
  words: Words,
) {
  const error = (issue: { readonly input?: unknown }) =>
    missingOr(issue.input, `expected ${words.join(' or ')}, found ${shown(issue.input)}`);
  return z.enum(words, { error }).meta({ description: summary });
}

/** A line or more of prose. */
export function prose(summary: string, lengthMax: number) {
  const error = (issue: { readonly input?: unknown }) =>
    missingOr(
      issue.input,
      `expected text of 1 to ${lengthMax} characters, found ${shown(issue.input).slice(0, 60)}`,
    );
  return z.string({ error }).trim().min(1, { error }).max(lengthMax, { error }).meta({
    description: summary,
  });
}

/** Yes or no. */
export function flag(summary: string) {
  return z
    .boolean({
      error: (issue) =>
        missingOr(issue.input, `expected true or false, found ${shown(issue.input)}`),
    })
    .meta({ description: summary });
}

/** A map that takes these keys and no others. */
export function strict<Shape extends z.ZodRawShape>(noun: string, shape: Shape) {
  const keys = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code !== 'unrecognized_keys') {
        return missingOr(issue.input, `expected ${noun} as a map, found ${shown(issue.input)}`);
      }
      return issue.keys.map((key) => unknownName(`key of ${noun}`, key, keys)).join('\n');
    },
  });
}

/** A list with a limit. */
export function list<Item extends z.ZodType>(
  noun: string,
  item: Item,
  limits: { readonly min: number; readonly max: number; readonly advice?: string },
) {
  const advice = limits.advice === undefined ? '' : `; ${limits.advice}`;
  const error = (issue: { readonly input?: unknown }) =>
    missingOr(
      issue.input,
      Array.isArray(issue.input)
        ? `expected ${limits.min} to ${limits.max} ${noun}, found ${issue.input.length}${advice}`
        : `expected a list of ${noun}, found ${shown(issue.input)}`,
    );
  return z.array(item, { error }).min(limits.min, { error }).max(limits.max, { error });
}

/** The mark of a key that is not there; the refusal then names the key. */
export const missing = 'missing';

/**
 * What a schema's error function answers: a key that is not there is told apart from a wrong value.
 */
export function missingOr(input: unknown, message: string): string {
  return input === undefined ? missing : message;
}

/** The hash that a file must have. */
export function hash() {
  const error = (issue: { readonly input?: unknown }) =>
    `expected a SHA-256 of 64 hex digits, found ${shown(issue.input)}`;
  return z.string({ error }).regex(/^[0-9a-f]{64}$/, { error });
}
