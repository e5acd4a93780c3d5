// Charts and pages from records. Knows the record and the verdict, nothing of the model or of
// scenarios.
export {
  type AccuracyCurve,
  type AccuracyGate,
  type AccuracyInput,
  type AccuracyRow,
  renderAccuracy,
} from './accuracy-page.ts';
export type { Chart, ChartPicture, DataTable } from './charts/chart.ts';
export { charts } from './charts/index.ts';
export type {
  HoldingRow,
  LineageRows,
  MoveRow,
  RuleRow,
  SnapshotRow,
  StepRow,
} from './lineage-rows.ts';
export {
  type RenderedChart,
  type Report,
  type ReportInput,
  renderReport,
  renderRuleTable,
} from './report.ts';
