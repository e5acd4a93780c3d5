// When a fault comes: at a time, again and again, or when something happens.
import type { CheckInput } from './checks.ts';
import type { ValuePath } from './document.ts';
import type { FaultText } from './schema-faults.ts';
import { type TriggerEventText, triggerKinds } from './schema-trigger.ts';
import { unknownName } from './suggest.ts';
import { quantityText } from './units.ts';
import { namesOf } from './vocabulary.ts';

/** Refuses a selector that names no node. */
export type CheckSelector = (path: ValuePath, selector: string) => void;

/** Refuses a fault that has no moment, or one that cannot come within the run. */
export function checkMoment(
  input: CheckInput,
  path: ValuePath,
  fault: FaultText,
  checkSelector: CheckSelector,
): void {
  const { refuse } = input;
  const { at, again, when } = fault;
  if ((at === undefined) === (when === undefined)) {
    const found = at === undefined ? 'neither' : 'both';
    refuse(path, `expected 'at' or 'when', found ${found}; write at: 5s, or when: { mark: ... }`);
  }
  if (again !== undefined && at === undefined) {
    refuse([...path, 'again'], "'again' repeats a time, found no 'at'; write at: 5s beside it");
  }
  if (again?.until !== undefined && at !== undefined && again.until <= at) {
    const [until, first] = [again.until, at].map((ns) => quantityText('duration', ns));
    refuse(
      [...path, 'again', 'until'],
      `expected a time after the first one at ${first}, found '${until}'`,
    );
  }
  if (when === undefined) return;
  const place = [...path, 'when'];
  checkEvent(input, place, when, checkSelector);
  if (when.after !== undefined) {
    checkEvent(input, [...place, 'after'], when.after, checkSelector);
  }
  if ((when.from ?? 0) >= input.text.duration) {
    const duration = quantityText('duration', input.text.duration);
    const found = quantityText('duration', when.from ?? 0);
    refuse(
      [...place, 'from'],
      `expected a time before the run's duration ${duration}, found '${found}'`,
    );
  }
}

function checkEvent(
  { names, refuse }: CheckInput,
  path: ValuePath,
  event: TriggerEventText,
  checkSelector: CheckSelector,
): void {
  const given = triggerKinds.filter((kind) => event[kind] !== undefined);
  if (given.length !== 1) {
    const found = given.length === 0 ? 'none' : given.join(', ');
    refuse(path, `expected one of ${triggerKinds.join(', ')}, found ${found}`);
  }
  if (event.phase !== undefined && event.io === undefined) {
    refuse([...path, 'phase'], "'phase' is of a request, found no 'io'; write io: flush beside it");
  }
  if (event.actor !== undefined) checkSelector([...path, 'actor'], event.actor);
  for (const kind of ['mark', 'message'] as const) {
    const table = kind === 'mark' ? names.marks : names.messages;
    const name = event[kind];
    if (name === undefined || Object.hasOwn(table, name)) continue;
    refuse([...path, kind], unknownName(kind, name, namesOf(table)));
  }
  const { state, machine } = event;
  // With a machine it must be a mode of that one, see checks-trigger.ts.
  if (state === undefined || machine !== undefined) return;
  const known = statesOf(names.modes);
  if (!known.includes(state)) refuse([...path, 'state'], unknownName('state', state, known));
}

/** Modes and all that are around them: `recovering.reading` is within `recovering`. */
function statesOf(modes: readonly string[]): readonly string[] {
  const states = new Set<string>();
  for (const mode of modes) {
    const words = mode.split('.');
    for (let count = 1; count <= words.length; count++) states.add(words.slice(0, count).join('.'));
  }
  return [...states].sort();
}
