// What waits for a cut at the head: all writes, from `hold` to `open`; and what a cut waits for.
import type { BlockRequest } from './answer.ts';
import type { HostStep, Slot } from './state.ts';

/** Whether a request may not begin for now. */
export function isHeldBack({ state }: HostStep, slot: Slot, request: BlockRequest): boolean {
  if (state.input.mutants.has('cut-without-gate')) return false;
  return slot.gate !== null && request.type === 'write';
}

/** Whether writes have begun at this head and are not over. */
export function hasWritesUnderWay({ state }: HostStep, { index }: Slot): boolean {
  if (cutsAmidWrites(state.input)) return false;
  for (const { slot, request, stage } of state.tasks.values()) {
    if (slot === index && request.type === 'write' && stage !== 'waiting') return true;
  }
  return false;
}

/** Whether something is being stored in a slot. */
export function hasStoresUnderWay({ state }: HostStep, { index }: Slot): boolean {
  if (cutsAmidWrites(state.input)) return false;
  for (const { slot, stage } of state.tasks.values()) {
    if (slot !== index) continue;
    if (stage === 'keeping' || stage === 'ledger' || stage === 'writing') return true;
  }
  return false;
}

/**
 * The variant that cuts a volume amid its writes. Heads wait for them, copies do for what they
 * store, and a write that has kept something looks once more for what it is kept: each would do
 * nearly always, so none of them is done.
 */
export function cutsAmidWrites({ mutants }: HostStep['state']['input']): boolean {
  return mutants.has('cut-amid-writes');
}
