// The table of faults: every kind by name. To add one, add an entry to the file of its part;
// parser, help and error text follow.
//
// Unless its summary says otherwise, no fault breaks what a real machine keeps: a write that a
// device has reported durable survives a crash and a power loss, and a message that arrives has the
// contents it was sent with. Racks, zones, cells and power domains are labels: a fault strikes one
// of them by its selector.
import type { FaultKind } from './fault-kind.ts';
import { clockFaults } from './faults/clocks.ts';
import { deviceSpeedFaults } from './faults/device-speed.ts';
import { networkFaults } from './faults/network.ts';
import { processFaults } from './faults/process.ts';
import { storageFaults } from './faults/storage.ts';

export type {
  FaultCourse,
  FaultKind,
  FaultParam,
  FaultParamKind,
  FaultParams,
  FaultParamValue,
  FaultPeriod,
  FaultStep,
  ScheduledFault,
  Undo,
} from './fault-kind.ts';

/** Every fault by name. */
export const faults = {
  ...processFaults,
  ...networkFaults,
  ...storageFaults,
  ...deviceSpeedFaults,
  ...clockFaults,
} as const satisfies Record<string, FaultKind>;
