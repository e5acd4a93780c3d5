// The shape of a scenario file: which keys, which units, which names. What several parts of a file
// must agree on is in `checks.ts`. The JSON Schema for editors is made from the same description.
import * as z from 'zod';
import { archive } from './schema-archive.ts';
import { client } from './schema-clients.ts';
import { expectations } from './schema-expect.ts';
import { randomFault, scheduledFault } from './schema-faults.ts';
import { lineage } from './schema-lineage.ts';
import {
  id,
  list,
  missingOr,
  name,
  prose,
  quantity,
  quantityRange,
  strict,
} from './schema-parts.ts';
import { ownDevices, topology } from './schema-topology.ts';
import { budget, healing, weather } from './schema-weather.ts';
import { shown } from './units.ts';
import { namesOf, type Vocabulary } from './vocabulary.ts';

/** The version of the file format that this reader reads. */
export const scenarioFormat = 1;

/**
 * Limits of one scenario: generous for a simulation, small enough to refuse a slip of the keyboard.
 */
const clientCountMax = 256;
const faultCountMax = 1000;
const durationNsMax = 7 * 24 * 3600 * 1e9;

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
    lineage: lineage().optional(),
    archive: archive().optional(),
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
