// The shape of a scenario file: which keys, which units, which names. What several parts of a file
// must agree on is in `checks.ts`. The JSON Schema for editors is made from the same description.
import * as z from 'zod';
import { expectations } from './schema-expect.ts';
import { randomFault, scheduledFault } from './schema-faults.ts';
import {
  flag,
  id,
  list,
  missingOr,
  name,
  prose,
  quantity,
  quantityRange,
  strict,
  wholeNumber,
} from './schema-parts.ts';
import { budget, healing, weather } from './schema-weather.ts';
import { shown } from './units.ts';
import { namesOf, type Vocabulary } from './vocabulary.ts';

/** The version of the file format that this reader reads. */
export const scenarioFormat = 1;

/**
 * Limits of one scenario: generous for a simulation, small enough to refuse a slip of the keyboard.
 */
const zoneCountMax = 16;
const cellCountMax = 64;
const hostCountMax = 512;
const deviceCountMax = 64;
const slotCountMax = 65_536;
const volumeCountMax = 64;
const clientCountMax = 256;
const faultCountMax = 1000;
const durationNsMax = 7 * 24 * 3600 * 1e9;

/** The bytes of one block: sizes in a file are multiples of it. */
export const blockBytes = 4096;

/** The share of reads of each named pattern; null where `readPct` says it. */
export const patterns = {
  randread: { summary: 'reads of random blocks', readShare: 1 },
  randwrite: { summary: 'writes to random blocks', readShare: 0 },
  randrw: {
    summary: 'reads and writes of random blocks, `readPct` of them reads',
    readShare: null,
  },
} as const satisfies Record<string, { summary: string; readShare: number | null }>;

/** The schema of a scenario file, knowing these names. */
export function scenarioSchema(names: Vocabulary) {
  return strict('a scenario', {
    version: z.literal(scenarioFormat, {
      error: (issue) =>
        missingOr(
          issue.input,
          `expected version ${scenarioFormat} of the scenario format, found ${shown(issue.input)}`,
        ),
    }),
    scenario: id('name of the scenario').meta({
      description: 'its name, as in directories and reports',
    }),
    summary: prose('what must hold, in a sentence', 300),
    why: prose('what it is about, and where it comes from', 4000).optional(),
    seed: seed().optional(),
    duration: quantity('duration', {
      summary: 'simulated time of the first act',
      min: 1,
      max: durationNsMax,
    }),
    settle: quantity('duration', {
      summary: 'time to come to rest once healed',
      min: 1,
      max: durationNsMax,
    }),
    mutants: list('mutants', name('mutant', namesOf(names.mutants)), {
      min: 1,
      max: 16,
    }).optional(),
    devices: ownDevices().optional(),
    topology: topology(names),
    network: network().prefault({}),
    clocks: strict('clocks', {
      skew: quantity('ppm', {
        summary: 'each clock rate is drawn within plus or minus this',
        max: 500_000,
      }),
    }).prefault({ skew: '0ppm' }),
    clients: list('clients', client(names), { min: 1, max: clientCountMax }),
    faults: strict('faults', {
      schedule: list('faults', scheduledFault(names), { min: 0, max: faultCountMax }).optional(),
      random: list('random faults', randomFault(names), { min: 0, max: 100 }).optional(),
      weather: weather(names).optional(),
      calm: quantity('duration', {
        summary: 'no operation completed for so long: the longest fault ends early',
        min: 1,
      }).optional(),
    }).prefault({}),
    survives: budget().optional(),
    heal: healing().optional(),
    expect: expectations(names),
  });
}

/** A scenario file after the schema: units and names read, nothing yet compared. */
export type ScenarioText = z.output<ReturnType<typeof scenarioSchema>>;

/** A scenario as people write it, for those who write it in TypeScript. */
export type ScenarioInput = z.input<ReturnType<typeof scenarioSchema>>;

/** The JSON Schema of scenario files, for editors. */
export function scenarioJsonSchema(names: Vocabulary): object {
  const schema = z.toJSONSchema(scenarioSchema(names), { io: 'input', target: 'draft-7' });
  return {
    ...schema,
    title: 'stormcell scenario',
    description: `format version ${scenarioFormat}`,
  };
}

/** What a seed may look like: it names a directory, too. */
export const seedPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

function seed() {
  const error = (issue: { readonly input?: unknown }) =>
    missingOr(
      issue.input,
      'expected a seed, a whole number or up to 64 letters and digits, ' +
        `found ${shown(issue.input)}; ` +
        'put a long number or a commit in quotes',
    );
  return z
    .union(
      [z.int({ error }).min(0, { error }), z.string({ error }).regex(seedPattern, { error })],
      { error },
    )
    .meta({ description: 'the default seed; --seed overrides it' })
    .transform(String);
}

