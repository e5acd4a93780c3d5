// The shape of a client: what volume it has, and what it asks of it.
import * as z from 'zod';
import {
  flag,
  hash,
  id,
  list,
  name,
  oneOf,
  prose,
  quantity,
  quantityRange,
  strict,
  wholeNumber,
} from './schema-parts.ts';
import { shown } from './units.ts';
import { namesOf, type Vocabulary } from './vocabulary.ts';

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

/** A client that names more volumes than this is a slip of the keyboard. */
const volumeCountMax = 64;

const afterFenced = ['reattach', 'stop'] as const;
const onLeaseLost = ['keep', 'stop'] as const;

/** The volumes of a client, however many it was given. */
export function volumesOf(client: {
  readonly volume?: string | undefined;
  readonly volumes?: readonly string[] | undefined;
}): readonly string[] {
  return client.volumes ?? (client.volume === undefined ? [] : [client.volume]);
}

/** A client of a volume, or of several. */
export function client(names: Vocabulary) {
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
    discardPct: wholeNumber({
      summary: 'percentage of the writes that are discards; none without it',
      min: 0,
      max: 100,
    }).optional(),
    flushEvery: wholeNumber({
      summary: 'one request in so many is a flush',
      min: 0,
      max: 1e6,
    }).default(0),
  });
  return strict('a client', {
    id: id('id of the client'),
    zone: id('zone'),
    volume: id('volume').optional(),
    timeout: quantity('duration', {
      summary: 'unanswered so long, the outcome is unknown',
      min: 1,
    }),
    suspect: quantity('duration', { summary: 'a host silent so long is replaced', min: 1 }),
    requestIdsRestartAfter: wholeNumber({
      summary: 'its request ids begin again after so many notifications, once; 0 for never',
      min: 0,
      max: 1e6,
    }).default(0),
    workload: z.union([traced, patterned]),
    volumes: list('volumes', id('volume'), { min: 1, max: volumeCountMax }).optional(),
    attach: quantity('duration', {
      summary: 'when it attaches first; without it, at once',
    }).optional(),
    detach: quantity('duration', { summary: 'when it lets go, in order', min: 1 }).optional(),
    force: flag(
      'takes the volume over at once, as without it, or waits until its holder is gone',
    ).optional(),
    afterFenced: oneOf(
      'what it does when another took its volume: attaches again unless told to stop',
      afterFenced,
    ).optional(),
    onLeaseLost: oneOf(
      'what it does when its lease is over: goes on, for hosts fence, unless told to stop',
      onLeaseLost,
    ).optional(),
    refresh: quantity('duration', {
      summary: 'asks so often what changed in the map; without it, when it renews its lease',
      min: 1,
    }).optional(),
    cacheRanges: wholeNumber({
      summary: 'entries of the map that it keeps; without it, all that it learned',
      min: 1,
      max: 1e6,
    }).optional(),
  });
}

function keys() {
  const error = (issue: { readonly input?: unknown }) =>
    `expected 'uniform' or { zipf: 0.5 to 1.5 }, found ${shown(issue.input)}`;
  return z.union([
    z.literal('uniform', { error }),
    strict('keys', { zipf: z.number({ error }).min(0.5, { error }).max(1.5, { error }) }),
  ]);
}
