// Parameters of a fault, as its entry reads them. What a scenario gives was checked before.
import { assert } from '../assert.ts';
import type { FaultParam, FaultParamValue } from '../fault-kind.ts';
import type { Ns } from '../units.ts';

const million = 1_000_000;

/** A parameter that is a number: a duration in ns, a factor, a count, ppm. */
export function numberOf(value: FaultParamValue | undefined): number {
  assert(typeof value === 'number', `fault parameter ${JSON.stringify(value)}, expected a number`);
  return value;
}

/** A duration above 0: a fault that takes its next step at once would never end. */
export function spanOf(value: FaultParamValue | undefined): Ns {
  const ns = numberOf(value);
  assert(ns > 0, `fault parameter of ${ns} ns, expected above 0`);
  return ns;
}

/** A share of 0 to 1 as parts per million. */
export function ppmOf(value: FaultParamValue | undefined): number {
  return Math.round(numberOf(value) * million);
}

/** A parameter that is a name. */
export function textOf(value: FaultParamValue | undefined): string {
  assert(typeof value === 'string', `fault parameter ${JSON.stringify(value)}, expected text`);
  return value;
}

/** A share of messages, blocks or evaluations that must be given. */
export function share(summary: string): FaultParam {
  return { kind: 'share', summary };
}
