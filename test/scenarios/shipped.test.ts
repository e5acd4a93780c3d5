import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { mutants } from '../../model/index.ts';
import { readExploration } from '../../scenarios/runner/explore/exploration.ts';
import { readScenario, runScenario, type Scenario } from '../../scenarios/runner/index.ts';
import { knownNames } from '../../scenarios/runner/known-names.ts';
import type { Entry, Verdict } from '../../sim/index.ts';

// Explorations of protocols have no seeds: test/scenarios/runner/explore runs them.
const files = readdirSync('scenarios').filter(
  (name) => name.endsWith('.yaml') && readExploration(`scenarios/${name}`) === null,
);

function scenario(file: string, wrong: readonly string[] = []): Scenario {
  const reading = readScenario(`scenarios/${file}`);
  if (!reading.ok) throw new Error(reading.problems.map((one) => one.message).join('\n'));
  const { cluster } = reading.value;
  const mutants = [...cluster.mutants, ...wrong];
  return { ...reading.value, cluster: { ...cluster, mutants } };
}

function isOfWrongVariant(file: string): boolean {
  return scenario(file).expect.violates.length > 0;
}

/** All that faults can wait for. */
const knownWords = new Set([
  ...Object.keys(knownNames.marks).map((name) => `mark ${name}`),
  ...Object.keys(knownNames.messages).map((name) => `message ${name}`),
  ...knownNames.modes.map((name) => `state ${name}`),
]);

/** The word an entry is waited for by, with its kind. */
function wordOf(entry: Entry): string | null {
  if (entry.kind === 'mark') return `mark ${entry.name}`;
  if (entry.kind === 'state') return `state ${entry.state}`;
  return entry.kind === 'message' ? `message ${entry.type}` : null;
}

/** Runs a file; every word that the run leaves has to be one that faults can wait for. */
function verdictOf(file: string, seed?: string): Verdict {
  const words = new Set<string>();
  const { verdict } = runScenario(scenario(file), {
    level: 'hash',
    ...(seed === undefined ? {} : { seed }),
    onEntry(entry) {
      const word = wordOf(entry);
      if (word !== null) words.add(word);
    },
  });
  expect(words.size).toBeGreaterThan(20);
  expect([...words].filter((word) => !knownWords.has(word))).toEqual([]);
  return verdict;
}

describe('shipped scenarios', () => {
  const ofWrong = files.filter(isOfWrongVariant);
  it.each(ofWrong)('%s is violated as it says, by its own seed', (file) => {
    const verdict = verdictOf(file);
    expect(verdict.reasons).toEqual([expect.stringMatching(/^as expected: /)]);
    expect(verdict.exit).toBe(0);
  });

  const right = files.filter((file) => !isOfWrongVariant(file));
  // Its own seed, and that it reaches everything by that, is for "stormcell run --verify".
  it.each(right)('%s is held by another seed than its own', (file) => {
    const verdict = verdictOf(file, '2');
    const broken = verdict.properties.filter(
      ({ status, mode }) =>
        status === 'violated' ||
        status === 'stalled' ||
        // What one seed never reached another may.
        (status === 'not exercised' && mode !== 'sometimes'),
    );
    expect(broken).toEqual([]);
    expect(verdict.thresholds.filter(({ status }) => status !== 'held')).toEqual([]);
  });

  it.each([
    ['authority-power-loss.yaml', 'receipt-before-flush', 'receipt-implies-durable', '1'],
    ['authority-power-loss.yaml', 'cut-over-without-catch-up', 'copied-before-switch', '1'],
    // On seed 1 the client attaches anew after the last change of the map, and knows it all.
    ['authority-power-loss.yaml', 'client-never-refreshes', 'all-operations-settle', '2'],
    ['authority-crash-points.yaml', 'receipt-before-flush', 'receipt-implies-durable', '1'],
    ['authority-full-log.yaml', 'log-freed-early', 'receipt-for-every-notification', '1'],
    ['stale-client.yaml', 'no-host-fencing', 'fenced-write', '1'],
    ['stale-client.yaml', 'ack-from-primary-only', 'stale-replica-never-serves', '1'],
    ['asymmetric-partition.yaml', 'no-host-fencing', 'stale-entry-harmless', '1'],
    ['one-bad-disk.yaml', 'damage-left-alone', 'corruption-mended', '1'],
  ] as const)('%s fails with %s by %s (seed %s)', (...row) => {
    const [file, mutant, property, seed] = row;
    expect(Object.keys(mutants)).toContain(mutant);
    const { verdict } = runScenario(scenario(file, [mutant]), { level: 'full', seed });
    const judged = verdict.properties.find(({ id }) => id === property);
    expect(['violated', 'stalled']).toContain(judged?.status);
    expect(verdict.exit).toBe(1);
    expect(verdict.status === 'stalled' || verdict.slice.length > 3).toBe(true);
  });
});
