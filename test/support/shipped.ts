// Scenarios of the product, read for a test.
import { readScenario, type Scenario } from '../../scenarios/runner/index.ts';

/** The shipped scenario of a name. */
export function readShipped(name: string): Scenario {
  const reading = readScenario(`scenarios/${name}.yaml`);
  if (!reading.ok) throw new Error(reading.problems.map(({ message }) => message).join('\n'));
  return reading.value;
}
