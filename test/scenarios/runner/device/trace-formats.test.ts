import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  type DeviceTraceFormatName,
  detectTraceFormat,
  deviceTraceFormatNames,
  deviceTraceSummaries,
  isDeviceTraceFormatName,
  readDeviceTrace,
} from '../../../../scenarios/runner/device/trace-formats.ts';
import {
  type DeviceTrace,
  thinkNs,
  traceOpNames,
} from '../../../../scenarios/runner/device/trace-store.ts';
import { problemCountMax } from '../../../../scenarios/runner/problems.ts';

function traceOf(format: DeviceTraceFormatName, text: string | Iterable<string>): DeviceTrace {
  const reading = readDeviceTrace(format, text);
  expect(reading).toMatchObject({ kind: 'ok' });
  if (reading.kind !== 'ok') throw new Error('unreachable');
  return reading.trace;
}

/** `arrival op device sector+count measured`, a line for each request. */
function rows(trace: DeviceTrace): string[] {
  return Array.from({ length: trace.opCount }, (_, index) => {
    const op = traceOpNames[trace.op[index]!];
    const device = trace.deviceNames[trace.device[index]!];
    const extent = `${trace.sector[index]}+${trace.sectorCount[index]}`;
    return `${trace.arrivalNs[index]} ${op} ${device} ${extent} ${trace.measuredNs[index]}`;
  });
}

/** `line:column message` of the only problem. */
function refusal(format: DeviceTraceFormatName, text: string): string {
  const reading = readDeviceTrace(format, text);
  const problems = reading.kind === 'ok' ? [] : reading.problems;
  expect(problems).toHaveLength(1);
  return `${problems[0]!.line}:${problems[0]!.column} ${problems[0]!.message}`;
}

const samples: Readonly<Record<DeviceTraceFormatName, string>> = {
  disksim: 'R Hit    2992396   4  13670.00000  35942.00000\nW Hit 16 8 1971.5 29108.0005\n',
  mqsim: '938513000 4 264719034 16 0\n938828000 3 197570570 32 1\n',
  spc: '0,21741712,24576,R,0.000774\n1, 18960512, 8192, w, 0.000938, 7\n',
  msr:
    '128166372003061629,hm,1,Read,383496192,32768,413\n' +
    '128166372016382155,hm,0,Write,2822144,4096,133139\n',
  alibaba: '0,R,126703644672,4096,1577808000000626\n7,W,8126464,16384,1577808000001031\n',
  blkparse:
    '  8,0    3        1     0.000000000   697  Q   W 223490 + 8 [kjournald]\n' +
    '  8,0    3        2     0.000001829   697  G   W 223490 + 8 [kjournald]\n' +
    '  8,0    3        3     0.000250000     0  C   W 223490 + 8 [0]\n',
  iolog: 'fio version 3 iolog\n0 f add\n0 f open\n5 f write 4096 512\n7 f sync 0 0\n9 f close\n',
};
const names = deviceTraceFormatNames;

describe('formats', () => {
  test('disksim: a closed loop, measured, with the think time before each request', () => {
    const trace = traceOf('disksim', samples.disksim);
    expect(rows(trace)).toEqual([
      '35942000 read 0 2992396+4 13670000',
      '78720000 write 0 16+8 1971500',
    ]);
    expect([thinkNs(trace, 0), thinkNs(trace, 1)]).toEqual([35_942_000, 29_108_000]);
    expect(trace).toMatchObject({ loop: 'closed', isTimed: true, sectorEnds: [2_992_400] });
  });

  test('mqsim: 1 is a read and 0 a write, arrivals are as recorded', () => {
    const trace = traceOf('mqsim', samples.mqsim);
    expect(rows(trace)).toEqual([
      '938513000 write 4 264719034+16 -1',
      '938828000 read 3 197570570+32 -1',
    ]);
    expect(trace.loop).toBe('open');
  });

  test('spc: blocks of 512 bytes, white space and further fields', () => {
    expect(rows(traceOf('spc', samples.spc))).toEqual([
      '774000 read 0 21741712+48 -1',
      '938000 write 1 18960512+16 -1',
    ]);
  });

  test('msr: file times of 18 digits keep their last one, response times are measurements', () => {
    expect(rows(traceOf('msr', samples.msr))).toEqual([
      '0 read hm,1 749016+64 41300',
      '1332052600 write hm,0 5512+8 13313900',
    ]);
  });

  test('alibaba: microseconds since the first request', () => {
    expect(rows(traceOf('alibaba', samples.alibaba))).toEqual([
      '0 read 0 247468056+8 -1',
      '405000 write 7 15872+32 -1',
    ]);
  });

  test('iolog: what the scenarios read, as one device', () => {
    expect(rows(traceOf('iolog', samples.iolog))).toEqual([
      '5000 write iolog 8+1 -1',
      '7000 flush iolog 0+0 -1',
    ]);
    const untimed = samples.iolog.replace('version 3', 'version 2').replace(/^\d+ (?=f)/gm, '');
    expect(traceOf('iolog', untimed).isTimed).toBe(false);
  });

  test('a line of column names, blank lines and carriage returns are passed over', () => {
    const heading = 'device_id,opcode,offset,length,timestamp\r\n\r\n';
    const text = heading + samples.alibaba.replaceAll('\n', '\r\n');
    expect(rows(traceOf('alibaba', text))).toEqual(rows(traceOf('alibaba', samples.alibaba)));
  });
});

