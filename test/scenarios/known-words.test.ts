// What faults can wait for: the tables name what runs leave, and nothing that nobody leaves.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { markWords, messageWords } from '../../model/index.ts';
import { readExploration } from '../../scenarios/runner/explore/exploration.ts';
import { readScenario, runScenario } from '../../scenarios/runner/index.ts';
import { knownNames } from '../../scenarios/runner/known-names.ts';
import { type Entry, kernelMarks } from '../../sim/index.ts';

// Explorations of protocols have no runs: test/scenarios/runner/explore runs them.
const files = readdirSync('scenarios').filter(
  (name) => name.endsWith('.yaml') && readExploration(`scenarios/${name}`) === null,
);

/** Texts of the sources of a folder, without the table itself. */
function sourcesOf(folder: string, table: string): string {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && name !== table)
    .map((name) => readFileSync(`${folder}/${name}`, 'utf8'))
    .join('\n');
}

const model = sourcesOf('model', 'words.ts');
const sim = sourcesOf('sim', 'marks.ts');

/** The words an entry is waited for by, with their kind. */
function wordOf(entry: Entry): string | null {
  if (entry.kind === 'mark') return `mark ${entry.name}`;
  if (entry.kind === 'state') return `state ${entry.state}`;
  return entry.kind === 'message' ? `message ${entry.type}` : null;
}

describe('the words that faults can wait for', () => {
  const known = new Set([
    ...Object.keys(knownNames.marks).map((name) => `mark ${name}`),
    ...Object.keys(knownNames.messages).map((name) => `message ${name}`),
    ...knownNames.modes.map((name) => `state ${name}`),
  ]);

  it.each(files)('are all that %s leaves (seed 1)', (file) => {
    const reading = readScenario(`scenarios/${file}`);
    if (!reading.ok) throw new Error(reading.problems.map(({ message }) => message).join('\n'));
    const { entries } = runScenario(reading.value, { level: 'full', seed: '1' });
    const left = new Set(entries.map(wordOf).filter((word) => word !== null));
    expect(left.size).toBeGreaterThan(20);
    expect([...left].filter((word) => !known.has(word))).toEqual([]);
  });

  it('are all that the code of the store and of the kernel marks', () => {
    const marked = [...`${model}${sim}`.matchAll(/\b[mM]ark\((?:world, )?'([^']+)'/g)];
    expect(marked.length).toBeGreaterThan(25);
    const unknown = marked.flatMap(([, name]) =>
      Object.hasOwn(knownNames.marks, name ?? '') ? [] : [name],
    );
    expect(unknown).toEqual([]);
  });

  it('are no more than the code has', () => {
    const unused = (words: object, code: string) =>
      Object.keys(words).filter((word) => !code.includes(`'${word}'`));
    expect(unused(markWords, model)).toEqual([]);
    expect(unused(messageWords, model)).toEqual([]);
    expect(unused(kernelMarks, sim)).toEqual([]);
  });
});
