import { describe, expect, it } from 'vitest';
import { readScenario, runScenario } from '../../../scenarios/runner/index.ts';
import { missedJudgements } from '../../../scenarios/runner/missed-faults.ts';
import { nsPerMs } from '../../../sim/index.ts';

describe('a fault that never struck', () => {
  it('is a judgement of its own: not exercised, and named with the reason', () => {
    const reason = 'never came: mark receipt.snet';
    expect(missedJudgements([{ faultId: 3, fault: 'power-loss', reason }])).toEqual([
      {
        id: 'fault 3, power-loss (never came: mark receipt.snet)',
        mode: 'sometimes',
        status: 'not exercised',
        evaluatedCount: 0,
        violation: null,
      },
    ]);
    expect(missedJudgements([])).toEqual([]);
  });

  it('is counted as missed in the verdict, and not as a fault', () => {
    const reading = readScenario('scenarios/authority-crash-points.yaml');
    if (!reading.ok) throw new Error(reading.problems[0]?.message);
    const first = reading.value.faults[0]!;
    const trigger = {
      steps: [{ on: 'mark', name: 'receipt.snet', nth: 1 }],
      delayNs: 0,
      times: 1,
    } as const;
    const faults = [{ ...first, trigger }];
    const scenario = { ...reading.value, durationNs: 300 * nsPerMs, faults };
    const { verdict } = runScenario(scenario, { level: 'hash', seed: '1' });
    expect(verdict.faults).toEqual([]);
    expect(verdict.exercised['fault.missed']).toBe(1);
    expect(verdict.exercised[`fault.${first.kind}`]).toBeUndefined();
  });
});
