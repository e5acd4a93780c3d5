// Loads the kernel, the block store and the reports: some hundred milliseconds, so only on demand.
import { charts, renderReport, renderRuleTable } from '../../reports/index.ts';
import { seededChoices } from '../../sim/index.ts';
import { knownNames } from './known-names.ts';
import { lineageRows } from './reporters/lineage.ts';
import { runScenario } from './run.ts';
import type { Engine } from './shell.ts';

/** Everything that runs and draws. */
export const engine: Engine = {
  names: knownNames,
  charts: Object.fromEntries(charts.map(({ name, title }) => [name, { summary: title }])),
  runScenario,
  renderReport: (input) => renderReport({ ...input, lineage: lineageRows(input.entries) }),
  renderRuleTable,
  choicesOf: seededChoices,
};
