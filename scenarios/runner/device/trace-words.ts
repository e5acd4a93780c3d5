// Traces of disk simulators: fields between white space.
//
//   disksim   R Hit    2992396   4  13670.00000  35942.00000
//             op, buffer action, first sector, sectors, service in us, us before the request
//   mqsim     938513000 4 264719034 16 0
//             arrival in ns, device, first sector, sectors, 1 for a read and 0 for a write
//
// Sources: DiskSim 4.0, iotrace_validate_get_ioreq_event in disksim_iotrace.c, and the traces under
// its valid/; the README of MQSim's traces/.
//
// The last number of a disksim line is the time from the completion of the line before until the
// request: over the barracuda trace it falls by nearly a microsecond for each microsecond that the
// line before took, as in a loop whose requests were due at fixed times. DiskSim itself waits the
// number of the line before; for the distribution of service times either is as good.
import type { DeviceTraceFormat } from './trace-format.ts';
import type { TraceLine } from './trace-line.ts';
import { type TraceStore, traceLimits, traceOps } from './trace-store.ts';

const disksimShape = 'op hit sector sectors service_us inter_us';
const mqsimShape = 'arrival_ns device sector sectors type';

/** Digits from a microsecond to a nanosecond. */
const nsDigitsOfUs = 3;

/** Validation traces of DiskSim: a closed loop with the times measured on a real disk. */
export const disksimTrace: DeviceTraceFormat = {
  summary: `DiskSim validation trace, a closed loop with measured times: ${disksimShape}`,
  separator: '',
  isRebased: false,
  reader: () => {
    let doneAtNs = 0;
    return {
      read(line: TraceLine, store: TraceStore) {
        store.loop = 'closed';
        if (!line.hasFields(6, disksimShape)) return;
        const op = disksimOp(line);
        const sector = line.integer(2, 'the first sector', traceLimits.sectorMax);
        const sectorCount = line.integer(3, 'sectors', traceLimits.sectorCountMax);
        const serviceNs = line.decimal(4, 'the service time in us', nsDigitsOfUs);
        const beforeNs = line.decimal(5, 'the time before the request in us', nsDigitsOfUs);
        if (line.isBad) return;
        const atNs = doneAtNs + beforeNs;
        store.measure(store.add(atNs, op, '0', sector, sectorCount), serviceNs);
        doneAtNs = atNs + serviceNs;
      },
    };
  },
};

function disksimOp(line: TraceLine): number {
  const word = line.field(0);
  switch (word) {
    case 'R':
      return traceOps.read;
    case 'W':
      return traceOps.write;
    default:
      line.refuse(0, `expected op R or W, found '${word}'`);
      return traceOps.read;
  }
}

/** By type. */
const mqsimOps = [traceOps.write, traceOps.read] as const;

/** ASCII traces of MQSim, whose times are read as nanoseconds. */
export const mqsimTrace: DeviceTraceFormat = {
  summary: `MQSim ASCII trace, arrivals in ns: ${mqsimShape}`,
  separator: '',
  isRebased: false,
  reader: () => ({
    read(line: TraceLine, store: TraceStore) {
      if (!line.hasFields(5, mqsimShape)) return;
      const atNs = line.integer(0, 'the arrival in ns', Number.MAX_SAFE_INTEGER);
      line.integer(1, 'the device', Number.MAX_SAFE_INTEGER);
      const sector = line.integer(2, 'the first sector', traceLimits.sectorMax);
      const sectorCount = line.integer(3, 'sectors', traceLimits.sectorCountMax);
      const type = line.integer(4, 'type (1 read, 0 write)', 1);
      if (line.isBad) return;
      if (sectorCount === 0) store.skip('empty');
      else store.add(atNs, mqsimOps[type]!, line.field(1), sector, sectorCount);
    },
  }),
};
