import type { TraceLine } from './trace-line.ts';
import type { TraceStore } from './trace-store.ts';

/** Reads the lines of one trace, one after another; it may remember what came before. */
export interface TraceLineReader {
  /** Takes a line that has at least one field: a request, or a problem, or nothing. */
  read(line: TraceLine, store: TraceStore): void;
}

/** How recorded requests of devices are written down, a line each. */
export interface DeviceTraceFormat {
  /** One line for lists and help. */
  readonly summary: string;
  /** What cuts a line into fields: a character, or nothing for white space. */
  readonly separator: '' | ',';
  /** The clock counts from long ago: the first request arrives at 0. */
  readonly isRebased: boolean;
  /** A reader for one trace. */
  reader(): TraceLineReader;
}
