import { describe, expect, test } from 'vitest';
import { palette } from '../../../../scenarios/runner/reporters/palette.ts';
import { runText } from '../../../../scenarios/runner/reporters/spec.ts';
import type { Verdict } from '../../../../sim/property.ts';
import { sampleScenario } from '../sample.ts';
import { heldVerdict, inconclusiveVerdict, violatedVerdict } from '../sample-run.ts';

function textOf(
  verdict: Verdict,
  options: { readonly ascii?: boolean; readonly color?: 'always' | 'never' } = {},
): string {
  const { ascii = false, color = 'never' } = options;
  const story = {
    verdict,
    scenario: sampleScenario(),
    directory: '.stormcell/sample/1-9b1e44c0',
    hasReport: true,
    verbose: false,
    ascii,
  };
  return runText(story, palette({ color, ascii, isTty: false, plain: false }));
}

describe('the text of a run', () => {
  test.each([
    ['held', heldVerdict],
    ['violated', violatedVerdict],
    ['inconclusive', inconclusiveVerdict],
  ])('is this when it is %s', async (name, verdict) => {
    await expect(textOf(verdict)).toMatchFileSnapshot(`../goldens/${name}.txt`);
  });

  test('tells in a line of its own what was used of what is survived', () => {
    const lines = [
      { line: 'zones', declared: '1', used: '2' },
      { line: 'skew', declared: '110000ppm', used: '100050ppm' },
    ];
    const excess = { ...lines[0]!, faultId: 3, fault: 'crash', atNs: 5 };
    const told = (verdict: Verdict) =>
      textOf(verdict, { ascii: true })
        .split('\n')
        .filter((line) => line.includes('Survives'));
    expect(told({ ...heldVerdict, budget: { lines, outside: [] } })).toEqual([
      '   Survives   zones 2 of 1 ok   skew 100050ppm of 110000ppm ok',
    ]);
    expect(told({ ...violatedVerdict, budget: { lines, outside: [excess] } })).toEqual([
      '   Survives   zones 2 of 1 ?   skew 100050ppm of 110000ppm ok',
    ]);
    expect(told({ ...heldVerdict, budget: { lines: [], outside: [] } })).toEqual([]);
    expect(told(heldVerdict)).toEqual([]);
  });

  test('takes at most eight lines when everything held', () => {
    expect(textOf(heldVerdict).trimEnd().split('\n').length).toBeLessThanOrEqual(8);
  });

  test('holds nothing but ASCII when asked', () => {
    for (const verdict of [heldVerdict, violatedVerdict, inconclusiveVerdict]) {
      expect(textOf(verdict, { ascii: true })).toMatch(/^[\n -~]*$/);
    }
  });

  test('has colour only when asked, and the same words', () => {
    const colored = textOf(violatedVerdict, { color: 'always' });
    const sequence = String.fromCharCode(27);
    expect(colored).toContain(`${sequence}[31m`);
    expect(textOf(violatedVerdict)).not.toContain(sequence);
    const plain = colored.replaceAll(new RegExp(`${sequence}\\[\\d+m`, 'g'), '');
    expect(plain).toBe(textOf(violatedVerdict));
  });

  test('colours a terminal, unless the environment asks for none', () => {
    const automatic = { color: 'auto', ascii: false } as const;
    expect(palette({ ...automatic, isTty: true, plain: false }).bad('x')).not.toBe('x');
    expect(palette({ ...automatic, isTty: true, plain: true }).bad('x')).toBe('x');
    expect(palette({ ...automatic, isTty: false, plain: false }).bad('x')).toBe('x');
  });
});
