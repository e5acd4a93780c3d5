// fio's I/O log, as `fio --write_iolog=FILE` leaves it and `fio --read_iolog=FILE` replays it.
//
//   fio version 2 iolog            fio version 3 iolog (since fio 3.31)
//   alpha add                      17 alpha add
//   alpha open                     106 alpha open
//   alpha wait 800 0               800110 alpha read 0 4096
//   alpha read 0 4096              800160 alpha datasync 0 0
//   alpha close                    800170 alpha close
//
// Sources: fio's HOWTO, "Trace file format v2" and "v3", its iolog.c, and replays of fio 3.33 under
// strace.
// - Offsets and lengths are in bytes. Version 3 timestamps are microseconds since the start of the
//   job: the HOWTO gives no unit, iolog.c writes `utime_since_now`, and a replay takes as long.
// - Version 2 has no times but `wait`. The HOWTO calls its number microseconds after the last wait;
//   fio 3.33 waits until so many *milliseconds* after the start of the job (from `wait 800 0` to
//   `wait 1000 0` it is 0.2 s). We do what fio does; `waitMeaning: 'us-after-last'` follows the
//   letter of the HOWTO.
// - sync and datasync flush the whole volume; the offset that fio writes into them means nothing.
// - trim and sync_file_range (starts write-back, makes nothing durable) are counted as skipped.
// - Several files share one volume, see trace-layout.ts; the offsets of a single file are kept.
// Stricter than fio, which warns and goes on: a bad line is a problem, a trace with holes is a lie.
import { nsPerMs, nsPerUs, timeNsMax } from '../../sim/index.ts';
import { unknownName } from './suggest.ts';
import { type FileOp, layOut } from './trace-layout.ts';
import type { TraceOp, TraceReading } from './trace-op.ts';
import { TraceProblems } from './trace-problems.ts';

/** What the number of a version 2 `wait` means: what fio 3.33 does, or what its HOWTO says. */
export type WaitMeaning = 'ms-since-start' | 'us-after-last';

/** How to read what the format leaves open. */
export interface IologOptions {
  /** Version 2 only; `ms-since-start` when missing. */
  readonly waitMeaning?: WaitMeaning;
}

type Version = 2 | 3;

interface Action {
  readonly kind: 'file' | 'io' | 'wait' | 'skipped';
  readonly op?: TraceOp['op'];
}

const actions = {
  add: { kind: 'file' },
  open: { kind: 'file' },
  close: { kind: 'file' },
  read: { kind: 'io', op: 'read' },
  write: { kind: 'io', op: 'write' },
  sync: { kind: 'io', op: 'flush' },
  datasync: { kind: 'io', op: 'flush' },
  trim: { kind: 'skipped' },
  sync_file_range: { kind: 'skipped' },
  wait: { kind: 'wait' },
} as const satisfies Record<string, Action>;

type ActionName = keyof typeof actions;

/** fio reads a length into 32 bits. */
const lengthBytesMax = 4294967295;
/** The HOWTO: every wait below 100 us is discarded. */
const waitUsMin = 100;
const headers: Readonly<Record<string, Version>> = {
  'fio version 2 iolog': 2,
  'fio version 3 iolog': 3,
};
const shapes: Readonly<Record<Version, { readonly file: string; readonly io: string }>> = {
  2: { file: 'filename action', io: 'filename action offset length' },
  3: { file: 'timestamp filename action', io: 'timestamp filename action offset length' },
};

interface Word {
  readonly text: string;
  readonly column: number;
}

interface LoggedFile {
  isOpen: boolean;
  endBytes: number;
}

/** What reading the lines leaves behind. */
interface ReadLines {
  readonly files: Map<string, LoggedFile>;
  readonly ops: FileOp[];
  readonly skippedCounts: Map<ActionName, number>;
  readonly problems: TraceProblems;
  isTimed: boolean;
}

interface Log extends ReadLines {
  readonly version: Version;
  readonly waitMeaning: WaitMeaning;
  nowNs: number;
}

