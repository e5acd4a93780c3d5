import { describe, expect, test } from 'vitest';
import { resolveScenario, scenarioHash, scenarioText } from '../../../scenarios/runner/resolve.ts';
import type { Scenario } from '../../../scenarios/runner/scenario.ts';
import { seededChoices } from '../../../sim/choice.ts';
import { changed, sampleNames, sampleScenario, sampleText } from './sample.ts';

const randomText = changed(
  'expect:\n',
  `  random:
    - { kind: crash, count: 1..3, target: host, between: 5s..20s, for: 1s..3s }
    - { kind: partition, count: 1, groups: zones, oneWay: any, between: 1s..29s }
    - { kind: message-loss, count: 2, target: zone, share: 1%..50%, between: 2s..4s, for: 1s..2s }
    - { kind: clock-skew, count: 0..2, target: [az-a, any], by: -9ppm..9ppm, between: 0s..1s }
expect:
`,
);

const resolved = (scenario: Scenario, seed: string) =>
  resolveScenario(scenario, { seed, choices: seededChoices(seed) });
const textOf = (scenario: Scenario) => scenarioText(scenario, sampleNames.faults);
const withoutSources = (scenario: Scenario) =>
  JSON.parse(JSON.stringify(scenario, (key, value) => (key === 'source' ? undefined : value)));

describe('a resolved scenario', () => {
  test('leaves nothing to chance', () => {
    const scenario = resolved(sampleScenario(randomText), '7');
    expect(scenario.randomFaults).toEqual([]);
    expect(scenario.seed).toBe('7');
    for (const fault of scenario.faults) {
      expect(fault.atNs).toBeLessThan(scenario.durationNs);
      if (fault.kind === 'crash' && fault.source.line > 30)
        expect(fault.target).toMatch(/^host-\d$/);
      if (fault.kind === 'message-loss') expect(fault.target).toMatch(/^az-[abc]$/);
    }
    const times = scenario.faults.map((fault) => fault.atNs);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  test('is read back as the same scenario, for any seed', () => {
    for (let seed = 0; seed < 40; seed += 1) {
      const scenario = resolved(sampleScenario(randomText), String(seed));
      const again = resolved(sampleScenario(textOf(scenario)), String(seed));
      expect(textOf(again)).toBe(textOf(scenario));
      expect(withoutSources(again)).toEqual(withoutSources(scenario));
      expect(scenarioHash(again, sampleNames.faults)).toBe(
        scenarioHash(scenario, sampleNames.faults),
      );
    }
  });

  test('differs by seed, and draws the same for the same seed', () => {
    const scenario = sampleScenario(randomText);
    expect(textOf(resolved(scenario, '1'))).toBe(textOf(resolved(scenario, '1')));
    expect(textOf(resolved(scenario, '1'))).not.toBe(textOf(resolved(scenario, '2')));
  });

  test('draws nothing else when a random fault is added before the end', () => {
    const more = randomText.replace(
      'expect:\n',
      '    - { kind: crash, count: 1, target: host, between: 5s..6s, for: 1s }\nexpect:\n',
    );
    const before = resolved(sampleScenario(randomText), '3').faults;
    const after = resolved(sampleScenario(more), '3').faults;
    expect(after.filter((fault) => fault.source.line !== 35)).toEqual(before);
  });

  test('has these bytes', async () => {
    const text = textOf(resolved(sampleScenario(sampleText), '1'));
    await expect(text).toMatchFileSnapshot('goldens/sample.resolved.yaml');
  });

  test('is named after its content: comments and layout do not count, values do', () => {
    const hashOf = (text: string) =>
      scenarioHash(resolved(sampleScenario(text), '1'), sampleNames.faults);
    expect(hashOf(`# a comment\n${sampleText}`)).toBe(hashOf(sampleText));
    expect(hashOf(changed('duration: 30s', 'duration: 30000ms'))).toBe(hashOf(sampleText));
    expect(hashOf(changed('duration: 30s', 'duration: 31s'))).not.toBe(hashOf(sampleText));
  });

  test('is named after the bytes of its trace, wherever that is', () => {
    const traced = sampleText.replace(
      /workload: .*/,
      'workload: { trace: t.iolog, format: iolog }',
    );
    const trace = 'fio version 3 iolog\n0 f add\n0 f open\n10 f write 0 4096\n9000 f close\n';
    const hashOf = (files: Record<string, string>) =>
      scenarioHash(resolved(sampleScenario(traced, files), '1'), sampleNames.faults);
    const here = hashOf({ 'scenarios/t.iolog': trace });
    expect(hashOf({ 't.iolog': trace })).toBe(here);
    expect(hashOf({ 't.iolog': trace.replace('write', 'read') })).not.toBe(here);
    const scenario = resolved(sampleScenario(traced, { 'scenarios/t.iolog': trace }), '1');
    const again = sampleScenario(textOf(scenario), { 'scenarios/t.iolog': trace });
    expect(textOf(resolved(again, '1'))).toBe(textOf(scenario));
  });
});
