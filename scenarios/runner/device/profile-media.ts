// What a profile may say of a medium, checked. The shapes are those of the kernel's specs; the
// numbers are plain here, their sources are off already.
import * as z from 'zod';
import { flag, list, missingOr, strict } from '../schema-parts.ts';
import { unknownName } from '../suggest.ts';
import { shown } from '../units.ts';

interface Limits {
  readonly min?: number;
  readonly max?: number;
}

/** A number within limits, 0 or more unless told. */
export function amount({ min = 0, max = Number.MAX_SAFE_INTEGER }: Limits = {}) {
  const error = (issue: { readonly input?: unknown }) =>
    missingOr(issue.input, `expected a number from ${min} to ${max}, found ${shown(issue.input)}`);
  return z.number({ error }).min(min, { error }).max(max, { error });
}

/** A whole number within limits, 0 or more unless told. */
export function whole({ min = 0, max = Number.MAX_SAFE_INTEGER }: Limits = {}) {
  const error = (issue: { readonly input?: unknown }) =>
    missingOr(
      issue.input,
      `expected a whole number from ${min} to ${max}, found ${shown(issue.input)}`,
    );
  return z.int({ error }).min(min, { error }).max(max, { error });
}

/** One of a few words, and known as such to the compiler. */
export function oneOf<const Known extends readonly [string, ...string[]]>(
  noun: string,
  known: Known,
) {
  const error = (issue: { readonly input?: unknown }) =>
    missingOr(
      issue.input,
      typeof issue.input === 'string'
        ? unknownName(noun, issue.input, known)
        : `expected the name of a ${noun}, found ${shown(issue.input)}`,
    );
  return z.enum(known, { error });
}

/** Longer than an hour is a slip of the keyboard; it would also leave the range of exact times. */
const timeNsMax = 3_600_000_000_000;
/** 256 TiB. */
const capacityBytesMax = 281_474_976_710_656;
const cylinderCountMax = 4_000_000;
/** Dies, banks, channels. */
const parallelCountMax = 4_096;

const share = amount({ max: 1 });
const count = whole({ min: 1 });
const time = whole({ max: timeNsMax });
const timeAboveZero = whole({ min: 1, max: timeNsMax });
const parallelCount = whole({ min: 1, max: parallelCountMax });
const capacity = whole({ min: 4_096, max: capacityBytesMax });
const rate = amount({ min: 1 });

const shape = list('points of a shape', strict('a point of a shape', { share, factor: amount() }), {
  min: 1,
  max: 1025,
});

const stalls = strict('the stalls', {
  intervalNs: timeAboveZero,
  intervalShape: shape,
  durationNs: time,
  durationShape: shape,
}).nullable();

const controller = strict('the controller', {
  readNs: amount({ max: timeNsMax }),
  writeNs: amount({ max: timeNsMax }),
  readBytesPerSec: rate.nullable(),
  writeBytesPerSec: rate.nullable(),
  replyNs: time,
});

const ssd = strict('a solid-state drive', {
  capacityBytes: capacity,
  flash: strict('the flash', {
    dieCount: parallelCount,
    channelCount: parallelCount,
    pageBytes: whole({ min: 4_096, max: 1_048_576 }),
    planeCount: whole({ min: 1, max: 64 }),
    pagesPerBlock: whole({ min: 1, max: 65_536 }),
    readNs: timeAboveZero,
    readShape: shape,
    programNs: timeAboveZero,
    programShape: shape,
    eraseNs: time,
    suspendNs: time.nullable(),
    readsAheadMaxNs: time,
    channelBytesPerSec: rate,
    placement: oneOf('placement', ['leastBusy', 'stripe']),
  }),
  controller,
  buffer: strict('the write buffer', {
    capacityBytes: whole({ min: 8_192, max: 17_179_869_184 }),
    ackNs: time,
    isProtected: flag('whether it survives a power loss'),
    flushNs: time,
    mapCommitNs: time,
    idleCloseNs: time,
  }),
  cleaning: strict('the cleaning', {
    spareShare: amount({ max: 100 }),
    model: oneOf('model of cleaning', ['scalar', 'pageMap']),
    policy: oneOf('policy of cleaning', ['fifo', 'greedy']),
    freeLowShare: share,
    freeHighShare: share,
    catchUp: amount({ min: 1, max: 1_000 }),
  }),
  slc: strict('the SLC region', {
    capacityBytes: capacity,
    programNs: timeAboveZero,
    foldBytesPerSec: amount(),
    foldIdleNs: time,
    resumeShare: share,
  }).nullable(),
  stalls,
});

const xpoint = strict('a drive that is written in place', {
  capacityBytes: capacity,
  bankCount: parallelCount,
  stripeBytes: whole({ min: 512, max: 1_073_741_824 }),
  readNs: timeAboveZero,
  readShape: shape,
  writeNs: timeAboveZero,
  writeShape: shape,
  flushNs: time,
  controller,
  stalls,
});

