// How long a cloud volume takes for a command that its limits let through: a draw from measured
// quantiles, independent of the command's size (moving the sectors is the envelope's part).
//
// Quantiles between the points given here lie on straight lines. What was published is said beside
// each table; every other point is assumed and fills in a shape with the published mean.
import { assert } from '../../assert.ts';
import { type QuantileTable, quantileTable } from '../../distribution.ts';
import { type Ns, nsPerUs } from '../../units.ts';
import { type Noise, noiseCount } from '../noise.ts';

/** A share of all commands, in thousandths, and the latency they do not exceed, in us. */
type Point = readonly [perMille: number, latencyUs: number];

// EBS gp2 on a small instance, 2017 (dyu/vps-comparison: fio, sequential 4 KiB writes, depth 4):
// p50 1.19 ms and p99 13.4 ms, 3068 IOPS. Derived: a mean of 4 / 3068 s by Little's law. At 3068
// IOPS the burst cap was reached, so part of it may be waiting: an upper bound. Assumed: all but
// p50 and p99.
const gp2Points: readonly Point[] = [
  [0, 795],
  [500, 1_190],
  [985, 1_300],
  [990, 13_400],
  [1000, 20_000],
];

// A replicated network block device, Ceph RBD over NVMe-oF, random writes one at a time (public
// CBT output): mean 800 us, p99 1.70, p99.9 2.77, p99.99 5.54 ms. Assumed for gp3, io1 and io2, of
// which "single-digit milliseconds" is all that is published; and all but the three quantiles.
const replicatedPoints: readonly Point[] = [
  [0, 450],
  [500, 732],
  [900, 1_050],
  [990, 1_700],
  [999, 2_770],
  [1000, 5_848],
];

// io2 Block Express (ebs-optimization, docs.amazonaws.cn): below 500 us on average at 16 KiB, and
// latencies above 800 us ten times rarer than on general-purpose volumes. Assumed: every point; the
// table keeps both promises.
const blockExpressPoints: readonly Point[] = [
  [0, 250],
  [500, 380],
  [900, 620],
  [959, 800],
  [999, 1_600],
  [1000, 3_000],
];

// st1 and sc1: no latency is published. Assumed: a 7200 rpm disk, one random command in 11.63 ms
// (86 a second: WD Ultrastar DC HC310, average seek and half a turn); and every point.
const diskPoints: readonly Point[] = [
  [0, 1_000],
  [500, 12_400],
  [990, 20_300],
  [1000, 30_000],
];

/** gp2. */
export const gp2Latency: QuantileTable = latencyTable(gp2Points);
/** gp3, io1 and io2: assumed to be a replicated network block device like another. */
export const replicatedLatency: QuantileTable = latencyTable(replicatedPoints);
/** io2 Block Express. */
export const blockExpressLatency: QuantileTable = latencyTable(blockExpressPoints);
/** st1 and sc1: assumed to be one disk. */
export const diskLatency: QuantileTable = latencyTable(diskPoints);

/** One draw from `table`; a table of one value draws nothing. */
export function drawLatencyNs({ quantilesNs }: QuantileTable, noise: Noise): Ns {
  const last = quantilesNs.length - 1;
  if (last === 0) return quantilesNs[0] as Ns;
  // The product stays below 2^43 and the division is by a power of two: both are exact.
  const place = (noise.next() * last) / noiseCount;
  const index = Math.floor(place);
  const startNs = quantilesNs[index] as Ns;
  return startNs + Math.floor(((quantilesNs[index + 1] as Ns) - startNs) * (place - index));
}

/** Quantiles at each thousandth, on straight lines between the points. */
function latencyTable(points: readonly Point[]): QuantileTable {
  const quantilesNs: Ns[] = [];
  for (let index = 1; index < points.length; index += 1) {
    const [fromPerMille, fromUs] = points[index - 1] as Point;
    const [toPerMille, toUs] = points[index] as Point;
    assert(fromPerMille === quantilesNs.length, `a point at ${fromPerMille} out of order`);
    const span = toPerMille - fromPerMille;
    for (let step = 0; step < span; step += 1) {
      quantilesNs.push(Math.round((fromUs + ((toUs - fromUs) * step) / span) * nsPerUs));
    }
  }
  const [, lastUs] = points[points.length - 1] as Point;
  return quantileTable([...quantilesNs, lastUs * nsPerUs]);
}