describe('blkparse', () => {
  const event = (atUs: number, action: string, rwbs: string, extent: string) =>
    `8,0 1 1 ${(atUs / 1e6).toFixed(9)} 42 ${action} ${rwbs} ${extent}\n`;

  test('requests that were merged complete with the one that they joined', () => {
    const text =
      event(1, 'Q', 'W', '100 + 8 [a]') +
      event(2, 'Q', 'W', '108 + 8 [a]') +
      event(2, 'M', 'W', '108 + 8 [a]') +
      event(9, 'C', 'W', '100 + 16 [0]');
    expect(traceOf('blkparse', text).measuredNs).toEqual(Float64Array.of(8000, 7000));
  });

  test('a request that was split is done when its last part is', () => {
    const text =
      event(1, 'Q', 'R', '0 + 24 [a]') +
      event(5, 'C', 'R', '0 + 8 [0]') +
      event(6, 'C', 'R', '8 + 8 [0]') +
      event(8, 'C', 'R', '16 + 8 [0]');
    expect(traceOf('blkparse', text).measuredNs).toEqual(Float64Array.of(7000));
  });

  test('devices are told apart, and a sector that is asked for again', () => {
    const other = (line: string) => line.replace('8,0', '8,16');
    const text =
      event(1, 'Q', 'R', '8 + 8 [a]') +
      other(event(2, 'Q', 'R', '8 + 8 [a]')) +
      other(event(3, 'C', 'R', '8 + 8 [0]')) +
      event(5, 'C', 'R', '8 + 8 [0]') +
      event(6, 'Q', 'R', '8 + 8 [a]');
    const trace = traceOf('blkparse', text);
    expect(trace.measuredNs).toEqual(Float64Array.of(4000, 1000, -1));
    expect(trace.deviceNames).toEqual(['8,0', '8,16']);
  });

  test('flags: flushes before, forced writes, discards and messages', () => {
    const text =
      event(1, 'Q', 'FWS', '[a]') +
      event(2, 'Q', 'FWFS', '8 + 8 [a]') +
      event(3, 'Q', 'WFSM', '16 + 8 [a]') +
      event(4, 'Q', 'D', '64 + 64 [a]') +
      event(5, 'm', 'N', 'cfq workload slice:100') +
      event(6, 'Q', 'RAM', '24 + 8 [a]');
    const trace = traceOf('blkparse', text);
    expect(rows(trace).map((row) => row.split(' ').slice(1, 4).join(' '))).toEqual([
      'flush 8,0 0+0',
      'flush 8,0 0+0',
      'forcedWrite 8,0 8+8',
      'forcedWrite 8,0 16+8',
      'read 8,0 24+8',
    ]);
    expect(trace.skipped).toEqual({ discard: 1 });
  });

  test('stops at the tables at the end', () => {
    const tables = 'CPU0 (8,0):\n Reads Queued:           1,        4KiB\n\nTotal (8,0):\n';
    expect(traceOf('blkparse', samples.blkparse + tables).opCount).toBe(1);
  });
});

describe('text in chunks', () => {
  test.each(names)('may be cut anywhere (%s)', (name) => {
    const text = samples[name];
    const whole = rows(traceOf(name, text));
    for (let at = 0; at <= text.length; at += 1) {
      expect(rows(traceOf(name, [text.slice(0, at), text.slice(at)]))).toEqual(whole);
    }
    expect(rows(traceOf(name, [...text]))).toEqual(whole);
  });
});

