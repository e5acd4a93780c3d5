import { describe, expect, test } from 'vitest';
import { runCommandLine } from '../../../../scenarios/runner/command-line.ts';
import type { Verdict } from '../../../../sim/property.ts';
import { sampleNames } from '../sample.ts';
import { fakeEngine, fakeShell, heldVerdict, violatedVerdict } from '../sample-run.ts';

const shipped = 'scenarios/quickstart.yaml';
const violated = violatedVerdict.properties.flatMap(({ id, status }) =>
  status === 'violated' ? [id] : [],
);
const names = {
  ...sampleNames,
  mutants: {
    'answers-early': {
      summary: 'answers too early',
      killedBy: violated,
      shownBy: 'quickstart',
    },
  },
};

async function hunt(
  words: string,
  verdictOf: (seed: string, call: number) => Verdict,
  ...more: readonly string[]
) {
  const killedBy = [...violated, ...more];
  const mutants = { 'answers-early': { ...names.mutants['answers-early'], killedBy } };
  const engine = fakeEngine(verdictOf);
  const { engine: real } = await import('../../../../scenarios/runner/engine.ts');
  const shell = fakeShell({ ...engine, names: { ...real.names, mutants } });
  const exit = await runCommandLine(words.split(' '), shell);
  return { exit, out: shell.outText(), err: shell.errText() };
}

describe('hunting known wrong variants', () => {
  test('tells after how many seeds the property noticed', async () => {
    const { exit, out } = await hunt('mutants', (_seed, call) =>
      call < 2 ? heldVerdict : violatedVerdict,
    );
    expect(out).toMatch(/^killed {2}answers-early {2}[a-z-]+: 3 runs of quickstart\n1 of 1 known/);
    expect(exit).toBe(0);
  });

  test('fails when one lives through all seeds of the given scenarios', async () => {
    const { exit, out } = await hunt(`mutants ${shipped} --seeds 1..4`, () => heldVerdict);
    expect(out).toMatch(/^LIVES {3}answers-early {2}[a-z-]+: 4 seeds of quickstart\n0 of 1 known/);
    expect(exit).toBe(1);
  });

  test('is not over before each of its properties has noticed', async () => {
    const silent = heldVerdict.properties.find(({ id }) => !violated.includes(id))!.id;
    const { exit, out } = await hunt('mutants --seeds 1..2', () => violatedVerdict, silent);
    expect(out).toMatch(/^killed {2}answers-early {2}[a-z-]+: 1 run of quickstart\nLIVES/);
    expect(out).toContain(`LIVES   answers-early  ${silent}: 2 seeds of quickstart\n0 of 1 known`);
    expect(exit).toBe(1);
  });

  test('refuses a variant that nobody knows', async () => {
    const { exit, err } = await hunt('mutants --mutant answers-late', () => heldVerdict);
    expect(exit).toBe(2);
    expect(err).toMatch(/unknown mutant 'answers-late'.*did you mean 'answers-early'/);
  });
});
