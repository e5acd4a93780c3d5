// A profile of a disk from DiskSim's parameter files. Nothing of it is fitted: what the files say
// is in it, and what they do not say is assumed, with the reason beside it.

import type { MediumSpec } from '../../../../sim/index.ts';
import type { Problem, Reading } from '../../problems.ts';
import type { DisksimFiles } from '../disksim.ts';
import { hddSpecFromDisksim } from '../disksim.ts';
import { allSourced, idOf, profileText, sha256, sourced } from './sourced.ts';

type Geometry = Extract<MediumSpec, { kind: 'hdd' }>['disk']['geometry'];

const sectorsPerBlock = 8;

/** The text of a profile of the disk `name`, or what is wrong with its files. */
export function disksimProfile(name: string, files: DisksimFiles): Reading<string> {
  const reading = hddSpecFromDisksim(files);
  if (reading.kind === 'problems') return refused(reading.problems);
  const { spec } = reading;
  const { writeBack, segmentSectors } = spec.cache;
  const named = [files.specs, files.model, ...(files.seek === undefined ? [] : [files.seek])];
  const ref = named
    .map(({ file, text }) => `${baseName(file)} sha256 ${sha256(text).slice(0, 16)}`)
    .join(', ');
  const measured = { src: 'measured', ref: `DiskSim parameters: ${ref}` } as const;
  const dirtySectors = writeBack === null ? 0 : writeBack.segmentCountMax * segmentSectors;
  const profile = {
    schema: 'blockdev-profile/1',
    id: idOf(name),
    summary: `mechanical disk '${name}' from DiskSim's parameter files`,
    kind: 'hdd',
    blockCount: sourced(Math.floor(spec.geometry.sectorCount / sectorsPerBlock), measured),
    front: {
      hwDepth: sourced(64, { src: 'assumed', note: 'the files say nothing of tagged queueing' }),
      commandNs: sourced(0, { src: 'default', note: 'the overheads are part of the medium' }),
      linkBytesPerSec: null,
      metadataNs: sourced(100_000, { src: 'assumed', note: 'a command that moves no data' }),
    },
    guarantees: {
      isVolatile: writeBack !== null,
      cacheBlockCountMax: sourced(Math.ceil(dirtySectors / sectorsPerBlock), {
        src: 'assumed',
        note: 'the segments for writes, all of them full',
      }),
      crashPolicy: 'any',
    },
    medium: allSourced({ ...spec, geometry: withoutGaps(spec.geometry) }, measured),
  };
  return { ok: true, value: profileText(profile) };
}

/**
 * A profile counts cylinders without a gap. Those between two zones hold no data; without them a
 * seek across is shorter by their number, one in some hundreds.
 */
function withoutGaps(geometry: Geometry): Geometry {
  let nextCylinder = 0;
  const zones = geometry.zones.map((zone) => {
    const gapCount = Math.max(0, zone.firstCylinder - nextCylinder);
    const [firstCylinder, lastCylinder] = [
      zone.firstCylinder - gapCount,
      zone.lastCylinder - gapCount,
    ];
    nextCylinder = lastCylinder + 1;
    return { ...zone, firstCylinder, lastCylinder };
  });
  return { ...geometry, zones };
}

function refused(problems: readonly Problem[]): Reading<string> {
  return { ok: false, problems };
}

function baseName(file: string): string {
  return file.split('/').at(-1)!;
}
