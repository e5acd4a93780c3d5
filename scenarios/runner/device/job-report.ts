// What jobs did, as fio's JSON.
import { type FioMeasurement, type FioReportOptions, fioReport } from './fio-json-writer.ts';
import { fioOptionsOf } from './fio-options.ts';
import type { DirectionResult, JobResult } from './job-run.ts';

/** The results as a value for `JSON.stringify`. */
export function fioReportOf(
  results: readonly JobResult[],
  options: FioReportOptions = {},
): Readonly<Record<string, unknown>> {
  return fioReport(results.map(measurementOf), options);
}

function measurementOf(result: JobResult): FioMeasurement {
  const { job, runtimeNs, submitNs, syncNs } = result;
  const samples = ({ latencyNs, bytes }: DirectionResult) => ({
    latencyNs,
    bytes,
    submissionNs: new Float64Array(latencyNs.length).fill(submitNs),
  });
  return {
    name: job.name,
    options: fioOptionsOf(job),
    iodepth: job.iodepth,
    runtimeNs,
    read: samples(result.read),
    write: samples(result.write),
    trim: samples(result.trim),
    syncNs,
  };
}
