import { describe, expect, test } from 'vitest';
import {
  compareNames,
  dataLink,
  escapeHtml,
  formatCount,
  formatNumber,
  formatParams,
  formatSec,
  formatSpan,
  plural,
  printable,
  printableLines,
  shorten,
} from '../../reports/text.ts';

describe('text of reports', () => {
  test('replaces what XML refuses and keeps all else (control characters, lone surrogates)', () => {
    expect(printable('a\u0000b\u001bc\u2028d')).toBe('a\ufffdb\ufffdc\ufffdd');
    expect(printable('x\ud800y\udc00z')).toBe('x\ufffdy\ufffdz');
    expect(printable('\u00e9 \u65e5 \ud83d\ude00')).toBe('\u00e9 \u65e5 \ud83d\ude00');
  });

  test('keeps tabs and line ends of a text of many lines', () => {
    expect(printableLines('a\r\n\tb\u0007\n')).toBe('a\n\tb\ufffd\n');
  });

  test('never cuts a surrogate pair in two', () => {
    expect(shorten('ab\ud83d\ude00cd', 4)).toBe('ab\ufffd\u2026');
    expect(shorten('abcd', 4)).toBe('abcd');
  });

  test('escapes all five characters that mean something in HTML', () => {
    expect(escapeHtml(`<a href="x" b='y'>&`)).toBe(
      '&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt;&amp;',
    );
  });

  test('makes links that cannot leave their attribute, whatever the text', () => {
    const link = dataLink('application/json', `"><script>'\ud800\n`);
    expect(link).not.toMatch(/["'<>\s]/);
    expect(decodeURIComponent(link.slice(link.indexOf(',') + 1))).toBe(`"><script>'\ufffd\n`);
  });

  test('writes numbers without trailing zeros, counts with commas, times with their unit', () => {
    expect(formatNumber(1.5)).toBe('1.5');
    expect(formatNumber(20)).toBe('20');
    expect(formatNumber(0.0004, 3)).toBe('0');
    expect(formatCount(1_234_567)).toBe('1,234,567');
    expect(formatCount(999)).toBe('999');
    expect(formatSec(19_482_113_000)).toBe('19.482113 s');
    expect([250, 250_000, 1_500_000, 1_500_000_000].map(formatSpan)).toEqual([
      '250 ns',
      '250 \u00b5s',
      '1.5 ms',
      '1.5 s',
    ]);
    expect([plural(1, 'property', 'properties'), plural(2, 'fault')]).toEqual([
      '1 property',
      '2 faults',
    ]);
  });

  test('writes parameters in name order, spans with a unit, groups in brackets', () => {
    const params = {
      loses: 'unsynced',
      groups: [['b'], ['a', 'c']],
      delayNs: 1_000_000,
      factor: 20,
    };
    expect(formatParams(params)).toBe('delay 1 ms, factor 20, groups [b] | [a, c], loses unsynced');
  });

  test('orders host-2 before host-10, and any two different names one way only', () => {
    const names = ['host-10', 'host-2', 'host', 'Host-2', 'host-02', 'host-2/a', ''];
    const sorted = [...names].sort(compareNames);
    expect(sorted.indexOf('host-2')).toBeLessThan(sorted.indexOf('host-10'));
    for (const a of names) {
      for (const b of names) {
        const opposite = -Math.sign(compareNames(b, a));
        expect(Math.sign(compareNames(a, b))).toBe(opposite === 0 ? 0 : opposite);
        expect(compareNames(a, b) === 0).toBe(a === b);
      }
    }
  });
});
