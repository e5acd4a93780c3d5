// A fault can wait for an event instead of a time.
//
//   step 1 (nth) --> step 2 (nth) --> ... --> it came --> delay --> the fault strikes
//      ^                                        |
//      +---------- again, `times` in all -------+
//
// Steps look at what the record shows anyway, and at requests as they are handed to a device. What
// is waited for is data, and how far it got is a value that a fork copies.
import type { ActorId, Labels } from './actor.ts';
import { assert, fail } from './assert.ts';
import type { ActorCell } from './node.ts';
import type { Entry } from './record.ts';
import { matchesSelector, parseSelector, type Selector } from './selector.ts';
import type { Ns } from './units.ts';
import type { World } from './world.ts';

const noLabels: Labels = {};
const noFaults: readonly number[] = [];

/**
 * What a step looks at: an actor enters a mode, leaves a mark, receives a message, hands a request
 * to a device, or hears that it is done.
 */
export type TriggerKind = 'state' | 'mark' | 'message' | 'io.submitted' | 'io.completed';

/** One event that is waited for. */
export interface TriggerStep {
  readonly on: TriggerKind;
  /** A mode (with all modes within it), a mark, a type of message, or `read`, `write`, `flush`. */
  readonly name: string;
  /** Selector of the actors it may happen at, by id and labels; without it, at any. */
  readonly actor?: string;
  /** The name of the behavior of the actors it may happen at; without it, any. */
  readonly machine?: string;
  /** Which of these events, counts from 1. */
  readonly nth: number;
}

/** What a fault waits for, as data. */
export interface FaultTrigger {
  /** One after the other; no event serves two of them. */
  readonly steps: readonly TriggerStep[];
  /** From the last event to the fault, 0 or more; at 0 it strikes after the step that it was in. */
  readonly delayNs: Ns;
  /** How many times it fires, counts from 1. */
  readonly times: number;
  /** Nothing at or after this instant counts. */
  readonly untilNs?: Ns;
  /** That it never comes is no reason to doubt a run; the kernel tells of it all the same. */
  readonly optional?: boolean;
}

/** Something that happened at an actor, as far as triggers look. */
interface Happening {
  readonly on: TriggerKind;
  readonly name: string;
  readonly actor: ActorId;
  readonly labels: Labels;
  readonly machine: string;
  readonly atNs: Ns;
  /** For `state`: the mode before, or undefined. */
  readonly before: string | undefined;
}

interface Waiting {
  readonly trigger: FaultTrigger;
  readonly selectors: readonly (Selector | null)[];
  /** Nothing before this instant counts. */
  readonly fromNs: Ns;
  readonly stepIndex: number;
  /** Events of this step that were seen. */
  readonly seenCount: number;
  readonly firedCount: number;
}

/** Triggers that wait, by the fault they are for. */
export class TriggerWatch {
  readonly #waiting = new Map<number, Waiting>();
  /** The mode each actor is in, kept while something is waited for. */
  readonly #modes = new Map<ActorId, string>();

  /** Whether anything is waited for; else nobody needs to tell what happens. */
  get isWaiting(): boolean {
    return this.#waiting.size > 0;
  }

