import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { protocols } from '../../../../model/index.ts';
import {
  type Exploration,
  readExploration,
  readExplorationText,
} from '../../../../scenarios/runner/explore/exploration.ts';
import { exploreEach, type VariedPart } from '../../../../scenarios/runner/explore/explore-each.ts';
import { explorationOf } from '../../../../scenarios/runner/explore/search.ts';
import { palette } from '../../../../scenarios/runner/reporters/palette.ts';
import type { Shell } from '../../../../scenarios/runner/shell.ts';

const root = mkdtempSync(path.join(tmpdir(), 'explore-each-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

function exploration(scope: string): Exploration {
  const text = `version: 1
scenario: core
summary: A volume moves.
explore: { protocol: snapshot-lineage, ${scope} }
`;
  const reading = readExplorationText(text, 'core.yaml');
  if (reading === null || !reading.ok) throw new Error('not read');
  return reading.value;
}

function told(scope: string, varied: VariedPart) {
  let text = '';
  const shell = { out: (more: string) => (text += more), err: () => {} } as unknown as Shell;
  const colors = palette({ color: 'never', ascii: true, isTty: false, plain: true });
  const exit = exploreEach(exploration(scope), varied, shell, { root, colors });
  return { exit, text, files: [...text.matchAll(/stormcell run (\S+)/g)].map(([, file]) => file!) };
}

describe('a protocol with one thing wrong at a time', { timeout: 60_000 }, () => {
  const { mutants } = protocols['snapshot-lineage'];

  it('has each mutant noticed by its own property, and a file for each that breaks one', () => {
    const { exit, text, files } = told('requests: [r1, r1], moves: 1', 'mutants');
    // An old certificate is met again only by a move back.
    expect(exit).toBe(1);
    expect(text).toContain('certificate-twice');
    expect(text).toContain('1 unexpected');
    const breaking = Object.values(mutants).filter(({ killedBy }) => killedBy !== null);
    expect(files).toHaveLength(breaking.length - 1);
    for (const file of files) {
      expect(existsSync(file)).toBe(true);
      const saved = readExploration(file);
      if (saved === null || !saved.ok) throw new Error('not read');
      const { status, what } = explorationOf(saved.value);
      expect(['violated', 'stuck']).toContain(status);
      const name = path.basename(file, '.yaml') as keyof typeof mutants;
      expect(what?.split(':')[0]).toBe(mutants[name].killedBy);
    }
  });

  it('is stuck without each rule of a pair that one move leads to, and never unsafe', () => {
    const { exit, text, files } = told('requests: [r1], moves: 1', 'rules');
    expect(exit).toBe(0);
    expect(text).toContain('10 of 28 rules are load-bearing, 0 unexpected');
    expect(text).toMatch(/active\/retired +stuck: .*cell-x retired, cell-y active/);
    expect(files).toHaveLength(10);
    // Without the rule for a volume in one cell nothing works from the beginning: no step at all.
    for (const file of files) {
      const saved = readExploration(file);
      if (saved === null || !saved.ok) throw new Error('not read');
      expect(explorationOf(saved.value)).toMatchObject({ status: 'stuck', stuckCount: 1 });
    }
  });
});

describe('a value of an exploration', () => {
  it('is replaced before it is read, and refused where it does not fit', () => {
    const text = `version: 1
scenario: core
summary: A volume moves.
explore: { protocol: snapshot-lineage, requests: [r1], moves: 1 }
`;
    const put = (key: string, value: string) =>
      readExplorationText(text, 'core.yaml', [{ path: ['explore', key], text: value }]);
    expect(put('cells', '3')).toMatchObject({ ok: true, value: { cells: 3 } });
    expect(put('cells', '4')).toMatchObject({ ok: false });
  });
});
