// What every trace format is read into: plain requests of one volume, whatever recorded them.

/** One request of a recorded workload. */
export interface TraceOp {
  /** When it was issued, in ns since the start of the trace; never falls. */
  readonly atNs: number;
  readonly op: 'read' | 'write' | 'flush';
  /** In the volume's address space, in bytes; 0 for a flush. Blocks need not be aligned. */
  readonly offsetBytes: number;
  /** At least 1; 0 for a flush. */
  readonly lengthBytes: number;
}

/** Why a line of a trace was refused. */
export interface TraceProblem {
  /** Counts from 1. */
  readonly line: number;
  /** Counts from 1; the word that is wrong, or the end of the line where one is missing. */
  readonly column: number;
  /** What was expected, what was found, what to do. */
  readonly message: string;
}

/** A trace as read. With problems `ops` has holes, where the refused lines were. */
export interface TraceReading {
  readonly ops: TraceOp[];
  readonly problems: TraceProblem[];
  /** The recorded files or devices, in the order in which they lie in the volume. */
  readonly filenames: string[];
  /** Lines that are legal but have no counterpart here, by action: `{ trim: 3 }`. */
  readonly skipped: Record<string, number>;
  /** The highest byte touched, rounded up to 4 KiB: the smallest volume that holds the trace. */
  readonly footprintBytes: number;
  /** False when the log tells no times: each `atNs` is 0 and only the order is known. */
  readonly isTimed: boolean;
}
