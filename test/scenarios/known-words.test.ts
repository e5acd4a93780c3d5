// What faults can wait for: the tables name nothing that nobody leaves. That they name all that
// runs leave is shown where the shipped scenarios run.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { markWords, messageWords } from '../../model/index.ts';
import { knownNames } from '../../scenarios/runner/known-names.ts';
import { kernelMarks } from '../../sim/index.ts';

/** Texts of the sources of a folder, without the table itself. */
function sourcesOf(folder: string, table: string): string {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && name !== table)
    .map((name) => readFileSync(`${folder}/${name}`, 'utf8'))
    .join('\n');
}

const model = sourcesOf('model', 'words.ts');
const sim = sourcesOf('sim', 'marks.ts');

describe('the words that faults can wait for', () => {
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
