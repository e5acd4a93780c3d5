import { createHash } from 'node:crypto';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Report, renderReport } from '../../reports/index.ts';
import { allInks } from '../../reports/theme.ts';
import { neverTried } from '../../sim/index.ts';
import { syntheticRun } from '../support/synthetic-record.ts';

const poison = `"'><script>alert(1)</script>&amp;]]>\u0000\u001b\ud800</style>`;

function bytes(report: Report): string {
  const hash = createHash('sha256').update(report.html);
  for (const { svg, png, vegaLite } of report.charts) {
    hash.update(svg).update(png).update(JSON.stringify(vegaLite));
  }
  return hash.digest('hex');
}

describe('a report of a run', () => {
  let report: Report;
  const run = syntheticRun({ opCount: 400 });
  beforeAll(async () => {
    report = await renderReport(run);
  });

  test('opens with the verdict, before anything else that can be read', () => {
    const body = report.html.slice(report.html.indexOf('<body>'));
    expect(body.replace(/<[^>]*>/g, ' ').trim()).toMatch(/^violated\s+zone-b-outage\s/);
  });

  test('names seed, fingerprint, version and the command that replays it', () => {
    for (const text of ['1337', run.verdict.fingerprint, '0.1.0', run.verdict.replay]) {
      expect(report.html).toContain(text);
    }
  });

  test('tells what was expected and observed, and marks the suspicious causes', () => {
    expect(report.html).toContain('w#118 (acknowledged at 12.004 s)');
    expect(report.html.match(/look here/g)).toHaveLength(2);
  });

  test('shows a property that was never evaluated as not exercised', () => {
    expect(report.html).toMatch(/<td>stale-map-rejected<\/td>.*?not exercised/);
  });

  test('draws every chart, each with a title and a description for those who cannot see it', () => {
    expect(report.charts.map(({ name }) => name)).toEqual([
      'fault-timeline',
      'latency-over-time',
      'latency-percentiles',
      'iops-over-time',
      'state-lanes',
      'fault-coverage',
      'transition-coverage',
      'gauges',
    ]);
    for (const { svg, title } of report.charts) {
      expect(svg).toMatch(new RegExp(`^<svg role="img" aria-label="${title}\\. [^"]{20,}"`));
      expect(report.html).toContain(svg);
    }
  });

  test('lists the first 20 pairs of a state and a fault that were never tried', () => {
    const section = /<section id="never-tried">.*?<\/section>/s.exec(report.html)![0];
    const untried = neverTried(run.verdict.coverage);
    expect(section.match(/<tr>/g)).toHaveLength(1 + Math.min(20, untried.length));
    const { machine, state, fault } = untried[0]!;
    const cells = section.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');
    expect(cells).toContain(`${untried.length} never did`);
    expect(cells).toContain(`machine state fault ${machine} ${state} ${fault}`);
  });

  test('shows what was used of the declared budget, and who went beyond it', async () => {
    expect(report.html).not.toContain('<section id="budget">');
    const use = { line: 'zones', declared: '1', used: '2' };
    const lines = [use, { line: 'skew', declared: '110000ppm', used: '50ppm' }];
    const outside = [{ ...use, faultId: 3, fault: 'power-loss', atNs: 1_500_000_000 }];
    const verdict = { ...run.verdict, budget: { lines, outside } };
    const { html } = await renderReport({ ...run, verdict });
    const section = /<section id="budget">.*?<\/section>/s.exec(html)?.[0] ?? '';
    const words = section.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');
    expect(words).toContain('zones 1 2 outside 1 time');
    expect(words).toContain('skew 110000ppm 50ppm inside');
    expect(words).toMatch(/1\.5\d* s power-loss zones 2 of 1/);
    expect(html).toContain('href="#budget"');
  });

  test('allows the page its own style and script by hash, and nothing else', () => {
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(report.html)?.[1] ?? '';
    expect(policy).toContain('default-src &#39;none&#39;');
    expect(policy).not.toContain('unsafe');
    for (const tag of ['style', 'script']) {
      const inline = [...report.html.matchAll(new RegExp(`<${tag}>(.*?)</${tag}>`, 'gs'))];
      expect(inline).toHaveLength(1);
      const digest = createHash('sha256').update(inline[0]![1]!).digest('base64');
      expect(policy).toContain(`sha256-${digest}`);
    }
  });

  test('asks for nothing outside of the file', () => {
    const page = report.html.replaceAll(/ xmlns(:xlink)?="[^"]*"/g, '');
    expect(page).not.toMatch(/https?:/);
    expect(page).not.toMatch(/ (src|style|on[a-z]+)=/);
    expect(page.match(/ (xlink:)?href="(?!#|data:application\/)/g)).toBeNull();
  });

  test('draws in colours only that have a dark counterpart', () => {
    const known = new Set<string>(['transparent', 'none', ...allInks.map(({ light }) => light)]);
    for (const { name, svg } of report.charts) {
      const used = new Set(
        [...svg.matchAll(/ (?:fill|stroke)="([^"]*)"/g)].map((match) => match[1]!),
      );
      const strange = [...used].filter((color) => !known.has(color));
      expect(strange, `colours of ${name}`).toEqual([]);
    }
  });

  test('lists at most 200 rows of data under a chart', () => {
    for (const [details] of report.html.matchAll(/<details>.*?<\/details>/gs)) {
      expect(details.match(/<tr>/g)!.length).toBeLessThanOrEqual(201);
    }
  });
});

describe('bytes of a report', () => {
  const zone = process.env.TZ;
  afterEach(() => {
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
  });

  test('are the same again, in another time zone, and beside another report', async () => {
    const run = syntheticRun({ opCount: 200 });
    process.env.TZ = 'UTC';
    const first = bytes(await renderReport(run));
    process.env.TZ = 'Asia/Tokyo';
    const [second, other] = await Promise.all([
      renderReport(run),
      renderReport(syntheticRun({ opCount: 150, held: true })),
    ]);
    expect(bytes(second)).toBe(first);
    expect(bytes(other)).not.toBe(first);
  });
});

describe('a report of hostile text', () => {
  test('escapes names, ids, parameters and messages in the page and in each picture', async () => {
    const report = await renderReport(syntheticRun({ opCount: 120, poison }));
    // One script, one style sheet: ours.
    expect(report.html.match(/<script/g)).toHaveLength(1);
    expect(report.html.match(/<\/style/g)).toHaveLength(1);
    expect(report.html).toContain('&lt;script&gt;alert(1)');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there.
    expect(report.html).not.toMatch(/[\u0000\u001b]|\p{Surrogate}/u);
    for (const { svg, png } of report.charts) {
      expect(svg).not.toContain('<script');
      // The painter parses strictly: a picture means that the SVG is well-formed.
      expect(png.length).toBeGreaterThan(1_000);
    }
    expect(report.charts.some(({ svg }) => svg.includes('&lt;script&gt;'))).toBe(true);
  });
});

describe('a report with little to show', () => {
  test('says why charts are missing when no entries were kept', async () => {
    const run = syntheticRun({ opCount: 1 });
    const report = await renderReport({ ...run, entries: [] });
    expect(report.charts.map(({ name }) => name)).toEqual([
      'fault-timeline',
      'fault-coverage',
      'transition-coverage',
    ]);
    expect(report.html).toContain('replay the run at record level');
    expect(report.html).toContain('Gauges over time: the record has no gauges');
  });

  test('is complete without faults, entries, properties and thresholds', async () => {
    const run = syntheticRun({ opCount: 1, held: true });
    const coverage = { faults: [], machines: [] };
    const judged = { properties: [], thresholds: [], exercised: {}, coverage };
    const nothing = { faults: [], ...judged, simulatedNs: 0 };
    const report = await renderReport({
      ...run,
      entries: [],
      verdict: { ...run.verdict, ...nothing },
    });
    expect(report.charts).toEqual([]);
    expect(report.html).toContain('The scenario expects nothing.');
    expect(report.html).not.toContain('id="failure"');
    expect(report.html).not.toContain('id="never-tried"');
  });

  test('gives the reasons of a run that stalled', async () => {
    const run = syntheticRun({ opCount: 1, held: true });
    const verdict = {
      ...run.verdict,
      status: 'stalled',
      exit: 1,
      reasons: ['w#7 pending'],
    } as const;
    const { html } = await renderReport({ ...run, entries: [], verdict });
    expect(html).toContain('did not settle after its faults were healed. w#7 pending');
    expect(html).toContain('Why there is no pass');
  });
});
