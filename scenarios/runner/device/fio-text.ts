// What a job did, for people, laid out as fio lays it out.
//
//   reads: rw=randread, bs=4096, iodepth=32, numjobs=1
//     read: IOPS=195k, BW=762MiB/s, 5850000 requests in 30000 ms
//       slat (nsec): 5128
//       clat (usec): min=58, max=612, avg=158.91, stdev=14.20
//        lat (usec): min=63, max=617, avg=164.04, stdev=14.20
//       clat percentiles (usec):
//        |  1.00th=[  132],  5.00th=[  140], ...
import { fioPercents } from './fio-json-writer.ts';
import { fioOptionsOf } from './fio-options.ts';
import type { DirectionResult, JobResult } from './job-run.ts';
import { type Spread, spreadOf } from './samples.ts';

const columns = 4;

/** The lines of one job. */
export function fioText(result: JobResult): string {
  const { job, runtimeNs, submitNs, syncNs } = result;
  const options = Object.entries(fioOptionsOf(job)).map(([name, value]) => `${name}=${value}`);
  const lines = [`${job.name}: ${options.join(', ')}`];
  for (const name of ['read', 'write', 'trim'] as const) {
    const direction = result[name];
    if (direction.latencyNs.length === 0) continue;
    lines.push(...directionLines(name, direction, runtimeNs, submitNs));
  }
  if (syncNs.length > 0) {
    const spread = spreadOf(syncNs);
    lines.push(`  fsync: ${syncNs.length} flushes`, ...percentileLines('sync', spread));
  }
  if (lines.length === 1) lines.push('  nothing was done within the runtime');
  return `${lines.join('\n')}\n`;
}

function directionLines(
  name: string,
  { latencyNs, bytes, errorCount }: DirectionResult,
  runtimeNs: number,
  submitNs: number,
): string[] {
  const count = latencyNs.length;
  const iops = (count / runtimeNs) * 1e9;
  const mibPerSec = ((bytes / runtimeNs) * 1e9) / 1024 ** 2;
  const total = spreadOf(latencyNs);
  const completion = submitNs === 0 ? total : spreadOf(latencyNs.map((each) => each - submitNs));
  const failed = errorCount === 0 ? '' : `, ${errorCount} failed`;
  const runtimeMs = Math.max(1, Math.round(runtimeNs / 1e6));
  return [
    `  ${name}: IOPS=${countText(iops)}, BW=${sizeText(mibPerSec)}/s, ` +
      `${count} requests in ${runtimeMs} ms${failed}`,
    `    slat (nsec): avg=${submitNs}`,
    ...percentileLines('clat', completion),
    `     ${spreadLine('lat', total)}`,
  ];
}

function percentileLines(name: string, spread: Spread): string[] {
  const { scale, unit } = unitOf(spread);
  const cells = fioPercents.map((percent) => {
    const value = Math.round(spread.quantileNs(percent / 100) / scale);
    return `${percent.toFixed(2).padStart(5)}th=[${String(value).padStart(5)}]`;
  });
  const rows: string[] = [];
  for (let at = 0; at < cells.length; at += columns) {
    rows.push(`     | ${cells.slice(at, at + columns).join(', ')}`);
  }
  return [`    ${spreadLine(name, spread)}`, `    ${name} percentiles (${unit}):`, ...rows];
}

function spreadLine(name: string, spread: Spread): string {
  const { scale, unit } = unitOf(spread);
  const [min, max] = [spread.minNs, spread.maxNs].map((ns) => Math.round(ns / scale));
  const [mean, deviation] = [spread.meanNs, spread.deviationNs].map((ns) =>
    (ns / scale).toFixed(2),
  );
  return `${name} (${unit}): min=${min}, max=${max}, avg=${mean}, stdev=${deviation}`;
}

/** fio's rule: the largest unit in which the least is above 2,000 and the spread is told. */
function unitOf({ minNs, maxNs, deviationNs }: Spread): { scale: number; unit: string } {
  if (minNs > 2_000_000 && maxNs > 99_999_000 && deviationNs > 1_000_000) {
    return { scale: 1e6, unit: 'msec' };
  }
  if (minNs > 2_000 && maxNs > 99_999) return { scale: 1e3, unit: 'usec' };
  return { scale: 1, unit: 'nsec' };
}

function countText(count: number): string {
  if (count >= 1e6) return `${(count / 1e6).toFixed(2)}M`;
  if (count >= 1e4) return `${(count / 1e3).toFixed(1)}k`;
  return count >= 100 ? count.toFixed(0) : count.toFixed(1);
}

function sizeText(mib: number): string {
  if (mib >= 10_240) return `${(mib / 1024).toFixed(1)}GiB`;
  return mib >= 100 ? `${mib.toFixed(0)}MiB` : `${mib.toFixed(1)}MiB`;
}
