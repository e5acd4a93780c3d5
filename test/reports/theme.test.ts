import { expect, test } from 'vitest';
import { allInks, inks } from '../../reports/theme.ts';

function luminance(hex: string): number {
  const channel = (from: number): number => {
    const share = Number.parseInt(hex.slice(from, from + 2), 16) / 255;
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}

function contrast(a: string, b: string): number {
  const [x, y] = [luminance(a) + 0.05, luminance(b) + 0.05];
  return Math.max(x, y) / Math.min(x, y);
}

test('no two uses share a light colour, or the dark page could not tell them apart', () => {
  expect(new Set(allInks.map(({ light }) => light)).size).toBe(allInks.length);
});

test('text is readable on both pages (contrast at least 4.5)', () => {
  for (const ink of [inks.text, inks.quiet, inks.faultText, inks.failure]) {
    expect(contrast(ink.light, '#ffffff')).toBeGreaterThanOrEqual(4.5);
    expect(contrast(ink.dark, '#14191f')).toBeGreaterThanOrEqual(4.5);
  }
  expect(contrast(inks.onFault.light, inks.fault.light)).toBeGreaterThanOrEqual(4.5);
  expect(contrast(inks.onFault.dark, inks.fault.dark)).toBeGreaterThanOrEqual(4.5);
});
