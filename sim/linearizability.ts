// Whether a history of reads and writes of one register, each write with a value of its own, could
// have happened one operation at a time (Herlihy and Wing 1990).
//
// With unique values this needs no search (Gibbons and Korach 1997, section 4): all operations of
// one value form a cluster, its zone reaches from its earliest end to its latest start. A zone that
// runs forward (end before start) must hold alone: no two forward zones may overlap and no backward
// zone may lie inside a forward one.
import type { Ns } from './units.ts';

/** A completed read, or a write. `endNs` is Infinity where the outcome is unknown. */
export interface RegisterOp {
  readonly kind: 'read' | 'write';
  readonly value: number;
  readonly startNs: Ns;
  readonly endNs: Ns;
}

/** Why no order of the operations explains what was read. */
export interface RegisterProblem {
  readonly what: string;
  /** The values whose operations contradict each other. */
  readonly values: readonly number[];
}

interface Zone {
  readonly value: number;
  /** Earliest end of an operation with this value. */
  endNs: Ns;
  /** Latest start of an operation with this value. */
  startNs: Ns;
  writeStartNs: Ns;
  hasWrite: boolean;
  earliestReadEndNs: Ns;
}

/** Checks one register that holds `initial` before its first write. Null: an order exists. */
export function checkRegister(ops: readonly RegisterOp[], initial: number): RegisterProblem | null {
  const zones = zonesOf(ops, initial);
  for (const zone of zones) {
    if (!zone.hasWrite) return { what: `read ${zone.value}, never written`, values: [zone.value] };
    if (zone.earliestReadEndNs < zone.writeStartNs) {
      return { what: `read ${zone.value} before it was written`, values: [zone.value] };
    }
  }
  return overlap(zones);
}

function zonesOf(ops: readonly RegisterOp[], initial: number): readonly Zone[] {
  const zones = new Map<number, Zone>();
  const zoneOf = (value: number): Zone => {
    let zone = zones.get(value);
    if (zone === undefined) {
      zone = {
        value,
        endNs: Number.POSITIVE_INFINITY,
        startNs: Number.NEGATIVE_INFINITY,
        writeStartNs: 0,
        hasWrite: false,
        earliestReadEndNs: Number.POSITIVE_INFINITY,
      };
      zones.set(value, zone);
    }
    return zone;
  };
  const first = zoneOf(initial);
  first.hasWrite = true;
  first.writeStartNs = Number.NEGATIVE_INFINITY;
  first.endNs = Number.NEGATIVE_INFINITY;
  for (const op of ops) {
    const zone = zoneOf(op.value);
    zone.endNs = Math.min(zone.endNs, op.endNs);
    zone.startNs = Math.max(zone.startNs, op.startNs);
    if (op.kind === 'read') zone.earliestReadEndNs = Math.min(zone.earliestReadEndNs, op.endNs);
    else {
      zone.hasWrite = true;
      zone.writeStartNs = op.startNs;
    }
  }
  // A write of unknown outcome that nobody read constrains nothing.
  return [...zones.values()].filter((zone) => zone.endNs !== Number.POSITIVE_INFINITY);
}

function overlap(zones: readonly Zone[]): RegisterProblem | null {
  const forward = zones
    .filter((zone) => zone.endNs < zone.startNs)
    .sort((a, b) => a.endNs - b.endNs || a.value - b.value);
  for (let i = 1; i < forward.length; i++) {
    if (forward[i].endNs < forward[i - 1].startNs) {
      const values = [forward[i - 1].value, forward[i].value];
      return { what: `values ${values.join(' and ')} each seen after the other`, values };
    }
  }
  for (const zone of zones) {
    if (zone.endNs < zone.startNs) continue;
    const around = enclosing(forward, zone);
    if (around !== null) {
      const values = [around.value, zone.value];
      return { what: `${zone.value} came and went while ${around.value} was held`, values };
    }
  }
  return null;
}

/**
 * The forward zone that a backward zone lies strictly inside of, or null. Forward ones are
 * disjoint.
 */
function enclosing(forward: readonly Zone[], zone: Zone): Zone | null {
  let low = 0;
  let high = forward.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (forward[middle].endNs < zone.startNs) low = middle + 1;
    else high = middle;
  }
  const candidate = low > 0 ? forward[low - 1] : undefined;
  return candidate !== undefined && candidate.startNs > zone.endNs ? candidate : null;
}
