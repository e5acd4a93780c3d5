import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { firstScenario } from '../../../scenarios/runner/commands/init-files.ts';
import { engine } from '../../../scenarios/runner/engine.ts';
import { readScenarioText } from '../../../scenarios/runner/read-scenario.ts';
import { resolveScenario, scenarioText } from '../../../scenarios/runner/resolve.ts';
import { worldOf } from '../../../scenarios/runner/run.ts';
import type { Scenario } from '../../../scenarios/runner/scenario.ts';
import { scenarioSchema } from '../../../scenarios/runner/schema.ts';
import { nodesOf } from '../../../scenarios/runner/topology.ts';
import { version } from '../../../scenarios/runner/version.ts';
import { sampleScenario, sampleText } from './sample.ts';

function read(text: string): Scenario {
  const reading = readScenarioText(text, 'first.yaml', { names: engine.names });
  if (!reading.ok) throw new Error(JSON.stringify(reading.problems));
  return reading.value;
}

test('the scenario that init writes holds, and its resolved text gives the same run', () => {
  const scenario = read(firstScenario);
  const { verdict } = engine.runScenario(scenario, { seed: '1', level: 'hash' });
  expect(verdict.status).toBe('held');
  expect(verdict.exercised['write.ok']).toBeGreaterThan(100);
  const resolved = resolveScenario(scenario, { seed: '1', choices: engine.choicesOf('1') });
  const again = read(scenarioText(resolved, engine.names.faults));
  const repeated = engine.runScenario(again, { seed: '1', level: 'full' });
  expect(repeated.verdict.fingerprint).toBe(verdict.fingerprint);
  expect(repeated.verdict.scenarioHash).toBe(verdict.scenarioHash);
});

test('selectors are checked against the nodes that the model really makes', () => {
  const scenario = sampleScenario();
  const world = worldOf(scenario, '1', { level: 'hash' });
  const made = [...world.nodes.values()].map(({ id, labels }) => ({ id, labels }));
  const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);
  const { topology, clients } = scenarioSchema(engine.names)
    .pick({ topology: true, clients: true })
    .parse(pickOf(parse(sampleText)));
  expect([...nodesOf({ topology, clients })].sort(byId)).toEqual(made.sort(byId));
});

function pickOf(value: { topology: unknown; clients: unknown }) {
  return { topology: value.topology, clients: value.clients };
}

test('the version is that of the package', () => {
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  expect(JSON.parse(text)).toMatchObject({ version });
});
