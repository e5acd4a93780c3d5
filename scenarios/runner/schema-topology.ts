// The shape of what a scenario is played on: zones, hosts, cells, volumes, the authority, devices.
import * as z from 'zod';
import { degradedPolicies, durabilities, replicationModes } from '../../model/index.ts';
import { authority } from './schema-authority.ts';
import { hash, id, list, name, prose, quantity, strict, wholeNumber } from './schema-parts.ts';
import { optimizer, reMirror, slotLife } from './schema-policies.ts';
import { shown } from './units.ts';
import { namesOf, type Vocabulary } from './vocabulary.ts';

// Limits of one scenario: generous for a simulation, small enough to refuse a slip of the keyboard.
const zoneCountMax = 16;
const cellCountMax = 64;
const hostCountMax = 512;
const deviceCountMax = 64;
const slotCountMax = 65_536;
const volumeCountMax = 64;

/** Zones, hosts, cells, volumes and the map authority. */
export function topology(names: Vocabulary) {
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
    authority: authority(device),
    reMirror: reMirror().optional(),
    slotLife: slotLife().optional(),
    optimizer: optimizer().optional(),
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
    cells: list('cells', id('cell'), { min: 1, max: cellCountMax })
      .describe('whose hosts hold its copies; all unless it is said')
      .optional(),
    replication: name('way to replicate', Object.keys(replicationModes))
      .describe('how the copies are kept alike; chain unless it is said')
      .optional(),
    durability: name('durability', Object.keys(durabilities))
      .describe('what an acknowledgement promises; on-ack unless it is said')
      .optional(),
    degraded: name('policy', Object.keys(degradedPolicies))
      .describe('what it does with too few copies; after-config-change unless it is said')
      .optional(),
    restoredFrom: restoredFrom().optional(),
  });
}

function restoredFrom() {
  return strict('what a volume begins with', {
    volume: id('volume').describe('the one whose last complete snapshot is restored'),
    at: quantity('duration', {
      summary: 'when it is restored: its contents cannot be read before',
      min: 0,
    }),
    bandwidth: quantity('bandwidth', {
      summary: 'how fast it is loaded at most, while it is in use',
      min: 1,
    }),
  });
}

/** Devices that are not shipped, by the names that hosts and authority use. */
export function ownDevices() {
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
