import { expect, test } from 'vitest';
import { fitName, textWidthPx } from '../../reports/text-width.ts';

test('measures as the font does: M is 1706/2048 em, i is 455/2048 em', () => {
  expect(textWidthPx('M', 2048)).toBe(1706);
  expect(textWidthPx('ii', 2048)).toBe(910);
  expect(textWidthPx('~', 2048)).toBe(1196);
});

test('takes a character outside of the table as a whole em', () => {
  expect(textWidthPx('\u65e5', 10)).toBe(10);
});

test('cuts a long name in the middle, so that its end can be told from others', () => {
  const fitted = fitName('service-with-a-long-name-17', 90, 11);
  expect(fitted).toMatch(/^serv.*\u2026.*-17$/);
  expect(textWidthPx(fitted, 11)).toBeLessThanOrEqual(90);
  expect(fitName('host-1', 90, 11)).toBe('host-1');
});
