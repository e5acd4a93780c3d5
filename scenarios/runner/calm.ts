// Faults were drawn before anybody knew how the system would fare. So the run looks, at fixed
// simulated times, whether anything was completed since the last look; when nothing was, the fault
// that has lasted longest is over.
import type { Entry, Progress, World } from '../../sim/index.ts';

/** Counts what is completed, and lets up when nothing is. */
export class Calm {
  readonly #calmedFaultIds: number[] = [];
  /** Faults in force, the longest first. */
  readonly #active = new Set<number>();
  #completedCount = 0;
  #countAtLook = 0;

  observe(entry: Entry): void {
    if (entry.kind === 'op') {
      if (entry.phase === 'ok') this.#completedCount += 1;
    } else if (entry.kind === 'fault') {
      if (entry.phase === 'start') this.#active.add(entry.faultId);
      else this.#active.delete(entry.faultId);
    }
  }

  /** Ends the longest fault when nothing was completed since the last look. */
  look(world: World): void {
    const isIdle = this.#completedCount === this.#countAtLook;
    this.#countAtLook = this.#completedCount;
    if (!isIdle) return;
    for (const faultId of this.#active) {
      this.#calmedFaultIds.push(faultId);
      world.faults.endEarly(world, faultId);
      return;
    }
  }

  /** What was got done so far. */
  progress(): Progress {
    return {
      completedCount: this.#completedCount,
      calmedFaultIds: [...this.#calmedFaultIds],
    };
  }
}
