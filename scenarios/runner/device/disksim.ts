// Reads a disk as DiskSim 4 describes it into the numbers of our own model.
//
//   NAME.diskspecs   cache, processing times        --> cache, overhead
//   NAME.model       zones, slips, arm, rotation    --> geometry, seek
//   NAME.seek        measured seek times            --> seek
//
// The meaning of each parameter is the DiskSim 4.0 Reference Manual's (Bucy, Schindler, Schlosser,
// Ganger, CMU-PDL-08-101) and that of the parameter descriptions that come with its source. What
// has no counterpart here is read over: parameters of the bus, of command queueing by the host, of
// statistics, and those that only matter with several commands at a time (sneaky hits, preseeking,
// write prebuffering).
import type { HddOverheadSpec, HddSpec } from '../../../sim/index.ts';
import { type Problem, sortedProblems } from '../problems.ts';
import { cacheOf } from './disksim-cache.ts';
import { DisksimFields } from './disksim-fields.ts';
import { geometryOf } from './disksim-geometry.ts';
import { seekOf } from './disksim-seek.ts';
import { type DisksimBlock, type NamedText, parseDisksimBlock } from './disksim-syntax.ts';

export type { NamedText } from './disksim-syntax.ts';

/** The three files of a disk; `seek` only when the model refers to a measured seek curve. */
export interface DisksimFiles {
  readonly specs: NamedText;
  readonly model: NamedText;
  readonly seek?: NamedText;
}

/** A disk, or everything that is wrong with its files. */
export type DisksimReading =
  | { readonly kind: 'ok'; readonly spec: HddSpec }
  | { readonly kind: 'problems'; readonly problems: readonly Problem[] };

const nsPerMinute = 60e9;

/** The disk that the files describe. */
export function hddSpecFromDisksim(files: DisksimFiles): DisksimReading {
  const problems: Problem[] = [];
  const specs = fieldsOf(files.specs, 'disksim_disk', problems);
  const model = fieldsOf(files.model, 'dm_disk', problems);
  if (specs === null || model === null) return refused(problems);
  const layout = model.child('Layout Model');
  const mechanics = model.child('Mechanical Model');
  if (layout === null || mechanics === null) return refused(problems);
  mechanics.word('Access time type', ['trackSwitchPlusRotation'], null);
  const rpm = mechanics.number('Rotation speed (in rpms)', { min: 1 });
  const cylinderCount = model.number('Number of cylinders', { min: 3, isWhole: true });
  const spec: HddSpec = {
    geometry: geometryOf(model, layout),
    rotationNs: Math.round(nsPerMinute / rpm),
    seek: seekOf(mechanics, { cylinderCount, curve: files.seek, problems }),
    headSwitchNs: mechanics.ns('Head switch time'),
    writeSettleNs: mechanics.ns('Add. write settling delay'),
    isZeroLatencyRead: isZeroLatency(specs, 'Immediate buffer read'),
    isZeroLatencyWrite: isZeroLatency(specs, 'Immediate buffer write'),
    cache: cacheOf(specs),
    overhead: overheadOf(specs),
    transferNsPerSector: specs.ns('Bulk sector transfer time'),
    // Commands come one at a time or in the host's order: DiskSim's own queue is the host's.
    scheduling: { policy: 'fcfs', ageWeight: 0 },
    retryRevolutionCountMax: 0,
  };
  return problems.length > 0 ? refused(problems) : { kind: 'ok', spec };
}

function fieldsOf(source: NamedText, type: string, problems: Problem[]): DisksimFields | null {
  const block: DisksimBlock | null = parseDisksimBlock(source, problems);
  if (block === null) return null;
  const fields = new DisksimFields(source.file, block, problems);
  if (block.type === type) return fields;
  fields.problem(block, `expected a block ${type}, found '${block.type}'`);
  return null;
}

function refused(problems: readonly Problem[]): DisksimReading {
  return { kind: 'problems', problems: sortedProblems(problems) };
}

function isZeroLatency(specs: DisksimFields, key: string): boolean {
  return specs.number(key, { min: 0, max: 2, isWhole: true, missing: 0 }) > 0;
}

/**
 * Times for a request by the one before it, scaled. What else is spent on a request is added: the
 * per-request overhead before it, the preparation of data after it, the reselection of the host to
 * those that wait for the medium. That one comes after the medium in truth; before it, it adds as
 * much, since the wait for the angle is as long from any instant on average.
 */
function overheadOf(specs: DisksimFields): HddOverheadSpec {
  const scale = specs.number('Time scale for overheads', { min: 0, missing: 1 });
  const optional = { missing: 0 };
  const perRequestNs = specs.ns('Per-request overhead time', optional);
  const preparationNs = specs.ns('Data preparation overhead', optional);
  const reselectNs = specs.ns('First reselect overhead', optional);
  const isExtra = specs.flag('Extra write disconnect', 0);
  const extraNs = [
    'Extradisc command overhead',
    'Extradisc disconnect overhead',
    'Extradisc inter-disconnect delay',
  ].reduce((sum, key) => sum + specs.ns(key, optional), reselectNs);
  const total = (ns: number) => Math.round((ns + perRequestNs) * scale);
  const hit = (key: string) => total(specs.ns(key));
  const miss = (key: string) => total(specs.ns(key) + reselectNs);
  const write = (key: string, otherNs: number) =>
    total(isExtra ? extraNs : specs.ns(key) + otherNs);
  const after = (key: string, ns: number) => Math.round((specs.ns(key, optional) + ns) * scale);
  return {
    readHitAfterReadNs: hit('Read hit over. after read'),
    readHitAfterWriteNs: hit('Read hit over. after write'),
    readMissAfterReadNs: miss('Read miss over. after read'),
    readMissAfterWriteNs: miss('Read miss over. after write'),
    writeHitAfterReadNs: write('Write hit over. after read', 0),
    writeHitAfterWriteNs: write('Write hit over. after write', 0),
    writeMissAfterReadNs: write('Write miss over. after read', reselectNs),
    writeMissAfterWriteNs: write('Write miss over. after write', reselectNs),
    readCompletionNs: after('Read completion overhead', preparationNs),
    writeCompletionNs: after('Write completion overhead', preparationNs),
  };
}
