// What a client's program asks of its volume. Open loop: requests come at their times, whatever is
// pending, so a slow store meets a growing queue and not a patient program.
import {
  assert,
  exponentialTable,
  type Ns,
  nsPerSec,
  type Self,
  unreachable,
  type ZipfTable,
  zipf,
  zipfRank,
} from '../../sim/index.ts';
import { blockBytes, type TraceRequest, type WorkloadSpec } from '../cluster-spec.ts';

/** One request, in blocks of the volume. */
export interface PlannedRequest {
  /** A discard is a write of zeros that carries none. */
  readonly op: 'read' | 'write' | 'discard' | 'flush';
  readonly block: number;
  readonly blockCount: number;
}

/** Where a workload stands: the time of its next request on the client's clock, and which it is. */
export interface WorkloadCursor {
  readonly nextNs: Ns;
  readonly index: number;
  /** Trace only: when this turn of the trace began. */
  readonly turnNs: Ns;
}

/** A workload made ready: tables evaluated, requests in blocks. Immutable. */
export type Workload =
  | {
      readonly kind: 'pattern';
      readonly spec: Extract<WorkloadSpec, { kind: 'pattern' }>;
      readonly volumeBlockCount: number;
      /** Quantiles of the time between requests. */
      readonly gapsNs: readonly Ns[];
      readonly ranks: ZipfTable | null;
    }
  | {
      readonly kind: 'trace';
      readonly requests: readonly (PlannedRequest & { readonly atNs: Ns })[];
      /** The length of one turn. */
      readonly turnNs: Ns;
      readonly repeat: boolean;
    };

/** A kind of workload, for listings. */
export interface WorkloadKind {
  readonly summary: string;
}

/** The table of workload kinds; a spec's `kind` is a name in it. */
export const workloads = {
  pattern: { summary: 'random reads and writes at a rate, uniform or zipf over the volume' },
  trace: { summary: 'requests of a recorded program at their recorded times' },
} as const satisfies Record<WorkloadSpec['kind'], WorkloadKind>;

/** One request of at most so many blocks: larger ones of a trace are cut off. */
const requestBlockMax = 256;

/** Makes a workload ready for a volume. */
export function prepareWorkload(spec: WorkloadSpec, volumeBytes: number): Workload {
  const volumeBlockCount = Math.floor(volumeBytes / blockBytes);
  switch (spec.kind) {
    case 'pattern': {
      assert(spec.ratePerSec > 0, `rate ${spec.ratePerSec} per second, expected above 0`);
      const gapsNs = exponentialTable(Math.floor(nsPerSec / spec.ratePerSec)).quantilesNs;
      const { keys } = spec;
      const ranks = keys.kind === 'zipf' ? zipf(volumeBlockCount, keys.exponent) : null;
      return { kind: 'pattern', spec, volumeBlockCount, gapsNs, ranks };
    }
    case 'trace':
      return prepareTrace(spec, volumeBlockCount);
    default:
      return unreachable(spec);
  }
}

function prepareTrace(
  spec: Extract<WorkloadSpec, { kind: 'trace' }>,
  volumeBlockCount: number,
): Workload {
  const requests = spec.requests.map((request) => ({
    ...inBlocks(request, volumeBlockCount),
    atNs: Math.floor(request.atNs / spec.speed),
  }));
  const lastNs = requests[requests.length - 1]?.atNs ?? 0;
  // A repetition begins one mean gap after the last request.
  const gapNs = Math.max(1, Math.floor(lastNs / Math.max(1, requests.length)));
  return { kind: 'trace', requests, turnNs: lastNs + gapNs, repeat: spec.repeat };
}

function inBlocks(request: TraceRequest, volumeBlockCount: number): PlannedRequest {
  if (request.op === 'flush') return { op: 'flush', block: 0, blockCount: 0 };
  const first = Math.floor(request.offsetBytes / blockBytes);
  const end = Math.ceil((request.offsetBytes + Math.max(1, request.lengthBytes)) / blockBytes);
  const blockCount = Math.min(end - first, requestBlockMax, volumeBlockCount);
  const block = Math.min(first % volumeBlockCount, volumeBlockCount - blockCount);
  return { op: request.op, block, blockCount };
}

