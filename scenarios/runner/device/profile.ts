// A device profile: a JSON file that says what a device is, where each number is from, and which
// measurements it is held to.
//
//   text --> positions --> sources off --> shape checked --> DeviceSpec + sources + validation
import * as z from 'zod';
import { type DeviceSpec, type HddSpec, type MediumSpec, sheetSeek } from '../../../sim/index.ts';
import { readDocument, type ValuePath } from '../document.ts';
import { type Problem, type Reading, sortedProblems } from '../problems.ts';
import { problemAt, refusals } from '../refusals.ts';
import { flag, id, list, prose, strict } from '../schema-parts.ts';
import { checkMedium } from './profile-checks.ts';
import { volumeOf } from './profile-cloud.ts';
import {
  amount,
  type MediumKind,
  mediumKinds,
  mediumSchemas,
  oneOf,
  whole,
} from './profile-media.ts';
import { assumedShare, type SourceCounts, throughSources, withoutSources } from './sources.ts';
import { type ValidationPoint, validationSchema } from './validation.ts';

/** A device and how well it is known. */
export interface DeviceProfileFile {
  readonly spec: DeviceSpec;
  /** What the medium is: `ssd`, `hdd`. */
  readonly kind: MediumKind;
  /** Other names it goes by. */
  readonly aliases: readonly string[];
  /** Blocks of 4 KiB that it holds. */
  readonly blockCount: number;
  readonly sources: SourceCounts;
  readonly validation: readonly ValidationPoint[];
}

/** As Linux does it: 1,280 KiB at most, all merges, no scheduler. */
const hostDefault = {
  queueCount: 1,
  submitNs: 0,
  ioSectorCountMax: 2_560,
  nomerges: 0,
  scheduler: { kind: 'none' },
} as const;

const host = strict('the host', {
  queueCount: whole({ min: 1, max: 4_096 }),
  submitNs: whole(),
  ioSectorCountMax: whole({ min: 8 }),
  nomerges: z.union([z.literal(0), z.literal(1), z.literal(2)]),
  scheduler: z.discriminatedUnion('kind', [
    strict('the scheduler', { kind: z.literal('none') }),
    strict('the scheduler', {
      kind: z.literal('mq-deadline'),
      readExpireNs: whole(),
      writeExpireNs: whole(),
      writesStarved: whole({ min: 1 }),
      fifoBatch: whole({ min: 1 }),
    }),
    strict('the scheduler', {
      kind: z.literal('fair'),
      budgetSectorCount: whole({ min: 1 }),
      expireNs: whole(),
    }),
  ]),
});

const front = strict('the front', {
  hwDepth: whole({ min: 1, max: 65_535 }),
  commandNs: amount(),
  /** null: the medium alone limits it. */
  linkBytesPerSec: amount({ min: 1 }).nullable(),
  metadataNs: whole(),
});

const sizeBytes = z.union([z.literal(512), z.literal(4_096)], {
  error: 'expected 512 or 4096 bytes',
});

const guarantees = strict('the guarantees', {
  isVolatile: flag('whether a completed write can be lost until it is flushed'),
  cacheBlockCountMax: whole({ max: 1_048_576 }),
  crashPolicy: oneOf('crash policy', ['any', 'prefixPerLba', 'fifo', 'epoch', 'all', 'none']),
  lbaSizeBytes: sizeBytes.exactOptional(),
  physSizeBytes: sizeBytes.exactOptional(),
  awupfBlocks: whole({ max: 65_536 }).exactOptional(),
  nabspfBlocks: whole({ max: 65_536 }).exactOptional(),
  tear: oneOf('way to tear', ['subset', 'prefix']).exactOptional(),
  interrupted: oneOf('state of an interrupted unit', [
    'whole',
    'torn',
    'unreadable',
  ]).exactOptional(),
});

/** The schema of a profile without its sources, of one kind of device. */
export function profileSchema(kind: MediumKind) {
  return strict('the profile', {
    schema: z.literal('blockdev-profile/1', {
      error: "expected the schema 'blockdev-profile/1'",
    }),
    id: id('name of the device'),
    aliases: list('other names', id('other name'), { min: 0, max: 10 }).default([]),
    summary: prose('what it imitates', 200),
    kind: oneOf('kind of device', mediumKinds),
    blockCount: whole({ min: 1, max: 4_294_967_296 }),
    host: host.default(hostDefault),
    front,
    guarantees,
    medium: mediumSchemas[kind] as z.ZodType,
    isFull: flag('whether it has been written all over once').default(false),
    validation: list('validation points', validationSchema, { min: 0, max: 200 }).default([]),
  });
}

