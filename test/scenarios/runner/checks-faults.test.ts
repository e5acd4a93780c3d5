// Faults are held against the table of faults and the cluster when the file is read.
import { describe, expect, it } from 'vitest';
import { knownNames } from '../../../scenarios/runner/known-names.ts';
import { problemText } from '../../../scenarios/runner/problems.ts';
import { readScenarioText } from '../../../scenarios/runner/read-scenario.ts';
import { resolveScenario } from '../../../scenarios/runner/resolve.ts';
import { type FaultKind, faults, seededChoices } from '../../../sim/index.ts';
import { changed } from './sample.ts';

const file = 'scenarios/sample.yaml';

/** The sample with one fault in its schedule, or drawn, in the names of the real tables. */
function reading(fault: string, isRandom = false) {
  const moment = fault.startsWith('when') ? '' : 'at: 3s, ';
  const text = isRandom
    ? changed('expect:\n', `  random:\n    - { between: 1s..2s, ${fault} }\nexpect:\n`)
    : changed('expect:\n', `    - { ${moment}${fault} }\nexpect:\n`);
  return readScenarioText(text, file, { names: knownNames });
}

function refusals(fault: string, isRandom = false): readonly string[] {
  const read = reading(fault, isRandom);
  // Line and column are those of the value that has to change.
  return read.ok ? [] : read.problems.map((one) => problemText(one).slice(file.length + 1));
}

function scenarioOf(fault: string) {
  const read = reading(fault, true);
  if (!read.ok) throw new Error(read.problems.map(problemText).join('\n'));
  return read.value;
}

describe('a fault that needs several targets', () => {
  it.each([
    ['ring-partition, target: zone=az-a role=host', 2, 'zone=az-a role=host'],
    ['ring-partition, target: one of any', 1, 'one of any'],
    ['ring-partition, target: minority of role=host', 2, 'minority of role=host'],
  ])('refuses too few of them: %s', (fault, count, selector) => {
    expect(refusals(`kind: ${fault}`)).toEqual([
      `30:47: fault 'ring-partition' needs 4 targets or more at once, ` +
        `found ${count} in '${selector}'; name more nodes: all of any`,
    ]);
  });

  it('refuses where its trigger happened, which is one node', () => {
    const fault = 'kind: partial-partition, share: 50%, target: there';
    const [problem] = refusals(`when: { mark: receipt.sent }, ${fault}`);
    expect(problem).toContain("needs 2 targets or more at once, found 1 in 'there'");
  });

  it('takes enough of them, and a role, of which only the moment knows', () => {
    for (const target of ['any', 'role=host', 'majority of role=host', 'primary-of vol-1']) {
      expect(refusals(`kind: ring-partition, target: ${target}`)).toEqual([]);
    }
  });

  it('refuses a random one of a selector, of which one node is drawn, and a zone of few', () => {
    const ring = (target: string) =>
      refusals(`count: 1, kind: ring-partition, target: ${target}`, true);
    expect(ring('role=host')[0]).toContain("found 1 in 'host-1'");
    expect(ring('zone')[0]).toContain("found 3 in 'az-a'");
    expect(ring('[all of role=host, az-b]')[0]).toContain("found 2 in 'az-b'");
    expect(ring('all of role=host')).toEqual([]);
  });
});

describe('a bridge', () => {
  it('refuses two groups and a zone against the others, and takes three', () => {
    const groups = (text: string, isRandom = false) =>
      refusals(`${isRandom ? 'count: 1, ' : ''}kind: bridge-partition, groups: ${text}`, isRandom);
    const expected = 'expected 3 to 16 groups, found 2; each group is a list of selectors';
    expect(groups('[[az-a], [az-b]]')[0]).toContain(expected);
    expect(groups('[[az-a], [az-b]]', true)[0]).toContain(expected);
    expect(groups('zones', true)[0]).toContain("expected a list of groups, found 'zones'");
    expect(groups('[[az-a], [az-b], [az-c]]')).toEqual([]);
  });
});