describe('order and size', () => {
  test('requests out of order are sorted, equal times keep the order of the file', () => {
    const text = '300 0 8 8 1\n100 0 16 8 1\n300 0 24 8 1\n200 0 32 8 1\n';
    const trace = traceOf('mqsim', text);
    expect([...trace.sector]).toEqual([16, 32, 8, 24]);
    expect(trace.notes).toEqual(['2 requests were recorded out of order and are sorted by time']);
  });

  test('the earliest request arrives at 0, also when it is not the first of the file', () => {
    const text = '0,R,0,512,1577808000000626\n0,R,512,512,1577808000000600\n';
    expect(rows(traceOf('alibaba', text))).toEqual(['0 read 0 1+1 -1', '26000 read 0 0+1 -1']);
  });

  test('bytes are widened to sectors, and it is said', () => {
    const trace = traceOf('alibaba', '0,W,1000,100,5\n0,W,1024,512,6\n');
    expect(rows(trace)).toEqual(['0 write 0 1+2 -1', '1000 write 0 2+1 -1']);
    expect(trace.notes).toEqual(['1 requests were widened to whole sectors of 512 bytes']);
  });

  test('requests without data are counted as skipped', () => {
    expect(traceOf('mqsim', '1 0 8 0 1\n2 0 8 8 1\n').skipped).toEqual({ empty: 1 });
  });

  test('columns grow with the trace', () => {
    const text = Array.from({ length: 5000 }, (_, index) => `${index} 0 ${index * 8} 8 1`);
    const trace = traceOf('mqsim', text.join('\n'));
    expect(trace.opCount).toBe(5000);
    expect(trace.arrivalNs[4999]).toBe(4999);
    expect(trace.sectorEnds).toEqual([40_000]);
  });
});

describe('refusals', () => {
  test.each([
    ['disksim', 'X Hit 1 4 1.0 2.0\n', "1:1 expected op R or W, found 'X'"],
    ['disksim', 'R Hit 1 4 1.0\n', "1:14 expected 'op hit sector sectors service_us inter_us'"],
    ['disksim', 'R Hit 1 4 1,5 2.0\n', '1:11 expected the service time in us as a decimal'],
    ['mqsim', '1 0 8 8 2\n', '1:9 expected type (1 read, 0 write) as an integer from 0 to 1'],
    ['mqsim', '\n-1 0 8 8 1\n', '2:1 expected the arrival in ns as an integer from 0 to'],
    ['mqsim', '1 0 8 8 1 9\n', "1:11 expected 'arrival_ns device sector sectors type', found 6"],
    ['mqsim', '1 0 9007199254740993 8 1\n', '1:5 expected the first sector as an integer'],
    ['spc', '0,1,512,X,0.1\n', "1:9 expected a read or a write, found 'X'"],
    ['spc', '0,1,512,R,0.1.2\n', '1:11 expected the time in seconds as a decimal number'],
    ['msr', '12816637200306162x,hm,1,Read,0,512,1\n', '1:1 expected the file time as a number'],
    ['msr', '128166372003061629,hm,1,Read,0,512\n', "1:35 expected 'filetime,host,disk,type"],
    ['alibaba', '0,R,x,4096,1577808000000626\n', '1:5 expected the offset in bytes as an integer'],
    ['alibaba', '0,constructor,0,4096,1\n', "1:3 expected a read or a write, found 'constructor'"],
    ['blkparse', 'sda Q R 0 + 8\n', "1:1 expected a device such as '8,0', found 'sda'"],
    ['blkparse', '8,0 1 1 0.1 42 Q\n', "1:17 expected 'device cpu sequence seconds pid action"],
    ['blkparse', '8,0 1 1 0.1 42 Q R x + 8 [a]\n', '1:20 expected the first sector as an integer'],
    ['iolog', 'hello\n', "1:1 expected 'fio version 2 iolog'"],
  ] as const)('%s: %j', (format, text, expected) => {
    expect(refusal(format, text)).toContain(expected);
  });

  test.each(names)('an empty text has no request (%s)', (name) => {
    expect(readDeviceTrace(name, '').kind).toBe('problems');
  });

  test('a file of the wrong kind is refused by its first lines and a count', () => {
    const reading = readDeviceTrace('mqsim', 'what is this\n'.repeat(1000));
    const problems = reading.kind === 'ok' ? [] : reading.problems;
    expect(problems).toHaveLength(problemCountMax + 1);
    expect(problems.at(-1)!.message).toBe(
      `${1000 - problemCountMax} more problems, the last one here; is this the right file?`,
    );
  });
});

