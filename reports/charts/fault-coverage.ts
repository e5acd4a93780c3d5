// States against kinds of faults, one block of rows a machine.
import type { ReportRows } from '../rows.ts';
import { formatCount } from '../text.ts';
import type { Chart, ChartPicture } from './chart.ts';
import { type Grid, gridSpec, gridSubtitle } from './coverage-grid.ts';

const statesMax = 120;

/** How often each state of each machine met each kind of fault. */
export const faultCoverage: Chart = {
  name: 'fault-coverage',
  title: 'Fault coverage',
  absence: 'no fault was planned, or no actor reported a state',
  draw(rows) {
    if (rows.coverage.length === 0 || rows.coveredFaults.length === 0) return null;
    return picture(rows);
  },
};

function picture({ coverage, coveredFaults }: ReportRows): ChartPicture {
  const grid: Grid = {
    noun: 'state',
    rows: coverage.map((row) => ({ ...row, label: row.state, headings: [row.machine] })),
    rowsMax: statesMax,
    kinds: coveredFaults,
    absence: { row: 'no actor entered it', all: 'never entered' },
  };
  return {
    subtitle: gridSubtitle(grid),
    description:
      'One row for each state of a machine, one column for each kind of fault. A cell counts how ' +
      'often a fault on the actor\u2019s node began in the state or was active when it was ' +
      'entered; a dashed cell was never tried. Plain numbers: how often the state was entered ' +
      'while faults were active on other nodes only, and without any.',
    spec: gridSpec(grid),
    table: {
      columns: ['machine', 'state', ...coveredFaults, 'fault elsewhere', 'no fault'],
      rows: coverage.map((row) => [
        row.machine,
        row.state,
        ...row.counts.map(formatCount),
        formatCount(row.elsewhereCount),
        formatCount(row.noFaultCount),
      ]),
    },
  };
}
