// The shape of what becomes of the contents of snapshots; all of it may be left out.
import { id, list, name, oneOf, quantity, strict, wholeNumber } from './schema-parts.ts';

// Limits of one scenario: generous for a simulation, small enough to refuse a slip of the keyboard.
const backupCountMax = 64;
const setCountMax = 16;
const setSizeMax = 16;
const keepCountMax = 1_000;

/** The lineage store, and the volumes that have snapshots taken on a schedule. */
export function archive() {
  return strict('the archive', {
    zone: id('zone'),
    device: id('device'),
    backups: list('backups', backup(), { min: 0, max: backupCountMax }).default([]),
    sets: list('sets of volumes', set(), { min: 0, max: setCountMax }).default([]),
    purges: list('purges', purge(), { min: 1, max: backupCountMax }).optional(),
  });
}

function purge() {
  return strict('a purge', {
    volume: id('volume').describe('whose snapshots are deleted while others are taken'),
    every: quantity('duration', { summary: 'how often one of them is deleted', min: 1 }),
    which: name('choice', ['oldest', 'newest']).describe(
      'which goes of those that are complete, or published',
    ),
  });
}

function backup() {
  return strict('a backup', {
    volume: id('volume'),
    source: oneOf('lineage: the snapshots that routers publish have contents, and are uploaded', [
      'schedule',
      'lineage',
    ]).default('schedule'),
    ...schedule(),
  });
}

/** Volumes that are cut at one instant. */
function set() {
  return strict('a set of volumes', {
    volumes: list('volumes', id('volume'), { min: 2, max: setSizeMax }),
    ...schedule(),
  });
}

function schedule() {
  return {
    every: quantity('duration', {
      summary: 'how long after one snapshot the next is begun, or looked for in the lineage',
      min: 1,
    }),
    keep: wholeNumber({
      summary: 'how many complete snapshots are kept of each volume',
      min: 1,
      max: keepCountMax,
    }).default(3),
  };
}
