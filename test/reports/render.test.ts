import { describe, expect, test } from 'vitest';
import { renderPng, renderSvg, tidySvg } from '../../reports/render.ts';

const values = [
  { a: 'x', b: 1 / 3 },
  { a: 'y', b: 2 },
];
const bars = {
  data: { values },
  mark: 'bar',
  encoding: {
    x: { field: 'b', type: 'quantitative' },
    y: { field: 'a', type: 'nominal' },
    description: { field: 'a', type: 'nominal' },
  },
};

describe('specification to SVG', () => {
  test('gives the same bytes again, alone or among others (ids included)', async () => {
    const clipped = { ...bars, mark: { type: 'bar', clip: true } };
    const first = await renderSvg(clipped, 'c');
    const [second, other, third] = await Promise.all([
      renderSvg(clipped, 'c'),
      renderSvg(clipped, 'd'),
      renderSvg(clipped, 'c'),
    ]);
    expect(first).toContain('url(#c-1)');
    expect(second).toBe(first);
    expect(third).toBe(first);
    expect(other).toContain('url(#d-1)');
  });

  test('refuses what Vega-Lite only warns about (channel that a mark does not have)', async () => {
    const wrong = { ...bars, encoding: { ...bars.encoding, theta2x: { field: 'a' } } };
    await expect(renderSvg(wrong, 'wrong')).rejects.toThrow(
      /chart "wrong" is not drawn as written/,
    );
  });

  test('refuses data by url, which Vega would draw as an empty chart', async () => {
    const remote = { ...bars, data: { url: 'https://localhost/data.csv' } };
    await expect(renderSvg(remote, 'remote')).rejects.toThrow(/data must be inline/);
  });

  test('refuses chance (sample transform)', async () => {
    const sampled = { ...bars, transform: [{ sample: 1 }] };
    await expect(renderSvg(sampled, 'sampled')).rejects.toThrow(/random number/);
  });

  test('turns descriptions of marks into tooltips', async () => {
    expect(await renderSvg(bars, 'c')).toContain('<title>x</title></path>');
  });
});

describe('SVG to PNG', () => {
  test('paints text with the shipped font, no system font needed', async () => {
    const frame = (inner: string): string =>
      `<svg xmlns="http://www.w3.org/2000/svg" width="80" height="20">${inner}</svg>`;
    const words = '<text x="2" y="14" font-family="Nowhere">latency</text>';
    const [written, blank] = [await renderPng(frame(words)), await renderPng(frame(''))];
    expect([...written.subarray(1, 4)]).toEqual([0x50, 0x4e, 0x47]);
    expect(written.length).toBeGreaterThan(blank.length + 100);
  });
});

describe('tidying', () => {
  test('rounds coordinates in tags and leaves text that looks like them alone', () => {
    const raw = '<svg><g transform="translate(0.123456,-1e-7)"><text>d="0.123456"</text></g></svg>';
    expect(tidySvg(raw, 'c')).toBe(
      '<svg><g transform="translate(0.12,0)"><text>d="0.123456"</text></g></svg>',
    );
  });

  test('renumbers ids and what refers to them in order of appearance', () => {
    const raw = '<svg><g clip-path="url(#clip17)"/><clipPath id="clip17"/><clipPath id="z"/></svg>';
    expect(tidySvg(raw, 'c')).toBe(
      '<svg><g clip-path="url(#c-1)"/><clipPath id="c-1"/><clipPath id="c-2"/></svg>',
    );
  });
});
