import { assert, nsPerMs, nsPerUs } from '../../sim/index.ts';
import type { TraceOp } from './trace-op.ts';

/** How a log is to be written. */
export interface IologLayout {
  /** 3 keeps times to the microsecond, 2 to the millisecond (by `wait`); the rest is cut off. */
  readonly version: 2 | 3;
  /** The one file that all requests go to; no white space, at most 256 characters (fio's limit). */
  readonly filename: string;
}

/**
 * The ops as an fio iolog that `readIolog` and `fio --read_iolog` accept; a flush becomes `sync`.
 * Ops are in the order of time.
 */
export function writeIolog(ops: readonly TraceOp[], { version, filename }: IologLayout): string {
  assert(
    /^\S{1,256}$/.test(filename),
    `file name '${filename}' is not 1 to 256 visible characters`,
  );
  const lines = version === 3 ? timedLines(ops, filename) : waitingLines(ops, filename);
  return `fio version ${version} iolog\n${lines.join('\n')}\n`;
}

function timedLines(ops: readonly TraceOp[], filename: string): string[] {
  const lines = [`0 ${filename} add`, `0 ${filename} open`];
  let lastUs = 0;
  for (const op of ops) {
    const atUs = Math.floor(op.atNs / nsPerUs);
    assert(atUs >= lastUs, `op at ${op.atNs} ns comes after one at ${lastUs} us`);
    lines.push(`${atUs} ${ioText(op, filename)}`);
    lastUs = atUs;
  }
  lines.push(`${lastUs} ${filename} close`);
  return lines;
}

function waitingLines(ops: readonly TraceOp[], filename: string): string[] {
  const lines = [`${filename} add`, `${filename} open`];
  let lastMs = 0;
  for (const op of ops) {
    const atMs = Math.floor(op.atNs / nsPerMs);
    assert(atMs >= lastMs, `op at ${op.atNs} ns comes after one at ${lastMs} ms`);
    if (atMs > lastMs) lines.push(`${filename} wait ${atMs} 0`);
    lines.push(ioText(op, filename));
    lastMs = atMs;
  }
  lines.push(`${filename} close`);
  return lines;
}

function ioText(op: TraceOp, filename: string): string {
  if (op.op === 'flush') return `${filename} sync 0 0`;
  assert(op.lengthBytes > 0, `${op.op} of ${op.lengthBytes} bytes`);
  return `${filename} ${op.op} ${op.offsetBytes} ${op.lengthBytes}`;
}
