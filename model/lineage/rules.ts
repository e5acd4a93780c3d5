// Which cell takes a snapshot, and what has to be done before: by the pair of states that a router
// has seen. Row: the cell that the routing metadata names active (1), column: the alternate (2).
//
// The pair is two answers to two questions, asked one after the other: it may never have existed at
// one instant. So the table is total, and it only chooses among guarded commands: a wrong choice
// costs time, never a snapshot.
import { type CellState, cellStates } from './cell-record.ts';

/** What a router sees of a cell; `unreachable` is no state, only the lack of an answer. */
export type Observed = CellState | 'unreachable';

/** Every observation, in the order of the table. */
export const observations: readonly Observed[] = [...cellStates, 'unreachable'];

/** What a rule says. */
export interface Rule {
  /** Its name in the record: the two observations. */
  readonly name: string;
  /** Which cell takes the snapshot; null for none. */
  readonly taker: 1 | 2 | null;
  /** The taker must have the higher epoch, else both are read again. */
  readonly ifNewer: boolean;
  /** The routing metadata named the wrong cell first. */
  readonly fixHint: boolean;
  /** Drive the recorded move before asking again. */
  readonly drive: boolean;
  /** Read both again: two cells seem authoritative. */
  readonly reRead: boolean;
  /** Nothing can be said now. */
  readonly retry: boolean;
  /** The volume is not there, if the authority says so, too. */
  readonly notFound: boolean;
}

/**
 * The codes: `T1`/`T2` take there, `*` only if newer, `H` fix the hint, `D` drive, `RR` re-read,
 * `RT` retry later, `NF` not found.
 */
export const ruleTable = {
  'not-found': ['NF', 'D', 'T2 H', 'T2 H D', 'D', 'D', 'RT'],
  creating: ['D', 'D', 'T2 H D', 'T2 H D', 'D', 'D', 'D'],
  active: ['T1', 'T1 D', 'RR', 'RR', 'T1* D', 'T1*', 'T1'],
  migrating: ['T1 D', 'T1 D', 'RR', 'RR', 'T1* D', 'T1* D', 'T1 D'],
  sealed: ['D', 'D', 'T2* H D', 'T2* H D', 'D', 'D', 'D'],
  retired: ['D', 'D', 'T2* H', 'T2* H D', 'D', 'D', 'D'],
  unreachable: ['RT', 'D', 'T2 H', 'T2 H D', 'D', 'D', 'RT'],
} as const satisfies Record<Observed, readonly string[]>;

/** Both observations, in the order of the routing metadata. */
export type ObservedPair = readonly [Observed, Observed];

const rules = new Map<string, Rule>();
for (const row of observations) {
  for (const [index, column] of observations.entries()) {
    const name = `${row}/${column}`;
    rules.set(name, Object.freeze(readRule(name, ruleTable[row][index]!)));
  }
}

/** The rule for a pair. */
export function ruleFor(pair: ObservedPair): Rule {
  return rules.get(`${pair[0]}/${pair[1]}`)!;
}

function readRule(name: string, text: string): Rule {
  const codes = text.split(' ');
  const take = codes.find((code) => code.startsWith('T'));
  const isTaking = take !== undefined;
  return {
    name,
    taker: isTaking ? (take[1] === '1' ? 1 : 2) : null,
    ifNewer: isTaking && take.endsWith('*'),
    fixHint: codes.includes('H'),
    drive: codes.includes('D'),
    reRead: codes.includes('RR'),
    retry: codes.includes('RT'),
    notFound: codes.includes('NF'),
  };
}
