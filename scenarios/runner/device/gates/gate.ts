// A gate is a claim on the accuracy of device models: what a law, a table or a measurement says,
// what the simulator says, and how far apart they may be.

/** One comparison. */
export interface GateRow {
  /** `G1` to `G8`. */
  readonly gate: GateName;
  /** What is compared, in a few words. */
  readonly what: string;
  readonly expected: number;
  readonly found: number;
  /** At most so far off, a share of what is expected; 0: exactly. */
  readonly tolerance: number;
  /** How the two are compared; within the tolerance when missing. */
  readonly bound?: 'above' | 'below';
  readonly unit: string;
  /** What else is to be known of it. */
  readonly note?: string;
}

/** What a gate can come out as. */
export type GateVerdict = 'held' | 'missed' | 'not measured';

/** The gates and what each is about. */
export const gates = {
  G1: 'closed forms: queues, closed loops, arms',
  G2: 'cloud volumes: credit, caps, accounting',
  G3: 'real disks: demerit figure of response times',
  G4: 'published measurements of drives',
  G5: 'write amplification and write cliff',
  G6: 'crash images and the flush rule',
  G7: 'simulated requests a second on this machine',
  G8: 'a profile comes back from its own fio report',
} as const;

/** The name of a gate. */
export type GateName = keyof typeof gates;

/** Whether one comparison holds. */
export function holds({ expected, found, tolerance, bound }: GateRow): boolean {
  if (bound === 'above') return found >= expected * (1 - tolerance);
  if (bound === 'below') return found <= expected * (1 + tolerance);
  // Of a ratio both directions are alike: half as large is as far off as twice as large.
  if (found === expected) return true;
  return Math.max(found / expected, expected / found) <= 1 + tolerance;
}

/** Times of a response-time distribution, for charts. */
export interface MeasuredCurve {
  readonly name: string;
  readonly measuredNs: Float64Array;
  readonly simulatedNs: Float64Array;
}

/** Everything on the card. */
export interface AccuracyCard {
  readonly rows: readonly GateRow[];
  readonly curves: readonly MeasuredCurve[];
  /** Gates that were not measured, and why. */
  readonly absent: Readonly<Partial<Record<GateName, string>>>;
}

/** The verdict on a gate. */
export function verdictOf({ rows, absent }: AccuracyCard, gate: GateName): GateVerdict {
  const own = rows.filter((row) => row.gate === gate);
  if (absent[gate] !== undefined || own.length === 0) return 'not measured';
  return own.every(holds) ? 'held' : 'missed';
}