/** Reads a profile from the text of its file. */
export function readDeviceProfile(text: string, file: string): Reading<DeviceProfileFile> {
  const document = readDocument(text, file);
  if (!document.ok) return { ok: false, problems: sortedProblems(document.problems) };
  const { value, counts, problems } = withoutSources(document.value);
  if (problems.length > 0) return { ok: false, problems: sortedProblems(problems) };
  const places = throughSources(document.value);
  const kind = kindOf(value);
  const parsed = profileSchema(kind ?? 'table').safeParse(value, { reportInput: true });
  if (!parsed.success) {
    const found = refusals(parsed.error.issues, places);
    // Of a kind that nobody knows, nothing can be said about its medium.
    const told = kind === null ? found.filter(({ message }) => message.includes('kind')) : found;
    return { ok: false, problems: sortedProblems(told.length === 0 ? found : told) };
  }
  const { data } = parsed;
  const disagreeing: Problem[] = [];
  checkProfile(data, (path, message) => {
    disagreeing.push(problemAt(places.valueAt(path), message));
  });
  if (disagreeing.length > 0) return { ok: false, problems: sortedProblems(disagreeing) };
  const linkBytesPerSec = data.front.linkBytesPerSec ?? Number.POSITIVE_INFINITY;
  const spec: DeviceSpec = {
    id: data.id,
    summary: data.summary,
    assumedShare: assumedShare(counts),
    host: data.host,
    front: { ...data.front, linkBytesPerSec },
    guarantees: data.guarantees,
    medium: mediumOf(data.kind, data),
  };
  const { aliases, blockCount, validation } = data;
  return {
    ok: true,
    value: { spec, kind: data.kind, aliases, blockCount, sources: counts, validation },
  };
}

function checkProfile(
  { kind, medium, blockCount }: Checked,
  refuse: (path: ValuePath, message: string) => void,
): void {
  const blockCountMax = checkMedium(kind, medium, (path, message) => {
    refuse(['medium', ...path], message);
  });
  if (blockCount <= blockCountMax) return;
  refuse(
    ['blockCount'],
    `expected at most the ${blockCountMax} of the medium, found ${blockCount}`,
  );
}

interface Checked {
  readonly kind: MediumKind;
  readonly medium?: unknown;
  readonly blockCount: number;
}

function kindOf(value: unknown): MediumKind | null {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return null;
  return mediumKinds.find((kind) => kind === value.kind) ?? null;
}

interface MediumText {
  readonly medium?: unknown;
  readonly isFull: boolean;
  readonly summary: string;
  readonly front: { readonly hwDepth: number };
  readonly guarantees: DeviceSpec['guarantees'];
}

/** The schema of its kind has passed the medium already: this gives it its type. */
function mediumOf(kind: MediumKind, text: MediumText): MediumSpec {
  const { medium, isFull, summary } = text;
  switch (kind) {
    case 'hdd':
      return { kind, disk: diskOf(mediumSchemas.hdd.parse(medium)) };
    case 'ssd':
      return { kind, drive: mediumSchemas.ssd.parse(medium), isFull };
    case 'xpoint':
      return { kind, drive: mediumSchemas.xpoint.parse(medium) };
    case 'calibrated':
      return { kind, sweeps: mediumSchemas.calibrated.parse(medium) };
    case 'cloud':
      return { kind, volume: volumeOf(mediumSchemas.cloud.parse(medium)) };
    case 'table': {
      const { isVolatile, cacheBlockCountMax, crashPolicy } = text.guarantees;
      const { hwDepth } = text.front;
      const cache = isVolatile ? 'volatile' : 'protected';
      const rest = { summary, hwDepth, cache, cacheBlockCountMax, crashPolicy } as const;
      return { kind, profile: { ...mediumSchemas.table.parse(medium), ...rest } };
    }
  }
}

function diskOf({ seek, ...rest }: z.output<typeof mediumSchemas.hdd>): HddSpec {
  return { ...rest, seek: 'averageNs' in seek ? sheetSeek(seek) : seek };
}
