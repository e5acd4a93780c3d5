// LIN-18: a move is decided once, and a cell obeys a decision once.
import type { Finding, Property } from '../../sim/index.ts';
import type { CellCommand } from '../lineage/cell-record.ts';
import type { CellStep, LineageStep, PlaceStep } from './ghost-cells.ts';
import { LineageMonitor } from './lineage-monitor.ts';
import { recordText } from './lineage-words.ts';

/** Decided once, obeyed once. */
export const lineageDecisionOnce: Property = {
  id: 'lineage-decision-once',
  mode: 'always',
  summary: 'a move is committed or aborted, never both, and cells obey what is decided, once',
  kinds: ['mark'],
  monitor: () => new DecisionMonitor(),
};

type Decided = 'commit' | 'abort';

/** What a cell does only once it is decided. */
const certificateOf = {
  activate: 'commit',
  retire: 'commit',
  unseal: 'abort',
  'abort-import': 'abort',
} as const satisfies Partial<Record<CellCommand['kind'], Decided>>;

class DecisionMonitor extends LineageMonitor {
  /** By volume and move. */
  readonly #decided = new Map<string, Decided>();

  protected override judge(step: LineageStep): Finding | null {
    if (step.kind === 'cell') return this.#judgeObeyed(step);
    return step.kind === 'place' ? this.#judgeDecided(step) : null;
  }

  #judgeDecided({ volume, change, before, after }: PlaceStep): Finding | null {
    const decided = decidedBy(change, before, after);
    if (decided === null || after.epoch === before?.epoch) return null;
    this.evaluatedCount += 1;
    const { move, decision } = decided;
    const key = `${volume} ${move}`;
    const known = this.#decided.get(key);
    this.#decided.set(key, decision);
    if (known === undefined) return null;
    return {
      what: `move ${move} of '${volume}' was decided twice`,
      expected: `'${known}', as it was decided first`,
      observed: `'${decision}'`,
    };
  }

  #judgeObeyed({ volume, cell, command, before, after, isChange }: CellStep): Finding | null {
    if (command === null || !('move' in command) || !isChange) return null;
    this.evaluatedCount += 1;
    const { move, kind } = command;
    const what = `'${cell}' obeyed '${kind}' of move ${move} of '${volume}'`;
    if (move <= before.closedMove) {
      return {
        what,
        expected: `moves above ${before.closedMove}, which is closed there`,
        observed: `${recordText(before)} became ${recordText(after)}`,
      };
    }
    if (kind === 'prepare' || kind === 'migrate' || kind === 'seal') return null;
    const decided = this.#decided.get(`${volume} ${move}`);
    const needed = certificateOf[kind];
    if (decided === needed) return null;
    const observed = decided === undefined ? 'it is not decided' : `it is decided: '${decided}'`;
    return { what, expected: `a move that is decided: '${needed}'`, observed };
  }
}

// By the change that says so, by a roll-back that met the move undecided, or by an operator who
// tells the owner again that it is the owner.
function decidedBy(
  change: PlaceStep['change'],
  before: PlaceStep['before'],
  after: PlaceStep['after'],
): { readonly move: number; readonly decision: Decided } | null {
  if (change?.kind === 'commit' || change?.kind === 'abort') {
    return { move: change.move, decision: change.kind };
  }
  if (change?.kind === 'lift-quarantine') {
    return after.move?.decision === 'commit' ? { move: after.move.id, decision: 'commit' } : null;
  }
  if (change?.kind !== 'swap-merits' || before?.move?.decision !== 'open') return null;
  return after.move?.decision === 'abort' ? { move: after.move.id, decision: 'abort' } : null;
}
