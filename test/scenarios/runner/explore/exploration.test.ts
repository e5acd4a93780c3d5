import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { protocols } from '../../../../model/index.ts';
import {
  type Exploration,
  readExploration,
  readExplorationText,
} from '../../../../scenarios/runner/explore/exploration.ts';
import { explorationOf } from '../../../../scenarios/runner/explore/search.ts';
import { replayText } from '../../../../scenarios/runner/explore/text.ts';
import { toldOf } from '../../../support/lineage-readme.ts';

const file = (more: string): string => `version: 1
scenario: moved-once
summary: A volume moves once.
explore:
  protocol: snapshot-lineage
  requests: [r1]
  moves: 1
${more}`;

function read(more = ''): Exploration {
  const reading = readExplorationText(file(more), 'core.yaml');
  if (reading === null || !reading.ok) throw new Error('not read');
  return reading.value;
}

function problemsOf(text: string): readonly string[] {
  const reading = readExplorationText(text, 'core.yaml');
  return reading === null || reading.ok
    ? []
    : reading.problems.map(({ line, column, message }) => `${line}:${column} ${message}`);
}

describe('an exploration file', () => {
  it('is told from a scenario by its key', () => {
    expect(readExplorationText('version: 1\nscenario: a\n', 'a.yaml')).toBeNull();
    expect(readExplorationText('- a\n', 'a.yaml')).toBeNull();
    expect(read()).toMatchObject({ name: 'moved-once', moves: 1, takeover: false, steps: null });
  });

  it('is refused where a name is unknown, at its place', () => {
    expect(problemsOf(file('  mutants: [activate-on-sale]\n'))).toEqual([
      expect.stringMatching(/^8:13 .*'activate-on-sale'.*expected one of .*activate-on-seal/),
    ]);
    expect(problemsOf(file('  without: [active/gone]\n'))).toEqual([
      expect.stringMatching(/^8:13 .*'active\/gone'/),
    ]);
    expect(problemsOf(file('  depth: 3\n'))[0]).toContain("'depth'");
  });
});

describe('a shipped exploration', () => {
  const names = readdirSync('scenarios').filter((name) => name.startsWith('lineage-core'));

  it.each(names)('is read, and is the right protocol: %s', (name) => {
    const reading = readExploration(`scenarios/${name}`);
    expect(reading).toMatchObject({ ok: true, value: { mutants: [], without: [], steps: null } });
    expect(reading).toHaveProperty('value.name', path.basename(name, '.yaml'));
  });
});

describe('a search', () => {
  it('holds for the right protocol, and counts', () => {
    const result = explorationOf(read());
    expect(result).toMatchObject({ status: 'held', what: null, stateCount: 1_450, way: null });
  });

  it('is inconclusive where it meets its limit', () => {
    expect(explorationOf(read('  states: 100\n')).status).toBe('inconclusive');
  });

  it.each(Object.entries(protocols['snapshot-lineage'].mutants))(
    'finds what mutant %s breaks, and replays the way to it from a file',
    (id, { killedBy }) => {
      // The least that shows each: a way back for old certificates, a retry for lost requests.
      const moves = id === 'certificate-twice' ? 2 : 1;
      const requests = id === 'request-forgotten' ? ['r1', 'r1'] : ['r1'];
      const exploration = { ...read(`  mutants: [${id}]\n`), moves, requests };
      const found = explorationOf(exploration);
      expect(found.what?.split(':')[0] ?? null).toBe(killedBy);
      const [breaks, steps] = toldOf(id);
      expect([breaks, steps]).toEqual([killedBy ?? 'nothing', `${found.way?.steps.length ?? ''}`]);
      if (killedBy === null) return;
      const saved = readExplorationText(replayText(exploration, found), 'found.yaml');
      if (saved === null || !saved.ok) throw new Error('not read');
      const replayed = explorationOf(saved.value);
      expect(replayed.status).toBe(found.status);
      expect(replayed.what?.split(':')[0]).toBe(killedBy);
      expect(replayed.way).toEqual(found.way);
    },
  );

  it('names the state that is stuck without a rule', () => {
    const found = explorationOf(read('  without: [active/retired]\n'));
    expect(found.status).toBe('stuck');
    expect(found.way?.state.join('\n')).toMatch(/cell-x: retired[\s\S]*cell-y: active/);
    expect(found.what).toContain('cell-x retired, cell-y active, move 1 is committed');
  });

  it('tells which earlier steps each step goes by', () => {
    const { way } = explorationOf(read('  mutants: [activate-on-seal]\n'));
    expect(way?.steps.map(({ text, after }) => `${text} <- ${after.join()}`)).toEqual([
      'mover opens move 1 from cell-x to cell-y <- ',
      'cell-x receives seal of move 1 <- 1',
      'router-1 sees cell-x sealed in epoch 1, cell-y is next <- 2',
      'router-1 sees cell-y not-found: rule sealed/not-found <- ',
      'router-1 drives: activate of move 1 with chain [] in epoch 2 to cell-y <- 1',
      'cell-y receives activate of move 1 with chain [] in epoch 2 <- 5',
      'mover aborts move 1 <- 1',
      'cell-x receives unseal of move 1 in epoch 2 <- 7',
    ]);
  });
});

describe('a replay', () => {
  it('says which step is not possible', () => {
    const result = explorationOf(read('  steps: ["mover commits move 1"]\n'));
    expect(result.status).toBe('not replayable');
    expect(result.what).toContain("step 1 of 1, 'mover commits move 1', is not possible");
  });

  it('holds where the way leads to nothing wrong', () => {
    const result = explorationOf(read('  steps: [mover opens move 1 from cell-x to cell-y]\n'));
    expect(result).toMatchObject({ status: 'held', stateCount: 2 });
  });
});
