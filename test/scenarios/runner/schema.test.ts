import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { scenarioText } from '../../../scenarios/runner/resolve.ts';
import { scenarioJsonSchema } from '../../../scenarios/runner/schema.ts';
import { changed, sampleNames, sampleScenario, sampleText } from './sample.ts';

const accepts = new Ajv({ strict: false, allErrors: true }).compile(
  scenarioJsonSchema(sampleNames),
);

describe('the JSON Schema', () => {
  test.each([
    'when: { io: flush, phase: completed, after: { mark: a, nth: 2 }, delay: 3ms, times: 2 }',
    'at: 8s, again: { every: 3s, until: 9s, count: 4 }',
  ])('accepts a fault with %s, as written and as resolved', (moment) => {
    const text = changed('at: 8s', moment);
    expect(accepts(parse(text))).toBe(true);
    expect(accepts(parse(scenarioText(sampleScenario(text), sampleNames.faults)))).toBe(true);
  });

  test('accepts what the reader accepts, as written and as resolved', () => {
    expect(accepts(parse(sampleText))).toBe(true);
    expect(accepts(parse(scenarioText(sampleScenario(), sampleNames.faults)))).toBe(true);
  });

  test.each([
    ['a bare number', changed('duration: 30s', 'duration: 30')],
    ['a foreign unit', changed('64MiB', '64MB')],
    ['an unknown key', changed('settle: 10s', 'settle: 10s\nsetle: 10s')],
    ['a missing key', changed('settle: 10s\n', '')],
    ['an unknown key of a trigger', changed('at: 8s', 'when: { mrak: a }')],
    ['a period without a unit', changed('at: 8s', 'at: 8s, again: { every: 3 }')],
    ['an unknown fault', changed('kind: crash', 'kind: carsh')],
    ['a key of another fault', changed('kind: crash', 'kind: crash, factor: 2x')],
    ['a device that is no name', changed('device: nvme-plp, slots', 'device: 5.25 inch, slots')],
    ['a device without a profile', changed('network:\n', 'devices: { mine: {} }\nnetwork:\n')],
    ['an unknown property', changed('[no-lost-acked-write]', '[no-lost-write]')],
  ])('refuses %s', (_claim, text) => {
    expect(accepts(parse(text))).toBe(false);
  });
});
