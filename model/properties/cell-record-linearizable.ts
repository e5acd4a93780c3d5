// What a cell is to a volume is one register, though many hosts keep it and any of them answers.
//
// Linearizable: what most members have accepted is what every later attempt builds upon, and an
// answer is of an attempt above all that were answered before it was asked for.
import type { Entry, Finding, Property } from '../../sim/index.ts';
import { compareBallots } from '../lineage/cell-member/ballots.ts';
import type { Ballot } from '../messages/lineage.ts';
import type { LineageStep } from './ghost-cells.ts';
import { LineageMonitor } from './lineage-monitor.ts';
import { ballotText } from './lineage-words.ts';
import { isMark, type MarkFacts } from './marks.ts';

/** One register for each volume and cell. */
export const cellRecordLinearizable: Property = {
  id: 'cell-record-linearizable',
  mode: 'always',
  summary: 'what most members of a cell have accepted is never lost, and answers never go back',
  kinds: ['mark'],
  monitor: () => new CellRecordMonitor(),
};

class CellRecordMonitor extends LineageMonitor {
  /** The highest attempt that was answered, by cell and volume. */
  readonly #answered = new Map<string, Ballot>();
  /** The highest that was answered when each ask came. */
  readonly #floors = new Map<string, Ballot>();

  override observe(entry: Entry): Finding | null {
    if (isMark(entry, 'cell.asked')) {
      const floor = this.#answered.get(placeOf(entry.facts));
      if (floor !== undefined) this.#floors.set(askOf(entry.actor, entry.facts), floor);
    } else if (isMark(entry, 'cell.answered')) {
      return this.#judgeAnswer(entry.facts, entry.actor);
    }
    return super.observe(entry);
  }

  protected override judge(step: LineageStep): Finding | null {
    if (step.kind === 'cell') this.evaluatedCount += 1;
    if (step.kind !== 'fork') return null;
    this.evaluatedCount += 1;
    const [lower, upper] = step.ballots;
    return {
      what: `most members of '${step.cell}' accepted two records of '${step.volume}' apart`,
      expected: `${ballotText(upper)} to build upon ${ballotText(lower)}`,
      observed: 'it does not know of it',
    };
  }

  #judgeAnswer(facts: MarkFacts['cell.answered'], actor: string): Finding | null {
    const { cell, volume, ballot } = facts;
    const key = askOf(actor, facts);
    const floor = this.#floors.get(key);
    this.#floors.delete(key);
    if (ballot === null) return null;
    this.evaluatedCount += 1;
    const place = placeOf(facts);
    const highest = this.#answered.get(place);
    if (highest === undefined || compareBallots(ballot, highest) > 0) {
      this.#answered.set(place, ballot);
    }
    if (floor === undefined || compareBallots(ballot, floor) > 0) return null;
    return {
      what: `'${actor}' answered what '${cell}' was to '${volume}' before the question`,
      expected: `an attempt above ${ballotText(floor)}, which was answered then`,
      observed: ballotText(ballot),
    };
  }
}

function placeOf({ cell, volume }: { readonly cell: string; readonly volume: string }): string {
  return `${cell} ${volume}`;
}

function askOf(actor: string, facts: MarkFacts['cell.asked']): string {
  return `${actor} ${facts.volume} ${facts.from} ${facts.reqId}`;
}