/** Few disks tell of spare and bad sectors: without them there are none. */
const zone = strict('a zone', {
  firstCylinder: whole({ max: cylinderCountMax - 1 }),
  lastCylinder: whole({ max: cylinderCountMax - 1 }),
  sectorsPerTrack: whole({ min: 1, max: 1_000_000 }),
  trackSkewSectors: amount().default(0),
  cylinderSkewSectors: amount().default(0),
  offsetSectors: amount().default(0),
  reservedSectors: whole().default(0),
  spareSectors: whole().default(0),
  slippedSectors: list('slipped sectors', whole(), { min: 0, max: 100_000 }).default([]),
  remappedSectors: list(
    'remapped sectors',
    strict('a remapped sector', { from: whole(), to: whole() }),
    { min: 0, max: 100_000 },
  ).default([]),
});

const seekPoints = list(
  'points of the seek curve',
  strict('a seek', { cylinderCount: count, seekNs: timeAboveZero }),
  { min: 1, max: 100_000 },
);

/** The three times of a data sheet, which a curve is drawn through. */
const seekSheet = strict('the seek times', {
  cylinderCount: whole({ min: 3, max: cylinderCountMax }),
  singleTrackNs: timeAboveZero,
  averageNs: timeAboveZero,
  fullStrokeNs: timeAboveZero,
});

const hdd = strict('a mechanical disk', {
  geometry: strict('the geometry', {
    sectorCount: count,
    headCount: whole({ min: 1, max: 256 }),
    mapping: oneOf('mapping', ['cylinder', 'serpentine-in-zone', 'serpentine']),
    spareRegionTracks: whole(),
    sparesAtFront: flag('whether the spare sectors of a region are its first'),
    zones: list('zones', zone, { min: 1, max: 1_000 }),
  }),
  // 60,000 to 60 rpm.
  rotationNs: whole({ min: 1_000_000, max: 1_000_000_000 }),
  seek: z.union([seekPoints, seekSheet]),
  headSwitchNs: time,
  writeSettleNs: time,
  isZeroLatencyRead: flag('whether a read may begin in the middle'),
  isZeroLatencyWrite: flag('whether a write may begin in the middle'),
  cache: strict('the cache', {
    segmentCount: whole({ min: 1, max: 65_536 }),
    segmentSectors: count,
    isReadCache: flag('whether reads are answered from memory'),
    keepsPassed: flag('whether sectors that pass before a read are kept').default(false),
    isFirstForWrites: flag('whether the first segment is for writes alone').default(false),
    keepsWritten: flag('whether written data answer reads'),
    readAhead: strict('the read-ahead', {
      until: oneOf('end of the read-ahead', ['none', 'track', 'cylinder', 'segment', 'stream']),
      sectorCountMax: whole(),
      isOverRequested: flag('whether it may overwrite what was asked for'),
      isAfterHit: flag('whether a hit starts it again'),
    }),
    writeBack: strict('the write-back', {
      segmentCountMax: count,
      highShare: share,
      isDrainedFirst: flag('whether it goes before other work'),
    }).nullable(),
  }),
  overhead: strict('the overheads', {
    readHitAfterReadNs: time,
    readHitAfterWriteNs: time,
    readMissAfterReadNs: time,
    readMissAfterWriteNs: time,
    writeHitAfterReadNs: time,
    writeHitAfterWriteNs: time,
    writeMissAfterReadNs: time,
    writeMissAfterWriteNs: time,
    readCompletionNs: time,
    writeCompletionNs: time,
  }),
  transferNsPerSector: time,
  scheduling: strict('the scheduling', {
    policy: oneOf('policy', ['fcfs', 'c-look', 'sptf']),
    ageWeight: amount({ max: 1_000 }),
  }),
  retryRevolutionCountMax: whole({ max: 1_000_000 }),
});

const calibrated = strict('a calibrated device', {
  curves: list(
    'curves',
    strict('a curve', {
      op: oneOf('operation', ['read', 'write']),
      sectorCount: count,
      readShare: share,
      points: list(
        'points of a curve',
        strict('a point of a curve', {
          inFlight: whole({ min: 1, max: 65_536 }),
          commandsPerSec: amount({ min: 1, max: 1e9 }),
        }),
        { min: 1, max: 1_000 },
      ),
      shape,
    }),
    { min: 1, max: 1_000 },
  ),
  flushNs: time,
  forcedExtraNs: time,
});

const cloud = strict('a cloud volume', {
  type: oneOf('volume type', ['gp2', 'gp3', 'io1', 'io2', 'io2-block-express', 'st1', 'sc1']),
  sizeGiB: count,
  iops: count.optional(),
  mibPerSec: count.optional(),
});

const cost = strict('a cost', { baseNs: time, perBlockNs: time });
const opCost = strict('the cost of an operation', { link: cost, service: cost, busy: cost });
const table = strict('a table of times', {
  channelCount: parallelCount,
  ops: strict('the operations', { read: opCost, write: opCost, forcedWrite: opCost }),
  flush: cost,
});

/** The schema of the medium, by the kind of device. */
export const mediumSchemas = {
  hdd,
  ssd,
  xpoint,
  calibrated,
  cloud,
  table,
} as const satisfies Record<MediumKind, z.ZodType>;

/** The kinds of device. */
export const mediumKinds = ['hdd', 'ssd', 'xpoint', 'calibrated', 'cloud', 'table'] as const;

/** One of the kinds of device. */
export type MediumKind = (typeof mediumKinds)[number];
