import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { stationDevice } from '../../../../scenarios/runner/device/gates/plain-devices.ts';
import { realDisks } from '../../../../scenarios/runner/device/gates/real-disks.ts';
import { JobRefusal } from '../../../../scenarios/runner/device/job-run.ts';
import { readDeviceTrace } from '../../../../scenarios/runner/device/trace-formats.ts';
import { replayDemerit, replayTrace } from '../../../../scenarios/runner/device/trace-replay.ts';
import type { DeviceTrace } from '../../../../scenarios/runner/device/trace-store.ts';

const serviceNs = 100_000;
const device = stationDevice(1, serviceNs);

function traceOf(format: 'disksim' | 'mqsim' | 'iolog', lines: readonly string[]): DeviceTrace {
  const reading = readDeviceTrace(format, `${lines.join('\n')}\n`);
  if (reading.kind !== 'ok') throw new Error(JSON.stringify(reading.problems));
  return reading.trace;
}

describe('an open trace', () => {
  const trace = traceOf('mqsim', ['0 0 0 8 1', '0 0 8 8 1', '50000 0 16 8 0', '900000 0 24 8 1']);

  test('is submitted at its instants, whatever is under way', () => {
    const result = replayTrace(device, trace);
    expect(result.loop).toBe('open');
    expect([...result.submittedAtNs]).toEqual([0, 0, 50_000, 900_000]);
    expect([...result.latencyNs]).toEqual([100_000, 200_000, 250_000, 100_000]);
    expect(result.endNs).toBe(1_000_000);
  });

  test('has no demerit figure: nothing was measured', () => {
    expect(replayDemerit(replayTrace(device, trace))).toBeNull();
  });
});

describe('a closed trace', () => {
  const trace = traceOf('disksim', [
    'R Hit 0 8 100.0 50.0',
    'R Hit 8 8 300.0 1000.0',
    'W Hit 16 8 100.0 1000.0',
  ]);

  test('goes one request at a time, a think time after the one before', () => {
    const result = replayTrace(device, trace);
    expect(result.loop).toBe('closed');
    expect([...result.submittedAtNs]).toEqual([50_000, 1_150_000, 2_250_000]);
    expect([...result.latencyNs]).toEqual([100_000, 100_000, 100_000]);
  });

  test('is compared with what was measured (one of three 200 us off)', () => {
    const { demeritNs, meanNs, count } = replayDemerit(replayTrace(device, trace))!;
    expect(count).toBe(3);
    expect(meanNs).toBeCloseTo(500_000 / 3, 3);
    expect(demeritNs).toBeCloseTo(Math.sqrt((200_000 * 200_000) / 3), 3);
  });
});

test('a trace without times goes one request after the other', () => {
  const lines = ['fio version 2 iolog', 'f add', 'f open', 'f read 0 4096', 'f read 4096 4096'];
  const result = replayTrace(device, traceOf('iolog', lines));
  expect([...result.submittedAtNs]).toEqual([0, 100_000]);
});

test('positions beyond the device are folded back (1 GiB of it)', () => {
  const sectors = 2_097_152;
  const lines = [`0 0 ${sectors + 16} 8 1`, `0 0 ${sectors - 4} 8 1`, '0 0 32 8 1'];
  const result = replayTrace(device, traceOf('mqsim', lines));
  expect([...result.sector]).toEqual([16, sectors - 8, 32]);
  expect(result.foldedCount).toBe(2);
});

test('devices of a trace lie behind one another', () => {
  const result = replayTrace(device, traceOf('mqsim', ['0 0 100 8 1', '0 1 0 8 1', '0 1 8 8 1']));
  expect([...result.sector]).toEqual([100, 112, 120]);
});

test('a request larger than the device is refused', () => {
  const trace = traceOf('mqsim', ['0 0 0 4000000 1']);
  expect(() => replayTrace(device, trace)).toThrow(JobRefusal);
});

const data = new URL('../../../../../shared/data/', import.meta.url).pathname;
const isAtHand = existsSync(data);
const title = isAtHand ? 'real disks' : 'real disks (left out: no recordings beside the project)';

describe.skipIf(!isAtHand)(title, () => {
  test('come out as in the gate G3, as whole devices (demerit at most 10 % of the mean)', () => {
    const { rows, curves } = realDisks(data)!;
    expect(curves.map(({ measuredNs }) => measuredNs.length)).toEqual([10_000, 10_000]);
    for (const row of rows) expect(row.found, row.what).toBeLessThan(row.expected);
  });

  test('are told from a disk of another kind (stations of fixed times)', () => {
    const text = readFileSync(`${data}disksim/barracuda.trace`, 'utf8');
    const reading = readDeviceTrace('disksim', text);
    if (reading.kind !== 'ok') throw new Error('unreadable');
    const { demeritNs, meanNs } = replayDemerit(
      replayTrace(stationDevice(1, 6_600_000), reading.trace),
    )!;
    expect(demeritNs / meanNs).toBeGreaterThan(0.1);
  });
});

test('without recordings there is nothing to compare with', () => {
  expect(realDisks('nowhere')).toBeNull();
});
