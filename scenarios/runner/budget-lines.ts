// What a system may claim to survive, line by line, and how faults are counted against each line.
//
//   fault --kind--> the lines it counts on --the nodes it strikes, its parameters--> used
//
// A line speaks of one instant: two crashes one after the other use as much as one. Damage is the
// exception: what a device lost or lied about does not come back when the fault ends, so those
// lines count every node struck in the run so far.
import type { FaultParams } from '../../sim/index.ts';
import { quantityText } from './units.ts';

/** A fault in force: its kind, the nodes that suffer by it, its parameters. */
export interface Strike {
  readonly kind: string;
  readonly nodes: readonly string[];
  readonly params: FaultParams;
}

/** What lines need to know of the world besides its faults. */
export interface BudgetGround {
  /** By node id. */
  readonly zoneOf: ReadonlyMap<string, string>;
  /** Each clock may be off by this before any fault. */
  readonly skewPpm: number;
  /** The wires lose this share before any fault. */
  readonly dropShare: number;
}

/** One line of a budget. */
export interface BudgetLine {
  readonly summary: string;
  readonly measure: 'count' | 'share' | 'ppm' | 'duration';
  /** What a budget says that does not name the line: any number is claimed to be survived, or 0. */
  readonly unnamed: 'any' | 'none';
  /** Damage: strikes count on after their fault has ended. */
  readonly lasting: boolean;
  used(strikes: readonly Strike[], ground: BudgetGround): number;
}

/** Every line of a budget. */
export const budgetLines = {
  crashed: {
    summary: 'nodes down at once: crashed, without power or restarting',
    measure: 'count',
    unnamed: 'any',
    lasting: false,
    used: nodeCount,
  },
  zones: {
    summary: 'zones with a node that is down, standing still or cut off at once',
    measure: 'count',
    unnamed: 'any',
    lasting: false,
    used: (strikes, { zoneOf }) =>
      new Set(strikes.flatMap(({ nodes }) => nodes.map((id) => zoneOf.get(id)))).size,
  },
  slowed: {
    summary: 'nodes at once whose devices, steps or messages take longer',
    measure: 'count',
    unnamed: 'any',
    lasting: false,
    used: nodeCount,
  },
  skew: {
    summary: 'how far a clock rate is off, what the scenario gives to each clock included',
    measure: 'ppm',
    unnamed: 'any',
    lasting: false,
    used: (strikes, { skewPpm }) => skewPpm + largestOfNode(strikes, driftPpm),
  },
  lossShare: {
    summary: 'messages lost by chance: shares of all losses at once and of the wires, added up',
    measure: 'share',
    unnamed: 'any',
    lasting: false,
    used: (strikes, { dropShare }) =>
      rounded(strikes.reduce((sum, { params }) => sum + numberOf(params.share), dropShare)),
  },
  clockJump: {
    summary: 'how far a clock is set forward or back, jumps of one node at once added up',
    measure: 'duration',
    unnamed: 'any',
    lasting: false,
    used: (strikes) => largestOfNode(strikes, ({ params }) => Math.abs(numberOf(params.by))),
  },
  ioErrors: {
    summary: 'nodes whose devices answer errors',
    measure: 'count',
    unnamed: 'none',
    lasting: true,
    used: nodeCount,
  },
  flushLies: {
    summary: 'nodes whose devices report writes as durable that are not',
    measure: 'count',
    unnamed: 'none',
    lasting: true,
    used: nodeCount,
  },
  corrupted: {
    summary: 'nodes whose blocks or messages are altered without a word',
    measure: 'count',
    unnamed: 'none',
    lasting: true,
    used: nodeCount,
  },
  copiesLost: {
    summary: 'nodes whose devices lose everything',
    measure: 'count',
    unnamed: 'none',
    lasting: true,
    used: nodeCount,
  },
  other: {
    summary: 'faults at once of kinds that no other line counts and that are not harmless',
    measure: 'count',
    unnamed: 'none',
    lasting: false,
    used: (strikes) => strikes.length,
  },
} as const satisfies Record<string, BudgetLine>;

/** The name of a line. */
export type BudgetLineName = keyof typeof budgetLines;

/** The limits that a scenario declares, in the counted unit of each line. */
export type Budget = Readonly<Partial<Record<BudgetLineName, number>>>;

/** The names of the lines, in the order of the table. */
export const budgetLineNames = Object.keys(budgetLines) as readonly BudgetLineName[];

