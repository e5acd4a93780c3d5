// Traces of production systems: fields between commas.
//
//   spc       0,21741712,24576,R,0.000774
//             unit (ASU), first block of 512 bytes, bytes, R or W, seconds
//   msr       128166372003061629,hm,1,Read,383496192,32768,413
//             Windows file time (100 ns since 1601), host, disk, Read or Write, byte offset, bytes,
//             response time in 100 ns
//   alibaba   0,R,126703644672,4096,1577808000000626
//             device, R or W, byte offset, bytes, us since 1970
//
// Sources: SPC Trace File Format Specification 1.0.1 (Storage Performance Council, 2002), where the
// block size is up to the description of the file: 512 as in the Financial and WebSearch traces;
// README of the MSR Cambridge traces (SNIA IOTTA 388); README of alibaba/block-traces.
// Fields after the fifth of an SPC line are its optional ones and are not read. White space around
// a field is allowed, a line of column names at the top as well.
import { nsPerUs } from '../../../sim/index.ts';
import type { DeviceTraceFormat } from './trace-format.ts';
import type { TraceEpoch, TraceLine } from './trace-line.ts';
import { type TraceStore, traceLimits, traceOps } from './trace-store.ts';

const spcShape = 'asu,lba,size_bytes,opcode,seconds';
const msrShape = 'filetime,host,disk,type,offset,size,response';
const alibabaShape = 'device_id,opcode,offset,length,timestamp_us';

const fileTimeNs = 100;
const blockSizeBytes = 512;
const nsDigitsOfSec = 9;
const fieldCountMax = 64;

const opWords: ReadonlyMap<string, number> = new Map([
  ['r', traceOps.read],
  ['w', traceOps.write],
  ['read', traceOps.read],
  ['write', traceOps.write],
]);

function opOf(line: TraceLine, index: number): number {
  const op = opWords.get(line.field(index).toLowerCase());
  if (op !== undefined) return op;
  line.refuse(index, `expected a read or a write, found '${line.field(index)}'`);
  return traceOps.read;
}

/** Whether this is a line of column names: the first line, and its number is a word. */
function isHeading(line: TraceLine, index: number): boolean {
  return line.number === 1 && /^[A-Za-z_]/.test(line.field(index)) && line.fieldCount >= 5;
}

function addBytes(
  store: TraceStore,
  request: { atNs: number; op: number; device: string; offset: number; length: number },
): number {
  const { atNs, op, device, offset, length } = request;
  if (length > 0) return store.addBytes(atNs, op, device, { offset, length });
  store.skip('empty');
  return -1;
}

/** The format of the Storage Performance Council. */
export const spcTrace: DeviceTraceFormat = {
  summary: `SPC trace, such as Financial and WebSearch: ${spcShape}`,
  separator: ',',
  isRebased: false,
  reader: () => ({
    read(line: TraceLine, store: TraceStore) {
      if (isHeading(line, 0) || !line.hasFields(5, spcShape, fieldCountMax)) return;
      line.integer(0, 'the unit', Number.MAX_SAFE_INTEGER);
      const block = line.integer(1, 'the first block', traceLimits.sectorMax);
      const length = line.integer(2, 'the size in bytes', traceLimits.lengthBytesMax);
      const op = opOf(line, 3);
      const atNs = line.decimal(4, 'the time in seconds', nsDigitsOfSec);
      if (line.isBad) return;
      addBytes(store, { atNs, op, device: line.field(0), offset: block * blockSizeBytes, length });
    },
  }),
};

/** Traces of servers at Microsoft Research Cambridge, with measured times. */
export const msrTrace: DeviceTraceFormat = {
  summary: `MSR Cambridge trace, with measured times: ${msrShape}`,
  separator: ',',
  isRebased: true,
  reader: () => {
    const epoch: TraceEpoch = { isSet: false, high: 0, low: 0 };
    return {
      read(line: TraceLine, store: TraceStore) {
        if (isHeading(line, 0) || !line.hasFields(7, msrShape)) return;
        const ticks = line.sinceEpoch(0, 'the file time', epoch);
        line.integer(2, 'the disk', Number.MAX_SAFE_INTEGER);
        const op = opOf(line, 3);
        const offset = line.integer(4, 'the offset in bytes', traceLimits.offsetBytesMax);
        const length = line.integer(5, 'the size in bytes', traceLimits.lengthBytesMax);
        const response = line.integer(6, 'the response time in 100 ns', Number.MAX_SAFE_INTEGER);
        if (line.isBad) return;
        const device = line.span(1, 2);
        const index = addBytes(store, { atNs: ticks * fileTimeNs, op, device, offset, length });
        if (index >= 0) store.measure(index, response * fileTimeNs);
      },
    };
  },
};

/** Traces of virtual disks at Alibaba. */
export const alibabaTrace: DeviceTraceFormat = {
  summary: `Alibaba block trace: ${alibabaShape}`,
  separator: ',',
  isRebased: true,
  reader: () => {
    const epoch: TraceEpoch = { isSet: false, high: 0, low: 0 };
    return {
      read(line: TraceLine, store: TraceStore) {
        if (isHeading(line, 0) || !line.hasFields(5, alibabaShape)) return;
        line.integer(0, 'the device', Number.MAX_SAFE_INTEGER);
        const op = opOf(line, 1);
        const offset = line.integer(2, 'the offset in bytes', traceLimits.offsetBytesMax);
        const length = line.integer(3, 'the length in bytes', traceLimits.lengthBytesMax);
        const us = line.sinceEpoch(4, 'the time in us', epoch);
        if (line.isBad) return;
        addBytes(store, { atNs: us * nsPerUs, op, device: line.field(0), offset, length });
      },
    };
  },
};
