// What `stormcell verify --torture` starts: runs one scenario, watched, and leaves the answer.
import { writeFileSync } from 'node:fs';
import type { ChildOrder } from './child-probe.ts';
import { firstScenario } from './commands/init-files.ts';
import { overridesOf } from './commands/reading.ts';
import { knownNames } from './known-names.ts';
import { probe } from './probe.ts';
import { type Problem, problemText, type Reading } from './problems.ts';
import { readScenario, readScenarioText } from './read-scenario.ts';
import { runScenario } from './run.ts';
import type { Scenario } from './scenario.ts';

const order = JSON.parse(process.argv[2] ?? '{}') as ChildOrder;
const overrides = overridesOf({ set: order.set });
const scenario = expectRead(readScenario(order.file, { names: knownNames, overrides }));
const { seed, before, request, answerFile } = order;

if (before === 'itself') runScenario(scenario, { seed, level: 'full' });
if (before === 'another scenario') {
  const other = expectRead(readScenarioText(firstScenario, 'first.yaml', { names: knownNames }));
  runScenario(other, { seed: '2', level: 'hash' });
}
const answer = probe(
  (watcher) => runScenario(scenario, { seed, level: 'hash', ...watcher }).verdict,
  request,
);
writeFileSync(answerFile, JSON.stringify(answer));

function expectRead(reading: Reading<Scenario>): Scenario {
  if (reading.ok) return reading.value;
  const problems: readonly Problem[] = reading.problems;
  throw new Error(problems.map(problemText).join('\n'));
}
