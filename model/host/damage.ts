// What a host knows of damage on its device: blocks with other contents than they should have, and
// commands that fail.
import { nsPerMs, nsPerSec } from '../../sim/index.ts';
import { type HostStep, ownStamps, type Slot } from './state.ts';

/** For this long a device that failed a command gets no new tenants. */
const ailingNs = 5 * nsPerSec;
/** How long damage waits to be mended by somebody's read; as much again is drawn on top. */
const healNs = 500 * nsPerMs;

/** The device answered a command with an error. */
export function noteDeviceFailed(step: HostStep): void {
  step.state.ailingUntilNs = step.self.nowNs() + ailingNs;
}

/** Whether the device failed a command a short while ago. */
export function isAiling(step: HostStep): boolean {
  const leftNs = step.state.ailingUntilNs - step.self.nowNs();
  return leftNs > 0 && leftNs <= ailingNs;
}

/** A block holds something else than it should. */
export function noteBad(
  step: HostStep,
  slot: Slot,
  what: { readonly block: number; readonly expected: number; readonly found: number },
): void {
  if (slot.bad.has(what.block)) return;
  slot.bad.add(what.block);
  // A target is served from by nobody, and whatever it is filled with takes the place of damage.
  if (slot.header.state !== 'live') return;
  step.out.mark('corruption.detected', { ...placeOf(slot), ...what });
  armHealing(step);
}

/** A block holds what it should again. */
export function noteGood(step: HostStep, slot: Slot, block: number, stamp: number): void {
  const stamps = ownStamps(slot);
  if (stamps !== null) stamps[block] = stamp;
  if (!slot.bad.delete(block) || slot.header.state !== 'live') return;
  step.out.mark('corruption.repaired', { ...placeOf(slot), block, stamp });
}

/** Looks after damage in a while. */
export function armHealing(step: HostStep): void {
  const { state, self, out } = step;
  if (state.healing) return;
  state.healing = true;
  out.setTimer('heal', healNs + self.choose('heal.jitter', healNs), { type: 'heal.due' });
}

function placeOf({ index, header }: Slot) {
  const { volume, range, gen } = header;
  return { volume: volume ?? '', range, slot: index, gen };
}