test('a trace of more devices than can be told apart is refused where it is too much', () => {
  const lines = Array.from({ length: 65_540 }, (_, index) => `1 ${index} 0 8 1\n`);
  expect(refusal('mqsim', lines.join(''))).toBe(
    '65537:1 more than 65536 devices in one trace; split the file',
  );
});

describe('detection', () => {
  test.each(names)('tells a format by its lines (%s)', (name) => {
    expect(detectTraceFormat(samples[name])).toBe(name);
    expect(isDeviceTraceFormatName(name)).toBe(true);
    expect(deviceTraceSummaries[name].length).toBeGreaterThan(20);
  });

  test('bears a last line that is cut off, and tells nothing of what is no trace', () => {
    expect(detectTraceFormat(`${samples.msr}1281663`)).toBe('msr');
    expect(detectTraceFormat('')).toBeUndefined();
    expect(detectTraceFormat('[global]\nrw=read\n')).toBeUndefined();
    expect(isDeviceTraceFormatName('toString')).toBe(false);
  });
});

// Recordings that are kept outside the project; skipped where they are not at hand.
const recorded = (file: string) => new URL(`../../../../../shared/data/${file}`, import.meta.url);
const isAtHand = existsSync(recorded('disksim/barracuda.trace'));

describe.skipIf(!isAtHand)('recordings of disks', () => {
  const text = (file: string) => readFileSync(recorded(file), 'utf8');
  const meanMs = (values: readonly number[]) =>
    values.reduce((sum, each) => sum + each, 0) / values.length / 1e6;

  // Means of the design, derived from the same files.
  test.each([
    ['disksim/barracuda.trace', 6511, 9.27, 1.696],
    ['disksim/cheetah9LP.trace', 6594, 5.804, 1.308],
  ])('%s has the reads and the mean times that are published', (file, count, readMs, writeMs) => {
    const trace = traceOf('disksim', text(file));
    const ofOp = (op: number) => [...trace.measuredNs].filter((_, index) => trace.op[index] === op);
    expect(trace.opCount).toBe(10_000);
    expect(ofOp(0)).toHaveLength(count);
    expect(meanMs(ofOp(0))).toBeCloseTo(readMs, 3);
    expect(meanMs(ofOp(1))).toBeCloseTo(writeMs, 3);
    expect(detectTraceFormat(text(file).slice(0, 4000))).toBe('disksim');
  });

  test('in the barracuda trace the time before a request falls by what the last one took', () => {
    const { measuredNs, opCount, ...trace } = traceOf('disksim', text('disksim/barracuda.trace'));
    const indices = Array.from({ length: opCount - 1 }, (_, index) => index + 1);
    const whole = { ...trace, measuredNs, opCount };
    const x = indices.map((index) => measuredNs[index - 1]! / 1e6);
    const y = indices.map((index) => thinkNs(whole, index) / 1e6);
    const [meanX, meanY] = [x, y].map((each) => each.reduce((a, b) => a + b, 0) / each.length);
    const covariance = x.reduce((sum, each, at) => sum + (each - meanX!) * (y[at]! - meanY!), 0);
    const variance = x.reduce((sum, each) => sum + (each - meanX!) ** 2, 0);
    expect(covariance / variance).toBeGreaterThan(-1.1);
    expect(covariance / variance).toBeLessThan(-0.7);
  });

  test.each([
    ['mqsim/mqsim-wsrch-small.trace', 24_783, 0],
    ['mqsim/mqsim-tpcc-small.trace', 6_999, 0.37],
  ])('%s has the requests and the share of writes that are told', (file, count, writeShare) => {
    const trace = traceOf('mqsim', text(file));
    expect(trace.opCount).toBe(count);
    const writes = trace.op.reduce((sum, op) => sum + (op === 1 ? 1 : 0), 0);
    expect(writes / count).toBeCloseTo(writeShare, 2);
    expect(detectTraceFormat(text(file).slice(0, 4000))).toBe('mqsim');
  });
});
