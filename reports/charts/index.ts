import type { Chart } from './chart.ts';
import { faultCoverage } from './fault-coverage.ts';
import { faultTimeline } from './fault-timeline.ts';
import { gauges } from './gauges.ts';
import { handOver } from './hand-over.ts';
import { iopsOverTime } from './iops-over-time.ts';
import { latencyOverTime } from './latency-over-time.ts';
import { latencyPercentiles } from './latency-percentiles.ts';
import { ruleTable } from './rule-table.ts';
import { snapshotLineage } from './snapshot-lineage.ts';
import { stateLanes } from './state-lanes.ts';
import { transitionCoverage } from './transition-coverage.ts';
import { volumeOwnership } from './volume-ownership.ts';

/** Every chart of a report, in reading order. */
export const charts = [
  faultTimeline,
  latencyOverTime,
  latencyPercentiles,
  iopsOverTime,
  volumeOwnership,
  handOver,
  snapshotLineage,
  ruleTable,
  stateLanes,
  faultCoverage,
  transitionCoverage,
  gauges,
] as const satisfies readonly Chart[];
