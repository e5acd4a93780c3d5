// fio's job files, and the options that fio repeats in its JSON.
//
//   [global]            what every job below starts from
//   bs=4k
//   [reads]             a job; its options come last and win
//   rw=randread
//   time_based          an option alone means 1
//   ; or # begins a comment
//
// Source: fio's HOWTO, "Job file format"; what it leaves open was tried with fio 3.33.
// Stricter than fio: an option that would change the load and is not read is a problem.
import { unknownName } from '../suggest.ts';
import type { TraceProblem } from '../trace-op.ts';
import { TraceProblems } from '../trace-problems.ts';
import { defaultFioJob, type FioJob } from './fio-job.ts';
import { type FioContext, fioOption, fioOptions } from './fio-options.ts';
import { fioIgnoredOptions, fioUnreadOptions } from './fio-other-options.ts';
import { hasReversedUnit } from './fio-values.ts';

/** Jobs, and what was passed over; or what is wrong. */
export type FioJobsReading =
  | {
      readonly kind: 'ok';
      readonly jobs: readonly FioJob[];
      /** Options without meaning here, each once, where it first stands. */
      readonly notes: readonly TraceProblem[];
    }
  | { readonly kind: 'problems'; readonly problems: readonly TraceProblem[] };

/** What an option says about a job. */
type Verdict =
  | { readonly kind: 'change'; readonly change: Partial<FioJob>; readonly note?: string }
  | { readonly kind: 'base'; readonly kbBase: 1000 | 1024 }
  | { readonly kind: 'ignored' | 'unread' | 'wrong'; readonly message: string };

function judge(name: string, text: string, context: FioContext): Verdict {
  const option = fioOption(name);
  if (option !== undefined) {
    const change = fioOptions[option](text, context);
    if (!change.ok) return { kind: 'wrong', message: `${name}: expected ${change.expected}` };
    if (!hasReversedUnit(text)) return { kind: 'change', change: change.value };
    const note = `${name}=${text}: fio takes KiB for 1000 bytes and k for 1024; write k`;
    return { kind: 'change', change: change.value, note };
  }
  if (name === 'kb_base') {
    const base = text.trim();
    if (base === '1000') return { kind: 'base', kbBase: 1000 };
    if (base === '1024') return { kind: 'base', kbBase: 1024 };
    return { kind: 'wrong', message: `kb_base: expected 1000 or 1024, found '${text}'` };
  }
  if (fioIgnoredOptions.has(name)) {
    return { kind: 'ignored', message: `${name} has no meaning for a simulated device` };
  }
  if (fioUnreadOptions.has(name)) {
    if (text.trim() === '0') return { kind: 'ignored', message: `${name}=0 changes nothing` };
    const message = `${name} changes the load and is not imitated; remove it`;
    return { kind: 'unread', message };
  }
  return { kind: 'wrong', message: unknownName('fio option', name, Object.keys(fioOptions)) };
}

class JobFile {
  readonly #problems = new TraceProblems();
  readonly #notes: TraceProblem[] = [];
  readonly #noted = new Set<string>();
  readonly #jobs: FioJob[] = [];
  #global = defaultFioJob('global');
  #globalKbBase: 1000 | 1024 = 1024;
  #job: FioJob | undefined;
  #kbBase: 1000 | 1024 = 1024;
  #isGlobal = false;

  read(text: string): FioJobsReading {
    for (const [index, line] of text.split('\n').entries()) this.#readLine(line, index + 1);
    this.#endSection();
    if (this.#jobs.length === 0 && this.#problems.count === 0) {
      this.#problems.add(1, 1, "no job; expected a section such as '[reads]' and options below it");
    }
    if (this.#problems.count > 0) return { kind: 'problems', problems: this.#problems.list() };
    return { kind: 'ok', jobs: this.#jobs, notes: this.#notes };
  }

  #readLine(line: string, number: number): void {
    const text = line.replace(/(^|\s)[;#].*$/, '').trimEnd();
    const column = text.length - text.trimStart().length + 1;
    const words = text.trim();
    if (words === '') return;
    if (words.startsWith('[')) {
      this.#beginSection(words, number, column);
    } else if (/^include\s/.test(words)) {
      this.#problems.add(number, column, 'include is not read; put its options here');
    } else {
      this.#readOption(words, number, column);
    }
  }

  #beginSection(words: string, number: number, column: number): void {
    this.#endSection();
    const name = /^\[(.+)\]$/.exec(words)?.[1]?.trim();
    if (name === undefined) {
      this.#problems.add(number, column, `expected a section such as '[reads]', found '${words}'`);
    }
    this.#isGlobal = name === 'global';
    this.#kbBase = this.#globalKbBase;
    this.#job = this.#isGlobal ? this.#global : { ...this.#global, name: name ?? words };
  }

  #endSection(): void {
    if (this.#job === undefined) return;
    if (this.#isGlobal) {
      this.#global = this.#job;
      this.#globalKbBase = this.#kbBase;
    } else {
      this.#jobs.push(this.#job);
    }
    this.#job = undefined;
  }

  #readOption(words: string, number: number, column: number): void {
    if (this.#job === undefined) {
      const message = `expected a section such as '[reads]' first, found '${words}'`;
      this.#problems.add(number, column, message);
      // Known from here on, so that one missing section is one problem.
      this.#isGlobal = true;
      this.#job = this.#global;
    }
    const [, name = '', value = ''] = /^([^=\s]+)\s*(?:=\s*(.*))?$/.exec(words) ?? [];
    if (name === '') {
      this.#problems.add(number, column, `expected 'option=value', found '${words}'`);
      return;
    }
    const verdict = judge(name, value, { job: this.#job, kbBase: this.#kbBase });
    switch (verdict.kind) {
      case 'change':
        this.#job = { ...this.#job, ...verdict.change };
        if (verdict.note !== undefined) this.#note(verdict.note, number, column);
        break;
      case 'base':
        this.#kbBase = verdict.kbBase;
        break;
      case 'ignored':
        this.#note(verdict.message, number, column);
        break;
      default:
        this.#problems.add(number, column, verdict.message);
    }
  }

  #note(message: string, line: number, column: number): void {
    if (this.#noted.has(message)) return;
    this.#noted.add(message);
    this.#notes.push({ line, column, message });
  }
}

/** Reads a job file; never throws, bad lines come back as problems. */
export function readFioJobFile(text: string): FioJobsReading {
  return new JobFile().read(text);
}

/** A job from options by name, as fio's JSON repeats them: what is no load is told, not refused. */
export function fioJobOfOptions(
  name: string,
  options: Iterable<readonly [name: string, value: string]>,
): { readonly job: FioJob; readonly notes: readonly string[] } {
  const notes: string[] = [];
  let job = defaultFioJob(name);
  let kbBase: 1000 | 1024 = 1024;
  for (const [option, value] of options) {
    const verdict = judge(option, value, { job, kbBase });
    if (verdict.kind === 'change') job = { ...job, ...verdict.change };
    else if (verdict.kind === 'base') kbBase = verdict.kbBase;
    else if (verdict.kind !== 'ignored') notes.push(verdict.message);
    if (verdict.kind === 'change' && verdict.note !== undefined) notes.push(verdict.note);
  }
  return { job, notes };
}