/** Where a workload begins at `nowNs`; null when it has nothing more to ask. */
export function firstCursor(workload: Workload, nowNs: Ns, self: Self): WorkloadCursor | null {
  if (workload.kind === 'pattern') {
    return { nextNs: nowNs + drawGap(workload.gapsNs, self), index: 0, turnNs: 0 };
  }
  const { requests, turnNs, repeat } = workload;
  if (requests.length === 0 || (!repeat && nowNs >= turnNs)) return null;
  const startNs = Math.floor(nowNs / turnNs) * turnNs;
  const index = requests.findIndex((request) => startNs + request.atNs >= nowNs);
  if (index >= 0) return { nextNs: startNs + requests[index]!.atNs, index, turnNs: startNs };
  const nextTurnNs = startNs + turnNs;
  return repeat ? { nextNs: nextTurnNs + requests[0]!.atNs, index: 0, turnNs: nextTurnNs } : null;
}

/** Where it stands after the request at the cursor was issued. */
export function nextCursor(
  workload: Workload,
  cursor: WorkloadCursor,
  self: Self,
): WorkloadCursor | null {
  const index = cursor.index + 1;
  if (workload.kind === 'pattern') {
    return { nextNs: cursor.nextNs + drawGap(workload.gapsNs, self), index, turnNs: 0 };
  }
  const { requests, turnNs, repeat } = workload;
  if (index < requests.length) {
    return { nextNs: cursor.turnNs + requests[index]!.atNs, index, turnNs: cursor.turnNs };
  }
  if (!repeat) return null;
  const nextTurnNs = cursor.turnNs + turnNs;
  return { nextNs: nextTurnNs + requests[0]!.atNs, index: 0, turnNs: nextTurnNs };
}

/** The request at the cursor. */
export function requestAt(workload: Workload, cursor: WorkloadCursor, self: Self): PlannedRequest {
  if (workload.kind === 'trace') return workload.requests[cursor.index]!;
  const { spec, volumeBlockCount, ranks } = workload;
  if (spec.flushEvery > 0 && (cursor.index + 1) % spec.flushEvery === 0) {
    return { op: 'flush', block: 0, blockCount: 0 };
  }
  const isRead = self.choose('workload.op', 1_000_000) < spec.readShare * 1_000_000;
  const op = isRead ? 'read' : storeOf(spec, self);
  const spread = spec.blocksMax - spec.blocksMin + 1;
  const blockCount = spec.blocksMin + self.choose('workload.size', spread);
  const rank =
    ranks === null
      ? self.choose('workload.block', volumeBlockCount)
      : scatter(
          zipfRank(ranks, (n) => self.choose('workload.rank', n)),
          volumeBlockCount,
        );
  return { op, block: Math.min(rank, volumeBlockCount - blockCount), blockCount };
}

function storeOf(
  { discardShare = 0 }: Extract<WorkloadSpec, { kind: 'pattern' }>,
  self: Self,
): 'write' | 'discard' {
  if (discardShare === 0) return 'write';
  const drawn = self.choose('workload.discard', 1_000_000);
  return drawn < discardShare * 1_000_000 ? 'discard' : 'write';
}

// Popular blocks lie all over the volume, as in a file system, not side by side.
function scatter(rank: number, volumeBlockCount: number): number {
  const step = 7_919;
  return volumeBlockCount % step === 0 ? rank : (rank * step) % volumeBlockCount;
}

function drawGap(gapsNs: readonly Ns[], self: Self): Ns {
  const scaled = self.choose('workload.gap', 65_536) * (gapsNs.length - 1);
  const index = Math.floor(scaled / 65_536);
  const lowNs = gapsNs[index]!;
  const stepNs = (gapsNs[index + 1] ?? lowNs) - lowNs;
  return lowNs + Math.floor((stepNs * (scaled - index * 65_536)) / 65_536);
}
