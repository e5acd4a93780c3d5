// The house rules. Each is first proved on examples, then holds for every file of the project.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { determinismRules } from './tidy/determinism-rules.ts';
import { layerRules } from './tidy/layer-rules.ts';
import { projectSources } from './tidy/source.ts';
import { syntaxRules } from './tidy/syntax-rules.ts';
import { textRules } from './tidy/text-rules.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const sources = projectSources(root);
const rules = [...textRules, ...layerRules, ...determinismRules, ...syntaxRules];

describe.each(rules)('$claim', (rule) => {
  it.each(rule.refuses)('refuses $path: $text', ({ problemCount, ...source }) => {
    expect(source.path).toMatch(rule.covers);
    expect(rule.check(source)).toHaveLength(problemCount);
  });

  it.each(rule.accepts)('accepts $path: $text', (source) => {
    expect(rule.check(source)).toEqual([]);
  });

  it('holds for every file of the project', () => {
    const covered = sources.filter(({ path }) => rule.covers.test(path));
    const problems = covered.flatMap((source) =>
      rule.check(source).map((problem) => `${source.path}:${problem}`),
    );
    expect(covered.length).toBeGreaterThan(0);
    expect(problems).toEqual([]);
  });
});

describe('the project', () => {
  it('has sources in every layer', () => {
    const folders = new Set(sources.map(({ path }) => path.split('/')[0]));
    expect([...folders]).toEqual(
      expect.arrayContaining(['sim', 'model', 'reports', 'scenarios', 'test']),
    );
  });

  it('proves each rule by a file that it refuses and one that it accepts', () => {
    for (const { claim, refuses, accepts } of rules) {
      expect(Math.min(refuses.length, accepts.length), claim).toBeGreaterThan(0);
    }
  });

  it('locks its dependencies by content, not by address', () => {
    const lock = readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8');
    expect(lock).toContain('"integrity"');
    expect(lock).not.toContain('"resolved"');
    expect(lock).not.toContain('://registry');
  });
});
