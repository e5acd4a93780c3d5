// Versions of the software that faults roll out: each must be one that some behavior has.
import type { CheckInput } from './checks.ts';
import { unknownName } from './suggest.ts';
import { namesOf } from './vocabulary.ts';

/** Refuses versions that nobody has: such a roll-out would only restart its targets. */
export function checkVersions({ text, names, refuse }: CheckInput): void {
  const known = namesOf(names.versions);
  for (const list of ['schedule', 'random'] as const) {
    for (const [index, fault] of (text.faults[list] ?? []).entries()) {
      for (const [key, param] of Object.entries(names.faults[fault.kind]!.params)) {
        const version = fault[key];
        if (param.isVersion !== true || version === undefined) continue;
        // Of a random fault the schema has made a list, of one name too.
        const unknown = [version].flat().find((one) => !known.includes(String(one)));
        if (unknown === undefined) continue;
        refuse(['faults', list, index, key], unknownName('version', String(unknown), known));
      }
    }
  }
}