describe('the rate of a clock', () => {
  it.each(['-999001ppm', '100000001ppm'])('refuses %s, which no clock can do', (by) => {
    const expected = `rate from -999000ppm to 100000000ppm, found '${by}'; write one within`;
    expect(refusals(`kind: clock-skew, target: host-1, by: ${by}`)[0]).toContain(expected);
    expect(refusals(`count: 1, kind: clock-skew, target: host-1, by: ${by}`, true)[0]).toContain(
      expected,
    );
  });

  it.each(['-999000ppm', '100000000ppm', '0ppm'])('takes %s', (by) => {
    expect(refusals(`kind: clock-skew, target: host-1, by: ${by}`)).toEqual([]);
  });

  it('has a range wherever the table of faults takes one', () => {
    const entries: readonly FaultKind[] = Object.values(faults);
    const rates = entries.flatMap(({ params }) =>
      Object.values(params).filter(({ kind }) => kind === 'ppm'),
    );
    expect(rates.length).toBeGreaterThan(0);
    for (const { range } of rates) expect(range?.min).toBeLessThan(range?.max ?? 0);
  });
});

describe('counts and texts of random faults', () => {
  /** The values that a parameter takes over many seeds, in order. */
  function drawn(fault: string, key: string): readonly unknown[] {
    const scenario = scenarioOf(fault);
    const values = Array.from({ length: 60 }, (_, index) => {
      const seed = String(index);
      const [one] = resolveScenario(scenario, { seed, choices: seededChoices(seed) }).faults.filter(
        ({ kind }) => kind === scenario.randomFaults[0]!.kind,
      );
      return one!.params[key];
    });
    return [...new Set(values)].sort();
  }

  const kill = (times: string) =>
    `count: 1, kind: kill-while-recovering, target: host-1, times: ${times}`;
  const point = (name: string) => `count: 1, kind: fault-point, target: host-1, name: ${name}`;

  it('are drawn from a range or a list, or are what is written', () => {
    expect(drawn(kill('1..3'), 'times')).toEqual([1, 2, 3]);
    expect(drawn(kill('[2, 7]'), 'times')).toEqual([2, 7]);
    expect(drawn(kill('4'), 'times')).toEqual([4]);
    expect(drawn(point('[here, any, zones]'), 'name')).toEqual(['any', 'here', 'zones']);
    // Words that mean something elsewhere are names like others here.
    expect(drawn(point('any'), 'name')).toEqual(['any']);
  });

  it.each([
    ["'3..1'", "found '3..1'"],
    ['1..1001', "found '1..1001'"],
    ['[1, 1001]', 'found a list'],
    ['[]', 'found a list'],
    ['often', "found 'often'"],
  ])('are refused as %s', (times, found) => {
    const [problem] = refusals(kill(times), true);
    expect(problem).toContain('expected a whole number from 0 to 1000 such as 2');
    expect(problem).toContain(found);
  });

  it('are refused as a list without a name', () => {
    const [problem] = refusals(point('[]'), true);
    expect(problem).toContain('expected one of names or a list of 1 to 64, found a list');
  });
});

describe('what a fault waits for', () => {
  const refusedOf = (event: string) => refusals(`when: { ${event} }, kind: crash, target: host-1`);

  it.each([
    ['mark: reciept.sent', "unknown mark 'reciept.sent'", "did you mean 'receipt.sent'?"],
    ['message: notfy', "unknown message 'notfy'", "did you mean 'notify'?"],
    ['state: recovring', "unknown state 'recovring'", "did you mean 'recovering'?"],
    ['io: flush, after: { mark: map.aplied }', "unknown mark 'map.aplied'", "'map.applied'?"],
    ['mark: toString', "unknown mark 'toString'", 'expected one of'],
  ])('is refused when nobody does it: %s', (event, what, near) => {
    const [problem] = refusedOf(event);
    expect(problem).toContain(what);
    expect(problem).toContain(near);
  });

  it.each([
    'mark: receipt.sent',
    'mark: device.power-lost',
    'message: notify',
    'state: recovering',
    'state: recovering.reading',
  ])('is taken when somebody does it: %s', (event) => {
    expect(refusedOf(event)).toEqual([]);
  });
});
