// The shape of faults, made from the table of faults: a new entry there is a new shape here.
import * as z from 'zod';
import type { FaultParam } from '../../sim/index.ts';
import {
  choices,
  countChoices,
  countRange,
  flag,
  list,
  missingOr,
  prose,
  quantity,
  quantityRange,
  strict,
  wholeNumber,
} from './schema-parts.ts';
import { type AgainText, againText, type TriggerText, triggerText } from './schema-trigger.ts';
import { unknownName } from './suggest.ts';
import { shown } from './units.ts';
import { namesOf, type Vocabulary } from './vocabulary.ts';

/** A fault after the schema: its parameters are keys beside the fixed ones. */
export interface FaultText {
  readonly kind: string;
  readonly at?: number;
  readonly again?: AgainText;
  readonly when?: TriggerText;
  readonly for?: unknown;
  readonly target?: string | readonly string[];
  readonly [key: string]: unknown;
}

const selector = () => prose('which nodes: az-b, host-1, `zone=az-b role=host`', 200);
const target = () =>
  prose('a selector; `one of role=host`, `majority of zone=az-b`, `primary-of vol-1 range=0`', 200);

/** A fault at an exact time, or at an exact event. */
export function scheduledFault(names: Vocabulary) {
  const at = quantity('duration', { summary: 'when it begins; or say when: { ... } it waits for' });
  const lasting = quantity('duration', {
    summary: 'how long it lasts; else until all is healed',
    min: 1,
  });
  return faultUnion(names, (kind) =>
    strict(`fault '${kind}'`, {
      kind: z.literal(kind),
      at: at.optional(),
      again: againText.optional(),
      when: triggerText.optional(),
      for: lasting.optional(),
      target: target().optional(),
      ...params(names, kind, exactParam),
    }),
  );
}

/** Faults whose number, times, targets and parameters the seed decides. */
export function randomFault(names: Vocabulary) {
  const between = quantityRange('duration', {
    summary: 'when it begins, at the earliest and the latest',
  });
  const lasting = quantityRange('duration', { summary: 'how long it lasts', min: 1 });
  return faultUnion(names, (kind) =>
    strict(`random fault '${kind}'`, {
      kind: z.literal(kind),
      count: countRange('how many, drawn from the seed', 100),
      between,
      for: lasting.optional(),
      target: z.union([target(), list('targets', target(), { min: 1, max: 64 })]).optional(),
      ...params(names, kind, randomParam),
    }),
  );
}

function faultUnion(names: Vocabulary, shape: (kind: string) => z.core.$ZodTypeDiscriminable) {
  const kinds = namesOf(names.faults);
  const shapes = kinds.map(shape) as [
    z.core.$ZodTypeDiscriminable,
    ...z.core.$ZodTypeDiscriminable[],
  ];
  return z.discriminatedUnion('kind', shapes, {
    error: (issue) => {
      if (issue.code !== 'invalid_union')
        return `expected a fault as a map, found ${shown(issue.input)}`;
      const kind = (issue.input as { readonly kind?: unknown }).kind;
      if (kind === undefined) return missingOr(kind, '');
      return unknownName('fault', String(kind), kinds);
    },
  }) as unknown as z.ZodType<FaultText, Record<string, unknown>>;
}

function params(names: Vocabulary, kind: string, shape: (param: FaultParam) => z.ZodType) {
  const entries = Object.entries(names.faults[kind]!.params);
  return Object.fromEntries(
    entries.map(([key, param]) => {
      const value = shape(param);
      return [key, param.default === undefined ? value : value.optional()];
    }),
  );
}

function exactParam(param: FaultParam): z.ZodType {
  const { kind, summary } = param;
  switch (kind) {
    case 'boolean':
      return flag(summary);
    case 'groups':
      return groups(param);
    case 'count':
      return wholeNumber({ summary, ...countLimits(param) });
    case 'text':
      return prose(summary, nameLengthMax);
    default:
      return quantity(kind, { summary, ...limitsOf(param, kind) });
  }
}

function randomParam(param: FaultParam): z.ZodType {
  const { kind, summary } = param;
  switch (kind) {
    case 'boolean':
      return z.union([flag(summary), z.literal('any')], { error: 'expected true, false or any' });
    case 'groups':
      // One zone against the others is two groups.
      if (groupCountMinOf(param) > 2) return groups(param);
      return z.union([groups(param), z.literal('zones')], {
        error: "expected groups of selectors, or 'zones' for one drawn zone against the others",
      });
    case 'count':
      return countChoices(summary, countLimits(param));
    case 'text':
      return choices('names', prose(summary, nameLengthMax), choiceCountMax);
    default:
      return quantityRange(kind, { summary, ...limitsOf(param, kind) });
  }
}

const nameLengthMax = 60;
const choiceCountMax = 64;

function countLimits({ range }: FaultParam) {
  return range ?? { min: 0, max: 1000 };
}

/** The range that the table of faults gives, or what any value of this kind keeps to. */
function limitsOf(param: FaultParam, kind: keyof typeof paramLimits) {
  const { range, signed } = param;
  if (range !== undefined) return { ...range, signed: range.min < 0, exact: true };
  return { ...paramLimits[kind], ...(signed === true ? { signed: true } : {}) };
}

/** Fewer groups than the fault needs would cut nothing. */
function groupCountMinOf({ groupCountMin = 2 }: FaultParam): number {
  return groupCountMin;
}

const paramLimits = {
  duration: {},
  share: { max: 1 },
  factor: { max: 1e6 },
  ppm: {},
} as const;

function groups(param: FaultParam) {
  const group = list('selectors', selector(), { min: 1, max: 64 });
  const advice = 'each group is a list of selectors: [[az-a], [az-b, az-c]]';
  const limits = { min: groupCountMinOf(param), max: 16, advice };
  return list('groups', group, limits).meta({ description: param.summary });
}