/**
 * On which lines each kind counts; a kind without an entry counts as `other`. Of a rolling restart
 * all targets count, though no two of them are down at once.
 */
const linesOfKind: Readonly<Record<string, readonly BudgetLineName[]>> = {
  crash: ['crashed', 'zones'],
  'power-loss': ['crashed', 'zones'],
  'crash-loop': ['crashed', 'zones'],
  'kill-while-recovering': ['crashed', 'zones'],
  'rolling-restart': ['crashed', 'zones'],
  // It begins and ends with a restart.
  'mixed-versions': ['crashed', 'zones'],
  wipe: ['crashed', 'zones', 'copiesLost'],
  pause: ['zones'],
  'stuck-disk': ['zones'],
  partition: ['zones'],
  'bridge-partition': ['zones'],
  'ring-partition': ['zones'],
  'partial-partition': ['zones'],
  isolate: ['zones'],
  clog: ['zones'],
  'hold-and-release': ['zones'],
  'swizzle-clog': ['zones'],
  'message-loss': ['lossShare'],
  // Damaged and noticed is as good as lost; `linesOf` tells what is not noticed.
  'message-corruption': ['lossShare'],
  'message-duplication': [],
  'message-reordering': [],
  'message-delay': ['slowed'],
  'message-jitter': ['slowed'],
  'slow-tail': ['slowed'],
  bandwidth: ['slowed'],
  'slow-node': ['slowed'],
  'slow-disk': ['slowed'],
  'slow-blocks': ['slowed'],
  'slow-episodes': ['slowed'],
  'hung-disk': ['zones', 'ioErrors'],
  // A reset that takes the cache is told below.
  'disk-reset': ['ioErrors'],
  'clock-skew': ['skew'],
  'clock-freeze': ['skew'],
  'clock-step': ['clockJump'],
  'clock-strobe': ['clockJump'],
  'read-error': ['ioErrors'],
  'write-error': ['ioErrors'],
  'lying-flush': ['flushLies'],
  'failed-flush': ['ioErrors'],
  'read-only': ['ioErrors'],
  'disk-death': ['ioErrors'],
  'disk-full': ['ioErrors'],
  'die-failure': ['ioErrors'],
  'latent-sector-error': ['ioErrors'],
  thermal: ['slowed'],
  'phantom-write': ['corrupted'],
  'stale-read': ['corrupted'],
  'misdirected-read': ['corrupted'],
  'bit-rot': ['corrupted'],
  'misdirected-write': ['corrupted'],
  'capacity-lie': ['corrupted'],
};

/** The lines on which a fault counts. */
export function linesOf(kind: string, params: FaultParams): readonly BudgetLineName[] {
  if (kind === 'message-corruption' && params.undetected === true) return ['corrupted'];
  // The next flush reports as durable what the reset has taken.
  if (kind === 'disk-reset' && params['loses-cache'] === true) return ['ioErrors', 'flushLies'];
  return Object.hasOwn(linesOfKind, kind) ? linesOfKind[kind]! : ['other'];
}

/** The most that a budget allows on a line. */
export function limitOf(budget: Budget, name: BudgetLineName): number {
  return budget[name] ?? (budgetLines[name].unnamed === 'any' ? Number.POSITIVE_INFINITY : 0);
}

/** A value of a line as a scenario file writes it. */
export function lineText(name: BudgetLineName, value: number): string {
  const { measure } = budgetLines[name];
  return measure === 'count' ? `${value}` : quantityText(measure, value);
}

function nodeCount(strikes: readonly Strike[]): number {
  return new Set(strikes.flatMap(({ nodes }) => nodes)).size;
}

/** The largest sum of what strikes do to one node. */
function largestOfNode(strikes: readonly Strike[], amountOf: (strike: Strike) => number): number {
  const byNode = new Map<string, number>();
  for (const strike of strikes) {
    const amount = amountOf(strike);
    for (const id of strike.nodes) byNode.set(id, (byNode.get(id) ?? 0) + amount);
  }
  return Math.max(0, ...byNode.values());
}

/** A clock that all but stands still is off by its whole rate. */
function driftPpm({ kind, params }: Strike): number {
  return kind === 'clock-freeze' ? 1_000_000 : Math.abs(numberOf(params.by));
}

function numberOf(value: FaultParams[string] | undefined): number {
  return typeof value === 'number' ? value : 0;
}

/** Sums of shares are compared with what was declared: 10 % and 20 % are 30 %. */
function rounded(share: number): number {
  return Math.round(share * 1e9) / 1e9;
}
