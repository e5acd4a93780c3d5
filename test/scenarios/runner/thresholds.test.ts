import { describe, expect, test } from 'vitest';
import { type OperationMeasure, operationMeasures } from '../../../scenarios/runner/metrics.ts';
import type { Threshold } from '../../../scenarios/runner/scenario.ts';
import { ThresholdJudge } from '../../../scenarios/runner/thresholds.ts';
import type { Entry } from '../../../sim/record.ts';

const common = { index: 0, id: '0000000000000000', cause: null, previous: null } as const;
const ms = 1_000_000;

function op(opId: number, atMs: number, phase: 'invoke' | 'ok' | 'fail', name = 'write'): Entry {
  return {
    ...common,
    kind: 'op',
    actor: 'client-1',
    atNs: atMs * ms,
    opId,
    name,
    phase,
    value: null,
  };
}

function fault(phase: 'start' | 'end', atMs: number): Entry {
  const what = { faultId: 0, fault: 'crash', targets: [], params: {} };
  return { ...common, ...what, kind: 'fault', actor: 'nemesis', atNs: atMs * ms, phase };
}

function limit(metric: string, comparison: 'below' | 'above', value: number): Threshold {
  const [op, ...rest] = metric.split('.');
  const perOp = op !== 'iops';
  const measure = (perOp ? rest.join('.') : metric) as OperationMeasure;
  return {
    metric,
    unit: operationMeasures[measure].unit,
    op: perOp ? op! : null,
    measure,
    comparison,
    limit: value,
    when: 'always',
    source: { file: 'x.yaml', line: 1, column: 1 },
  };
}

function judge(
  entries: readonly Entry[],
  thresholds: readonly Threshold[],
  durationMs = 3000,
  measured: ReadonlyMap<string, number | null> = new Map(),
) {
  const judging = new ThresholdJudge(thresholds, durationMs * ms);
  for (const entry of entries) judging.observe(entry);
  return judging.end(measured).map(({ observed, status }) => `${status} ${observed}`);
}

/** Writes of 1, 2 .. 100 ms, one every 10 ms. */
const hundred = Array.from({ length: 100 }, (_, index) => [
  op(index, index * 10, 'invoke'),
  op(index, index * 10 + index + 1, 'ok'),
]).flat();

describe('thresholds', () => {
  test('takes quantiles by nearest rank', () => {
    const metrics = ['p50', 'p90', 'p99', 'p999', 'max'].map((name) =>
      limit(`write.latency.${name}`, 'below', 99.5 * ms),
    );
    expect(judge(hundred, metrics)).toEqual([
      'held 50ms',
      'held 90ms',
      'held 99ms',
      'broken 100ms',
      'broken 100ms',
    ]);
  });

  test('breaks at the limit itself', () => {
    expect(judge(hundred, [limit('write.latency.max', 'below', 100 * ms)])).toEqual([
      'broken 100ms',
    ]);
  });

  test('counts what did not end well, and nothing of other operations', () => {
    const entries = [
      ...hundred,
      op(200, 1, 'invoke'),
      op(200, 2, 'fail'),
      op(201, 1, 'invoke', 'read'),
      op(201, 2, 'fail', 'read'),
    ];
    expect(judge(entries, [limit('write.errors.rate', 'below', 0.01)])).toEqual(['held 0.9901%']);
    expect(judge(entries, [limit('read.errors.rate', 'below', 0.01)])).toEqual(['broken 100%']);
  });

  test('parts operations that a fault touched from those that none did', () => {
    const entries = [
      op(1, 0, 'invoke'),
      op(1, 5, 'ok'),
      op(2, 90, 'invoke'),
      fault('start', 100),
      op(2, 180, 'ok'),
      op(3, 190, 'invoke'),
      fault('end', 200),
      op(3, 250, 'ok'),
      op(4, 300, 'invoke'),
      op(4, 307, 'ok'),
    ];
    const max = limit('write.latency.max', 'below', 1000 * ms);
    expect(judge(entries, [{ ...max, when: 'fault' }])).toEqual(['held 90ms']);
    expect(judge(entries, [{ ...max, when: 'no-fault' }])).toEqual(['held 7ms']);
  });

  test('finds the worst second, with and without faults', () => {
    const at = (count: number, second: number) =>
      Array.from({ length: count }, (_, index) => [
        op(second * 100 + index, second * 1000 + index, 'invoke'),
        op(second * 100 + index, second * 1000 + index + 1, 'ok'),
      ]).flat();
    const entries = [
      ...at(9, 0),
      fault('start', 1000),
      ...at(2, 1),
      fault('end', 1900),
      ...at(7, 2),
    ];
    const least = limit('iops.min', 'above', 5);
    expect(judge(entries, [least])).toEqual(['broken 2/s']);
    expect(judge(entries, [{ ...least, when: 'no-fault' }])).toEqual(['held 7/s']);
    expect(judge(entries, [{ ...least, when: 'fault' }])).toEqual(['broken 2/s']);
  });

  test('judges a measure of the whole run by its name', () => {
    const below = (limit: number): Threshold => ({
      metric: 'volume.stuck.max',
      unit: 'duration',
      measure: null,
      op: null,
      comparison: 'below',
      limit,
      when: 'always',
      source: { file: 'x.yaml', line: 1, column: 1 },
    });
    const measured = new Map([['volume.stuck.max', 1500 * ms]]);
    const limits = [below(2000 * ms), below(1500 * ms)];
    expect(judge(hundred, limits, 3000, measured)).toEqual(['held 1500ms', 'broken 1500ms']);
    expect(judge(hundred, limits.slice(1), 3000)).toEqual(['not exercised no sample']);
  });

  test('is no pass without a sample', () => {
    expect(judge(hundred, [limit('read.latency.p99', 'below', ms)])).toEqual([
      'not exercised no sample',
    ]);
  });
});
