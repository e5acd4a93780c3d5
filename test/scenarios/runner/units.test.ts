import { fc, test as lawful } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import {
  type Measure,
  quantityText,
  rangeText,
  readQuantity,
  readRange,
} from '../../../scenarios/runner/units.ts';

const readRows: readonly (readonly [Measure, string, number])[] = [
  ['duration', '30s', 30e9],
  ['duration', '1500ms', 1.5e9],
  ['duration', '1.5s', 1.5e9],
  ['duration', '250us', 250_000],
  ['duration', '0.000000001s', 1],
  ['duration', '2m', 120e9],
  ['duration', '1h', 3600e9],
  ['duration', '0s', 0],
  ['size', '4KiB', 4096],
  ['size', '64MiB', 67_108_864],
  ['size', '0.5KiB', 512],
  ['share', '0.01%', 0.0001],
  ['share', '100%', 1],
  ['rate', '800/s', 800],
  ['rate', '0.5/s', 0.5],
  ['bandwidth', '10Gbit/s', 1e10],
  ['factor', '20x', 20],
  ['factor', '1.5x', 1.5],
  ['ppm', '-200ppm', -200],
];

const refusedRows: readonly (readonly [Measure, string, string])[] = [
  ['duration', '30', "expected a duration with a unit, found '30'; write '30s'"],
  ['duration', 'soon', "expected a duration with a unit, found 'soon'; write '30s'"],
  ['duration', '30sec', "unknown unit 'sec' of a duration in '30sec'; write '30s'"],
  ['duration', '3 s', "unknown unit ' s' of a duration in '3 s'; write one of ns, us, ms, s, m, h"],
  ['duration', '0.5ns', "expected a duration in whole ns, found '0.5ns'; write fewer digits"],
  ['duration', '9999999h', "expected a duration of at most 2^53 ns, found '9999999h'; write less"],
  [
    'duration',
    '1e3s',
    "unknown unit 'e3s' of a duration in '1e3s'; write one of ns, us, ms, s, m, h",
  ],
  ['size', '64MB', "unknown unit 'MB' of a size in '64MB'; write '64MiB'"],
  ['size', '0.3B', "expected a size in whole B, found '0.3B'; write fewer digits"],
  ['share', '0.5', "expected a share with a unit, found '0.5'; write '0.5%'"],
  ['rate', '800iops', "unknown unit 'iops' of a rate in '800iops'; write '800/s'"],
  ['bandwidth', '10Gbps', "unknown unit 'Gbps' of a bandwidth in '10Gbps'; write '10Gbit/s'"],
];

describe('quantities', () => {
  test.each(readRows)('reads a %s of %s', (measure, text, value) => {
    expect(readQuantity(measure, text)).toEqual({ ok: true, value });
  });

  test.each(refusedRows)('refuses a %s of %s', (measure, text, message) => {
    expect(readQuantity(measure, text)).toEqual({ ok: false, message });
  });

  test.each([
    ['duration', 0, '0s'],
    ['duration', 1_500_000_000, '1500ms'],
    ['duration', 1_500_000_001, '1500000001ns'],
    ['duration', 90e9, '90s'],
    ['size', 65_536, '64KiB'],
    ['share', 0.0001, '0.01%'],
    ['share', 0.07, '7%'],
    ['bandwidth', 1e10, '10Gbit/s'],
    ['factor', 1.5, '1.5x'],
    ['rate', 1e-7, '0.0000001/s'],
  ] as const)('writes a %s of %d as %s', (measure, value, text) => {
    expect(quantityText(measure, value)).toBe(text);
  });

  const whole = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
  lawful.prop([fc.constantFrom<Measure>('duration', 'size', 'bandwidth'), whole])(
    'reads back every whole quantity it writes',
    (measure, value) => {
      expect(readQuantity(measure, quantityText(measure, value))).toEqual({ ok: true, value });
    },
  );

  lawful.prop([fc.integer({ min: 0, max: 1_000_000 })])(
    'reads back every share in parts per million that it writes',
    (ppm) => {
      const value = ppm / 1_000_000;
      expect(readQuantity('share', quantityText('share', value))).toEqual({ ok: true, value });
    },
  );
});

describe('ranges', () => {
  test('reads both ends, and one value as a range of itself', () => {
    expect(readRange('duration', '1s..3s')).toEqual({ ok: true, value: { min: 1e9, max: 3e9 } });
    expect(readRange('size', '4KiB')).toEqual({ ok: true, value: { min: 4096, max: 4096 } });
    expect(readRange('ppm', '-5ppm..5ppm')).toEqual({ ok: true, value: { min: -5, max: 5 } });
  });

  test.each([
    ['5..20s', "expected a unit on both ends of a range, found '5..20s'; write '5s..20s'"],
    ['5s..', "expected a range such as '5s..20s', found '5s..'"],
    ['1s..2s..3s', "expected a range such as '5s..20s', found '1s..2s..3s'"],
    ['3s..1s', "expected a range that rises, found '3s..1s'; write '1s..3s'"],
    ['1s..2MB', "unknown unit 'MB' of a duration in '2MB'; write one of ns, us, ms, s, m, h"],
  ])('refuses %s', (text, message) => {
    expect(readRange('duration', text)).toEqual({ ok: false, message });
  });

  test('writes one value where both ends are one', () => {
    expect(rangeText('size', { min: 4096, max: 16_384 })).toBe('4KiB..16KiB');
    expect(rangeText('size', { min: 4096, max: 4096 })).toBe('4KiB');
  });
});
