// Triggers and periods: from the words of a file to what the kernel waits for, and back.
import type { FaultPeriod, FaultTrigger, Ns, TriggerKind, TriggerStep } from '../../sim/index.ts';
import type { AgainText, TriggerEventText, TriggerText } from './schema-trigger.ts';
import { quantityText } from './units.ts';

/** What the kernel waits for; the text was checked before. */
export function triggerOf(text: TriggerText): FaultTrigger {
  const events = text.after === undefined ? [text] : [text.after, text];
  return {
    steps: events.map(stepOf),
    delayNs: text.delay ?? 0,
    times: text.times ?? 1,
    ...(text.until === undefined ? {} : { untilNs: text.until }),
    ...(text.optional === true ? { optional: true } : {}),
  };
}

function stepOf(text: TriggerEventText): TriggerStep {
  const { state, mark, message, io, phase, actor, machine, nth = 1 } = text;
  const of = (on: TriggerKind, name: string): TriggerStep => ({
    on,
    name,
    ...(actor === undefined ? {} : { actor }),
    ...(machine === undefined ? {} : { machine }),
    nth,
  });
  if (state !== undefined) return of('state', state);
  if (mark !== undefined) return of('mark', mark);
  if (message !== undefined) return of('message', message);
  return of(phase === 'completed' ? 'io.completed' : 'io.submitted', io ?? '');
}

/** How the kernel repeats it. */
export function periodOf({ every, until, count }: AgainText): FaultPeriod {
  return {
    everyNs: every,
    ...(until === undefined ? {} : { untilNs: until }),
    ...(count === undefined ? {} : { count }),
  };
}

/** The words for what the kernel waits for since `fromNs`. */
export function triggerInput(trigger: FaultTrigger, fromNs: Ns): Record<string, unknown> {
  const { steps, delayNs, times, untilNs, optional } = trigger;
  const last = steps.at(-1)!;
  return {
    ...eventInput(last),
    ...(steps.length > 1 ? { after: eventInput(steps[0]!) } : {}),
    ...(fromNs > 0 ? { from: quantityText('duration', fromNs) } : {}),
    ...(untilNs === undefined ? {} : { until: quantityText('duration', untilNs) }),
    ...(delayNs > 0 ? { delay: quantityText('duration', delayNs) } : {}),
    ...(times > 1 ? { times } : {}),
    ...(optional === true ? { optional } : {}),
  };
}

function eventInput({ on, name, actor, machine, nth }: TriggerStep): Record<string, unknown> {
  return {
    ...happeningInput(on, name),
    ...(machine === undefined ? {} : { machine }),
    ...(actor === undefined ? {} : { actor }),
    ...(nth > 1 ? { nth } : {}),
  };
}

function happeningInput(on: TriggerKind, name: string): Record<string, unknown> {
  switch (on) {
    case 'io.submitted':
      return { io: name, phase: 'submitted' };
    case 'io.completed':
      return { io: name, phase: 'completed' };
    default:
      return { [on]: name };
  }
}

/** The words for how it comes again. */
export function periodInput({ everyNs, untilNs, count }: FaultPeriod): Record<string, unknown> {
  return {
    every: quantityText('duration', everyNs),
    ...(untilNs === undefined ? {} : { until: quantityText('duration', untilNs) }),
    ...(count === undefined ? {} : { count }),
  };
}
