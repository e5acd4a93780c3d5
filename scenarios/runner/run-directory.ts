// What a run leaves on disk. All but `meta.json` is the same bytes on every run of the same
// scenario and seed.
//
//   .stormcell/<scenario>/<seed>-<hash8>/
//     verdict.json            what held and what did not; names no environment
//     scenario.resolved.yaml  everything drawn written out
//     repro.yaml              the same, with the fingerprint to expect: what people hand on
//     record.ndjson.gz        the whole record, when one was kept
//     report.html, charts/    drawn from the record
//     meta.json               when, how long, on what
//   .stormcell/latest         a link to the newest
import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import type { RenderedChart, Report } from '../../reports/index.ts';
import type { RecordHeader, Verdict } from '../../sim/index.ts';
import { canonicalJson } from './canonical-json.ts';
import { portablePath } from './files.ts';
import { readRecord, recordBytes } from './record-file.ts';
import type { RunResult } from './run-result.ts';

/** Everything about the run that differs from time to time. */
export interface RunMeta {
  readonly startedAt: string;
  readonly durationMs: number;
  readonly node: string;
  readonly platform: string;
}

/** What is written. */
export interface RunFiles {
  readonly result: RunResult;
  /** The resolved scenario's canonical text. */
  readonly scenarioText: string;
  /** Null where none was drawn. */
  readonly report: Report | null;
  readonly meta: RunMeta;
}

/** Where a run is written, seen from `root`: `quickstart/1-9b1e44c0`. */
export function runName(verdict: Pick<Verdict, 'scenario' | 'seed' | 'scenarioHash'>): string {
  return `${verdict.scenario}/${verdict.seed}-${verdict.scenarioHash.slice(0, 8)}`;
}

/** Writes a run directory below `root` in place of an older one; answers its path. */
export function writeRunDirectory(root: string, files: RunFiles): string {
  const name = runName(files.result.verdict);
  const directory = path.join(root, name);
  const partial = `${directory}.partial`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  for (const [file, bytes] of contents(files)) {
    mkdirSync(path.dirname(path.join(partial, file)), { recursive: true });
    writeFileSync(path.join(partial, file), bytes);
  }
  rmSync(directory, { recursive: true, force: true });
  renameSync(partial, directory);
  pointLatest(root, name);
  return portablePath(directory);
}

/** Writes a report into a run directory that is there already. */
export function writeReport(directory: string, report: Report): void {
  rmSync(path.join(directory, 'charts'), { recursive: true, force: true });
  for (const [file, bytes] of reportContents(report)) {
    mkdirSync(path.dirname(path.join(directory, file)), { recursive: true });
    writeFileSync(path.join(directory, file), bytes);
  }
}

function contents(
  files: RunFiles,
): readonly (readonly [file: string, bytes: string | Uint8Array])[] {
  const { header, verdict, entries } = files.result;
  return [
    ['verdict.json', canonicalJson(verdict)],
    ['scenario.resolved.yaml', files.scenarioText],
    ['repro.yaml', reproText(files.scenarioText, verdict)],
    ...(entries.length === 0
      ? []
      : ([['record.ndjson.gz', recordBytes({ header, entries })]] as const)),
    ...(files.report === null ? [] : reportContents(files.report)),
    ['meta.json', canonicalJson(files.meta)],
  ];
}

function reportContents(
  report: Report,
): readonly (readonly [file: string, bytes: string | Uint8Array])[] {
  return [
    ['report.html', report.html],
    ...report.charts.flatMap((chart) => chartContents(chart, 'charts/')),
  ];
}

function chartContents(
  { name, vegaLite, svg, png }: RenderedChart,
  below: string,
): readonly (readonly [file: string, bytes: string | Uint8Array])[] {
  return [
    [`${below}${name}.vl.json`, canonicalJson(vegaLite)],
    [`${below}${name}.svg`, svg],
    [`${below}${name}.png`, png],
  ];
}

/** Writes a chart of many runs into `root`; answers the path of its picture. */
export function writeChart(root: string, chart: RenderedChart): string {
  mkdirSync(root, { recursive: true });
  for (const [file, bytes] of chartContents(chart, '')) {
    writeFileSync(path.join(root, file), bytes);
  }
  return portablePath(path.join(root, `${chart.name}.svg`));
}

/** A scenario file that says what its run must come to. */
export function reproText(scenarioText: string, verdict: Verdict): string {
  const broken = verdict.properties.find((property) => property.status === 'violated');
  const outcome = broken === undefined ? verdict.status : `${verdict.status} ${broken.id}`;
  return [
    '# Run it again, exactly: npx stormcell replay <this file>',
    `# version: ${verdict.version}`,
    `# verdict: ${outcome}`,
    `# fingerprint: ${verdict.fingerprint}`,
    scenarioText,
  ].join('\n');
}

/** The fingerprint that a repro file says its run must have; null when it says none. */
export function expectedFingerprint(text: string): string | null {
  return /^# fingerprint: (\S+)$/m.exec(text)?.[1] ?? null;
}

function pointLatest(root: string, name: string): void {
  const link = path.join(root, 'latest');
  try {
    unlinkSync(link);
  } catch (error) {
    if (!isSystemError(error)) throw error;
  }
  try {
    symlinkSync(name, link, 'dir');
  } catch (error) {
    // A convenience: some file systems have no links, and another run may have been faster.
    if (!isSystemError(error)) throw error;
  }
}

function isSystemError(error: unknown): boolean {
  return typeof (error as { readonly code?: unknown }).code === 'string';
}

/** A run directory as it is read back. */
export interface SavedRun {
  readonly verdict: Verdict;
  readonly scenarioText: string;
  /** Null when no record was kept. */
  readonly record: { readonly header: RecordHeader; readonly entries: RunResult['entries'] } | null;
}

/** Whether a path is a run directory. */
export function isRunDirectory(directory: string): boolean {
  return existsSync(path.join(directory, 'verdict.json'));
}

/** Reads a run directory. */
export function readRunDirectory(directory: string): SavedRun {
  const text = (file: string) => readFileSync(path.join(directory, file), 'utf8');
  const recordFile = path.join(directory, 'record.ndjson.gz');
  return {
    verdict: JSON.parse(text('verdict.json')) as Verdict,
    scenarioText: text('scenario.resolved.yaml'),
    record: existsSync(recordFile) ? readRecord(readFileSync(recordFile)) : null,
  };
}
