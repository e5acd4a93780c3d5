// How long moves of volumes take where nothing stands in their way: LIN-19 in time.
//
// While a fault lasts anything may wait, and while a volume is in quarantine nothing is decided.
// From then on a move is decided within T_conv of the last copy, and is over within as much after
// that. How long copies take is a matter of budgets, limits and devices.
import { type Entry, type Finding, type Ns, nsPerSec } from '../../sim/index.ts';
import type { Decision } from '../lineage/volume-record.ts';
import type { VolumeId } from '../map-entry.ts';
import type { Recorded } from './ghost-lineage.ts';
import { timeText } from './words.ts';

/** So soon cells and authority agree again (the design's T_conv). */
const convergenceNs: Ns = 30 * nsPerSec;

interface Waiting {
  readonly move: number;
  readonly decision: Decision;
  readonly sinceNs: Ns;
}

/** Follows faults, and moves that are not over. */
export class MoveTimes {
  readonly #faults = new Set<number>();
  /** When the last fault ended. */
  #calmNs: Ns = 0;
  readonly #waiting = new Map<VolumeId, Waiting>();

  /** Takes any entry, and what it has recorded of a volume, if anything. */
  take(entry: Entry, recorded: Recorded | null): void {
    if (entry.kind === 'fault') {
      if (entry.phase === 'start') this.#faults.add(entry.faultId);
      else this.#faults.delete(entry.faultId);
      this.#calmNs = entry.atNs;
    }
    if (recorded === null) return;
    const { volume, record } = recorded.facts;
    const { move, quarantine } = record;
    const known = this.#waiting.get(volume);
    const isCopying = move?.decision === 'open' && !move.isImported;
    if (move === null || quarantine !== null || isCopying) this.#waiting.delete(volume);
    else if (known?.move !== move.id || known.decision !== move.decision) {
      const { id, decision } = move;
      this.#waiting.set(volume, { move: id, decision, sinceNs: entry.atNs });
    }
  }

  /** A move that has waited too long by now. */
  late(nowNs: Ns): Finding | null {
    if (this.#faults.size > 0 || nowNs - this.#calmNs <= convergenceNs) return null;
    for (const [volume, { move, decision, sinceNs }] of this.#waiting) {
      if (nowNs - sinceNs <= convergenceNs) continue;
      const calm = timeText(this.#calmNs);
      return {
        what: `move ${move} of '${volume}' does not come to its end: ${decision}`,
        expected: `${timeText(convergenceNs)} at most until the next step, where no fault lasts`,
        observed: `the same since ${timeText(sinceNs)}, and no fault since ${calm}`,
      };
    }
    return null;
  }
}
