import { describe, expect, test } from 'vitest';
import { problemText } from '../../../scenarios/runner/problems.ts';
import { resolveScenario, scenarioText } from '../../../scenarios/runner/resolve.ts';
import { clusterNodes } from '../../../scenarios/runner/topology.ts';
import { seededChoices } from '../../../sim/choice.ts';
import { changed, readSample, sampleNames, sampleScenario } from './sample.ts';

const oneCell = changed('replicas: 2 }', 'replicas: 2, cells: [cell-1] }');

function withLineage(lines: readonly string[], text = oneCell): string {
  return changed(
    'faults:\n',
    `lineage:\n${lines.map((line) => `  ${line}\n`).join('')}faults:\n`,
    text,
  );
}

const asked = '- { id: requester-1, zone: az-a, volume: vol-1, every: 2s, giveUp: 20s }';
const whole = withLineage([
  'routers: 2',
  'lease: 5s',
  'snapshots:',
  `  ${asked}`,
  'moves:',
  '  - { at: 5s, volume: vol-1, to: cell-2 }',
  '  - { at: 9s, volume: vol-1, to: cell-1 }',
]);

function problemsOf(text: string): readonly string[] {
  const reading = readSample(text);
  return reading.ok ? [] : reading.problems.map((problem) => problemText(problem));
}

const f = 'scenarios/sample.yaml';

describe('snapshots and moves in a scenario file', () => {
  test('are read with their defaults, and resolved to a text that says the same', () => {
    const scenario = sampleScenario(whole);
    expect(scenario.cluster.lineage).toEqual({
      routerCount: 2,
      moverCount: 1,
      cellLeaseNs: 5e9,
      snapshots: [
        {
          id: 'requester-1',
          zone: 'az-a',
          volume: 'vol-1',
          firstNs: 1e9,
          everyNs: 2e9,
          count: null,
          retryNs: 1e9,
          askedAtOnce: 1,
          giveUpNs: 20e9,
        },
      ],
      moves: [
        { volume: 'vol-1', to: 'cell-2', atNs: 5e9 },
        { volume: 'vol-1', to: 'cell-1', atNs: 9e9 },
      ],
    });
    const resolved = resolveScenario(scenario, { seed: '1', choices: seededChoices('1') });
    const text = scenarioText(resolved, sampleNames.faults);
    expect(sampleScenario(text).cluster).toEqual(scenario.cluster);
  });

  test('may roll merits back, and leave the cell of a later move to them', () => {
    const text = withLineage([
      'moves: [{ at: 2s, volume: vol-1, to: cell-2 }, { at: 9s, volume: vol-1 }]',
      'rollBacks: [{ at: 5s, volume: vol-1 }]',
      `snapshots: [${asked.slice(2)}]`,
      'split: { cell: cell-1, to: cell-2, above: 5/s }',
      'operator: { every: 2s, holds: [{ volume: vol-1, from: 1s, until: 3s }] }',
    ]);
    const scenario = sampleScenario(text);
    expect(scenario.cluster.lineage).toMatchObject({
      moves: [{ to: 'cell-2' }, { to: null, atNs: 9e9 }],
      rollBacks: [{ volume: 'vol-1', atNs: 5e9 }],
      split: { cell: 'cell-1', to: 'cell-2', ratePerSecMax: 5, windowNs: 5e9 },
      operator: { everyNs: 2e9, holds: [{ volume: 'vol-1', fromNs: 1e9, untilNs: 3e9 }] },
    });
    const resolved = resolveScenario(scenario, { seed: '1', choices: seededChoices('1') });
    const again = scenarioText(resolved, sampleNames.faults);
    expect(sampleScenario(again).cluster).toEqual(scenario.cluster);
  });

  test('add nodes that faults can strike', () => {
    const text = changed('target: zone=az-b role=host', 'target: router-2', whole);
    expect(problemsOf(text)).toEqual([]);
    const nodes = clusterNodes(sampleScenario(whole).cluster);
    const added = nodes.filter(({ labels }) => labels.role?.match(/router|mover|requester/));
    expect(added).toEqual([
      { id: 'router-1', labels: { zone: 'az-a', role: 'router' } },
      { id: 'router-2', labels: { zone: 'az-b', role: 'router' } },
      { id: 'mover-1', labels: { zone: 'az-a', role: 'mover' } },
      { id: 'requester-1', labels: { zone: 'az-a', role: 'requester' } },
    ]);
  });
});