function topology(names: Vocabulary) {
  // Names of the scenario's own devices are compared when their profiles are read.
  const device = z.union([name('device', namesOf(names.devices)), id('name of a device')]);
  const slots = wholeNumber({
    summary: 'block ranges that one host has room for',
    min: 1,
    max: slotCountMax,
  });
  const host = strict('a host', {
    id: id('id of the host'),
    zone: id('zone'),
    cell: id('cell').optional(),
    device,
    slots: slots.default(64),
  });
  const spread = strict('hosts', {
    count: wholeNumber({ summary: 'spread over the zones in turn', min: 1, max: hostCountMax }),
    device,
    slots: slots.default(64),
  });
  const cellCount = wholeNumber({ summary: 'how many cells', min: 1, max: cellCountMax });
  return strict('topology', {
    zones: list('zones', id('zone'), { min: 1, max: zoneCountMax }),
    hosts: z.union([spread, list('hosts', host, { min: 1, max: hostCountMax })]),
    cells: z
      .union([list('cells', id('cell'), { min: 1, max: cellCountMax }), cellCount])
      .default(1),
    volumes: list('volumes', volume(), { min: 1, max: volumeCountMax }),
    authority: strict('the authority', { zone: id('zone'), device }),
  });
}

/** Devices that are not shipped, by the names that hosts and authority use. */
function ownDevices() {
  const path = prose('path of the device profile, seen from this file', 400);
  const pinned = strict('a device profile', { profile: path, sha256: hash().optional() });
  const error = (issue: { readonly input?: unknown }) =>
    `expected names of devices and paths of their profiles, found ${shown(issue.input)}`;
  return z
    .record(id('name of the device'), z.union([path, pinned]), { error })
    .refine((devices) => Object.keys(devices).length <= deviceCountMax, {
      error: `expected at most ${deviceCountMax} devices`,
    });
}

function volume() {
  return strict('a volume', {
    id: id('id of the volume'),
    size: quantity('size', { summary: 'a multiple of the range size', min: 1, max: 2 ** 44 }),
    rangeSize: quantity('size', { summary: 'how much one map entry covers', min: 1, max: 2 ** 40 }),
    replicas: wholeNumber({
      summary: 'copies of each range, each in another zone',
      min: 1,
      max: 8,
    }),
  });
}

function network() {
  const share = (summary: string) => quantity('share', { summary, max: 1 }).prefault('0%');
  const latency = z.union([
    quantityRange('duration', { summary: 'from the least to the most' }),
    strict('a latency', {
      p50: quantity('duration', { summary: 'half are faster', min: 1 }),
      p99: quantity('duration', { summary: 'one in a hundred is slower', min: 1 }),
    }),
  ]);
  return strict('network', {
    latency: strict('latency', {
      sameZone: latency.prefault('100us..250us'),
      crossZone: latency.prefault('400us..1ms'),
    }).prefault({}),
    bandwidth: quantity('bandwidth', { summary: 'of each node, each way', min: 1 }).prefault(
      '10Gbit/s',
    ),
    drop: share('messages lost'),
    duplicate: share('messages delivered twice'),
    reorder: share('messages that later ones overtake'),
  });
}

function client(names: Vocabulary) {
  const traced = strict('a workload', {
    trace: prose('path of the trace, seen from this file', 400),
    format: name('trace format', namesOf(names.traceFormats)),
    sha256: hash().optional(),
    speed: z
      .number({ error: (issue) => `expected a number above 0, found ${shown(issue.input)}` })
      .gt(0, { error: 'expected a speed above 0, found 0 or less' })
      .max(1000, { error: 'expected a speed of at most 1000' })
      .default(1),
    repeat: flag('begins again at its end').default(false),
  });
  const patterned = strict('a workload', {
    pattern: name('pattern', Object.keys(patterns)),
    readPct: wholeNumber({ summary: 'percentage of reads', min: 0, max: 100 }).optional(),
    size: quantityRange('size', {
      summary: 'of one request, a multiple of 4 KiB',
      min: blockBytes,
    }),
    rate: quantity('rate', {
      summary: 'requests issued, whatever is pending',
      min: 1e-3,
      max: 1e6,
    }),
    keys: keys().default('uniform'),
    flushEvery: wholeNumber({
      summary: 'one request in so many is a flush',
      min: 0,
      max: 1e6,
    }).default(0),
  });
  return strict('a client', {
    id: id('id of the client'),
    zone: id('zone'),
    volume: id('volume'),
    timeout: quantity('duration', {
      summary: 'unanswered so long, the outcome is unknown',
      min: 1,
    }),
    suspect: quantity('duration', { summary: 'a host silent so long is replaced', min: 1 }),
    workload: z.union([traced, patterned]),
  });
}

function hash() {
  const error = (issue: { readonly input?: unknown }) =>
    `expected a SHA-256 of 64 hex digits, found ${shown(issue.input)}`;
  return z.string({ error }).regex(/^[0-9a-f]{64}$/, { error });
}

function keys() {
  const error = (issue: { readonly input?: unknown }) =>
    `expected 'uniform' or { zipf: 0.5 to 1.5 }, found ${shown(issue.input)}`;
  return z.union([
    z.literal('uniform', { error }),
    strict('keys', { zipf: z.number({ error }).min(0.5, { error }).max(1.5, { error }) }),
  ]);
}
