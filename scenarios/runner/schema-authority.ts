// The shape of the map authority: its place, its device and how it keeps the map.
import * as z from 'zod';
import { receiptLevels } from '../../model/index.ts';
import { nsPerMs, nsPerSec } from '../../sim/index.ts';
import { id, name, quantity, strict, wholeNumber } from './schema-parts.ts';
import { shown } from './units.ts';

const checkpointEveryMax = 65_536;
const portionMax = 4_096;
const bytesPerKiB = 1_024;

/** The map authority; all but its place and its device may be left out. */
export function authority<Device extends z.ZodType>(device: Device) {
  return strict('the authority', {
    zone: id('zone'),
    device,
    members: members().optional(),
    electionTimeout: quantity('duration', {
      summary:
        'of several members: how long each waits for its leader, from this to twice as long; 500ms',
      min: 10 * nsPerMs,
      max: 60 * nsPerSec,
    }).optional(),
    heartbeat: quantity('duration', {
      summary: 'of several members: how often the leader is heard of; 100ms',
      min: nsPerMs,
      max: 10 * nsPerSec,
    }).optional(),
    receipts: name('level of receipts', receiptLevels)
      .meta({ description: 'what a receipt promises: received, logged (the default) or applied' })
      .optional(),
    checkpointEvery: wholeNumber({
      summary: 'records of the log between checkpoints; 1024 unless given',
      min: 1,
      max: checkpointEveryMax,
    }).optional(),
    log: quantity('size', {
      summary:
        'room for log and checkpoints, an eighth for each of two checkpoints; 256MiB unless given',
      min: 256 * bytesPerKiB,
      max: 2 ** 34,
      exact: true,
    }).optional(),
    portion: wholeNumber({
      summary: 'entries on one page of a portion of the map; 64 unless given',
      min: 1,
      max: portionMax,
    }).optional(),
    prefetch: wholeNumber({
      summary: 'entries of a portion beyond those that were asked for; 0 unless given',
      min: 0,
      max: portionMax,
    }).optional(),
    lease: quantity('duration', {
      summary: 'a session lasts so long without word from its client; without it, for ever',
      min: 1,
    }).optional(),
    serviceTime: quantity('duration', {
      summary: 'how long it works on each request; 0 unless given',
    }).optional(),
    queueMax: wholeNumber({
      summary: 'requests that wait for their turn; as many as a second serves unless given',
      min: 1,
      max: portionMax,
    }).optional(),
  });
}

/** How many of them keep the map together. */
function members() {
  const summary = 'members of the map authority, in the zones in turn from its own on: 1, 3 or 5';
  const error = (issue: { readonly input?: unknown }) =>
    `expected 1, 3 or 5 members, found ${shown(issue.input)}`;
  return z
    .union([z.literal(1, { error }), z.literal(3, { error }), z.literal(5, { error })], { error })
    .meta({ description: summary });
}
