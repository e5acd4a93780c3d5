// A volume that is moved there and back, by hand: rows as charts get them.
import { observations, ruleTable } from '../../model/lineage/rules.ts';
import type { LineageRows, RuleRow } from '../../reports/lineage-rows.ts';

const ms = 1_000_000;

/** Two moves between two cells, the second aborted, with `count` snapshots in all. */
export function syntheticLineage(count: number): LineageRows {
  const volume = 'vol-1';
  const holding = (cell: string, state: string, fromMs: number, untilMs: number) => ({
    volume,
    cell,
    state,
    startNs: fromMs * ms,
    endNs: untilMs * ms,
  });
  const step = (atMs: number, move: number, actor: string, what: string) => ({
    atNs: atMs * ms,
    volume,
    move,
    actor,
    cell: '',
    what,
    isRule: what.startsWith('rule'),
  });
  return {
    holdings: [
      holding('cell-1', 'active', 0, 10_004),
      holding('cell-2', 'creating', 10_002, 10_430),
      holding('cell-1', 'migrating', 10_004, 10_400),
      holding('cell-1', 'sealed', 10_400, 10_445),
      holding('cell-2', 'active', 10_430, 60_000),
      holding('cell-1', 'retired', 10_445, 40_000),
      holding('cell-1', 'creating', 40_000, 40_300),
      holding('cell-1', 'retired', 40_300, 60_000),
    ],
    moves: [
      {
        volume,
        move: 1,
        source: 'cell-1',
        target: 'cell-2',
        openedNs: 10_000 * ms,
        sealedNs: 10_400 * ms,
        decidedNs: 10_420 * ms,
        decision: 'commit',
        resumedNs: 10_430 * ms,
        closedNs: 10_450 * ms,
      },
      {
        volume,
        move: 2,
        source: 'cell-2',
        target: 'cell-1',
        openedNs: 39_990 * ms,
        sealedNs: null,
        decidedNs: 40_290 * ms,
        decision: 'abort',
        resumedNs: null,
        closedNs: 40_310 * ms,
      },
    ],
    steps: [
      step(10_000, 1, 'mover-1', 'opens the move'),
      step(10_120, 1, 'router-1', 'rule migrating/creating: takes in cell-1, drives'),
      step(10_400, 1, 'mover-1', 'seals'),
      step(10_410, 1, 'router-2', 'rule sealed/creating: drives'),
      step(10_420, 1, 'router-2', 'commits'),
      step(10_435, 1, 'router-2', 'rule sealed/active: takes in cell-2, drives'),
      step(10_450, 1, 'mover-1', 'clears'),
      step(39_990, 2, 'mover-1', 'opens the move'),
      step(40_290, 2, 'mover-1', 'aborts'),
    ],
    snapshots: Array.from({ length: count }, (_, index) => ({
      volume,
      request: `s${index + 1}`,
      cell: index * 3 < count ? 'cell-1' : 'cell-2',
      publishedNs: Math.floor(((index + 0.5) * 60_000 * ms) / count),
      parent: index === 0 ? null : index - 1,
      state: index === 3 ? 'error' : 'completed',
    })),
    rules: syntheticRules(),
  };
}

/** Every pair of the rule table; those whose places add up to an even number were met. */
function syntheticRules(): readonly RuleRow[] {
  return observations.flatMap((first, row) =>
    observations.map((alternate, column) => ({
      first,
      alternate,
      codes: ruleTable[first][column]!,
      count: (row + column) % 2 === 0 ? 1 + row * column * column * column : 0,
    })),
  );
}
