import {
  type DisksimFiles,
  type DisksimReading,
  hddSpecFromDisksim,
} from '../../../../scenarios/runner/device/disksim.ts';
import { problemText } from '../../../../scenarios/runner/problems.ts';
import type { HddSpec } from '../../../../sim/disk/hdd/spec.ts';

/** Cache and processing times of a small disk. */
export const specs = `
disksim_disk SOME_DISK {
   Model = source some.model,   # in its own file
   Time scale for overheads = 2.000000,
   Bulk sector transfer time = 0.134000,
   Scheduler = disksim_ioqueue {
      Scheduling policy = 1
   },
   Number of buffer segments = 3,
   Segment size (in blks) = 281,
   Enable caching in buffer = 1,
   Buffer continuous read = 3,
   Maximum read-ahead (blks) = 280,
   Read-ahead over requested = 1,
   Allow read hits on write data = 1,
   Fast write level = 1,
   Immediate buffer read = 0,
   Immediate buffer write = 1,
   Read hit over. after read = 0.1,
   Read hit over. after write = 0.2,
   Read miss over. after read = 0.3,
   Read miss over. after write = 0.4,
   Write hit over. after read = 0.5,
   Write hit over. after write = 0.6,
   Write miss over. after read = 0.7,
   Write miss over. after write = 0.8,
   Read completion overhead = 0.01,
   Write completion overhead = 0.02
} # the end
`;

/** Its layout and mechanics. */
export const model = `dm_disk SOME_MODEL {
   Number of data surfaces = 2,
   Number of cylinders = 30,
   Block count = 5000,
   Layout Model = dm_layout_g1 {
      LBN-to-PBN mapping scheme = 0,
      Sparing scheme used = 8,
      Rangesize for sparing = 5,
      Zones = [
         dm_layout_g1_zone {
            First cylinder number = 0,
            Last cylinder number = 19,
            Blocks per track = 100,
            Offset of first block = 2.000000,
            Empty space at zone front = 0,
            Skew for track switch = 37.000000,
            Skew for cylinder switch = 52.000000,
            Number of spares = 20,
            slips = [ 40, 7 ],
            defects = [ 9, 990 ]
         },
         dm_layout_g1_zone {
            First cylinder number = 20,
            Last cylinder number = 29,
            Blocks per track = 80,
            Offset of first block = 0,
            Empty space at zone front = 0,
            Skew for track switch = 30,
            Skew for cylinder switch = 40,
            Number of spares = 20,
            slips = [],
            defects = []
         }
      ]
   },
   Mechanical Model = dm_mech_g1 {
      Access time type = trackSwitchPlusRotation,
      Seek type = extracted,
      Full seek curve = some.seek,
      Add. write settling delay = 0.25,
      Head switch time = 0.1,
      Rotation speed (in rpms) = 6000,
      Percent error in rpms = 0
   }
}
`;

/** Its seek curve. */
export const seek = 'Seek distances measured: 2\n1,\t1.94300\n29,\t16.5\n';

/** The three files, with some of their text changed. */
export function filesOf(
  changes: { specs?: string; model?: string; seek?: string } = {},
): DisksimFiles {
  return {
    specs: { file: 'some.diskspecs', text: changes.specs ?? specs },
    model: { file: 'some.model', text: changes.model ?? model },
    seek: { file: 'some.seek', text: changes.seek ?? seek },
  };
}

/** The disk of files that have no problems. */
export function specOf(files: DisksimFiles): HddSpec {
  const reading = hddSpecFromDisksim(files);
  if (reading.kind === 'ok') return reading.spec;
  throw new Error(textsOf(reading).join('\n'));
}

/** The problems of files, a line each. */
export function textsOf(reading: DisksimReading): string[] {
  return reading.kind === 'ok' ? [] : reading.problems.map(problemText);
}
