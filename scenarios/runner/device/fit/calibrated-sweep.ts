// A profile that is the sweep itself: no model of a drive, only the rates that were measured with n
// in flight. It gives them back exactly, and knows nothing of any other load.
import { blockBytes, sectorBytes } from '../driven-device.ts';
import { refsOf } from './drive-profile.ts';
import { depthOf, type MeasuredPoint } from './measured.ts';
import { quantilesOf } from './read-model.ts';
import type { Source } from './sourced.ts';
import { profileText, sourced } from './sourced.ts';

/** What is not in the measurements. */
export interface CalibrationSettings {
  readonly id: string;
  readonly capacityBytes: number;
}

/** A profile, or which runs are missing. */
export type Calibration =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly message: string };

/** Without a measured flush: assumed, a drive that moves its data. */
const flushDefaultNs = 1_000_000;
const flushRatioMax = 2;

/** The profile of the sweeps in some points. */
export function calibratedProfile(
  points: readonly MeasuredPoint[],
  { id, capacityBytes }: CalibrationSettings,
): Calibration {
  const plain = points.filter(({ fsyncEvery }) => fsyncEvery === 0);
  for (const op of ['read', 'write'] as const) {
    if (plain.some((point) => point.op === op)) continue;
    return { ok: false, message: `expected at least one run of a ${op} without fsync, found none` };
  }
  const fitted: Source = { src: 'fit', ref: refsOf(points) };
  const guess: Source = { src: 'assumed', note: 'a sweep of fio does not tell' };
  const flushed = points.find(({ syncNs }) => syncNs > 0);
  const isProtected =
    flushed !== undefined && flushed.syncNs < flushRatioMax * flushed.latency.meanNs;
  const flush = flushed === undefined ? guess : fitted;
  const flushNs = Math.round(flushed?.syncNs ?? flushDefaultNs);
  const text = profileText({
    schema: 'blockdev-profile/1',
    id,
    summary: 'drive as its sweeps of fio, without a model: no position, no history',
    kind: 'calibrated',
    blockCount: sourced(Math.floor(capacityBytes / blockBytes), guess),
    front: {
      hwDepth: sourced(65_535, guess),
      commandNs: sourced(0, { src: 'default' }),
      linkBytesPerSec: null,
      metadataNs: sourced(10_000, guess),
    },
    guarantees: {
      isVolatile: !isProtected,
      cacheBlockCountMax: sourced(isProtected ? 0 : 16_384, guess),
      crashPolicy: isProtected ? 'all' : 'any',
    },
    medium: {
      curves: sourced(curvesOf(plain), fitted),
      flushNs: sourced(flushNs, flush),
      forcedExtraNs: sourced(isProtected ? 0 : flushNs, flush),
    },
  });
  return { ok: true, text };
}

function curvesOf(points: readonly MeasuredPoint[]): object[] {
  const groups = new Map<string, MeasuredPoint[]>();
  for (const point of points) {
    const key = `${point.op}/${point.sizeBytes}/${readShare(point)}`;
    groups.set(key, [...(groups.get(key) ?? []), point]);
  }
  return [...groups.values()].map((group) => {
    const sweep = [...group].sort((a, b) => depthOf(a) - depthOf(b));
    const first = sweep[0]!;
    let highest = 0;
    const rates = new Map<number, number>();
    for (const point of sweep) {
      const depth = depthOf(point);
      // In a mix the commands in flight are of both kinds: the rate is that of the latency.
      const rate = point.isMixed ? (depth * 1e9) / point.latency.meanNs : point.iops;
      highest = Math.max(highest, rate);
      rates.set(depth, highest);
    }
    return {
      op: first.op,
      sectorCount: Math.ceil(first.sizeBytes / sectorBytes),
      readShare: readShare(first),
      points: [...rates].map(([inFlight, commandsPerSec]) => ({ inFlight, commandsPerSec })),
      shape: quantilesOf(first.latency).map(({ share, ns }) => ({
        share,
        factor: ns / first.latency.meanNs,
      })),
    };
  });
}

function readShare({ op, isMixed, readPercent }: MeasuredPoint): number {
  if (isMixed) return readPercent / 100;
  return op === 'read' ? 1 : 0;
}
