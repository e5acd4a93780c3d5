// Puts a mechanical disk together from the numbers of its profile; how it behaves is told in
// mechanical-disk.ts.
import { assert } from '../../assert.ts';
import type { Medium } from '../medium.ts';
import { Arm } from './arm.ts';
import { Geometry } from './geometry.ts';
import { MechanicalDisk } from './mechanical-disk.ts';
import { ReadAhead } from './read-ahead.ts';
import { Scheduler } from './scheduler.ts';
import { SeekTable } from './seek.ts';
import { Segments } from './segments.ts';
import type { HddSpec } from './spec.ts';
import { WaitingCommands } from './waiting-commands.ts';

/** A mechanical disk as a medium, with what a fault or a test may ask of it. */
export interface Hdd extends Medium {
  readonly geometry: Geometry;
  readonly seek: SeekTable;
  copy(): Hdd;
}

/** A disk of these numbers, idle and empty, heads at cylinder 0. */
export function hdd(spec: HddSpec): Hdd {
  assertWholeNs(spec);
  const geometry = new Geometry(spec.geometry, spec.rotationNs);
  const arm = new Arm({
    geometry,
    seek: new SeekTable(spec.seek, geometry.cylinderCount),
    headSwitchNs: spec.headSwitchNs,
    writeSettleNs: spec.writeSettleNs,
    isZeroLatencyRead: spec.isZeroLatencyRead,
    isZeroLatencyWrite: spec.isZeroLatencyWrite,
    transferNsPerSector: spec.transferNsPerSector,
  });
  const segments = new Segments(spec.cache);
  const line = new WaitingCommands();
  return new MechanicalDisk(spec, {
    arm,
    segments,
    readAhead: new ReadAhead(spec.cache, arm, segments),
    coming: new WaitingCommands(),
    line,
    blocked: new WaitingCommands(),
    flushes: new WaitingCommands(),
    scheduler: new Scheduler(spec.scheduling, {
      writeBack: spec.cache.writeBack,
      arm,
      line,
      segments,
    }),
  });
}

/** Completions are whole ns, so every time they are made of is. */
function assertWholeNs(spec: HddSpec): void {
  const { rotationNs, headSwitchNs, writeSettleNs, transferNsPerSector, overhead } = spec;
  assert(rotationNs > 0, `rotation in ${rotationNs} ns, expected above 0`);
  const times = { rotationNs, headSwitchNs, writeSettleNs, transferNsPerSector, ...overhead };
  for (const [name, time] of Object.entries(times)) {
    assert(Number.isInteger(time) && time >= 0, `${name} ${time}, expected a whole number from 0`);
  }
}
