import { describe, expect, it } from 'vitest';
import { mutants, properties } from '../../model/index.ts';
import type { PropertyId } from '../../model/invariants.ts';
import { deviceProperties } from '../../sim/index.ts';

// What reports that a rare path was reached judges nothing; all else does.
const judging = Object.values(properties).filter(({ mode }) => mode !== 'sometimes');
const killing = new Set<PropertyId>(Object.values(mutants).flatMap(({ killedBy }) => killedBy));

/**
 * Promises of simulated devices: no variant of the store breaks them. The tests of devices seed
 * devices that do, and the fault `lying-device` breaks the first on a shipped scenario.
 */
const ofDevices: ReadonlySet<string> = new Set(Object.keys(deviceProperties));

describe('the table of wrong variants', () => {
  it.each(judging.map(({ id }) => id).filter((id) => !ofDevices.has(id)))(
    'has one that this property notices (%s)',
    (id) => {
      expect(killing).toContain(id);
    },
  );

  it('has none that only a device could be', () => {
    for (const id of ofDevices) expect(killing).not.toContain(id);
  });

  it.each(Object.entries(mutants))(
    'names each property once, and none that only reports (%s)',
    (_, { killedBy }) => {
      expect(new Set(killedBy).size).toBe(killedBy.length);
      for (const id of killedBy) expect(properties[id].mode).not.toBe('sometimes');
    },
  );
});
