import { describe, expect, it } from 'vitest';
import { knownNames } from '../../../scenarios/runner/known-names.ts';
import { readScenario } from '../../../scenarios/runner/read-scenario.ts';

function problemsWith(overrides: Readonly<Record<string, string>>): readonly string[] {
  const reading = readScenario('scenarios/authority-small-log.yaml', {
    names: knownNames,
    overrides: Object.entries(overrides).map(([path, text]) => ({ path: path.split('.'), text })),
  });
  return reading.ok ? [] : reading.problems.map(({ message }) => message);
}

describe('the room of the log', () => {
  it('is accepted when a checkpoint fits whatever becomes of the map', () => {
    expect(problemsWith({})).toEqual([]);
  });

  it('is refused when it may come not to, with the least there has to be', () => {
    expect(problemsWith({ 'topology.authority.log': '640KiB' })).toEqual([
      'expected a log of at least 672KiB for checkpoints of this map and of the requests that ' +
        "are remembered, found '640KiB'",
    ]);
  });

  it('has to be larger for more ranges', () => {
    const [problem] = problemsWith({ 'topology.volumes.0.rangeSize': '16KiB' });
    expect(problem).toMatch(/^the volumes need|^expected a log of at least/);
  });
});
