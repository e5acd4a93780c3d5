// What a threshold can be put on, and how its limit is written: what is measured of operations,
// split by faults, and every measure of a whole run.
import type { MeasureUnit, MeasureWord } from '../../sim/index.ts';
import { type QuantityReading, quantityText, readQuantity, shown } from './units.ts';

/** What is measured of operations, and the unit of a limit on it. */
export const operationMeasures = {
  'latency.p50': { unit: 'duration', perOperation: true },
  'latency.p90': { unit: 'duration', perOperation: true },
  'latency.p99': { unit: 'duration', perOperation: true },
  'latency.p999': { unit: 'duration', perOperation: true },
  'latency.max': { unit: 'duration', perOperation: true },
  'errors.rate': { unit: 'share', perOperation: true },
  'iops.min': { unit: 'rate', perOperation: false },
} as const satisfies Readonly<
  Record<string, { readonly unit: MeasureUnit; readonly perOperation: boolean }>
>;

/** What is measured of operations; `ops` are operations that completed. */
export type OperationMeasure = keyof typeof operationMeasures;

/** The operations of a block device that thresholds are put on. */
const operations = ['read', 'write', 'discard', 'flush'] as const;

/** A metric by its full name. */
export interface Metric {
  readonly unit: MeasureUnit;
  /** What is measured of operations; null for a measure of the whole run, known by its name. */
  readonly measure: OperationMeasure | null;
  /** The operation, or null where all count. */
  readonly op: string | null;
}

/** Every metric by its full name. */
export function metricsOf(
  measures: Readonly<Record<string, MeasureWord>>,
): ReadonlyMap<string, Metric> {
  const ofOperations = Object.entries(operationMeasures).flatMap(
    ([key, { unit, perOperation }]): [string, Metric][] => {
      const measure = key as OperationMeasure;
      return perOperation
        ? operations.map((op) => [`${op}.${key}`, { unit, measure, op }])
        : [[key, { unit, measure, op: null }]];
    },
  );
  const ofRun = Object.entries(measures).map(([name, { unit }]): [string, Metric] => [
    name,
    { unit, measure: null, op: null },
  ]);
  return new Map([...ofOperations, ...ofRun]);
}

/** Reads a limit: with a unit, but for a count, which is a bare number. */
export function readLimit(unit: MeasureUnit, written: string | number): QuantityReading {
  if (unit === 'count') {
    if (typeof written === 'number') return { ok: true, value: written };
    return { ok: false, message: `expected a bare number, for a count, found ${shown(written)}` };
  }
  if (typeof written === 'string') return readQuantity(unit, written);
  const message = `expected a limit with a unit, found ${written}; such as 40ms, 0.5% or 300/s`;
  return { ok: false, message };
}

/** The text of a limit that reads back as exactly this. */
export function limitText(unit: MeasureUnit, limit: number): string {
  return unit === 'count' ? String(limit) : quantityText(unit, limit);
}

/** A limit as a scenario file writes it. */
export function limitInput(unit: MeasureUnit, limit: number): string | number {
  return unit === 'count' ? limit : quantityText(unit, limit);
}

/** A measured value with its unit, to as many digits as people read. */
export function measuredText(unit: MeasureUnit, value: number): string {
  switch (unit) {
    case 'count':
      return String(value);
    case 'share':
      return quantityText(unit, Math.round(value * 1e6) / 1e6);
    case 'duration':
      return quantityText(unit, value < 1e6 ? value : roundTo(value, value < 1e9 ? 1e3 : 1e6));
    case 'rate':
    case 'factor':
      return quantityText(unit, Math.round(value * 1e3) / 1e3);
  }
}

function roundTo(value: number, step: number): number {
  return Math.round(value / step) * step;
}
