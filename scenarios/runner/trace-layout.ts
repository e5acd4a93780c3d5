// Where the files of a trace lie in the one volume that replays it.
//
//   alpha: touched up to byte 10,000      beta: touched up to byte 5,000
//   | alpha              .. pad |  beta        .. pad |
//   0                       12,288                20,480 = footprint
//
// File after file in the order in which the log names them, each as long as its highest byte
// touched, rounded up to 4 KiB. So no two files share a block, an aligned request stays aligned,
// and the volume is as small as the trace allows. Distances between files are not those of the
// recorded disk.
import type { TraceOp, TraceReading } from './trace-op.ts';

/** A request of one file, not yet placed in the volume. */
export interface FileOp extends TraceOp {
  readonly filename: string;
}

const extentUnitBytes = 4096;

/** Moves each request to its file's extent. `endBytes`: a file's highest byte touched, plus one. */
export function layOut(
  ops: readonly FileOp[],
  endBytes: ReadonlyMap<string, number>,
): Pick<TraceReading, 'ops' | 'filenames' | 'footprintBytes'> {
  const startBytes = new Map<string, number>();
  let footprintBytes = 0;
  for (const [filename, end] of endBytes) {
    startBytes.set(filename, footprintBytes);
    footprintBytes += Math.ceil(end / extentUnitBytes) * extentUnitBytes;
  }
  const placed = ops.map(({ atNs, op, filename, offsetBytes, lengthBytes }): TraceOp => {
    const base = op === 'flush' ? 0 : startBytes.get(filename)!;
    return { atNs, op, offsetBytes: base + offsetBytes, lengthBytes };
  });
  return { ops: placed, filenames: [...startBytes.keys()], footprintBytes };
}
