// Reads recorded workloads of devices: text in, columns out.
//
//   chunks of text --> lines --> fields --> one format's reader --> columns, in order of arrival
//
// A chunk may end anywhere, so that a file larger than a string can be read.
import { readIolog } from '../iolog.ts';
import type { TraceProblem } from '../trace-op.ts';
import { TraceProblems } from '../trace-problems.ts';
import { blkparseTrace } from './trace-blkparse.ts';
import { alibabaTrace, msrTrace, spcTrace } from './trace-columns.ts';
import type { DeviceTraceFormat } from './trace-format.ts';
import { TraceLine } from './trace-line.ts';
import { type DeviceTrace, TraceStore, traceOps } from './trace-store.ts';
import { disksimTrace, mqsimTrace } from './trace-words.ts';

/** TABLE of the formats with a request on each line. */
const lineFormats = {
  disksim: disksimTrace,
  mqsim: mqsimTrace,
  spc: spcTrace,
  msr: msrTrace,
  alibaba: alibabaTrace,
  blkparse: blkparseTrace,
} as const satisfies Record<string, DeviceTraceFormat>;

type LineFormatName = keyof typeof lineFormats;

/** The name of a device trace format: `disksim`. */
export type DeviceTraceFormatName = LineFormatName | 'iolog';

/** What each format is, in one line, for lists and help. */
export const deviceTraceSummaries: Readonly<Record<DeviceTraceFormatName, string>> = {
  disksim: disksimTrace.summary,
  mqsim: mqsimTrace.summary,
  spc: spcTrace.summary,
  msr: msrTrace.summary,
  alibaba: alibabaTrace.summary,
  blkparse: blkparseTrace.summary,
  iolog: 'fio --write_iolog, version 2 (order and waits) and 3 (timestamps in us)',
};

/** The names of all formats, in the order of the table. */
export const deviceTraceFormatNames = Object.keys(
  deviceTraceSummaries,
) as readonly DeviceTraceFormatName[];

/** Whether a word names a device trace format. */
export function isDeviceTraceFormatName(word: string): word is DeviceTraceFormatName {
  return Object.hasOwn(deviceTraceSummaries, word);
}

/** A trace, or what is wrong with its text: the first problems, and how many more there are. */
export type DeviceTraceReading =
  | { readonly kind: 'ok'; readonly trace: DeviceTrace }
  | { readonly kind: 'problems'; readonly problems: readonly TraceProblem[] };

/** Reads a trace of a known format; never throws on bad input. Chunks may end anywhere. */
export function readDeviceTrace(
  format: DeviceTraceFormatName,
  text: string | Iterable<string>,
): DeviceTraceReading {
  const chunks = typeof text === 'string' ? [text] : text;
  return format === 'iolog'
    ? readDeviceIolog([...chunks].join(''))
    : readLines(lineFormats[format], chunks);
}

function readLines(format: DeviceTraceFormat, chunks: Iterable<string>): DeviceTraceReading {
  const store = new TraceStore();
  const line = new TraceLine(new TraceProblems());
  const lineCount = feed(format, chunks, line, store);
  const { problems } = line;
  if (problems.count === 0 && store.opCount === 0) {
    problems.add(1, 1, `no request in ${lineCount} lines; expected ${format.summary}`);
  }
  if (problems.count > 0) return { kind: 'problems', problems: problems.list() };
  return { kind: 'ok', trace: store.finish(format.isRebased) };
}

/** Hands each line to a reader of the format; answers how many there were. */
function feed(
  format: DeviceTraceFormat,
  chunks: Iterable<string>,
  line: TraceLine,
  store: TraceStore,
): number {
  const reader = format.reader();
  let number = 0;
  const take = (text: string, start: number, end: number) => {
    number += 1;
    line.take({ text, start, end }, number, format.separator);
    if (line.fieldCount > 0) reader.read(line, store);
    if (store.excess !== undefined) line.problems.add(number, 1, store.excess);
  };
  let rest = '';
  for (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf('\n'); end >= 0; end = chunk.indexOf('\n', start)) {
      if (rest === '') take(chunk, start, end);
      else {
        rest += chunk.slice(start, end);
        take(rest, 0, rest.length);
        rest = '';
      }
      start = end + 1;
      if (store.excess !== undefined) return number;
    }
    rest += chunk.slice(start);
  }
  if (rest !== '') take(rest, 0, rest.length);
  return number;
}

/** Files lie behind one another on one device, as they do for a scenario. */
function readDeviceIolog(text: string): DeviceTraceReading {
  const { ops, problems, skipped, isTimed } = readIolog(text);
  if (problems.length > 0) return { kind: 'problems', problems };
  const store = new TraceStore();
  store.isTimed = isTimed;
  for (const { atNs, op, offsetBytes, lengthBytes } of ops) {
    const bytes = { offset: offsetBytes, length: lengthBytes };
    if (op === 'flush') store.add(atNs, traceOps.flush, 'iolog', 0, 0);
    else store.addBytes(atNs, traceOps[op], 'iolog', bytes);
  }
  return { kind: 'ok', trace: { ...store.finish(false), skipped } };
}

/** So many lines are looked at to tell a format. */
const detectedLineCountMax = 64;

/**
 * The format whose reader takes every line of the first of a text, cut off anywhere; undefined when
 * none does, or when nothing is there.
 */
export function detectTraceFormat(head: string): DeviceTraceFormatName | undefined {
  const lines = head.split('\n');
  if (/^fio version \d+ iolog\s*$/.test(lines[0]!)) return 'iolog';
  // The last line may be cut off.
  const whole = lines.slice(0, lines.length > 1 ? lines.length - 1 : 1);
  const sample = whole.slice(0, detectedLineCountMax);
  for (const name of Object.keys(lineFormats) as LineFormatName[]) {
    if (takesAll(lineFormats[name], sample)) return name;
  }
  return undefined;
}

function takesAll(format: DeviceTraceFormat, lines: readonly string[]): boolean {
  const store = new TraceStore();
  const line = new TraceLine(new TraceProblems());
  feed(format, [lines.join('\n')], line, store);
  return line.problems.count === 0 && store.opCount > 0;
}