// Each row: what is refused, the text, and the whole message with its position.
const refusedRows: readonly (readonly [claim: string, text: string, message: string])[] = [
  [
    'an unknown volume',
    withLineage(['moves: [{ at: 1s, volume: vol-2, to: cell-2 }]']),
    `${f}:27:29: unknown volume 'vol-2', expected one of vol-1; did you mean 'vol-1'?`,
  ],
  [
    'a volume that may be in all cells',
    withLineage(['moves: [{ at: 1s, volume: vol-1, to: cell-2 }]'], changed('x', 'x')),
    `${f}:27:29: volume 'vol-1' needs one cell to begin in, found all; name it in its cells`,
  ],
  [
    'a volume of which no one copy is right',
    withLineage(
      ['moves: [{ at: 1s, volume: vol-1, to: cell-2 }]'],
      changed('replicas: 2 }', 'replicas: 3, cells: [cell-1], replication: client-quorum }'),
    ),
    `${f}:27:29: volume 'vol-1' is replicated by client-quorum: no one copy holds all that was ` +
      'acknowledged, so none can be cut or moved; use chain or primary-backup',
  ],
  [
    'a volume whose only copy would have to be moved',
    withLineage(
      ['moves: [{ at: 1s, volume: vol-1, to: cell-2 }]'],
      changed('replicas: 2 }', 'replicas: 1, cells: [cell-1] }'),
    ),
    `${f}:27:29: volume 'vol-1' has 1 replica: the only copy cannot be moved; keep 2 or more`,
  ],
  [
    'a move beside an optimizer',
    withLineage(
      ['moves: [{ at: 1s, volume: vol-1, to: cell-2 }]'],
      changed('network:\n', '  optimizer: { zone: az-a }\nnetwork:\n', oneCell),
    ),
    `${f}:28:29: volume 'vol-1' is moved, and the optimizer knows no cells; leave one of them out`,
  ],
  [
    'a volume that may lack what was acknowledged',
    withLineage(
      ['moves: [{ at: 1s, volume: vol-1, to: cell-2 }]'],
      changed('replicas: 2 }', 'replicas: 2, cells: [cell-1], durability: on-flush }'),
    ),
    `${f}:27:29: volume 'vol-1' is durable on flush: a copy whose host was down may lack what ` +
      'was acknowledged, so none can be cut or moved; use on-ack',
  ],
  [
    'a cell that is not there',
    withLineage(['moves: [{ at: 1s, volume: vol-1, to: cell-3 }]']),
    `${f}:27:40: unknown cell 'cell-3', expected one of cell-1, cell-2; did you mean 'cell-1'?`,
  ],
  [
    'a move to where the volume is',
    withLineage([
      'moves:',
      '  - { at: 1s, volume: vol-1, to: cell-2 }',
      '  - { at: 2s, volume: vol-1, to: cell-2 }',
    ]),
    `${f}:29:36: volume 'vol-1' is in cell 'cell-2' by then; name another cell`,
  ],
  [
    'a move that is earlier than the one before',
    withLineage([
      'moves:',
      '  - { at: 2s, volume: vol-1, to: cell-2 }',
      '  - { at: 1s, volume: vol-1, to: cell-1 }',
    ]),
    `${f}:29:13: expected moves in the order of their times, found one at 2s`,
  ],
  [
    'a move that nobody makes',
    withLineage(['movers: 0', 'moves: [{ at: 1s, volume: vol-1, to: cell-2 }]']),
    `${f}:27:11: 1 moves need a mover, found none`,
  ],
  [
    'a move by merits before there are any',
    withLineage(['moves: [{ at: 1s, volume: vol-1 }]']),
    `${f}:27:11: volume 'vol-1' is in one cell by then; name one to move it to`,
  ],
  [
    'a split of a cell into itself',
    withLineage([
      `snapshots: [${asked.slice(2)}]`,
      'split: { cell: cell-1, to: cell-1, above: 5/s }',
    ]),
    `${f}:28:30: cell 'cell-1' is the one to split`,
  ],
  [
    'a split of a cell of which nothing is asked',
    withLineage(['split: { cell: cell-2, to: cell-1, above: 5/s }']),
    `${f}:27:18: no snapshots are asked for of a volume in cell 'cell-2'`,
  ],
  [
    'a roll-back of nothing',
    withLineage([
      'moves: [{ at: 2s, volume: vol-1, to: cell-2 }]',
      'rollBacks: [{ at: 1s, volume: vol-1 }]',
    ]),
    `${f}:28:15: volume 'vol-1' has no move before 1s`,
  ],
  [
    'a volume in quarantine that has no snapshots',
    withLineage(['operator: { holds: [{ volume: vol-2, from: 1s, until: 2s }] }']),
    `${f}:27:33: unknown volume 'vol-2', expected one of (none)`,
  ],
  [
    'a quarantine that is over before it begins',
    withLineage([
      'moves: [{ at: 2s, volume: vol-1, to: cell-2 }]',
      'operator: { holds: [{ volume: vol-1, from: 2s, until: 1s }] }',
    ]),
    `${f}:28:57: expected a time after 2s, found 1s`,
  ],
  [
    'a requester in an unknown zone',
    withLineage(['snapshots: [{ id: requester-1, zone: az-x, volume: vol-1, every: 2s }]']),
    `${f}:27:40: unknown zone 'az-x', expected one of az-a, az-b, az-c; did you mean 'az-a'?`,
  ],
  [
    'a requester with the id of another node',
    withLineage(['snapshots: [{ id: host-1, zone: az-a, volume: vol-1, every: 2s }]']),
    `${f}:27:21: id 'host-1' is given twice; every id is unique in a scenario`,
  ],
  [
    'a client with the id of a router',
    changed('id: client-1', 'id: router-1', withLineage(['routers: 1'])),
    `${f}:27:12: id 'router-1' is given twice; every id is unique in a scenario`,
  ],
];

describe('of snapshots and moves', () => {
  test.each(refusedRows)('%s is refused', (_claim, text, message) => {
    expect(problemsOf(text)).toEqual([message]);
  });
});
