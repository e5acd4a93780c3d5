// Protocol cores that can be searched in every state, for `stormcell explore`.
import type { SearchPath, StateSpace } from '../sim/index.ts';
import { LineageCore } from './lineage/core.ts';
import { coreProperties } from './lineage/core-judge.ts';
import type { CoreOptions } from './lineage/core-options.ts';
import { type ProtocolMutant, protocolMutants, withMutants } from './lineage/mutants.ts';
import { type Observed, observations, ruleFor } from './lineage/rules.ts';

/** What of a protocol is searched. */
export interface ProtocolSpec {
  /** The request of each router; the same one twice is a retry through another router. */
  readonly requests: readonly string[];
  /** The most moves from cell to cell. */
  readonly moves: number;
  /** How many cells there are, 2 or 3. */
  readonly cells: number;
  /** Whether a source that does not answer may be overruled once its lease has run out. */
  readonly takeover: boolean;
  /** Whether the merits of the two cells may be swapped, at any time. */
  readonly rollBacks: boolean;
  /** Names in the protocol's table of mutants. */
  readonly mutants: readonly string[];
  /** Pairs of the rule table, `active/retired`, that say only `retry`, in either order. */
  readonly without: readonly string[];
}

/** A space with words for what happens in it. */
export interface ProtocolSpace extends StateSpace {
  /** The number of a step to its words. */
  label(step: number): string;
  /** What a state is, a line for each part. */
  describe(row: Uint16Array): readonly string[];
  /** What a state is, in a line: the states of its parts. */
  name(row: Uint16Array): string;
  /** The earlier steps of a way, counted from 0, that a step of it goes by. */
  causes(path: SearchPath, at: number): readonly number[];
  /** How many rules were applied so far, of how many: one for each pair in each order. */
  coverage(): { readonly appliedCount: number; readonly ruleCount: number };
}

/** A protocol: what it is, what can be wrong with it, how it is searched. */
export interface Protocol {
  readonly summary: string;
  readonly mutants: Readonly<Record<string, ProtocolMutant>>;
  /** Names of rules that can be left out. */
  readonly rules: readonly string[];
  /** What is proved, in the order of a report. */
  readonly properties: Readonly<Record<string, string>>;
  open(spec: ProtocolSpec): ProtocolSpace;
}

/** Every protocol by name. */
export const protocols = {
  'snapshot-lineage': {
    summary: 'snapshots of a volume that is represented in two cells, while it is moved',
    mutants: protocolMutants,
    rules: observations.flatMap((a) => observations.map((b) => `${a}/${b}`)),
    properties: coreProperties,
    open: (spec) => new LineageCore(coreOptions(spec)),
  },
} as const satisfies Record<string, Protocol>;

function coreOptions(spec: ProtocolSpec): CoreOptions {
  const { requests, moves: moveMax, cells: cellCount, rollBacks, mutants, without } = spec;
  const dropped = new Set(without);
  const ruleOf: typeof ruleFor = (pair) => {
    const isDropped = dropped.has(pair.join('/')) || dropped.has([...pair].reverse().join('/'));
    return isDropped ? { ...ruleFor([hidden, hidden]), name: pair.join('/') } : ruleFor(pair);
  };
  const known = Object.keys(protocolMutants) as (keyof typeof protocolMutants)[];
  const chosen = known.filter((id) => mutants.includes(id));
  return withMutants(
    { requests, moveMax, cellCount, forcedTakeover: spec.takeover, rollBacks, ruleOf },
    chosen,
  );
}

const hidden: Observed = 'unreachable';