  /** Faults whose trigger waits, in the order they were planned. */
  get faultIds(): readonly number[] {
    return [...this.#waiting.keys()];
  }

  /** Waits for the events of a trigger from an instant on. */
  add(
    world: World,
    waiting: { readonly faultId: number; readonly trigger: FaultTrigger; readonly fromNs: Ns },
  ): void {
    const { faultId, trigger, fromNs } = waiting;
    if (!this.isWaiting) {
      this.#modes.clear();
      for (const { id, mode } of world.actors) if (mode !== undefined) this.#modes.set(id, mode);
    }
    const { steps, delayNs, times } = trigger;
    assert(steps.length > 0, 'a trigger without steps, expected at least one');
    assert(Number.isSafeInteger(delayNs) && delayNs >= 0, `trigger delay ${delayNs} ns`);
    assert(Number.isSafeInteger(times) && times >= 1, `trigger fires ${times} times`);
    const untilNs = trigger.untilNs ?? fromNs + 1;
    assert(untilNs > fromNs, `trigger from ${fromNs} ns until ${untilNs} ns, expected a later end`);
    this.#waiting.set(faultId, {
      trigger,
      selectors: steps.map(selectorOf),
      fromNs,
      stepIndex: 0,
      seenCount: 0,
      firedCount: 0,
    });
  }

  /** Faults that an entry of the record fires, in the order they were planned. */
  onEntry(world: World, entry: Entry): readonly number[] {
    const { actor } = entry;
    const before = this.#modes.get(actor);
    if (entry.kind === 'state') this.#modes.set(actor, entry.state);
    else if (entry.kind === 'stop') this.#modes.delete(actor);
    const cell = world.actorById.get(actor);
    const place = { labels: cell?.labels ?? noLabels, machine: cell?.behavior.name ?? '' };
    const happening = happeningOf(entry, place, before);
    return happening === null ? noFaults : this.#observe(happening);
  }

  /** Faults that are fired because an actor hands a request to a device. */
  onIoSubmitted(world: World, cell: ActorCell, op: string): readonly number[] {
    const { id: actor, labels, behavior, mode: before } = cell;
    return this.#observe({
      on: 'io.submitted',
      name: op,
      actor,
      labels,
      machine: behavior.name,
      atNs: world.now,
      before,
    });
  }

  #observe(happening: Happening): readonly number[] {
    const fired: number[] = [];
    for (const [faultId, waiting] of this.#waiting) {
      const next = progressed(waiting, happening);
      if (next === waiting) continue;
      const came = next.firedCount > waiting.firedCount;
      if (came) fired.push(faultId);
      if (came && next.firedCount === next.trigger.times) this.#waiting.delete(faultId);
      else this.#waiting.set(faultId, next);
    }
    return fired;
  }

  clear(): void {
    this.#waiting.clear();
  }

  copy(): TriggerWatch {
    const other = new TriggerWatch();
    for (const [id, waiting] of this.#waiting) other.#waiting.set(id, waiting);
    for (const [id, mode] of this.#modes) other.#modes.set(id, mode);
    return other;
  }
}

/** The same value when the event is not what is waited for. */
function progressed(waiting: Waiting, happening: Happening): Waiting {
  const { trigger, selectors, stepIndex, seenCount, firedCount } = waiting;
  const step = trigger.steps[stepIndex]!;
  if (happening.atNs < waiting.fromNs) return waiting;
  if (trigger.untilNs !== undefined && happening.atNs >= trigger.untilNs) return waiting;
  if (!meets(step, selectors[stepIndex] ?? null, happening)) return waiting;
  if (seenCount + 1 < step.nth) return { ...waiting, seenCount: seenCount + 1 };
  if (stepIndex + 1 < trigger.steps.length) {
    return { ...waiting, stepIndex: stepIndex + 1, seenCount: 0 };
  }
  return { ...waiting, stepIndex: 0, seenCount: 0, firedCount: firedCount + 1 };
}

function meets(step: TriggerStep, selector: Selector | null, happening: Happening): boolean {
  const { on, name, actor, labels, before } = happening;
  if (on !== step.on) return false;
  if (on === 'state') {
    // From one mode within it to another is no entry.
    if (!isWithin(name, step.name)) return false;
    if (before !== undefined && isWithin(before, step.name)) return false;
  } else if (name !== step.name) return false;
  if (step.machine !== undefined && step.machine !== happening.machine) return false;
  return selector === null || matchesSelector(selector, actor, labels);
}

function isWithin(mode: string, name: string): boolean {
  return mode === name || mode.startsWith(`${name}.`);
}

function selectorOf(step: TriggerStep): Selector | null {
  assert(Number.isSafeInteger(step.nth) && step.nth >= 1, `trigger on the ${step.nth}th event`);
  if (step.actor === undefined) return null;
  const selector = parseSelector(step.actor);
  if (selector.kind === 'selector') return selector;
  return fail(`selector '${step.actor}' of a trigger is bad`);
}

/** What an entry of the record tells triggers, or null. */
function happeningOf(
  entry: Entry,
  place: Pick<Happening, 'labels' | 'machine'>,
  before: string | undefined,
): Happening | null {
  const { actor, atNs } = entry;
  const of = (on: TriggerKind, name: string) => ({ on, name, actor, ...place, atNs, before });
  switch (entry.kind) {
    case 'state':
      return of('state', entry.state);
    case 'mark':
      return of('mark', entry.name);
    case 'message':
      return entry.outcome === 'delivered' ? of('message', entry.type) : null;
    case 'io':
      return of('io.completed', entry.op);
    default:
      return null;
  }
}

/** A trigger in words: `2nd mark receipt.sent, then io.submitted flush at authority`. */
export function describeTrigger(trigger: FaultTrigger): string {
  return trigger.steps.map(describeStep).join(', then ');
}

function describeStep({ on, name, actor, machine, nth }: TriggerStep): string {
  const which = nth === 1 ? '' : `${nth}. `;
  const whose = machine === undefined ? '' : ` of ${machine}`;
  return `${which}${on} ${name}${whose}${actor === undefined ? '' : ` at ${actor}`}`;
}