/** Reads an fio iolog of version 2 or 3; never throws, bad lines come back as problems. */
export function readIolog(text: string, options: IologOptions = {}): TraceReading {
  const lines = text.split('\n');
  const problems = new TraceProblems();
  const header = lines[0]!.trim();
  const version = Object.hasOwn(headers, header) ? headers[header] : undefined;
  if (version === undefined) {
    problems.add(1, 1, headerMessage(header));
    return reading({
      ops: [],
      files: new Map(),
      skippedCounts: new Map(),
      isTimed: false,
      problems,
    });
  }
  const log: Log = {
    version,
    waitMeaning: options.waitMeaning ?? 'ms-since-start',
    files: new Map(),
    ops: [],
    skippedCounts: new Map(),
    problems,
    nowNs: 0,
    isTimed: version === 3,
  };
  for (let index = 1; index < lines.length; index += 1) readLine(log, lines[index]!, index + 1);
  if (log.ops.length === 0 && problems.count === 0) {
    problems.add(1, 1, 'no read, write or sync in the log; record one with fio --write_iolog=FILE');
  }
  return reading(log);
}

function headerMessage(found: string): string {
  const expected = "expected 'fio version 2 iolog' or 'fio version 3 iolog' in the first line";
  if (found === '') return `${expected}, found nothing; was the recording job started?`;
  if (/^[01], *\d+, *\d+$/.test(found)) {
    return `${expected}, found a version 1 line '${found}'; record again with fio 1.17 or newer`;
  }
  return `${expected}, found '${found.slice(0, 40)}'; record with fio --write_iolog=FILE`;
}

function readLine(log: Log, text: string, line: number): void {
  const words = wordsOf(text);
  if (words.length === 0) return;
  const fileCount = log.version;
  const ioCount = fileCount + 2;
  if (words.length !== fileCount && words.length !== ioCount) {
    const { file, io } = shapes[log.version];
    const column = words[ioCount]?.column ?? text.trimEnd().length + 1;
    const found = `found ${words.length} words`;
    const hint =
      words.length > ioCount ? '; a filename cannot hold white space' : '; is it cut off?';
    log.problems.add(line, column, `expected '${file}' or '${io}', ${found}${hint}`);
    return;
  }
  if (log.version === 3 && !readTime(log, words[0]!, line)) return;
  const [filename, action, offset, length] = log.version === 3 ? words.slice(1) : words;
  const name = action!.text;
  if (!isActionName(name)) {
    log.problems.add(line, action!.column, unknownName('action', name, Object.keys(actions)));
    return;
  }
  const isFileAction = actions[name].kind === 'file';
  if (isFileAction !== (words.length === fileCount)) {
    const shape = shapes[log.version][isFileAction ? 'file' : 'io'];
    log.problems.add(
      line,
      action!.column,
      `'${name}' goes with '${shape}', found '${text.trim()}'`,
    );
    return;
  }
  if (offset === undefined || length === undefined) moveFile(log, name, filename!, line);
  else readIo(log, { name, action: action!, filename: filename!, offset, length }, line);
}

/** Version 3 only. False when the timestamp is refused. */
function readTime(log: Log, word: Word, line: number): boolean {
  const atUs = integerOf(log, word, 'timestamp in us', Math.floor(timeNsMax / nsPerUs), line);
  if (atUs === undefined) return false;
  const atNs = atUs * nsPerUs;
  if (atNs < log.nowNs) {
    const last = `${log.nowNs / nsPerUs} us of the line before`;
    const message = `timestamp ${atUs} us is below ${last}; sort the log by its first column`;
    log.problems.add(line, word.column, message);
    return false;
  }
  log.nowNs = atNs;
  return true;
}

function moveFile(log: Log, name: ActionName, filename: Word, line: number): void {
  const file = log.files.get(filename.text);
  if (name === 'add') {
    if (file === undefined) log.files.set(filename.text, { isOpen: false, endBytes: 0 });
    return;
  }
  if (file === undefined) {
    const message = `file '${filename.text}' is not added; expected an 'add' line before '${name}'`;
    log.problems.add(line, filename.column, message);
    // Known from here on, so that one missing line is one problem.
    log.files.set(filename.text, { isOpen: true, endBytes: 0 });
    return;
  }
  file.isOpen = name === 'open';
}

