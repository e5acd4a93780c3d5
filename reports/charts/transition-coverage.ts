// Transitions against kinds of faults: under each machine the states that are left, under each of
// these the states that follow.
import type { ReportRows } from '../rows.ts';
import { formatCount } from '../text.ts';
import type { Chart, ChartPicture } from './chart.ts';
import { type Grid, gridSpec, gridSubtitle } from './coverage-grid.ts';

const transitionsMax = 120;

/** How often each transition of each machine was taken under each kind of fault. */
export const transitionCoverage: Chart = {
  name: 'transition-coverage',
  title: 'Fault coverage of transitions',
  absence: 'no fault was planned, or no actor went from one state to another',
  draw(rows) {
    if (rows.transitions.length === 0 || rows.coveredFaults.length === 0) return null;
    return picture(rows);
  },
};

function picture({ transitions, coveredFaults }: ReportRows): ChartPicture {
  const grid: Grid = {
    noun: 'transition',
    rows: transitions.map((row) => ({
      ...row,
      label: `\u2192 ${nameBeside(row.from, row.to)}`,
      headings: [row.machine, row.from],
    })),
    rowsMax: transitionsMax,
    kinds: coveredFaults,
    absence: { row: 'no actor took it', all: 'never taken' },
  };
  return {
    subtitle: gridSubtitle(grid),
    description:
      'One row for each transition that an actor took, under the state that it left. A cell ' +
      'counts how often that was while a fault of the kind was active on the actor\u2019s node; ' +
      'a dashed cell never met. A node that is down takes no transition, so that a crash meets ' +
      'states only; a name that begins with a dot lies in the same state as the one above it. ' +
      'Plain numbers: faults were active on other nodes only, and none was.',
    spec: gridSpec(grid),
    table: {
      columns: ['machine', 'from', 'to', ...coveredFaults, 'fault elsewhere', 'no fault'],
      rows: transitions.map((row) => [
        row.machine,
        row.from,
        row.to,
        ...row.counts.map(formatCount),
        formatCount(row.elsewhereCount),
        formatCount(row.noFaultCount),
      ]),
    },
  };
}

/** The state after, without what it has in common with the one before: `.scanning`. */
function nameBeside(from: string, to: string): string {
  const length = to.lastIndexOf('.');
  return length > 0 && from.startsWith(to.slice(0, length + 1)) ? to.slice(length) : to;
}
