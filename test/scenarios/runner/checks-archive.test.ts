import { describe, expect, test } from 'vitest';
import { problemText } from '../../../scenarios/runner/problems.ts';
import { resolveScenario, scenarioText } from '../../../scenarios/runner/resolve.ts';
import { seededChoices } from '../../../sim/choice.ts';
import { changed, readSample, sampleNames, sampleScenario } from './sample.ts';

const plain = changed('x', 'x');

/** The sample with an archive at line 26: its zone at 27, its device at 28, its backups at 29. */
function withArchive(
  backups: readonly string[],
  { zone = 'az-b', text = plain }: { readonly zone?: string; readonly text?: string } = {},
): string {
  const lines = [`zone: ${zone}`, 'device: nvme-plp', `backups: [${backups.join(', ')}]`];
  const section = `archive:\n${lines.map((line) => `  ${line}\n`).join('')}`;
  return changed('faults:\n', `${section}faults:\n`, text);
}

function volumeIs(options: string): string {
  return changed('replicas: 2 }', `replicas: 3, ${options} }`);
}

function problemsOf(text: string): readonly string[] {
  const reading = readSample(text);
  return reading.ok ? [] : reading.problems.map((problem) => problemText(problem));
}

const f = 'scenarios/sample.yaml';
const whole = withArchive(['{ volume: vol-1, every: 400ms, keep: 2 }']);

describe('an archive in a scenario file', () => {
  test('is read, and resolved to a text that says the same', () => {
    const scenario = sampleScenario(whole);
    expect(scenario.cluster.archive).toEqual({
      zone: 'az-b',
      device: 'nvme-plp',
      backups: [{ volume: 'vol-1', source: 'schedule', everyNs: 4e8, keepCount: 2 }],
    });
    const resolved = resolveScenario(scenario, { seed: '1', choices: seededChoices('1') });
    const text = scenarioText(resolved, sampleNames.faults);
    expect(sampleScenario(text).cluster).toEqual(scenario.cluster);
  });
});

// Each row: what is refused, the text, and the whole message with its position.
const refusedRows: readonly (readonly [claim: string, text: string, message: string])[] = [
  [
    'an archive in an unknown zone',
    withArchive(['{ volume: vol-1, every: 1s }'], { zone: 'az-x' }),
    `${f}:27:9: unknown zone 'az-x', expected one of az-a, az-b, az-c; did you mean 'az-a'?`,
  ],
  [
    'a backup of an unknown volume',
    withArchive(['{ volume: vol-2, every: 1s }']),
    `${f}:29:23: unknown volume 'vol-2', expected one of vol-1; did you mean 'vol-1'?`,
  ],
  [
    'a snapshot each moment',
    withArchive(['{ volume: vol-1, every: 0s }']),
    `${f}:29:37: expected a duration above zero, found '0s'`,
  ],
  [
    'a time without a unit',
    withArchive(['{ volume: vol-1, every: 5 }']),
    `${f}:29:37: expected a duration with a unit, found 5; write '5s'`,
  ],
  [
    'a backup that keeps nothing',
    withArchive(['{ volume: vol-1, every: 1s, keep: 0 }']),
    `${f}:29:47: expected a whole number from 1 to 1000, found 0`,
  ],
  [
    'half a snapshot',
    withArchive(['{ volume: vol-1, every: 1s, keep: 1.5 }']),
    `${f}:29:47: expected a whole number from 1 to 1000, found 1.5`,
  ],
  [
    'two backups of one volume',
    withArchive(['{ volume: vol-1, every: 1s }', '{ volume: vol-1, every: 2s }']),
    `${f}:29:53: volume 'vol-1' has two backups, expected one of each volume`,
  ],
  [
    'a backup of a volume that may lack what was acknowledged',
    withArchive(['{ volume: vol-1, every: 1s }'], { text: volumeIs('durability: on-flush') }),
    `${f}:29:23: volume 'vol-1' is durable on flush: a copy that was down may lack what was ` +
      'acknowledged, so it cannot be cut; use durability on-ack',
  ],
  [
    'a backup of a volume whose writes no head puts in order',
    withArchive(['{ volume: vol-1, every: 1s }'], { text: volumeIs('replication: client-quorum') }),
    `${f}:29:23: volume 'vol-1' is replicated by client-quorum: no head puts its writes in ` +
      'order, so it cannot be cut; use chain or primary-backup',
  ],
  [
    'a backup that follows routers which nobody asks',
    withArchive(['{ volume: vol-1, source: lineage, every: 1s }']),
    `${f}:29:23: nobody asks routers for snapshots of volume 'vol-1', expected one of ` +
      'lineage.snapshots; name it there, or use source schedule',
  ],
  [
    'an archive that backs up nothing',
    withArchive([]),
    `${f}:29:12: expected 1 to 64 backups, found 0`,
  ],
  [
    'a word that is unknown',
    withArchive(['{ volume: vol-1, every: 1s, kep: 2 }']),
    `${f}:29:41: unknown key of a backup 'kep', expected one of volume, source, every, ` +
      "keep; did you mean 'keep'?",
  ],
];

describe('of an archive', () => {
  test.each(refusedRows)('%s is refused', (_claim, text, message) => {
    expect(problemsOf(text)).toEqual([message]);
  });
});
