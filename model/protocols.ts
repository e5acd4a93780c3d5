// Protocol cores that can be searched in every state, for `stormcell explore`.
import type { StateSpace } from '../sim/index.ts';
import { type CoreOptions, LineageCore } from './lineage/core.ts';
import { type ProtocolMutant, protocolMutants, withMutants } from './lineage/mutants.ts';
import { type Observed, observations, ruleFor } from './lineage/rules.ts';

/** What of a protocol is searched. */
export interface ProtocolSpec {
  /** The request of each router; the same one twice is a retry through another router. */
  readonly requests: readonly string[];
  /** The most moves from cell to cell. */
  readonly moves: number;
  /** Whether a source that does not answer may be overruled once its lease has run out. */
  readonly takeover: boolean;
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
  /** How many rules were applied so far, of how many. */
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
    properties: {
      'lineage-one-authority': 'never two cells are authoritative for the volume',
      'lineage-published-once': 'a request has at most one published snapshot',
      'lineage-one-head': 'who is authoritative holds the whole published chain',
      'lineage-not-lost': 'an acknowledged snapshot stays in the lineage',
      'can-finish': 'from every state each request can be brought to its end by routers alone',
    },
    open: (spec) => new LineageCore(coreOptions(spec)),
  },
} as const satisfies Record<string, Protocol>;

function coreOptions(spec: ProtocolSpec): CoreOptions {
  const { requests, moves: moveMax, takeover: forcedTakeover, mutants, without } = spec;
  const dropped = new Set(without);
  const ruleOf: typeof ruleFor = (pair) => {
    const isDropped = dropped.has(pair.join('/')) || dropped.has([...pair].reverse().join('/'));
    return isDropped ? { ...ruleFor([hidden, hidden]), name: pair.join('/') } : ruleFor(pair);
  };
  const known = Object.keys(protocolMutants) as (keyof typeof protocolMutants)[];
  const chosen = known.filter((id) => mutants.includes(id));
  return withMutants({ requests, moveMax, forcedTakeover, ruleOf }, chosen);
}

const hidden: Observed = 'unreachable';