interface IoLine {
  readonly name: ActionName;
  readonly action: Word;
  readonly filename: Word;
  readonly offset: Word;
  readonly length: Word;
}

function readIo(log: Log, io: IoLine, line: number): void {
  const action: Action = actions[io.name];
  const offset = integerOf(log, io.offset, 'offset', Number.MAX_SAFE_INTEGER, line);
  const lengthBytes = integerOf(log, io.length, 'length in bytes', lengthBytesMax, line);
  if (offset === undefined || lengthBytes === undefined) return;
  if (action.kind === 'wait') {
    wait(log, io, offset, line);
    return;
  }
  const file = openFile(log, io.filename, line);
  if (action.op === undefined) {
    log.skippedCounts.set(io.name, (log.skippedCounts.get(io.name) ?? 0) + 1);
    return;
  }
  const { atNs, filename, op } = { atNs: log.nowNs, filename: io.filename.text, op: action.op };
  if (op === 'flush') {
    log.ops.push({ atNs, op, filename, offsetBytes: 0, lengthBytes: 0 });
    return;
  }
  const endBytes = offset + lengthBytes;
  if (lengthBytes === 0) {
    log.problems.add(line, io.length.column, `expected a ${op} of at least 1 byte, found 0`);
  } else if (endBytes > Number.MAX_SAFE_INTEGER) {
    log.problems.add(line, io.offset.column, `${op} ends beyond 2^53 bytes, at offset ${offset}`);
  } else {
    file.endBytes = Math.max(file.endBytes, endBytes);
    log.ops.push({ atNs, op, filename, offsetBytes: offset, lengthBytes });
  }
}

function wait(log: Log, io: IoLine, amount: number, line: number): void {
  if (log.version === 3) {
    const message = "'wait' is not part of version 3; delete the line, timestamps say when";
    log.problems.add(line, io.action.column, message);
    return;
  }
  const us = amount < waitUsMin ? 0 : amount;
  const isAbsolute = log.waitMeaning === 'ms-since-start';
  const untilNs = isAbsolute ? amount * nsPerMs : log.nowNs + us * nsPerUs;
  if (untilNs > timeNsMax) {
    const message = `wait ends at ${untilNs} ns, expected at most ${timeNsMax} ns (104 days)`;
    log.problems.add(line, io.offset.column, message);
    return;
  }
  log.isTimed = true;
  log.nowNs = Math.max(log.nowNs, untilNs);
}

function openFile(log: Log, filename: Word, line: number): LoggedFile {
  const file = log.files.get(filename.text);
  if (file?.isOpen) return file;
  const missing = file === undefined ? "'add' and 'open' lines" : "an 'open' line";
  const message = `file '${filename.text}' is not open; expected ${missing} before its first I/O`;
  log.problems.add(line, filename.column, message);
  const opened = { isOpen: true, endBytes: file?.endBytes ?? 0 };
  log.files.set(filename.text, opened);
  return opened;
}

function integerOf(
  log: Log,
  word: Word,
  noun: string,
  max: number,
  line: number,
): number | undefined {
  const value = /^\d+$/.test(word.text) ? Number(word.text) : Number.NaN;
  if (value <= max) return value;
  const message = `expected ${noun} as an integer from 0 to ${max}, found '${word.text}'`;
  log.problems.add(line, word.column, message);
  return undefined;
}

function reading({ ops, files, skippedCounts, isTimed, problems }: ReadLines): TraceReading {
  const endBytes = new Map([...files].map(([filename, file]) => [filename, file.endBytes]));
  const layout = layOut(ops, endBytes);
  if (layout.footprintBytes > Number.MAX_SAFE_INTEGER) {
    problems.add(1, 1, `the files take ${layout.footprintBytes} bytes, expected below 2^53`);
  }
  const skipped = Object.fromEntries(skippedCounts);
  return { ...layout, problems: problems.list(), skipped, isTimed };
}

function isActionName(word: string): word is ActionName {
  return Object.hasOwn(actions, word);
}

function wordsOf(text: string): Word[] {
  return [...text.matchAll(/\S+/g)].map(({ 0: word, index }) => ({
    text: word,
    column: index + 1,
  }));
}
