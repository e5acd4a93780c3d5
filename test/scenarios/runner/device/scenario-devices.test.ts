import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { problemText } from '../../../../scenarios/runner/problems.ts';
import {
  resolveScenario,
  scenarioHash,
  scenarioText,
} from '../../../../scenarios/runner/resolve.ts';
import type { Scenario } from '../../../../scenarios/runner/scenario.ts';
import { seededChoices } from '../../../../sim/choice.ts';
import { changed, readSample, sampleNames, sampleScenario, sampleText } from '../sample.ts';

const folder = new URL('../../../../scenarios/devices/', import.meta.url);
const profile = readFileSync(new URL('intel-s4510.json', folder), 'utf8');
const sha256 = createHash('sha256').update(profile).digest('hex');
const files = { 'scenarios/mine.json': profile };

const own = changed(
  'topology:\n',
  'devices: { mine: ./mine.json }\ntopology:\n',
  changed('device: nvme-plp, slots', 'device: mine, slots'),
);

function problemsOf(text: string, texts: Record<string, string> = files): string {
  const reading = readSample(text, texts);
  return reading.ok ? '' : reading.problems.map(problemText).join('\n');
}

const resolved = (scenario: Scenario) =>
  resolveScenario(scenario, { seed: '1', choices: seededChoices('1') });
const textOf = (scenario: Scenario) => scenarioText(resolved(scenario), sampleNames.faults);
const hashOf = (scenario: Scenario) => scenarioHash(resolved(scenario), sampleNames.faults);

describe("a scenario's own device", () => {
  test('is what its profile says, wherever a host names it', () => {
    const { cluster } = sampleScenario(own, files);
    expect(cluster.hosts.every(({ device }) => device === 'mine')).toBe(true);
    expect(cluster.devices.mine?.id).toBe('intel-s4510');
    expect(Object.keys(cluster.devices).sort()).toEqual(['mine', 'nvme-plp']);
  });

  test('is noted with its SHA-256 in the resolved scenario, which reads back as the same', () => {
    const scenario = sampleScenario(own, files);
    const text = textOf(scenario);
    expect(text).toContain(`  mine:\n    profile: scenarios/mine.json\n    sha256: ${sha256}\n`);
    const again = sampleScenario(text, files);
    expect(textOf(again)).toBe(text);
    expect(hashOf(again)).toBe(hashOf(scenario));
  });

  test('that has changed since the scenario was resolved is refused', () => {
    const text = textOf(sampleScenario(own, files));
    const other = { 'scenarios/mine.json': profile.replace('65000', '65001') };
    expect(problemsOf(text, other)).toMatch(
      /^scenarios\/sample\.yaml:\d+:\d+: device profile 'scenarios\/mine\.json' has sha256 /,
    );
  });

  test.each([
    [
      'a profile that is not there',
      own.replace('./mine.json', './yours.json'),
      "sample.yaml:7:18: cannot read device profile './yours.json': no such file",
    ],
    ['a shipped name', own.replace('{ mine:', '{ hdd-7200:'), "device 'hdd-7200' is shipped"],
    ['a name in capitals', own.replace('{ mine:', '{ Mine:'), 'sample.yaml:7:'],
    ['a number for a profile', own.replace('./mine.json', '7'), 'expected text of 1 to 400'],
    ['another key', own.replace('./mine.json', '{ path: x }'), 'unknown key of a device profile'],
    ['a list', own.replace('{ mine: ./mine.json }', '[mine]'), 'expected names of devices'],
  ])('is refused with %s', (_, text, message) => {
    expect(problemsOf(text)).toContain(message);
  });

  test('whose profile is wrong is refused where that is wrong', () => {
    const broken = { 'scenarios/mine.json': profile.replace('"v": 32', '"v": 0') };
    expect(problemsOf(own, broken)).toMatch(/^scenarios\/mine\.json:\d+:\d+: expected a whole/);
  });
});

describe('a device that a host names', () => {
  test('has to hold what the host may store', () => {
    const wide = changed('slots: 64 }', 'slots: 256 }', sampleText);
    expect(problemsOf(wide)).toMatch(
      /^scenarios\/sample\.yaml:9:30: device 'nvme-plp' has 1GiB, \d+KiB are needed; take a larger/,
    );
  });

  test('counts by its numbers, not by its prose, in the name of the scenario', () => {
    const before = sampleScenario();
    const withDevice = (change: object): Scenario => {
      const devices = Object.entries(before.cluster.devices).map(([name, spec]) => {
        return [name, { ...spec, ...change }] as const;
      });
      const cluster = { ...before.cluster, devices: Object.fromEntries(devices) };
      return { ...before, cluster };
    };
    const { front } = before.cluster.devices['nvme-plp']!;
    expect(hashOf(withDevice({ summary: 'other words' }))).toBe(hashOf(before));
    expect(hashOf(withDevice({ front: { ...front, hwDepth: 33 } }))).not.toBe(hashOf(before));
    expect(hashOf(withDevice({ front: { ...front, linkBytesPerSec: 1e9 } }))).not.toBe(
      hashOf(before),
    );
  });
});
