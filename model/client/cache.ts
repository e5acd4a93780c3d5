// How a client's copy of the map stays small: it forgets what it has not used for longest.
import type { ClientStep } from './state.ts';

/** An entry is used: of a copy that has to stay small, it is the last to be forgotten. */
export function noteUsed({ state }: ClientStep, range: number): void {
  if (state.input.cacheRangeMax === Number.POSITIVE_INFINITY) return;
  const entry = state.cache.get(range);
  if (entry === undefined) return;
  state.cache.delete(range);
  state.cache.set(range, entry);
}

/** Makes room for what came last. */
export function forgetUnused({ state, out }: ClientStep): void {
  for (const range of state.cache.keys()) {
    if (state.cache.size <= state.input.cacheRangeMax) return;
    state.cache.delete(range);
    out.mark('map.forgotten', { volume: state.input.volume, range });
  }
}
