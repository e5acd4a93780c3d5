import { readIolog } from './iolog.ts';
import type { TraceReading } from './trace-op.ts';

export { type IologOptions, readIolog, type WaitMeaning } from './iolog.ts';
export { type IologLayout, writeIolog } from './iolog-writer.ts';
export type { TraceOp, TraceProblem, TraceReading } from './trace-op.ts';

/** A way to write a recorded workload down. */
export interface TraceFormat {
  /** One line for lists and help. */
  readonly summary: string;
  /** Reads the whole text; never throws on bad input, which comes back as problems. */
  read(text: string): TraceReading;
}

/** TABLE of the trace formats that a scenario can name. */
export const traceFormats = {
  iolog: {
    summary: 'fio --write_iolog, version 2 (order and waits) and 3 (timestamps in us)',
    read: (text) => readIolog(text),
  },
} as const satisfies Record<string, TraceFormat>;

/** The name of a trace format: `iolog`. */
export type TraceFormatName = keyof typeof traceFormats;

/** Whether a word names a trace format. */
export function isTraceFormatName(word: string): word is TraceFormatName {
  return Object.hasOwn(traceFormats, word);
}
