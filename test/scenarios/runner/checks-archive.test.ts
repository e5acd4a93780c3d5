import { describe, expect, test } from 'vitest';
import { problemText } from '../../../scenarios/runner/problems.ts';
import { resolveScenario, scenarioText } from '../../../scenarios/runner/resolve.ts';
import { seededChoices } from '../../../sim/choice.ts';
import { changed, readSample, sampleNames, sampleScenario } from './sample.ts';

const plain = changed('x', 'x');

/** The sample with an archive at line 26: its zone at 27, its device at 28, its backups at 29. */
function withArchive(
  backups: readonly string[],
  options: {
    readonly zone?: string;
    readonly text?: string;
    readonly more?: readonly string[];
  } = {},
): string {
  const { zone = 'az-b', text = plain, more = [] } = options;
  const lines = [`zone: ${zone}`, 'device: nvme-plp', `backups: [${backups.join(', ')}]`, ...more];
  const section = `archive:\n${lines.map((line) => `  ${line}\n`).join('')}`;
  return changed('faults:\n', `${section}faults:\n`, text);
}

function volumeIs(options: string): string {
  return changed('replicas: 2 }', `replicas: 3, ${options} }`);
}

/** The sample with a second volume that is restored, in line 13. */
function withRestored(from: string, options = 'size: 64MiB, rangeSize: 4MiB, replicas: 2'): string {
  const restored = `restoredFrom: { volume: ${from}, at: 2s, bandwidth: 80Mbit/s }`;
  const second = `    - { id: vol-2, ${options}, ${restored} }\n`;
  return changed('  authority: {', `${second}  authority: {`);
}

function problemsOf(text: string): readonly string[] {
  const reading = readSample(text);
  return reading.ok ? [] : reading.problems.map((problem) => problemText(problem));
}

const f = 'scenarios/sample.yaml';
const whole = withArchive(['{ volume: vol-1, every: 400ms, keep: 2 }']);
const first = '{ volume: vol-1, every: 1s }';
const purged = (...volumes: readonly string[]) => [
  `purges: [${volumes.map((one) => `{ volume: ${one}, every: 1s, which: oldest }`).join(', ')}]`,
];

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

  test('is what volumes are restored from, and may be purged', () => {
    const more = ['purges: [{ volume: vol-1, every: 70ms, which: newest }]'];
    const restored = withArchive([first], { more, text: withRestored('vol-1') });
    const { cluster } = sampleScenario(restored);
    expect(cluster.archive?.purges).toEqual([{ volume: 'vol-1', everyNs: 7e7, which: 'newest' }]);
    const restoredFrom = { volume: 'vol-1', atNs: 2e9, bitsPerSec: 8e7 };
    expect(cluster.volumes[1]?.restoredFrom).toEqual(restoredFrom);
    const resolved = resolveScenario(sampleScenario(restored), {
      seed: '1',
      choices: seededChoices('1'),
    });
    const text = scenarioText(resolved, sampleNames.faults);
    expect(sampleScenario(text).cluster).toEqual(cluster);
  });
});

const volumeLine = '- { id: vol-1, size: 64MiB, rangeSize: 4MiB, replicas: 2 }';
const twoVolumes = changed(
  volumeLine,
  `${volumeLine}\n    ${volumeLine.replace('vol-1', 'vol-2')}`,
);

/** As with backups, of two volumes: the sets are at line 31. */
function withSets(sets: readonly string[], backup = ''): string {
  const text = withArchive([backup].filter(Boolean), { text: twoVolumes });
  return changed('faults:\n', `  sets: [${sets.join(', ')}]\nfaults:\n`, text);
}

describe('volumes that are cut together', () => {
  test('are read, and resolved to a text that says the same', () => {
    const scenario = sampleScenario(withSets(['{ volumes: [vol-1, vol-2], every: 1s }']));
    expect(scenario.cluster.archive?.sets).toEqual([
      { volumes: ['vol-1', 'vol-2'], everyNs: 1e9, keepCount: 3 },
    ]);
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
    'a purge of a volume without snapshots',
    withArchive([first], { more: purged('vol-2') }),
    `${f}:30:22: unknown volume with a backup 'vol-2', expected one of vol-1; ` +
      "did you mean 'vol-1'?",
  ],
  [
    'two purges of one volume',
    withArchive([first], { more: purged('vol-1', 'vol-1') }),
    `${f}:30:67: volume 'vol-1' has two purges, expected one of each volume`,
  ],
  [
    'a volume that is restored from an unknown one',
    withArchive([first], { text: withRestored('vol-9') }),
    `${f}:13:87: unknown volume 'vol-9', expected one of vol-1, vol-2; did you mean 'vol-1'?`,
  ],
  [
    'a volume that is restored from itself',
    withArchive([first], { text: withRestored('vol-2') }),
    `${f}:13:87: volume 'vol-2' would be restored from itself in the end`,
  ],
  [
    'a volume that is restored from one of another size',
    withArchive([first], {
      text: withRestored('vol-1', 'size: 32MiB, rangeSize: 4MiB, replicas: 2'),
    }),
    `${f}:13:77: volume 'vol-2' differs from 'vol-1'; expected the same size, rangeSize`,
  ],
  [
    'a volume that is restored from one without snapshots',
    withRestored('vol-1'),
    `${f}:13:77: volume 'vol-1' has no snapshots; add it to archive.backups`,
  ],
  [
    'a restored volume without a head',
    withArchive([first], {
      text: withRestored(
        'vol-1',
        'size: 64MiB, rangeSize: 4MiB, replicas: 3, replication: client-quorum',
      ),
    }),
    `${f}:13:105: volume 'vol-2' is replicated by client-quorum: no head stores what comes from ` +
      'the archive; use chain or primary-backup',
  ],
  [
    'a restored volume that is durable on flush',
    withArchive([first], {
      text: withRestored(
        'vol-1',
        'size: 64MiB, rangeSize: 4MiB, replicas: 2, durability: on-flush',
      ),
    }),
    `${f}:13:99: volume 'vol-2' is durable on flush, expected durability on-ack`,
  ],
  [
    'an archive that backs up nothing',
    withArchive([]),
    `${f}:27:3: expected backups or sets of volumes, found neither; add one of them`,
  ],
  [
    'a set of one',
    withSets(['{ volumes: [vol-1], every: 1s }']),
    `${f}:31:21: expected 2 to 16 volumes, found 1`,
  ],
  [
    'a set of an unknown volume',
    withSets(['{ volumes: [vol-1, vol-3], every: 1s }']),
    `${f}:31:29: unknown volume 'vol-3', expected one of vol-1, vol-2; did you mean 'vol-1'?`,
  ],
  [
    'a volume in a set and by itself',
    withSets(['{ volumes: [vol-1, vol-2], every: 1s }'], '{ volume: vol-2, every: 1s }'),
    `${f}:31:29: volume 'vol-2' has two backups, expected one of each volume`,
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
