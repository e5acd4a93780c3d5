// The shape of what makes a fault come: an event that it waits for, and how it comes again.
import type * as z from 'zod';
import { flag, name, prose, quantity, strict, wholeNumber } from './schema-parts.ts';

/** One event that is waited for, after the schema: one of the first four is given. */
export interface TriggerEventText {
  readonly state?: string | undefined;
  readonly mark?: string | undefined;
  readonly message?: string | undefined;
  readonly io?: string | undefined;
  readonly phase?: string | undefined;
  readonly actor?: string | undefined;
  readonly machine?: string | undefined;
  readonly nth?: number | undefined;
}

/** What a fault waits for, after the schema. */
export interface TriggerText extends TriggerEventText {
  readonly after?: TriggerEventText | undefined;
  readonly from?: number | undefined;
  readonly delay?: number | undefined;
  readonly times?: number | undefined;
  readonly until?: number | undefined;
  readonly optional?: boolean | undefined;
}

/** How a fault comes again, after the schema. */
export interface AgainText {
  readonly every: number;
  readonly until?: number | undefined;
  readonly count?: number | undefined;
}

/** The keys of which an event has exactly one. */
export const triggerKinds = ['state', 'mark', 'message', 'io'] as const;

/** The schema of `when`: one for all faults, so that the JSON Schema says it once. */
export const triggerText = namedSchema<TriggerText>(
  'trigger',
  strict('a trigger', {
    ...eventKeys(),
    after: strict('an event', eventKeys())
      .optional()
      .meta({ description: 'an event that comes first: only what follows it counts' }),
    from: quantity('duration', { summary: 'nothing before this time counts' }).optional(),
    delay: quantity('duration', { summary: 'from the event to the fault; else 0s' }).optional(),
    times: wholeNumber({
      summary: 'how many times it strikes; else 1',
      min: 1,
      max: 1000,
    }).optional(),
    until: quantity('duration', { summary: 'nothing at or after this time counts' }).optional(),
    optional: flag('that it never comes leaves no doubt about the run').optional(),
  }),
);

/** The schema of `again`. */
export const againText = namedSchema<AgainText>(
  'again',
  strict('a period', {
    every: quantity('duration', { summary: 'from one begin to the next', min: 1 }),
    until: quantity('duration', { summary: 'it does not begin then or later' }).optional(),
    count: wholeNumber({
      summary: 'how many times it comes in all',
      min: 1,
      max: 100_000,
    }).optional(),
  }),
);

function namedSchema<T>(id: string, schema: z.ZodType): z.ZodType<T> {
  return schema.meta({ id }) as unknown as z.ZodType<T>;
}

function eventKeys() {
  const word = (summary: string) => prose(summary, 100).optional();
  return {
    state: word('an actor enters this mode, or one within it: recovering'),
    mark: word('an actor leaves this mark: receipt.sent'),
    message: word('an actor receives a message of this type: notify'),
    io: name('request', ['read', 'write', 'flush'])
      .optional()
      .meta({ description: 'an actor hands this request to its device, or hears it is done' }),
    phase: name('phase', ['submitted', 'completed'])
      .optional()
      .meta({ description: 'of a request: when it is handed over, which is the default, or done' }),
    actor: prose('selector of the actors it may happen at; else any', 200).optional(),
    machine: prose('of which machine the actors are: host, re-mirror; else of any', 100).optional(),
    nth: wholeNumber({
      summary: 'which of these events; else the first',
      min: 1,
      max: 1e6,
    }).optional(),
  };
}
