// When a fault comes: at a time, again and again, or when something happens.
import type { CheckInput } from './checks.ts';
import type { ValuePath } from './document.ts';
import type { FaultText } from './schema-faults.ts';
import { type TriggerEventText, triggerKinds } from './schema-trigger.ts';
import { quantityText } from './units.ts';

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
  { refuse }: CheckInput,
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
}
