// The copy that a head is making, from its first piece to its end.
import type { HostStep, Slot } from './state.ts';

/** The copy of a slot ends before its target has all: the configuration or its driver is gone. */
export function endJob(step: HostStep, slot: Slot, reason: string): void {
  const { job, header } = slot;
  slot.job = null;
  if (job === null || job.caughtUp) return;
  const { volume, range } = header;
  step.out.mark('copy.ended', { volume, range, target: job.target, reason });
}

/** How many targets this host is filling. */
export function jobCount({ state }: HostStep): number {
  let count = 0;
  for (const { job } of state.slots) if (job !== null && !job.caughtUp) count += 1;
  return count;
}
