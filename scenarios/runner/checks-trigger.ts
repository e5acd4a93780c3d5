// What a fault waits for against the machines there are, and the target that only a trigger has.
import { behaviors } from '../../model/index.ts';
import { knownModes, thereWord } from '../../sim/index.ts';
import type { CheckInput } from './checks.ts';
import type { ValuePath } from './document.ts';
import type { TriggerEventText } from './schema-trigger.ts';
import { unknownName } from './suggest.ts';
import { quantityText } from './units.ts';

/** Refuses machines and modes that do not exist, and `there` where nothing says where that is. */
export function checkTriggers(input: CheckInput): void {
  const { schedule = [], random = [] } = input.text.faults;
  for (const [index, { target, when }] of schedule.entries()) {
    const path = ['faults', 'schedule', index];
    if (target === thereWord && when === undefined) refuseThere(input, [...path, 'target']);
    if (when === undefined) continue;
    checkEvent(input, [...path, 'when'], when);
    if (when.after !== undefined) checkEvent(input, [...path, 'when', 'after'], when.after);
    const { from = 0, until } = when;
    if (until === undefined || until > from) continue;
    const [first, found] = [from, until].map((ns) => quantityText('duration', ns));
    input.refuse(
      [...path, 'when', 'until'],
      `expected a time after the first one that counts, ${first}, found '${found}'`,
    );
  }
  for (const [index, { target }] of random.entries()) {
    const path = ['faults', 'random', index, 'target'];
    if (target === thereWord) refuseThere(input, path);
    if (!Array.isArray(target)) continue;
    for (const [at, one] of target.entries()) {
      if (one === thereWord) refuseThere(input, [...path, at]);
    }
  }
}

function refuseThere({ refuse }: CheckInput, path: ValuePath): void {
  refuse(
    path,
    `'${thereWord}' is the node where the trigger happened, found no 'when'; ` +
      'write when: { state: serving, machine: host }',
  );
}

function checkEvent({ refuse }: CheckInput, path: ValuePath, event: TriggerEventText): void {
  const { machine, state } = event;
  if (machine === undefined) return;
  const known = knownModes(behaviors);
  const modes = known.get(machine);
  if (modes === undefined) {
    refuse([...path, 'machine'], unknownName('machine', machine, [...known.keys()].sort()));
  } else if (state !== undefined && !modes.some((mode) => isWithin(mode, state))) {
    refuse([...path, 'state'], unknownName(`state of '${machine}'`, state, modes));
  }
}

function isWithin(mode: string, state: string): boolean {
  return mode === state || mode.startsWith(`${state}.`);
}
